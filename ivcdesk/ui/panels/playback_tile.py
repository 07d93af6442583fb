"""The picture of a recording, with its moment, where it comes from, and why there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import Property
from PySide6.QtWidgets import QWidget

from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import day_of
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.playback_reel import Reel
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets import time_words, timeline_words
from ivcdesk.ui.widgets.timeline_lanes import Track
from ivcdesk.ui.widgets.video_tile import VideoTile

_KINDS = {
    "idle": "empty",
    "nowhere": "empty",
    "waiting": "empty",
    "opening": "connecting",
    "playing": "playing",
    "paused": "paused",
    "stalled": "stalled",
    "ended": "ended",
    "failed": "failed",
}
_BLANK = frozenset({"waiting", "nowhere"})
"""Where there is no picture, and so no moment of one."""
SKEW = 0.1
"""A device that is further from the common playhead than this says so, s."""


class PlaybackTile(VideoTile):
    """Shows what a :class:`Reel` plays.

    Qt properties, in seconds since the epoch: ``position`` is the moment it is at, ``pictureTime``
    that of the picture which is shown, 0.0 where there is none.
    """

    def __init__(
        self,
        context: Context,
        reel: Reel,
        zone: Callable[[], tzinfo],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, explain=context.explain)
        self._context = context
        self._reel = reel
        self._zone = zone
        self._track: Track | None = None
        self._clock: tuple[int, tzinfo] | None = None
        self._skew = 0.0
        self.set_player(reel.player, follow=False)
        self.refresh()

    def set_track(self, channel_id: str, track: Track | None) -> None:
        """Say whose recordings they are; None while no channel is chosen."""
        self._track = track
        self.set_channel(channel_id, track.name if track is not None else "")
        self.refresh()

    def set_time(self, t: float) -> None:
        """Show the moment of the picture."""
        zone = self._zone()
        shown = self._track is not None and t > 0 and self._reel.state not in _BLANK
        key = round(t * 1000) if shown else 0, zone
        if key != self._clock:
            self._clock = key
            self.set_badge(time_words.clock(t, zone, milliseconds=True) if shown else "")

    def set_skew(self, skew: float) -> None:
        """Say how far a device is behind the common playhead, s."""
        rounded = round(skew, 1) if abs(skew) > SKEW else 0.0
        if rounded != self._skew:
            self._skew = rounded
            self.set_line(self._source_words())

    def refresh(self) -> None:
        """Say anew what the reel is doing."""
        reel = self._reel
        kind = _KINDS[reel.state]
        if reel.state == "failed" and reel.error is not None:
            said = self._context.explain(reel.error)
            self.show_state(kind, said.title, said.hint, said.footnote, tr("Try again"))
        else:
            self.set_empty(*self._empty())
            self.show_state(kind)
        self.set_line(self._source_words())
        self.set_time(reel.t)

    def _empty(self) -> tuple[str, str]:
        reel = self._reel
        if self._track is None:
            return tr("No camera chosen"), tr("Double-click one in the tree to see its recordings.")
        if reel.state == "nowhere":
            return tr("Nothing is recorded here"), ""
        if reel.state == "waiting" and reel.until is not None:
            zone = self._zone()
            time = timeline_words.time_at(reel.until, zone)
            if day_of(reel.until, zone) != day_of(reel.t, zone):
                time = f"{time_words.full_day_of(reel.until, zone)} {time}"
            return tr("Nothing is recorded here"), tr("Goes on at {time}", time=time)
        return (
            tr("Ready to play"),
            tr("Click the timeline where it should begin, or press Space."),
        )

    def _source_words(self) -> str:
        source, track = self._reel.source, self._track
        if source is None or track is None:
            return ""
        if source is Source.CLOUD:
            return tr("cloud")
        words = tr("device")
        if track.cloud.known.holds(self._reel.t) and not track.cloud.recorded.holds(self._reel.t):
            words = tr("device · missing in the cloud")
        if self._skew:
            # Behind is minus: it shows what was that much earlier.
            words = tr("{place} · {skew} s", place=words, skew=f"{-self._skew:+.1f}")
        return words

    def _position(self) -> float:
        return self._reel.t

    def _picture_time(self) -> float:
        pictured = self._reel.player.pictured
        return pictured if pictured is not None and self._reel.source is not None else 0.0

    position = Property(float, _position)
    pictureTime = Property(float, _picture_time)
