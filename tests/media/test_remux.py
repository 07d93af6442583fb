"""Files joined without encoding: every picture once, in order, and what a file really holds."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.remux import Piece, Stop, examine, join
from ivcdesk.media.tail import Tail
from tests.media.streams import BITS, BLOCK, GOP, HEIGHT, WIDTH, X264, X265, picture

FPS = 15

CONTAINERS = {"mp4": "mp4", "ts": "mpegts"}


@cache
def made(form: str, first: int, last: int, codec: str, b_frames: int, audio: bool) -> bytes:
    """Pictures first..last-1 in a file whose clock begins at 0, as the cloud's do."""
    out = io.BytesIO()
    movflags = {"movflags": "frag_keyframe+delay_moov+default_base_moof"}
    kind = CONTAINERS[form]
    with av.open(out, "w", format=kind, options=movflags if form == "mp4" else {}) as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = stream.codec_context
        context.time_base, context.gop_size, context.thread_count = Fraction(1, FPS), GOP, 1
        context.max_b_frames = b_frames
        extra = {"x264-params": X264.format(b_frames)}
        if codec == "libx265":
            extra = {"x265-params": f"{X265}:bframes={b_frames}"}
        context.options = {"preset": "ultrafast", **extra}
        sound = container.add_stream("aac", rate=16000) if audio else None
        packets = []
        for number in range(first, last):
            frame = picture(number)
            frame.pts, frame.time_base = number - first, Fraction(1, FPS)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        for index in range(int((last - first) / FPS * 16000 / 1024) if sound else 0):
            silence = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            silence.sample_rate, silence.pts = 16000, index * 1024
            packets += sound.encode(silence)
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            container.mux(packet)
    return out.getvalue()


def clip(folder: Path, form: str, first: int, last: int, **kind: object) -> Path:
    """A file of pictures first..last-1."""
    path = folder / f"{first}.{form}"
    arguments = {"codec": "libx264", "b_frames": 0, "audio": False} | kind
    path.write_bytes(made(form, first, last, **arguments))
    return path


def numbers(path: Path) -> list[int]:
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            at = [int((bit + 0.5) * BLOCK) for bit in range(BITS)]
            assert (frame.width, frame.height) == (WIDTH, HEIGHT)
            found.append(sum(int(luma[BLOCK // 2, x] > 127) << n for n, x in enumerate(at)))
    return found


@pytest.mark.parametrize("form", ["mp4", "ts"])
@pytest.mark.parametrize(
    "kind", [{}, {"audio": True}, {"b_frames": 2}, {"codec": "libx265"}], ids=str
)
def test_overlapping_files_become_one_with_each_picture_once(tmp_path, form, kind):
    first = clip(tmp_path, form, 0, 90, **kind)
    second = clip(tmp_path, form, 60, 150, **kind)
    target = tmp_path / f"joined.{form}"
    wanted = [Piece(first, 2.5, 5.0), Piece(second, 1.0, 5.0)]
    seconds = join(wanted, target, form)
    found = numbers(target)
    begin = 38 if form == "mp4" else 30  # TS can only begin with the key frame before 2.5 s
    assert found == list(range(begin, found[-1] + 1))
    assert 135 <= found[-1] + 1 <= 137
    assert seconds == pytest.approx(6.5 if form == "mp4" else 7, abs=0.01)
    contents = examine(target)
    assert contents.seconds == pytest.approx(seconds, abs=3.1 / FPS)
    assert contents.pictures == len(found)
    assert contents.sound == ("aac" if kind.get("audio") else "")
    with av.open(str(target)) as container:
        for stream in container.streams:
            container.seek(0)
            stamps = [p.dts for p in container.demux(stream) if p.dts is not None]
            assert all(a < b for a, b in pairwise(stamps))


def test_a_gap_between_two_files_is_closed(tmp_path):
    pieces = [Piece(clip(tmp_path, "mp4", n, n + 30), 0, 2) for n in (0, 60, 300)]
    target = tmp_path / "joined.mp4"
    assert join(pieces, target, "mp4") == pytest.approx(6)
    assert numbers(target) == [*range(30), *range(60, 90), *range(300, 330)]
    assert examine(target).seconds == pytest.approx(6, abs=0.01)


def test_files_of_different_kinds_are_not_joined(tmp_path):
    first = clip(tmp_path, "mp4", 0, 30)
    second = clip(tmp_path, "mp4", 30, 60, codec="libx265")
    with pytest.raises(MediaError) as caught:
        join([Piece(first, 0, 2), Piece(second, 0, 2)], tmp_path / "joined.mp4", "mp4")
    assert caught.value.kind == "codec"


def test_sound_of_telephones_stays_in_an_mp4(tmp_path):
    source = tmp_path / "g711.mov"
    video = clip(tmp_path, "mp4", 0, 30)
    with av.open(str(video)) as pictures, av.open(str(source), "w", format="mov") as out:
        seen = out.add_stream_from_template(pictures.streams.video[0])
        sound = out.add_stream("pcm_alaw", rate=8000, layout="mono")
        for number in range(100):
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 160), np.int16), layout="mono")
            silence.sample_rate, silence.pts = 8000, number * 160
            out.mux(sound.encode(silence))
        for packet in pictures.demux(video=0):
            if packet.size:
                packet.stream = seen
                out.mux(packet)
    target = tmp_path / "joined.mp4"
    join([Piece(source, 0, 2), Piece(source, 0, 2)], target, "mp4")
    contents = examine(target)
    assert (contents.sound, contents.codec) == ("pcm_alaw", "h264")
    assert contents.seconds == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize("form", ["mp4", "ts"])
def test_what_a_cut_file_promises_is_not_believed(tmp_path, form):
    path = clip(tmp_path, form, 0, 90)
    whole = examine(path)
    assert whole.seconds == pytest.approx(6, abs=0.01)
    assert whole.pictures == 90
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert examine(path).seconds < 4.5
    path.write_bytes(b"<html>" * 1000)
    with pytest.raises(MediaError):
        examine(path)
    with pytest.raises(MediaError):
        examine(tmp_path / "nothing.mp4")


def test_work_ends_when_it_is_told_to(tmp_path):
    path = clip(tmp_path, "ts", 0, 90)
    stop = Stop()
    stop.interrupt()
    with pytest.raises(Interrupted):
        examine(path, stop)
    with pytest.raises(Interrupted):
        join([Piece(path, 0, 2)], tmp_path / "joined.ts", "ts", stop)


@pytest.mark.parametrize("form", ["mp4", "ts"])
def test_the_seconds_that_have_arrived_are_told_while_a_file_grows(tmp_path, form):
    data = made(form, 0, 90, "libx264", 0, True)
    path = tmp_path / f"growing.{form}"
    tail = Tail(path, form)
    assert tail.seconds() is None
    seen = []
    with path.open("wb") as file:
        for at in range(0, len(data), len(data) // 20):
            file.write(data[at : at + len(data) // 20])
            file.flush()
            seen.append(tail.seconds())
    known = [seconds for seconds in seen if seconds is not None]
    assert known == sorted(known)
    assert len(set(known)) >= 3
    assert 3.9 < known[-1] <= 6
    path.write_bytes(b"\x47" * 5000)
    assert Tail(path, form).seconds() is None
