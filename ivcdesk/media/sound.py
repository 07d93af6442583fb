"""Samples out to the ear, a moment behind the picture and never more."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PySide6.QtCore import QIODevice
    from PySide6.QtMultimedia import QAudioSink

RATE = 48_000
FRAME_BYTES = 4
"""Samples are 16 bit, stereo, interleaved."""

LIMIT_SECONDS = 0.12
"""More than this that waits for the device is late: the oldest is left out."""

_DEVICE_SECONDS = 0.06
_AHEAD_SECONDS = 0.05
_SPARE_SECONDS, _SETTLE_SECONDS = 0.03, 2.0
_TURN_SECONDS = 0.01
_AGAIN_SECONDS = 3.0
_BYTES_A_SECOND = RATE * FRAME_BYTES

Trouble = Literal["", "library", "device", "broken"]


class SoundOutlet:
    """One voice: writes samples to the system's sound device, from a thread of its own.

    Any thread may call anything, and nothing waits. The thread and the device come with the
    first samples and go with :meth:`close`; a closed outlet stays closed.

    ``on_trouble`` is called in the outlet's thread whenever :attr:`trouble` has changed.
    """

    def __init__(self, volume: float = 1.0, on_trouble: Callable[[], object] | None = None) -> None:
        self._lock = threading.Condition()
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._bytes = 0
        self._volume = volume
        self._trouble: Trouble = ""
        self._on_trouble = on_trouble
        self._closed = False
        self._flushes = 0
        self._least, self._settled_at = 0, 0.0
        self._thread: threading.Thread | None = None
        self._in_device = 0.0
        self._written: float | None = None

    @property
    def volume(self) -> float:
        """How loud, 0 to 1, as the ear takes it."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        with self._lock:
            self._volume = min(max(volume, 0.0), 1.0)
            self._lock.notify_all()

    @property
    def trouble(self) -> Trouble:
        """Why nothing is heard: the ``library`` is missing, there is no ``device``, or it broke."""
        return self._trouble

    @property
    def delay(self) -> float:
        """How long from now what is written now will be heard, s."""
        return self._bytes / _BYTES_A_SECOND + self._in_device

    @property
    def heard(self) -> float | None:
        """The time stamp that is being heard now, s; None before anything was."""
        written = self._written
        return None if written is None else written - self._in_device

    def write(self, samples: bytes, pts: float) -> None:
        """Let samples be heard behind those written before; ``pts`` is their time stamp, s.

        It is the caller who paces: what comes too early is left out, the oldest first.
        """
        with self._lock:
            if self._closed:
                return
            spare = self._spare(time.monotonic())
            self._waiting.append((samples, pts))
            self._bytes += len(samples)
            if self._bytes > LIMIT_SECONDS * _BYTES_A_SECOND:
                self._thin(_AHEAD_SECONDS * _BYTES_A_SECOND)
            elif spare:
                self._thin(self._bytes - spare)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="media-sound", daemon=True)
                self._thread.start()
            self._lock.notify_all()

    def flush(self) -> None:
        """Forget what was not heard yet."""
        with self._lock:
            self._waiting.clear()
            self._bytes = 0
            self._written = None
            self._flushes += 1
            self._lock.notify_all()

    def close(self) -> None:
        """Be silent for good; the thread and the device go."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._bytes = 0
            self._lock.notify_all()

    def _spare(self, now: float) -> int:
        """Return how many bytes were never needed of late: a burst leaves them, for good."""
        self._least = min(self._least, self._bytes)
        if now - self._settled_at < _SETTLE_SECONDS:
            return 0
        least, self._least, self._settled_at = self._least, self._bytes, now
        return least if least > _SPARE_SECONDS * _BYTES_A_SECOND else 0

    def _thin(self, most: float) -> None:
        """Leave out the oldest in one go: one gap is heard less than many."""
        while self._bytes > most and len(self._waiting) > 1:
            self._bytes -= len(self._waiting.popleft()[0])

    def _run(self) -> None:
        while not self._closed:
            trouble = self._play()
            self._tell(trouble)
            with self._lock:
                lasting = None if trouble == "library" else _AGAIN_SECONDS
                self._lock.wait_for(lambda: self._closed, lasting)

    def _play(self) -> Trouble:
        """Play until closed or until the device is lost."""
        try:
            from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices, QtAudio
        except ImportError:
            return "library"
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            return "device"
        shape = QAudioFormat()
        shape.setSampleRate(RATE)
        shape.setChannelCount(2)
        shape.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        sink = QAudioSink(device, shape)
        sink.setBufferSize(round(_DEVICE_SECONDS * _BYTES_A_SECOND))
        pipe = sink.start()
        try:
            if pipe is None or sink.error() != QtAudio.Error.NoError:
                return "broken"
            self._tell("")
            volume = -1.0
            while self._wait(sink):
                if volume != self._volume:
                    volume = self._volume
                    scale = QtAudio.VolumeScale
                    sink.setVolume(
                        QtAudio.convertVolume(
                            volume, scale.LogarithmicVolumeScale, scale.LinearVolumeScale
                        )
                    )
                if not self._hand_over(sink, pipe):
                    return "broken"
            return ""
        finally:
            self._in_device = 0.0
            with suppress(RuntimeError):
                sink.reset()

    def _wait(self, sink: QAudioSink) -> bool:
        """Wait until there is enough to write, and room for it; False when closed."""
        with self._lock:
            while not self._closed:
                held = sink.bufferSize() - sink.bytesFree()
                self._in_device = max(0.0, held / _BYTES_A_SECOND)
                # After silence a little is kept back, or the second piece would come too late.
                enough = _AHEAD_SECONDS if held <= 0 else 0.0
                if self._waiting and self._bytes >= enough * _BYTES_A_SECOND:
                    if sink.bytesFree() >= FRAME_BYTES:
                        return True
                    self._lock.wait(_TURN_SECONDS)
                else:
                    self._lock.wait(None if held <= 0 else _TURN_SECONDS)
            return False

    def _hand_over(self, sink: QAudioSink, pipe: QIODevice) -> bool:
        with self._lock:
            if not self._waiting:
                return True
            samples, pts = self._waiting.popleft()
            self._bytes -= len(samples)
            flushes = self._flushes
        room = sink.bytesFree() // FRAME_BYTES * FRAME_BYTES
        written = int(pipe.write(samples[:room]))
        if written < 0:
            return False
        end = pts + written / _BYTES_A_SECOND
        with self._lock:
            if self._closed or flushes != self._flushes:
                return True
            self._written = end
            if written < len(samples):
                self._waiting.appendleft((samples[written:], end))
                self._bytes += len(samples) - written
        return True

    def _tell(self, trouble: Trouble) -> None:
        if trouble != self._trouble and not self._closed:
            self._trouble = trouble
            if self._on_trouble is not None:
                self._on_trouble()
