"""Recording a live stream into MP4 files as it comes: the picture is not encoded anew."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from ivcdesk.media.lazy_file import LazyFile
from ivcdesk.media.pieces import Piece, SoundPiece, VideoPiece
from ivcdesk.media.sound_writer import SoundWriter

RESERVE = 64 << 20
"""A file is finished while so much of the disk is still free, bytes: its index needs room."""

MOST_WAITING = 64 << 20
"""A disk that leaves so much waiting is too slow, bytes."""

SUFFIX, PARTIAL = ".mp4", ".partial"

_CHECK_SECONDS = 2.0
_SOUND_PATIENCE = 0.5
_STALE_SECONDS = 24 * 3600.0

Trouble = Literal["", "folder", "full", "slow", "disk", "codec"]


@dataclass(frozen=True, slots=True)
class _Begin:
    """A connection: the file it goes to, which nothing was written to, and its picture."""

    container: OutputContainer
    video: VideoStream
    file: LazyFile
    sound: SoundPiece | None


class _Cut:
    """The end of a connection."""


class Recorder:
    """Writes what a tap passes on, one file for each connection, until :meth:`finish`.

    A file is written beside its place under a hidden name and appears when it is whole, or not
    at all. It holds the picture as it was sent, and AAC: sound in G.711, which no player of MP4
    knows, is encoded as AAC. A connection that breaks ends its file; the next one goes to another.

    ``name_of`` gives a file name (with suffix) from the moment it begins, epoch seconds.
    ``on_changed`` is called from a thread whenever ``files``, ``trouble`` or ``over`` changed.
    """

    def __init__(
        self, folder: Path, name_of: Callable[[float], str], on_changed: Callable[[], object]
    ) -> None:
        self.files: list[Path] = []
        self.trouble: Trouble = ""
        self.reason = ""
        self.over = False
        self._folder = folder
        self._name_of = name_of
        self._on_changed = on_changed
        self._lock = threading.Condition()
        self._waiting: deque[_Begin | Piece | _Cut] = deque()
        self._waiting_bytes = 0
        self._ending = False
        self._writer: _Writer | None = None
        self._done_seconds = 0.0
        self._thread = threading.Thread(target=self._run, name="media-recorder", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """How much of the stream was written, s."""
        writer = self._writer
        return self._done_seconds + (writer.seconds if writer else 0.0)

    def begin(self, stream: VideoStream, sound: SoundPiece | None) -> None:
        """Begin another file, with a picture like that of a stream; in the stream's thread."""
        file = LazyFile()
        container = av.open(file, "w", format="mp4", buffer_size=1 << 18)
        try:
            video = container.add_stream_from_template(stream, opaque=True)
        except (av.FFmpegError, ValueError):
            # The player goes on: only the recording ends.
            name = stream.codec_context.name
            with self._lock:
                self._ending = True
                self.trouble, self.reason = "codec", f"MP4 holds no {name.upper()}"
                self._lock.notify_all()
            return
        if stream.codec_context.name == "hevc":
            # The other mark for H.265 is refused by Apple's players.
            video.codec_context.codec_tag = "hvc1"
        self._leave(_Begin(container, video, file, sound))

    def put(self, piece: Piece) -> None:
        """Write one piece soon."""
        self._leave(piece)

    def cut(self) -> None:
        """Complete the file; what begins next goes to another."""
        self._leave(_Cut())

    def finish(self) -> None:
        """Complete the file and end; returns at once."""
        with self._lock:
            self._ending = True
            self._lock.notify_all()

    def join(self, seconds: float | None = None) -> bool:
        """Wait until everything is on the disk after :meth:`finish`; False when it takes longer."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _leave(self, what: _Begin | Piece | _Cut) -> None:
        with self._lock:
            if self.over or self._ending:
                return
            self._waiting.append(what)
            if isinstance(what, VideoPiece | SoundPiece):
                self._waiting_bytes += len(what.data)
            if self._waiting_bytes > MOST_WAITING:
                self._ending = True
                self.trouble = "slow"
            self._lock.notify_all()

    def _next(self) -> _Begin | Piece | _Cut | None:
        with self._lock:
            self._lock.wait_for(lambda: self._waiting or self._ending)
            if not self._waiting or self.trouble:
                return None
            what = self._waiting.popleft()
            if isinstance(what, VideoPiece | SoundPiece):
                self._waiting_bytes -= len(what.data)
            return what

    def _run(self) -> None:
        _sweep(self._folder)
        try:
            while (what := self._next()) is not None:
                self._do(what)
            self._complete()
        except _Full:
            self.trouble = "full"
            self._complete()
        except OSError as error:
            self._give_up("full" if error.errno == errno.ENOSPC else "disk", error)
        except (av.FFmpegError, ValueError) as error:
            self._give_up("codec", error)
        finally:
            with self._lock:
                self.over = True
                self._waiting.clear()
            self._on_changed()

    def _do(self, what: _Begin | Piece | _Cut) -> None:
        if isinstance(what, _Begin):
            self._complete()
            place = self._folder / self._name_of(time.time())
            self._writer = _Writer(what, place)
            self._on_changed()
        elif isinstance(what, _Cut):
            self._complete()
        elif self._writer is not None:
            self._writer.write(what)

    def _complete(self) -> None:
        writer = self._writer
        if writer is None:
            return
        try:
            kept = writer.complete()
        except OSError as error:
            self._give_up("full" if error.errno == errno.ENOSPC else "disk", error)
            return
        self._done_seconds += writer.seconds
        self._writer = None
        if kept is not None:
            self.files.append(kept)
            self._on_changed()

    def _give_up(self, trouble: Trouble, error: BaseException) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.discard()
        self.trouble = trouble
        self.reason = getattr(error, "strerror", None) or type(error).__name__
        with self._lock:
            self._ending = True


class _Full(Exception):
    """The disk has little room left: what is written so far must be completed now."""


class _Writer:
    """One file on its way."""

    def __init__(self, begin: _Begin, place: Path) -> None:
        self._place = place
        self._container = begin.container
        self._video = begin.video
        self._file = begin.file
        self._like = begin.sound
        self._early: list[Piece] | None = []
        self._sound: SoundWriter | None = None
        self._base: int | None = None
        self._last_dts: int | None = None
        self._checked = 0.0
        # The container will count in another time base than the pieces do.
        self._time_base = begin.video.time_base or Fraction(1, 1000)
        self._tick = float(self._time_base)
        self.seconds = 0.0

    def write(self, piece: Piece) -> None:
        """Write a piece; the first ones are kept until it is known whether there is sound."""
        if self._early is None:
            self._mux(piece)
            return
        self._early.append(piece)
        if isinstance(piece, SoundPiece):
            self._like = piece
        first = self._early[0]
        waited = isinstance(piece, VideoPiece) and isinstance(first, VideoPiece)
        span = (piece.pts - first.pts) * self._tick if waited else 0.0
        if self._like is not None or span > _SOUND_PATIENCE:
            self._start()

    def complete(self) -> Path | None:
        """Finish the file and give it its name; None where nothing was to be written."""
        if self._early:
            self._start()
        if self._base is None:
            self.discard()
            return None
        if self._sound is not None:
            self._sound.close()
        self._container.close()
        self._file.complete()
        place = _free(self._place)
        Path(self._file.name).replace(place)
        return place

    def discard(self) -> None:
        """Let nothing remain."""
        with suppress(av.FFmpegError, OSError, ValueError):
            self._container.close()
        self._file.discard()

    def _start(self) -> None:
        early, self._early = self._early or [], None
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._check()
        self._file.open(self._place.with_name(f".{self._place.name}.{os.getpid()}{PARTIAL}"))
        if self._like is not None:
            stream = self._container.add_stream("aac", rate=self._like.rate)
            self._sound = SoundWriter(self._container, stream, self._like)
        for piece in early:
            self._mux(piece)

    def _mux(self, piece: Piece) -> None:
        if isinstance(piece, SoundPiece):
            if self._sound is not None and self._base is not None:
                self._sound.write(piece, self._base * self._tick)
            return
        if self._base is None:
            self._base = piece.pts
        if self._last_dts is not None and piece.dts <= self._last_dts:
            return
        self._last_dts = piece.dts
        packet = Packet(piece.data)
        packet.time_base = self._time_base
        packet.pts, packet.dts = piece.pts - self._base, piece.dts - self._base
        packet.duration = piece.duration
        packet.is_keyframe = piece.key
        packet.stream = self._video
        self._container.mux(packet)
        self._file.check()
        self.seconds = max(self.seconds, (piece.pts + piece.duration - self._base) * self._tick)
        if time.monotonic() - self._checked > _CHECK_SECONDS:
            self._check()

    def _check(self) -> None:
        self._checked = time.monotonic()
        if shutil.disk_usage(self._place.parent).free < RESERVE:
            raise _Full


def _free(place: Path) -> Path:
    number = 2
    free = place
    while free.exists():
        free = place.with_stem(f"{place.stem} ({number})")
        number += 1
    return free


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed has left behind."""
    with suppress(OSError):
        for left in folder.glob(f".*{SUFFIX}.*{PARTIAL}"):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink(missing_ok=True)
