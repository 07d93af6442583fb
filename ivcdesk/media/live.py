"""The live player: an address in, the newest picture out, whatever the network does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QTimer

from ivcdesk.media.errors import MediaError, NoDecoder
from ivcdesk.media.outlet import Outlet
from ivcdesk.media.player import StreamPlayer
from ivcdesk.media.states import CONNECTING, PlayerState
from ivcdesk.media.tap import Taker, Tap

if TYPE_CHECKING:
    from ivcdesk.media.fallback import FallbackWorker
    from ivcdesk.media.live_worker import LiveWorker
else:
    try:  # with the panels, in a thread: a tenth of a second that no picture waits for
        from ivcdesk.media.live_worker import LiveWorker
    except ImportError:
        LiveWorker = None

__all__ = ["LivePlayer", "MediaError", "PlayerState"]

IDLE_SECONDS = 10.0


class LivePlayer(StreamPlayer):
    """Plays one live stream at a time: FLV or HLS over HTTP, RTMP, RTSP.

    After a failure it tries again by itself, after 0.5 s and then ever more slowly up to 8 s.
    When nobody has looked for ``idle_seconds`` (the size is empty) it pulls no more, since pulls
    are billed, and goes on in the moment that somebody looks; None pulls all the time.

    PyAV decodes the stream. Where that is missing, or makes no picture of it, Qt's own player
    takes over, which is later and less precise.
    """

    def __init__(
        self, parent: QObject | None = None, *, idle_seconds: float | None = IDLE_SECONDS
    ) -> None:
        super().__init__(parent)
        self._worker: LiveWorker | FallbackWorker | None = None
        self._others: tuple[str, ...] = ()
        self.tap = Tap()
        """Where a recording gets what the picture is made of."""
        self._fallen_back = False
        self._idle_seconds = idle_seconds
        self._idle = QTimer(self, singleShot=True)
        self._idle.timeout.connect(self._on_idle)

    @property
    def pulling(self) -> bool:
        """Whether a stream is being pulled, or tried to be."""
        return self._worker is not None

    @property
    def transport(self) -> str:
        """The way that the stream comes, as ``FLV``, ``HLS``, ``RTMP`` or ``RTSP``."""
        return "" if self._worker is None else self._worker.transport

    def set_size(self, size: QSize) -> None:
        """Fit pictures into this size in device pixels; an empty one means that nobody looks."""
        super().set_size(size)
        if not size.isEmpty() and self._url and self._worker is None:
            self.play(self._url, *self._others)
        self._watch()

    def play(self, url: str, *others: str) -> None:
        """Play an address from now on, instead of anything before.

        ``others`` are addresses of the same stream to turn to where this one gives no picture.
        """
        outlet = self._new_outlet()
        self._url, self._others = url, others
        self._set_state(CONNECTING)
        self._fallen_back = False
        self._worker = self._make_worker((url, *others), outlet)
        self._begin(outlet, self._worker)
        self._watch()

    def renew(self, url: str, *others: str) -> None:
        """Go on with fresh addresses of the same stream, at once if it is not playing."""
        self._url, self._others = url, others
        if self._worker is not None:
            self._worker.renew((url, *others))
        elif not self._size.isEmpty():
            self.play(url, *others)

    def record(self, taker: Taker | None) -> None:
        """Let somebody have the stream as it comes, also while nobody looks; None ends that."""
        if taker is None:
            self.tap.close()
        else:
            self.tap.open(taker)
        self._watch()

    def retry(self) -> None:
        """Try again now instead of after the pause."""
        if self._worker is not None:
            self._set_state(CONNECTING)
            self._worker.retry()

    def _make_worker(self, urls: tuple[str, ...], outlet: Outlet) -> LiveWorker | FallbackWorker:
        if LiveWorker is None:
            return self._fall_back(urls, outlet)
        return LiveWorker(urls, outlet, self.tap)

    def _fall_back(self, urls: tuple[str, ...], outlet: Outlet) -> FallbackWorker:
        from ivcdesk.media.fallback import FallbackWorker

        self._fallen_back = True
        return FallbackWorker(urls, outlet)

    def _set_state(self, state: PlayerState) -> None:
        no_decoder = state.kind == "failed" and isinstance(state.error, NoDecoder)
        if no_decoder and self._worker is not None and not self._fallen_back:
            outlet = self._new_outlet()
            self._worker = self._fall_back((self._url, *self._others), outlet)
            self._begin(outlet, self._worker)
            self._watch()
            return
        super()._set_state(state)

    def _watch(self) -> None:
        looked_at = not self._size.isEmpty() or self.tap.open_for is not None
        if self._idle_seconds is None or not self.pulling or looked_at:
            self._idle.stop()
        elif not self._idle.isActive():
            self._idle.start(round(self._idle_seconds * 1000))

    def _on_idle(self) -> None:
        self._end()

    def _end(self) -> None:
        self._worker = None
        super()._end()
