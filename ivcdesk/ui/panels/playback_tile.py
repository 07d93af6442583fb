"""The picture of a recording, with its moment, where it comes from, and why there is none."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Property
from PySide6.QtWidgets import QWidget

from ivcdesk.domain.coverage import Source
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.playback_reel import Reel
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets import time_words
from ivcdesk.ui.widgets.timeline_lanes import Track
from ivcdesk.ui.widgets.video_tile import VideoTile

_KINDS = {
    "idle": "empty",
    "nowhere": "empty",
    "opening": "connecting",
    "playing": "playing",
    "paused": "paused",
    "stalled": "stalled",
    "ended": "ended",
    "failed": "failed",
}


class PlaybackTile(VideoTile):
    """Shows what a :class:`Reel` plays. Qt property: ``position``, seconds since the epoch."""

    def __init__(self, context: Context, reel: Reel, parent: QWidget | None = None) -> None:
        super().__init__(parent, explain=context.explain)
        self.setObjectName("playback.player")
        self._context = context
        self._reel = reel
        self._track: Track | None = None
        self._clock: tuple[int, tzinfo] | None = None
        self.set_player(reel.player, follow=False)
        self.refresh()

    def set_track(self, channel_id: str, track: Track | None) -> None:
        """Say whose recordings they are; None while no channel is chosen."""
        self._track = track
        self.set_channel(channel_id, track.name if track is not None else "")
        self.refresh()

    def set_time(self, t: float, zone: tzinfo) -> None:
        """Show the moment of the picture."""
        key = round(t * 1000), zone
        if key != self._clock:
            self._clock = key
            self.set_badge(time_words.clock(t, zone, milliseconds=True) if self._track else "")

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

    def _empty(self) -> tuple[str, str]:
        if self._track is None:
            return tr("No camera chosen"), tr("Double-click one in the tree to see its recordings.")
        if self._reel.state == "nowhere":
            return tr("Nothing is recorded here"), ""
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
        if track.cloud.known.holds(self._reel.t) and not track.cloud.recorded.holds(self._reel.t):
            return tr("device · missing in the cloud")
        return tr("device")

    def _position(self) -> float:
        return self._reel.t

    position = Property(float, _position)
