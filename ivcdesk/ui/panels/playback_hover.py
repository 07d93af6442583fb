"""Shows what was recorded where the pointer rests on the timeline, before anybody goes there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from ivcdesk.api.actions import ChannelId
from ivcdesk.api.errors import IvcError
from ivcdesk.media.errors import MediaError
from ivcdesk.media.thumbnails import Thumbnails, Wish
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.widgets import timeline_words
from ivcdesk.ui.widgets.timeline import Timeline
from ivcdesk.ui.widgets.timeline_thumbnail import TimelineThumbnail

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.recordings import Playable, Recordings

REST_MS = 150
"""How long the pointer must rest before anything is fetched."""
KEPT_PLAYABLES = 24
FRESH_SECONDS = 600.0
"""How long an address of a recording is used again, s."""


class Hover(QObject):
    """Fetches small pictures of cloud recordings; of what only a device has it shows the time.

    A device plays to one at a time, so that a look at a picture would end what is being watched.
    ``channels`` names the channels of the timeline's tracks, in their order.
    """

    def __init__(
        self,
        timeline: Timeline,
        channels: Callable[[], Sequence[ChannelId]],
        now: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.thumbnails = Thumbnails(self)
        self.popup = TimelineThumbnail(timeline)
        self.tasks = TaskScope(self)
        self._timeline = timeline
        self._channels = channels
        self._now = now
        self._recordings: Recordings | None = None
        self._playables: dict[tuple[ChannelId, float], tuple[float, Playable]] = {}
        self._aim: tuple[ChannelId, float, int] | None = None
        self._renewed = ""
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._on_rested)
        timeline.pointed.connect(self._on_pointed)
        timeline.window_moved.connect(lambda *_: self._leave())
        self.thumbnails.ready.connect(self._on_ready)
        self.thumbnails.failed.connect(self._on_failed)

    def attach(self, recordings: Recordings | None) -> None:
        """Look at the recordings of another account, or of none."""
        self._leave()
        self.tasks.cancel()
        self._recordings = recordings
        self._playables.clear()
        self.thumbnails.forget()

    async def close(self) -> None:
        """Stop everything."""
        self.attach(None)
        await self.tasks.finish()

    def _on_pointed(self, t: float | None) -> None:
        aim = self._aimed_at(t)
        if aim is None:
            self._leave()
            return
        moved = self._aim is None or aim[:2] != self._aim[:2]
        self._aim = aim
        if not moved:
            return
        channel_id, moment, _ = aim
        known = self.thumbnails.shelf.find(channel_id, moment)
        if known is not None:
            self._rest.stop()
            self.thumbnails.cancel()
            self._show(known)
            return
        self.popup.hide()
        self._rest.start()

    def _aimed_at(self, t: float | None) -> tuple[ChannelId, float, int] | None:
        """Return which channel and moment are pointed at, where the cloud has a recording."""
        timeline = self._timeline
        if t is None or self._recordings is None or timeline.held or not timeline.isVisible():
            return None
        tracks, channels = timeline.tracks, self._channels()
        which = 0 if len(tracks) == 1 else timeline.pointed_track
        if which is None or which >= min(len(tracks), len(channels)):
            return None
        if not tracks[which].cloud.recorded.holds(t):
            return None
        return channels[which], t, which

    def _leave(self) -> None:
        self._aim = None
        self._rest.stop()
        self.thumbnails.cancel()
        self.popup.hide()

    def _on_rested(self) -> None:
        if self._aim is not None:
            self.tasks.start(self._fetch(self._aim), name="playback.hover")

    async def _fetch(self, aim: tuple[ChannelId, float, int]) -> None:
        channel_id, t, which = aim
        try:
            playable = await self._playable(channel_id, t)
        except IvcError:
            return  # the time alone is shown: whoever wants to know why clicks there
        if playable is None or self._aim is None or self._aim[:2] != (channel_id, t):
            return
        recorded = self._timeline.tracks[which].cloud.recorded
        inside = tuple((a, b) for a, b in recorded.within(*playable.interval).tolist())
        self.thumbnails.want(
            Wish(channel_id, t, playable.url, playable.interval, inside, self.popup.box)
        )

    async def _playable(self, channel_id: ChannelId, t: float) -> Playable | None:
        now = self._now()
        for (channel, _), (asked, playable) in self._playables.items():
            inside = playable.interval.holds(t) and now - asked < FRESH_SECONDS
            if channel == channel_id and inside:
                return playable
        if self._recordings is None:
            return None
        playable = await self._recordings.open_cloud(channel_id, t)
        self._playables[channel_id, playable.interval.start] = now, playable
        while len(self._playables) > KEPT_PLAYABLES:
            del self._playables[next(iter(self._playables))]
        return playable

    def _on_ready(self, wish: Wish, image: QImage) -> None:
        if self._aim is not None and self._aim[:2] == (wish.key, wish.t):
            self._show(image)

    def _on_failed(self, wish: Wish, error: MediaError) -> None:
        """An address that has expired is asked for anew, once."""
        gone = [key for key, (_, each) in self._playables.items() if each.url == wish.url]
        for key in gone:
            del self._playables[key]
        if error.wants_new_url and self._renewed != wish.key and self._aim is not None:
            self._renewed = wish.key
            self._on_rested()

    def _show(self, image: QImage) -> None:
        if self._aim is None:
            return
        _, t, which = self._aim
        self._renewed = ""
        timeline = self._timeline
        time = timeline_words.time_at(t, timeline.zone)
        name = timeline.tracks[which].name
        caption = f"{time} · {name}" if name else time
        self.popup.show_picture(image, caption, timeline.scale.x(t))
