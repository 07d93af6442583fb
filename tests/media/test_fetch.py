"""Files onto the disk: every byte once, gone on with where it can be, and told what went wrong."""

from __future__ import annotations

import errno
import os
import random
import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.media import fetch as fetching
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.fetch import Chunks, Fetch, write_all
from tests.media.streams import Server, body, hang, web

DATA = random.Random(3).randbytes(3_000_000)
TAG = '"v1"'


def in_chunks(*sizes: int, cut: int | None = None):
    async def answer(request):
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        place = 0
        for size in sizes:
            await response.write(DATA[place : place + size])
            place += size
            if cut is not None and place >= cut:
                request.transport.abort()
                return response
        return response

    return answer


def ranged(tag: str = TAG, cut: int | None = None):
    """A file that may be continued while it is the same, as buckets give it."""
    seen: list[dict[str, str]] = []

    async def answer(request):
        seen.append(dict(request.headers))
        start = 0
        if "Range" in request.headers and request.headers.get("If-Range") == tag:
            start = int(request.headers["Range"][6:-1])
        headers = {"ETag": tag, "Accept-Ranges": "bytes", "Content-Length": str(len(DATA) - start)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
        response = web.StreamResponse(status=206 if start else 200, headers=headers)
        await response.prepare(request)
        stop = len(DATA) if cut is None or start else cut
        await response.write(DATA[start:stop])
        if stop < len(DATA):
            request.transport.close()
        return response

    answer.seen = seen
    return answer


def fetched(server: Server, path: Path, **how: object) -> Fetch:
    made = Fetch(server.url("/file?token=verysecret"), path, **{"stall_seconds": 20} | how)
    made.run()
    return made


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=12), st.randoms())
def test_chunks_are_found_however_they_are_cut(contents, chance):
    border = chance.choice([b"\r\n", b"\r\n"])
    wire = b"".join(b"%x;note=1%s%s%s" % (len(c), border, c, border) for c in contents)
    wire += b"0\r\nX-Trailer: 1\r\n\r\n"
    chunks, found, place = Chunks(), b"", 0
    while place < len(wire):
        step = chance.randint(1, max(1, len(wire) // 3))
        assert not chunks.ended
        pieces = chunks.take(memoryview(wire[place : place + step]))
        found += b"".join(pieces)
        place += step
    assert chunks.ended
    assert found == b"".join(contents)


@pytest.mark.parametrize("wire", [b"zz\r\n", b"-5\r\n", b"1\r\nab\r\n", b"\r\n", b"a" * 400])
def test_what_is_no_chunk_is_refused(wire):
    with pytest.raises(MediaError) as caught:
        Chunks().take(memoryview(wire))
    assert caught.value.kind == "garbage"


def test_a_file_in_chunks_and_one_with_a_length(server, tmp_path):
    sizes = [1, 70_000, 13, 2_000_000, 5, 900_000]
    server.handlers["/file"] = in_chunks(*sizes)
    path = tmp_path / "a"
    made = fetched(server, path)
    assert path.read_bytes() == DATA[: sum(sizes)]
    assert (made.received, made.expected, made.validator) == (sum(sizes), None, "")
    server.handlers["/file"] = body(DATA)
    made = fetched(server, path)
    assert path.read_bytes() == DATA
    assert (made.received, made.expected) == (len(DATA), len(DATA))
    server.handlers["/file"] = body(b"")
    fetched(server, path)
    assert path.read_bytes() == b""


def test_a_cut_file_is_gone_on_with_where_the_server_says_it_is_the_same(server, tmp_path):
    path = tmp_path / "a"
    server.handlers["/file"] = ranged(cut=1_000_000)
    first = Fetch(server.url("/file"), path)
    with pytest.raises(MediaError) as caught:
        first.run()
    assert caught.value.kind == "ended"
    assert (first.received, first.validator) == (1_000_000, TAG)
    server.handlers["/file"] = handler = ranged()
    made = fetched(server, path, offset=1_000_000, validator=TAG)
    assert handler.seen[0]["Range"] == "bytes=1000000-"
    assert path.read_bytes() == DATA
    assert (made.received, made.expected) == (len(DATA), len(DATA))


@pytest.mark.parametrize("other", ["another tag", "no ranges"])
def test_another_file_is_fetched_anew(server, tmp_path, other):
    path = tmp_path / "a"
    path.write_bytes(b"old" * 500_000)
    server.handlers["/file"] = ranged('"v2"') if other == "another tag" else body(DATA)
    fetched(server, path, offset=1_000_000, validator=TAG)
    assert path.read_bytes() == DATA


def test_a_longer_file_that_was_there_is_cut(server, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(DATA * 2)
    server.handlers["/file"] = in_chunks(1000)
    fetched(server, path)
    assert path.read_bytes() == DATA[:1000]


@pytest.mark.parametrize("kind", ["chunks", "length"])
def test_an_answer_that_is_cut_short_is_no_file(server, tmp_path, kind):
    cut = in_chunks(1000, 1000, cut=1000)
    server.handlers["/file"] = cut if kind == "chunks" else ranged(cut=1000)
    with pytest.raises(MediaError) as caught:
        fetched(server, tmp_path / "a")
    assert caught.value.kind == "ended"
    assert "verysecret" not in repr(caught.value)


def test_a_refused_address_says_its_status(server, tmp_path):
    async def refuse(_request):
        return web.Response(status=403)

    server.handlers["/file"] = refuse
    with pytest.raises(MediaError) as caught:
        fetched(server, tmp_path / "a")
    assert caught.value.status == 403
    assert not (tmp_path / "a").exists()


def test_a_transfer_that_stands_still_ends_at_once_when_told_to(server, tmp_path):
    server.handlers["/file"] = hang
    made = Fetch(server.url("/file"), tmp_path / "a", stall_seconds=30)
    timer = threading.Timer(0.1, made.interrupt)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        made.run()
    timer.join()
    assert time.monotonic() - began < 5


def test_a_full_disk_is_told_as_the_system_tells_it(server, tmp_path, monkeypatch):
    def full(_file, _pieces):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fetching, "write_all", full)
    server.handlers["/file"] = body(DATA)
    with pytest.raises(OSError, match="No space") as caught:
        fetched(server, tmp_path / "a")
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("taken", [0, 1, 5, 11])
def test_what_a_disk_did_not_take_at_once_is_written_again(tmp_path, monkeypatch, taken):
    def writes_little(file, pieces):
        return os.write(file, b"".join(pieces)[:taken]) if taken else 0

    monkeypatch.setattr(os, "writev", writes_little)
    with (tmp_path / "a").open("wb") as file:
        write_all(file.fileno(), [memoryview(b"hello "), memoryview(b"world")])
    assert (tmp_path / "a").read_bytes() == b"hello world"


@pytest.mark.parametrize("size", [1, 1000, 60_000, 70_000])
@pytest.mark.parametrize("kind", ["chunks", "length"])
def test_a_body_that_comes_with_its_head_is_not_waited_for(tmp_path, kind, size):
    head = b"HTTP/1.1 200 OK\r\n"
    if kind == "chunks":
        wire = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % size + DATA[:size]
        wire += b"\r\n0\r\n\r\n"
    else:
        wire = head + b"Content-Length: %d\r\n\r\n" % size + DATA[:size]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(wire)
                done.wait(20)  # the connection stays open, as kept ones do

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/file"
            Fetch(url, tmp_path / "a", stall_seconds=10).run()
        finally:
            done.set()
            thread.join()
    assert (tmp_path / "a").read_bytes() == DATA[:size]
