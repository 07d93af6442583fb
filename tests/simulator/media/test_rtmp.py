"""RTMP players see the same live streams."""

from __future__ import annotations

import asyncio
import dataclasses
import struct

import av
import pytest

from ivcdesk.simulator.media import amf
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.media.rtmp import MessageReader, RtmpServer, chunks
from tests.simulator.media.camera_stage import MemorySource, luma, run, served, until


def watch(
    url: str, count: int, clocks: list[float | None] | None = None
) -> tuple[str, list[float | None]]:
    """Return codec and burnt-in times of the first pictures."""
    clocks = [] if clocks is None else clocks
    options = {"probesize": "4096", "analyzeduration": "0"}
    with av.open(url, options=options, timeout=8) as container:
        codec = container.streams.video[0].codec_context.name
        for frame in container.decode(video=0):
            clocks.append(read_clock(luma(frame)))
            if len(clocks) == count:
                break
    return codec, clocks


@pytest.mark.parametrize(("codec", "name"), [("h264", "h264"), ("h265", "hevc")])
def test_a_player_sees_the_present_and_shares_the_encoder(codec: str, name: str) -> None:
    async def story() -> None:
        source = MemorySource()
        source.token = "secret"
        source.cameras["c1"] = dataclasses.replace(source.cameras["c1"], codec=codec, sound="aac")  # type: ignore[arg-type]  # one of the two
        async with served(source) as stage:
            server = RtmpServer(source, stage.hub)
            await server.start()
            url = f"rtmp://127.0.0.1:{server.port}/live/c1?token=secret"
            first, second = await asyncio.gather(
                asyncio.to_thread(watch, url, 6), asyncio.to_thread(watch, url, 6)
            )
            for found, clocks in (first, second):
                assert found == name
                assert len(clocks) == 6
                assert all(clock is not None for clock in clocks)
            assert stage.hub.encoders <= 1
            await until(lambda: not stage.hub.viewers("c1"))

    run(story())


@pytest.mark.parametrize("path", ["live/c9?token=s", "live/c1?token=x", "other/c1?token=s"])
def test_unknown_streams_and_wrong_tokens_are_refused(path: str) -> None:
    async def story() -> None:
        source = MemorySource()
        source.token = "s"
        async with served(source) as stage:
            server = RtmpServer(source, stage.hub)
            await server.start()
            with pytest.raises(OSError):
                await asyncio.to_thread(watch, f"rtmp://127.0.0.1:{server.port}/{path}", 1)
            assert stage.hub.encoders == 0

    run(story())


def test_a_kicked_player_reaches_its_end() -> None:
    async def story() -> None:
        async with served() as stage:
            server = RtmpServer(stage.source, stage.hub)
            await server.start()
            url = f"rtmp://127.0.0.1:{server.port}/live/c2"
            clocks: list[float | None] = []
            watching = asyncio.create_task(asyncio.to_thread(watch, url, 10_000, clocks))
            await until(lambda: len(clocks) > 2)
            stage.source.offline.add("c2")
            stage.hub.kick("c2")
            await watching
            assert stage.hub.viewers("c2") == 0

    run(story())


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\x03" + bytes(40), b"\x04" * 1537])
def test_what_speaks_no_rtmp_is_cut_off_and_closing_waits_for_nobody(data: bytes) -> None:
    async def story() -> None:
        async with served() as stage:
            server = RtmpServer(stage.source, stage.hub)
            await server.start()
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0.05)
            await server.close()
            await server.close()
            assert await reader.read(1 << 16) == b""
            writer.close()

    run(story())


def test_messages_survive_chunks_and_long_times() -> None:
    async def story() -> None:
        for ms in (0, 70, 0xFFFFFF, 0x2000000):
            body = bytes(range(256)) * 3
            reader = asyncio.StreamReader()
            reader.feed_data(chunks(2, 1, 0, struct.pack(">I", 100)))
            reader.feed_data(chunks(6, 9, 1, body, ms, size=100))
            message = await MessageReader(reader).next()
            assert message == (9, 1, body, ms)

    run(story())


def test_messages_beyond_reason_are_refused() -> None:
    async def story() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"\x03\0\0\0\xff\xff\xff\x14\0\0\0\0")
        with pytest.raises(ValueError, match="too long"):
            await MessageReader(reader).next()

    run(story())


def test_values_come_back_as_they_were() -> None:
    values: list[amf.Value] = ["play", 4.0, None, True, {"a": "b", "c": {"d": 1.5}}, ["x", False]]
    assert amf.unpack(amf.pack(*values)) == values


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01",
        b"\x02\x00\x09ab",
        b"\x7f",
        b"\x03\x00\x01",
        b"\x0a" + b"\x00\x00\x00\x01\x0a" * 9,
    ],
)
def test_cut_and_endless_values_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        amf.unpack(data)
