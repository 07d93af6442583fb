"""Recordings of live streams: whole or not there, from a key frame on, and nothing pulled twice."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QSize

from ivcdesk.media import live_worker, recorder
from ivcdesk.media.lazy_file import LazyFile
from ivcdesk.media.live import LivePlayer
from ivcdesk.media.recorder import Recorder
from ivcdesk.media.sound import FRAME_BYTES, RATE
from ivcdesk.media.sound_track import FlvSound, SoundDecoder, pieces_of
from ivcdesk.media.tap import Tap
from tests.media.streams import FPS, GOP, live, number_of, picture
from tests.media.tones import HERTZ, clip, heard

pytestmark = pytest.mark.usefixtures("no_workers_left")


def named(_taken: float) -> str:
    return "Gate 门 10.00.mp4"


@pytest.fixture
def news():
    return []


@pytest.fixture
def made(tmp_path, news):
    recorders = []

    def make(folder: Path | None = None) -> Recorder:
        recorders.append(Recorder(folder or tmp_path / "clips", named, lambda: news.append(1)))
        return recorders[-1]

    yield make
    for each in recorders:
        each.finish()
        assert each.join(10)


def drive(tap: Tap, data: bytes, kind: str, taker: Recorder, open_at: int) -> None:
    """Let a clip pass the tap as a worker does; the recorder comes with that packet."""
    source = io.BytesIO(data)
    splitter = FlvSound(source.read)
    whole = kind == "flv"
    with av.open(splitter if whole else source, "r", format=kind) as container:
        video = container.streams.video[0]
        tap.begin(video)
        streams = [video] if whole else list(container.streams)
        count = 0
        for packet in container.demux(streams):
            while splitter.pieces:
                tap.sound(splitter.pieces.popleft())
            if packet.stream is not video:
                for piece in pieces_of(packet):
                    tap.sound(piece)
                continue
            if count == open_at:
                tap.open(taker)
            tap.video(packet)
            count += 1
        tap.end()
    tap.close()


def look(path: Path) -> tuple[list[int], float, str, bytes]:
    """The numbers of all pictures, the duration in s, the codecs, the sound."""
    numbers, samples = [], b""
    decoder = SoundDecoder()
    from ivcdesk.media.frames import Scaler

    with av.open(path) as container:
        duration = container.duration / 1e6
        codecs = " ".join(stream.codec_context.name for stream in container.streams)
        first = True
        for packet in container.demux():
            if packet.stream.type == "video":
                if first:
                    assert packet.is_keyframe
                    first = False
                numbers += [number_of(Scaler().convert(frame)) for frame in packet.decode()]
            else:
                for piece in pieces_of(packet):
                    samples += b"".join(part for part, _ in decoder.decode(piece))
    return numbers, duration, codecs, samples


@pytest.mark.parametrize(
    ("kind", "codec", "sound", "codecs"),
    [
        ("flv", "libx264", "aac", "h264 aac"),
        ("flv", "libx264", "pcm_alaw", "h264 aac"),
        ("flv", "libx264", "pcm_mulaw", "h264 aac"),
        ("flv", "libx265", "aac", "hevc aac"),
        ("mpegts", "libx264", "aac", "h264 aac"),
        ("mpegts", "libx265", "aac", "hevc aac"),
    ],
)
def test_a_file_begins_with_the_last_key_frame_and_holds_all_that_follows(
    made, kind, codec, sound, codecs
):
    taker = made()
    drive(Tap(), clip(kind, codec, sound), kind, taker, open_at=GOP + 7)
    taker.finish()
    assert taker.join(10)
    assert (taker.trouble, len(taker.files)) == ("", 1)
    numbers, duration, found, samples = look(taker.files[0])
    assert numbers == list(range(GOP, 3 * FPS))
    assert duration == pytest.approx(2, abs=0.15)
    assert found == codecs
    assert taker.seconds == pytest.approx(2, abs=0.15)
    assert len(samples) / FRAME_BYTES / RATE == pytest.approx(2, abs=0.2)
    assert heard(samples)[0] == pytest.approx(HERTZ, abs=10)
    assert [path.name for path in taker.files[0].parent.iterdir()] == ["Gate 门 10.00.mp4"]


@pytest.fixture
def player(qtbot, server, monkeypatch):
    monkeypatch.setattr(live_worker, "FIRST_PAUSE", 0.05)
    made = LivePlayer()
    made.set_size(QSize(320, 180))
    yield made
    made.stop()


def test_a_playing_stream_is_recorded_without_another_pull(qtbot, server, player, made):
    server.handlers["/live.flv"] = live(cached=40)
    player.play(server.url("/live.flv"))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    taker = made()
    player.tap.open(taker)
    qtbot.waitUntil(lambda: taker.seconds > 0.7, timeout=5000)
    assert len(server.asked) == 1
    folder = taker._folder
    assert not list(folder.glob("[!.]*")), "nothing is seen before it is whole"
    player.tap.close()
    taker.finish()
    assert taker.join(10)
    numbers, _, codecs, _ = look(taker.files[0])
    assert numbers == list(range(GOP, GOP + len(numbers)))
    assert codecs == "h264"
    assert player.state.kind == "playing"


def test_a_connection_that_breaks_ends_the_file_and_the_next_begins_another(
    qtbot, server, player, made
):
    server.handlers["/live.flv"] = live(cached=40, after=45, then="reset")
    taker = made()
    player.tap.open(taker)
    player.play(server.url("/live.flv"))
    qtbot.waitUntil(lambda: len(taker.files) >= 2, timeout=8000)
    player.stop()
    taker.finish()
    assert taker.join(10)
    assert [path.name for path in taker.files[:2]] == [
        "Gate 门 10.00.mp4",
        "Gate 门 10.00 (2).mp4",
    ]
    for path in taker.files[:2]:
        assert look(path)[0][:5] == [0, 1, 2, 3, 4]


def test_a_window_that_closes_leaves_whole_files(qtbot, server, player, made):
    server.handlers["/live.flv"] = live(cached=20)
    taker = made()
    player.tap.open(taker)
    player.play(server.url("/live.flv"))
    qtbot.waitUntil(lambda: taker.seconds > 0.5, timeout=5000)
    player.stop()
    taker.finish()
    assert taker.join(10)
    assert len(look(taker.files[0])[0]) >= 8


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_disk_that_is_nearly_full_ends_with_a_whole_file(made, tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "_CHECK_SECONDS", 0.0)
    left = iter([1 << 40] * 20)
    usage = recorder.shutil.disk_usage

    class Usage:
        def __init__(self) -> None:
            self.free = next(left, 0)

    monkeypatch.setattr(recorder.shutil, "disk_usage", lambda path: Usage())
    taker = made()
    drive(Tap(), clip("flv"), "flv", taker, open_at=0)
    assert taker.join(10)
    monkeypatch.setattr(recorder.shutil, "disk_usage", usage)
    assert taker.trouble == "full"
    numbers = look(taker.files[0])[0]
    assert 10 < len(numbers) < 25
    assert numbers == list(range(len(numbers)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_disk_that_is_full_leaves_nothing(made, tmp_path, monkeypatch):
    full = Path("/dev/full")
    opened = LazyFile.open

    def open_full(file: LazyFile, path: Path) -> None:
        opened(file, full)
        file.name = str(path)

    monkeypatch.setattr(LazyFile, "open", open_full)
    taker = made()
    drive(Tap(), clip("flv"), "flv", taker, open_at=0)
    taker.finish()
    assert taker.join(10)
    assert (taker.trouble, taker.files) == ("full", [])
    assert leftovers(tmp_path) == []


def test_a_folder_that_can_not_be_made_is_told(made, tmp_path, news):
    (tmp_path / "taken").write_text("a file")
    taker = made(tmp_path / "taken" / "clips")
    drive(Tap(), clip("flv"), "flv", taker, open_at=0)
    taker.finish()
    assert taker.join(10)
    assert taker.trouble == "disk"
    assert taker.reason
    assert news
    assert leftovers(tmp_path) == ["taken"]


def test_what_was_never_begun_leaves_nothing(made, tmp_path):
    taker = made()
    taker.finish()
    assert taker.join(10)
    assert (taker.trouble, taker.files) == ("", [])
    assert leftovers(tmp_path) == []


def test_a_picture_that_mp4_does_not_hold_ends_the_recording_and_nothing_else(made, tmp_path):
    out = io.BytesIO()
    with av.open(out, "w", format="flv") as container:
        stream = container.add_stream("flv", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(5):
            container.mux(stream.encode(picture(number)))
        container.mux(stream.encode(None))
    taker = made()
    drive(Tap(), out.getvalue(), "flv", taker, open_at=0)
    assert taker.join(10)
    assert (taker.trouble, taker.reason, taker.files) == ("codec", "MP4 holds no FLV", [])
    assert leftovers(tmp_path) == []
