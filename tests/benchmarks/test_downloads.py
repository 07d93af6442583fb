"""How fast a file comes, against curl from the same address, in turns in one run.

Compared are lower quartiles: what the system does meanwhile only ever adds to the time of one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import pytest

from ivcdesk.media.fetch import Fetch

SIZE = 200 << 20
ROUNDS = 21
LEAST = 0.95

SERVER = """
import asyncio, sys
SIZE, PIECE = int(sys.argv[1]), int(sys.argv[2])
block = memoryview(bytearray(b"recording" * (PIECE // 9 + 1))[:PIECE])
chunk = b"%x\\r\\n" % PIECE + bytes(block) + b"\\r\\n"
batch = chunk * max(1, (1 << 20) // len(chunk))
count = SIZE // PIECE

async def answer(reader, writer):
    try:
        request = await reader.readuntil(b"\\r\\n\\r\\n")
        if b"/chunks" in request.split(b"\\r\\n")[0]:
            writer.write(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
            each = len(batch) // len(chunk)
            for _ in range(count // each):
                writer.write(batch)
                await writer.drain()
            writer.write(chunk * (count % each) + b"0\\r\\n\\r\\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % (count * PIECE))
            for _ in range(count):
                writer.write(block)
                await writer.drain()
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def serving(piece: int) -> Iterator[str]:
    command = [sys.executable, "-c", SERVER, str(SIZE), str(piece)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def by_curl(url: str, path: Path) -> float:
    began = time.perf_counter()
    subprocess.run(["curl", "-s", "--noproxy", "*", "-o", str(path), url], check=True)
    return time.perf_counter() - began


def by_us(url: str, path: Path) -> tuple[float, float]:
    """Return the seconds of a transfer without and with making it last on the disk."""
    fetch = Fetch(url, path)
    moments: list[float] = []
    sync = os.fsync

    def noted(file: int) -> None:
        moments.append(time.perf_counter())
        sync(file)

    began = time.perf_counter()
    os.fsync = noted  # type: ignore[assignment]  # curl makes nothing last
    try:
        fetch.run()
    finally:
        os.fsync = sync
    return moments[0] - began, time.perf_counter() - began


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl to race against")
@pytest.mark.parametrize(
    ("path", "piece"), [("/length", 1 << 20), ("/chunks", 1 << 16), ("/chunks", 4000)]
)
def test_a_file_comes_as_fast_as_with_curl(tmp_path, path, piece):
    ours: list[float] = []
    lasting: list[float] = []
    theirs: list[float] = []
    with serving(piece) as base:
        for number in range(ROUNDS + 1):
            target = tmp_path / "file"
            spent, whole = by_us(base + path, target)
            size = target.stat().st_size
            target.unlink()
            curl = by_curl(base + path, target)
            assert target.stat().st_size == size
            target.unlink()
            if number:  # the first ones warm up
                ours.append(spent)
                lasting.append(whole)
                theirs.append(curl)
    mine, other, durable = (quantiles(each)[0] for each in (ours, theirs, lasting))
    speed = SIZE / 1e6
    sys.stdout.write(
        f"\n{path} in pieces of {piece} bytes: {speed / mine:.0f} MB/s, curl {speed / other:.0f}"
        f" MB/s: {other / mine:.2f} x; {speed / durable:.0f} MB/s with fsync\n"
    )
    assert other / mine >= LEAST
