"""Sound from the stream up to the device: what is heard, when, and that it goes when it should."""

from __future__ import annotations

import io
import subprocess
import sys

import av
import pytest
from PySide6.QtCore import QSize

from ivcdesk.media.live import LivePlayer
from ivcdesk.media.sound import FRAME_BYTES, LIMIT_SECONDS, RATE, SoundOutlet
from ivcdesk.media.sound_track import FlvSound, SoundDecoder, pieces_of
from tests.media.streams import Server, flv_tags, web
from tests.media.tones import HERTZ, LOUD, clip, heard

RMS = LOUD / 2
"""One microphone is shared out between two speakers."""


def decoded(pieces) -> tuple[bytes, list[float]]:
    decoder = SoundDecoder()
    parts = [part for piece in pieces for part in decoder.decode(piece)]
    return b"".join(samples for samples, _ in parts), [pts for _, pts in parts]


def check_tone(samples: bytes) -> None:
    middle = len(samples) // 8 * 4
    hertz, rms = heard(samples[middle - RATE * 2 : middle + RATE * 2])
    assert hertz == pytest.approx(HERTZ, abs=5)
    assert rms == pytest.approx(RMS, rel=0.1)


@pytest.mark.parametrize("codec", ["aac", "pcm_alaw", "pcm_mulaw"])
@pytest.mark.parametrize("step", [1, 7, 65536])
def test_sound_is_read_out_of_a_flv_however_it_is_cut(codec, step):
    data = clip("flv", sound=codec)
    if step == 1:
        data = data[:40_000]
    source = io.BytesIO(data)
    splitter = FlvSound(lambda size: source.read(min(size, step)))
    pieces = []
    while splitter.read(1 << 16):
        while splitter.pieces:
            pieces.append(splitter.pieces.popleft())
    assert {piece.codec for piece in pieces} == {codec}
    assert {piece.rate for piece in pieces} == {16_000 if codec == "aac" else 8000}
    samples, stamps = decoded(pieces)
    assert stamps == sorted(stamps)
    if step != 1:
        assert len(samples) / FRAME_BYTES / RATE == pytest.approx(3, abs=0.2)
        check_tone(samples)


@pytest.mark.parametrize("kind", ["mpegts", "flv"])
def test_sound_that_ffmpeg_has_found(kind):
    with av.open(io.BytesIO(clip(kind))) as container:
        packets = container.demux(container.streams.audio[0])
        pieces = [piece for packet in packets for piece in pieces_of(packet)]
    assert all(piece.data[0] != 0xFF for piece in pieces)
    samples, stamps = decoded(pieces)
    assert stamps[-1] - stamps[0] == pytest.approx(3, abs=0.2)
    check_tone(samples)


def test_damaged_sound_is_left_out():
    source = io.BytesIO(clip("flv"))
    splitter = FlvSound(source.read)
    splitter.read(1 << 20)
    good = list(splitter.pieces)
    decoder = SoundDecoder()
    bad = good[0]._replace(data=b"\xff\x00\xaa" * 40)
    assert decoder.decode(good[0])
    decoder.decode(bad)
    again = [part for piece in good[1:6] for part in decoder.decode(piece)]
    assert len(again) >= 4


class Ears:
    """Stands where the device would be."""

    def __init__(self) -> None:
        self.samples = bytearray()
        self.stamps: list[float] = []
        self.flushes = 0

    def write(self, samples: bytes, pts: float) -> None:
        self.samples += samples
        self.stamps.append(pts)

    def flush(self) -> None:
        self.flushes += 1


def sounding(data: bytes):
    """A live FLV of this clip, at its own pace."""
    head, tags = flv_tags(data)

    async def answer(request: web.Request) -> web.StreamResponse:
        import asyncio

        response = web.StreamResponse(headers={"Content-Type": "video/x-flv"})
        await response.prepare(request)
        await response.write(head)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for stamp, tag in tags:
            await asyncio.sleep(began + stamp / 1000 - loop.time())
            await response.write(tag)
        await asyncio.Event().wait()
        return response

    return answer


@pytest.mark.usefixtures("no_workers_left")
@pytest.mark.parametrize("codec", ["aac", "pcm_alaw"])
def test_only_who_listens_hears_and_sound_stays_with_the_picture(qtbot, server: Server, codec):
    server.handlers["/live.flv"] = sounding(clip("flv", sound=codec, seconds=4))
    player, ears = LivePlayer(), Ears()
    player.set_size(QSize(320, 180))
    apart = []
    try:
        player.play(server.url("/live.flv"))
        qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
        player.set_sound(ears)

        def compare() -> None:
            if ears.stamps:
                worker = player._holder.worker
                apart.append(worker._picture.time - ears.stamps[-1])

        player.frame_ready.connect(lambda: (player.take(), compare()))
        qtbot.waitUntil(lambda: len(ears.stamps) > 10 and len(apart) > 5, timeout=8000)
        player.set_sound(None)
        count = len(ears.stamps)
        with qtbot.waitSignal(player.frame_ready, timeout=5000):
            pass
        assert len(ears.stamps) <= count + 1
    finally:
        player.stop()
    assert ears.stamps == sorted(ears.stamps)
    assert sorted(apart)[len(apart) // 2] == pytest.approx(0, abs=0.2)
    hertz, rms = heard(bytes(ears.samples))
    assert hertz == pytest.approx(HERTZ, abs=15)
    assert rms == pytest.approx(RMS, rel=0.15)


def test_what_waits_too_long_is_left_out_and_a_closed_outlet_stays_closed():
    outlet = SoundOutlet()
    outlet._thread = object()  # no device is wanted here: what waits is looked at
    second = bytes(RATE * FRAME_BYTES // 50)
    for index in range(100):
        outlet.write(second, index / 50)
        assert outlet.delay <= LIMIT_SECONDS + 0.001
    outlet.flush()
    assert outlet.delay == 0
    outlet.close()
    outlet.write(second, 0)
    assert outlet.delay == 0


def test_a_missing_library_is_told_and_the_thread_goes_with_the_outlet(tmp_path):
    """In a process of its own, where QtMultimedia cannot be imported."""
    program = """
import sys, threading
sys.modules["PySide6.QtMultimedia"] = None
from ivcdesk.media.sound import SoundOutlet
told = threading.Event()
outlet = SoundOutlet(on_trouble=told.set)
assert threading.active_count() == 1
outlet.write(bytes(4), 0.0)
assert told.wait(10)
assert outlet.trouble == "library"
outlet.close()
for thread in threading.enumerate():
    if thread.name == "media-sound":
        thread.join(10)
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=tmp_path.cwd())
