"""Sound and H.265: what cameras hear keeps to the wall clock, and every codec decodes."""

from __future__ import annotations

import dataclasses
import io

import av
import numpy as np
import pytest

from ivcdesk.simulator.media import flv, ts
from ivcdesk.simulator.media.camera import Camera
from ivcdesk.simulator.media.encoder import Encoder, Format, Unit
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.sound import SoundTrack, heard, recorded_sound
from ivcdesk.simulator.media.source import CameraFacts, Codec, Pose, SoundCodec
from ivcdesk.simulator.media.vod import cuts
from tests.simulator.media.camera_stage import (
    NOON,
    SCENERY,
    FlvReader,
    MemorySource,
    decoded,
    run,
    served,
)

FACTS = CameraFacts("c", "东门 Gate", 5, 320, 180, place="factory")


def shoot(codec: Codec, sound: SoundCodec, count: int, at: float) -> tuple[Format, list[Unit]]:
    facts = dataclasses.replace(FACTS, codec=codec, sound=sound)
    camera, encoder = Camera(facts, SCENERY), Encoder(facts)
    track = SoundTrack(facts) if sound else None
    stream = encoder.format._replace(sound=track.sound if track else None)
    units: list[Unit] = []
    for number in range(count):
        ms = round(number * 1000 / 15)
        units += encoder.encode(camera.render(Pose(), at + ms / 1000), ms)
        if track:
            units += track.until(ms, at + ms / 1000)
    return stream, units


def listened(data: bytes, kind: str) -> tuple[Array, int]:
    """Return all sound of a stream as it lies on its time line, and samples a second."""
    with av.open(io.BytesIO(data), format=kind) as container:
        stream = container.streams.audio[0]
        pieces = list(container.decode(audio=0))
        rate = stream.codec_context.sample_rate
        out = np.zeros(rate * 8)
        for piece in pieces:
            values = piece.to_ndarray().ravel().astype(float)
            if piece.format.name == "s16":
                values /= 32768
            first = round(float(piece.time or 0) * rate)
            out[first : first + len(values)] = values
        return out, rate


def tone(samples: Array, rate: int, second: float) -> float:
    """Return how loud 1 kHz is in the 60 ms from a moment on, against the 200 ms before."""

    def strength(start: float, seconds: float) -> float:
        part = samples[round(start * rate) : round((start + seconds) * rate)]
        wave = np.exp(-2j * np.pi * 1000 * np.arange(len(part)) / rate)
        return float(abs((part * wave).mean()))

    return strength(second, 0.06) / (strength(second - 0.3, 0.2) + 1e-6)


def test_what_is_heard_depends_on_the_moment_alone() -> None:
    first = round(NOON * 8000) + 5
    whole = heard(5, 8000, first, 900)
    assert np.array_equal(whole[300:], heard(5, 8000, first + 300, 600))
    assert not np.array_equal(whole, heard(6, 8000, first, 900))
    assert np.abs(heard(5, 8000, first + 4000, 800)).max() < 4000


@pytest.mark.parametrize("sound", ["aac", "g711a", "g711u"])
def test_pips_stand_on_the_seconds_of_the_burnt_in_clock(sound: SoundCodec) -> None:
    stream, units = shoot("h264", sound, 36, NOON + 0.5)
    data = flv.opening(stream) + b"".join(flv.unit_tag(stream, unit) for unit in units)
    assert data[4] == 5
    samples, rate = listened(data, "flv")
    assert rate == (16_000 if sound == "aac" else 8000)
    assert tone(samples, rate, 0.5) > 8
    assert tone(samples, rate, 1.5) > 8
    assert tone(samples, rate, 1.0) < 4
    assert len(decoded(data, "flv")) == 36


def test_a_muted_track_is_silent_and_goes_on_in_time() -> None:
    track = SoundTrack(dataclasses.replace(FACTS, sound="g711a"))
    units = [unit for n in range(1, 6) for unit in track.until(n * 66, NOON + 5, mute=True)]
    assert [unit.ms for unit in units] == [n * 40 for n in range(len(units))]
    assert len({unit.nals for unit in units}) == 1


