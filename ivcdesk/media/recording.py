"""The player for recordings: cloud ones from a playlist, device ones from a session's stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.errors import MediaError
from ivcdesk.media.frames import Frame
from ivcdesk.media.outlet import Outlet
from ivcdesk.media.pace import Clock, PlayClock
from ivcdesk.media.player import StreamPlayer
from ivcdesk.media.states import CONNECTING, PlayerState

if TYPE_CHECKING:
    from ivcdesk.media.device_worker import DeviceWorker
    from ivcdesk.media.recording_worker import RecordingWorker
else:
    try:
        from ivcdesk.media.device_worker import DeviceWorker
        from ivcdesk.media.recording_worker import RecordingWorker
    except ImportError:  # without PyAV there is a window, but no recording in it
        DeviceWorker = RecordingWorker = None

__all__ = ["MediaError", "PlayerState", "RecordingPlayer"]

SLOWEST, FASTEST = 0.25, 8.0

Kind = Literal["hls", "flv"]


class RecordingPlayer(StreamPlayer):
    """Plays one recording at a time. Moments are seconds since the epoch.

    Of kind ``hls`` the player does everything itself. Of kind ``flv`` the device paces: its owner
    pauses, seeks and scales through the cloud, and tells it here by :meth:`note_seek` and
    :meth:`note_rate`; :meth:`seek`, :meth:`step` and :meth:`set_rate` then do nothing.

    Signals: ``position_changed`` with the moment shown, at least ten times a second while playing.
    """

    position_changed = Signal(float)

    def __init__(self, parent: QObject | None = None, *, clock: Clock | None = None) -> None:
        super().__init__(parent)
        self._clock: Clock = clock or PlayClock()
        self._interval = Interval(0.0, 0.0)
        self._position = 0.0
        self._rate = 1.0
        self._pictured: float | None = None
        self._hls: RecordingWorker | None = None
        self._device: DeviceWorker | None = None

    @property
    def position(self) -> float:
        """The moment that is shown, or that is being sought."""
        return self._position

    @property
    def interval(self) -> Interval:
        """What was opened."""
        return self._interval

    @property
    def rate(self) -> float:
        """Seconds of the recording per second."""
        return self._rate

    @property
    def pictured(self) -> float | None:
        """The moment of the picture that was taken last to be painted, None where there is none."""
        return self._pictured

    def take(self) -> Frame | None:
        """Return the newest frame if it was not taken before."""
        frame = super().take()
        if frame is not None:
            self._pictured = frame.wall
        return frame

    def open(
        self,
        url: str,
        interval: Interval,
        at: float,
        kind: Kind = "hls",
        *,
        spans: Sequence[tuple[float, float]] = (),
    ) -> None:
        """Play from a moment on, instead of anything before; :meth:`pause` to only show it.

        ``spans`` is what is known to be recorded, for playlists that leave out their dates and
        for devices, which jump over gaps without a word.
        """
        outlet = self._new_outlet()
        self._url, self._interval, self._position = url, interval, at
        self._set_state(CONNECTING)
        if RecordingWorker is None:
            self._set_state(PlayerState("failed", MediaError("codec", "PyAV can't be loaded")))
            return
        if kind == "hls":
            self._clock.set(at)
            self._hls = RecordingWorker(url, interval, at, spans, outlet, self._clock)
            self._begin(outlet, self._hls)
        else:
            self._device = DeviceWorker(url, interval, at, self._rate, spans, outlet, self._clock)
            self._begin(outlet, self._device)
        self.position_changed.emit(at)

    def play(self) -> None:
        """Go on, from the beginning where it has ended; after a failure try again."""
        if worker := self._hls or self._device:
            worker.play()

    def pause(self) -> None:
        """Stay at the picture that is shown."""
        if worker := self._hls or self._device:
            worker.pause()

    def seek(self, moment: float) -> bool:
        """Show the picture of a moment, or the first one after it where none is recorded.

        False where the moment is outside of what was opened, or the device has to seek.
        """
        if self._hls is None or not self._interval.start <= moment <= self._interval.end:
            return False
        self._position = moment
        self._hls.seek(moment)
        return True

    def step(self, count: int) -> None:
        """Go one picture on (1) or back (-1), or more, and stay there."""
        if self._hls is not None:
            self._hls.step(count)

    def set_rate(self, rate: float) -> None:
        """Play at 0.25 to 8 times the speed."""
        self._rate = min(max(rate, SLOWEST), FASTEST)
        self._clock.set_rate(self._rate)
        if self._hls is not None:
            self._hls.rate_changed()

    def renew(self, url: str) -> None:
        """Go on from where it is with a fresh address of the same recording."""
        self._url = url
        if worker := self._hls or self._device:
            worker.renew(url)

    def note_seek(self, moment: float) -> None:
        """Take notice that the device now plays from another moment."""
        if self._device is not None:
            self._position = moment
            self._device.note_seek(moment)

    def note_rate(self, rate: float) -> None:
        """Take notice that the device now plays at another speed."""
        self._rate = rate
        if self._device is not None:
            self._device.note_rate(rate)

    def _end(self) -> None:
        self._hls = self._device = None
        self._pictured = None
        super()._end()

    def _on_news(self, outlet: Outlet) -> None:
        position, outlet.position = outlet.position, None
        if position is not None:
            self._position = position
            self.position_changed.emit(position)
