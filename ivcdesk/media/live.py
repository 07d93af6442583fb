"""The live player: an address in, the newest picture out, whatever the network does."""

from __future__ import annotations

from ivcdesk.media.errors import MediaError
from ivcdesk.media.live_worker import LiveWorker
from ivcdesk.media.player import StreamPlayer
from ivcdesk.media.states import CONNECTING, PlayerState

__all__ = ["LivePlayer", "MediaError", "PlayerState"]


class LivePlayer(StreamPlayer):
    """Plays one live stream at a time: FLV or HLS over HTTP, RTMP, RTSP.

    After a failure it tries again by itself, after 0.5 s and then ever more slowly up to 8 s.
    """

    _worker: LiveWorker | None = None

    def play(self, url: str) -> None:
        """Play an address from now on, instead of anything before."""
        outlet = self._new_outlet()
        self._url = url
        self._set_state(CONNECTING)
        self._worker = LiveWorker(url, outlet)
        self._begin(outlet, self._worker)

    def renew(self, url: str) -> None:
        """Go on with a fresh address of the same stream, at once if it is not playing."""
        if self._worker is None:
            self.play(url)
            return
        self._url = url
        self._worker.renew(url)

    def retry(self) -> None:
        """Try again now instead of after the pause."""
        if self._worker is not None:
            self._set_state(CONNECTING)
            self._worker.retry()

    def _end(self) -> None:
        self._worker = None
        super()._end()