@pytest.mark.parametrize("sound", ["aac", "g711a", "g711u"])
def test_sound_is_sent_with_its_picture_and_not_behind_it(sound: SoundCodec) -> None:
    track = SoundTrack(dataclasses.replace(FACTS, sound=sound))
    times = [round(number * 1000 / 15) for number in range(45)]
    sent = [(ms, unit.ms) for ms in times for unit in track.until(ms, NOON + ms / 1000)]
    assert all(0 <= ms - of_sound <= 67 for ms, of_sound in sent)
    frame = 64 if sound == "aac" else 40
    assert [of_sound for _, of_sound in sent] == list(range(0, sent[-1][1] + 1, frame))
    assert times[-1] - sent[-1][1] <= frame


@pytest.mark.parametrize("kind", ["flv", "mpegts"])
def test_h265_decodes_from_both_containers(kind: str) -> None:
    stream, units = shoot("h265", "", 31, NOON)
    assert [n for n, unit in enumerate(units) if unit.key] == [0, 30]
    data = (
        flv.opening(stream) + b"".join(flv.unit_tag(stream, unit) for unit in units)
        if kind == "flv"
        else ts.segment(stream, units)
    )
    with av.open(io.BytesIO(data), format=kind) as container:
        assert container.streams.video[0].codec_context.name == "hevc"
    planes = decoded(data, kind)
    assert len(planes) == 31
    assert read_clock(planes[30]) == pytest.approx(NOON + 2, abs=0.0006)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_segments_carry_sound_and_join_without_a_lost_packet(codec: Codec) -> None:
    facts = dataclasses.replace(FACTS, codec=codec, sound="aac")
    camera = Camera(facts, SCENERY)
    whole = b""
    for cut in cuts([(NOON + 3, NOON + 6)]):
        encoder = Encoder(facts)
        sound, units = recorded_sound(facts, cut.start, cut.end)
        for number in range(round((cut.end - cut.start) * 15 / 1000)):
            ms = round(number * 1000 / 15)
            units += encoder.encode(camera.render(Pose(), (cut.start + ms) / 1000), ms)
        stream = encoder.format._replace(sound=sound)
        whole += ts.segment(stream, units, cut.number, cut.media)
    samples, rate = listened(whole, "mpegts")
    assert tone(samples, rate, 1.0) > 8
    assert tone(samples, rate, 2.0) > 8
    # No hole where the segments meet.
    around = samples[round(0.9 * rate) : round(1.2 * rate)]
    assert np.abs(around).reshape(-1, rate // 50).max(axis=1).min() > 0.002
    assert len(decoded(whole, "mpegts")) == 45
    counters: dict[int, int] = {}
    for place in range(0, len(whole), ts.PACKET):
        packet = whole[place : place + ts.PACKET]
        pid, counter = (packet[1] & 0x1F) << 8 | packet[2], packet[3] & 15
        assert counters.get(pid, counter - 1) in (counter - 1, counter + 15)
        counters[pid] = counter
    assert len(counters) == 4


def test_g711_has_no_place_in_a_transport_stream() -> None:
    stream, units = shoot("h264", "g711a", 4, NOON)
    data = ts.segment(stream, units)
    with av.open(io.BytesIO(data), format="mpegts") as container:
        assert not container.streams.audio


def test_live_and_recorded_streams_of_a_camera_with_sound() -> None:
    async def story() -> None:
        source = MemorySource()
        source.cameras["c1"] = dataclasses.replace(source.cameras["c1"], codec="h265", sound="aac")
        async with served(source) as stage:
            async with stage.http.get(f"{stage.base}/live/c1.live.flv") as response:
                reader = FlvReader(response)
                kinds = set()
                for _ in range(30):
                    tag = await reader.tag()
                    assert tag is not None
                    kinds.add(tag.kind)
            assert kinds == {8, 9, 18}
            assert all(clock is not None for clock in reader.clocks())
            query = f"?starttime={NOON - 61:.0f}&endtime={NOON - 60:.0f}"
            begin = round(NOON - 61) * 1000
            url = f"{stage.base}/playback/c1/{begin}-{begin + 1000}.ts{query}"
            async with stage.http.get(url) as response:
                data = await response.read()
        assert len(decoded(data, "mpegts")) == 15
        samples, rate = listened(data, "mpegts")
        assert np.abs(samples[: rate // 2]).max() > 0.02

    run(story())
