"""Encoded pictures decode again, and both containers carry them whole."""

from __future__ import annotations

import io

import av
import pytest

from ivcdesk.simulator.media import flv, ts
from ivcdesk.simulator.media.camera import Camera
from ivcdesk.simulator.media.encoder import Encoder, Unit, split_nals
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.media.source import CameraFacts, Pose
from tests.simulator.media.camera_stage import NOON, SCENERY, decoded

FACTS = CameraFacts("c", "东门 Gate", 5, 640, 360, place="factory")


def shoot(
    count: int, *, cuts: tuple[int, ...] = (), gop: float = 2.0
) -> tuple[Encoder, list[Unit]]:
    camera, encoder = Camera(FACTS, SCENERY), Encoder(FACTS, gop_seconds=gop)
    units: list[Unit] = []
    for number in range(count):
        at = NOON + number / 15
        picture = camera.render(Pose(), at)
        units += encoder.encode(picture, round(number * 1000 / 15), key=number in cuts)
    return encoder, units + encoder.finish()


@pytest.fixture(scope="module")
def shot() -> tuple[Encoder, list[Unit]]:
    return shoot(34, cuts=(20,))


def test_each_picture_comes_out_at_once_and_key_frames_where_they_are_due(
    shot: tuple[Encoder, list[Unit]],
) -> None:
    _, units = shot
    assert [unit.ms for unit in units] == [round(n * 1000 / 15) for n in range(34)]
    assert [n for n, unit in enumerate(units) if unit.key] == [0, 20]


def test_the_same_pictures_give_the_same_bytes() -> None:
    assert shoot(5)[1] == shoot(5)[1]


def test_groups_of_pictures_last_two_seconds() -> None:
    assert Encoder(FACTS).format.fps == 15
    _, units = shoot(32, gop=1.0)
    assert [n for n, unit in enumerate(units) if unit.key] == [0, 15, 30]


def test_flv_carries_every_picture_and_the_burnt_in_clock(
    shot: tuple[Encoder, list[Unit]],
) -> None:
    encoder, units = shot
    stream = flv.opening(encoder.format) + b"".join(
        flv.unit_tag(encoder.format, unit) for unit in units
    )
    planes = decoded(stream, "flv")
    assert [plane.shape for plane in planes] == [(360, 640)] * 34
    for number in (0, 7, 33):
        assert read_clock(planes[number]) == pytest.approx(NOON + number / 15, abs=0.0006)


def test_flv_times_beyond_24_bits_are_whole() -> None:
    tag = flv.tag(flv.VIDEO, 0x1234_5678, b"picture")
    assert int.from_bytes(tag[4:7], "big") | tag[7] << 24 == 0x1234_5678


def packets(data: bytes) -> list[bytes]:
    assert len(data) % ts.PACKET == 0
    return [data[n : n + ts.PACKET] for n in range(0, len(data), ts.PACKET)]


def test_transport_packets_count_on_across_segments(shot: tuple[Encoder, list[Unit]]) -> None:
    encoder, units = shot
    whole = ts.segment(encoder.format, units[:20], 7) + ts.segment(encoder.format, units[20:], 8)
    counters: dict[int, int] = {}
    for packet in packets(whole):
        assert packet[0] == 0x47
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        counter = packet[3] & 15
        assert packet[3] & 0x10
        if pid in counters:
            assert counter == (counters[pid] + 1) % 16
        counters[pid] = counter
    assert len(counters) == 3


def test_transport_stream_decodes_with_its_times(shot: tuple[Encoder, list[Unit]]) -> None:
    encoder, units = shot
    data = ts.segment(encoder.format, units, offset=8000)
    with av.open(io.BytesIO(data), format="mpegts") as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert times == [(unit.ms + 8000) * 90 for unit in units]
    assert len(decoded(data, "mpegts")) == len(units)


def test_transport_times_wrap_after_26_hours(shot: tuple[Encoder, list[Unit]]) -> None:
    encoder, units = shot
    late = ts.segment(encoder.format, units[:2], offset=(1 << 33) // 90)
    with av.open(io.BytesIO(late), format="mpegts") as container:
        first = next(packet.pts for packet in container.demux(video=0))
    assert first is not None
    assert first < 90


def test_even_tiny_pictures_fill_a_segment_up() -> None:
    encoder, units = shoot(1)
    for size in range(1, 40):
        tiny = Unit(66, False, (b"\x41" + b"x" * size,))
        data = ts.segment(encoder.format, [units[0], tiny])
        assert (len(packets(data)) - 2) % 16 == 0


def test_the_checksum_of_tables_is_that_of_mpeg() -> None:
    assert ts.crc32(b"123456789") == 0x0376E6E7


def test_start_codes_of_both_lengths_are_found() -> None:
    assert split_nals(b"\0\0\0\1ab\0\0\1cd\0\0\0\1e") == (b"ab", b"cd", b"e")
    assert split_nals(b"") == ()
