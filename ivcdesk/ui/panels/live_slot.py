"""What one place of the live grid shows, and how it comes back when the picture is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from ivcdesk.api.actions import ChannelId, StreamUrls
from ivcdesk.api.errors import (
    AuthError,
    Forbidden,
    IvcError,
    NotFound,
    RetiredAction,
    TransportError,
    Unavailable,
)
from ivcdesk.domain.devices import Obstacle
from ivcdesk.media.errors import MediaError
from ivcdesk.media.live import LivePlayer
from ivcdesk.media.states import PlayerState
from ivcdesk.ui.tasks import TaskScope

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.directory import Change, Directory
    from ivcdesk.services.session import Session

Quality = Literal["main", "sub"]
SlotKind = Literal["empty", "connecting", "playing", "stalled", "failed"]

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 30.0
OBSTACLE_PAUSE = 20.0
"""Between two tries of what the directory says to be offline, s."""

FRESH_SECONDS = 60.0
"""How long an address is used again without asking for a new one."""

_REFUSALS = (401, 403)
"""What a media server answers who may not watch, or whose address has expired."""

_FINAL = (AuthError, Forbidden, RetiredAction)
"""Answers that waiting does not change; asking on and on may lock an account."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no picture: an obstacle that the directory knows of, an error, or both.

    ``lost_at`` is when the channel went away, epoch seconds, None where nobody saw it.
    """

    obstacle: Obstacle | None = None
    error: BaseException | None = None
    lost_at: float | None = None


class LiveSlot(QObject):
    """Keeps one channel's picture coming; it owns the player, a tile shows it.

    Signals: ``changed`` whenever :attr:`kind`, :attr:`trouble`, :attr:`channel` or the seconds to
    the next try have changed.
    """

    changed = Signal()

    def __init__(self, player: LivePlayer | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.player = player or LivePlayer(self)
        self.player.state_changed.connect(self._on_player_state)
        self.player.needs_url.connect(self._on_needs_url)
        self.tasks = TaskScope(self)
        self.channel: ChannelId | None = None
        self.quality: Quality = "sub"
        self.kind: SlotKind = "empty"
        self.trouble: Trouble | None = None
        self.urls: StreamUrls | None = None
        self._session: Session | None = None
        self._unsubscribe: Callable[[], object] | None = None
        self._awake = self._looked_at = True
        self._kept_awake = False
        self._opening: asyncio.Task[Any] | None = None
        self._kick: asyncio.Event | None = None
        self._opened_at = 0.0
        self._opened_quality: Quality = "sub"
        self._retry_at: float | None = None
        self._lost_at: float | None = None
        self._refused = False
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.changed)

    @property
    def retry_seconds(self) -> int | None:
        """Seconds to the next try by itself, None where there will be none."""
        if self._retry_at is None:
            return None
        return max(0, round(self._retry_at - time.monotonic()))

    @property
    def directory(self) -> Directory | None:
        """The directory that knows the channel, None while no account is signed in."""
        return None if self._session is None else self._session.directory

    @property
    def refused(self) -> bool:
        """Whether the cloud refuses the picture, fresh addresses included, as it does where it is
        banned. It stays so while it is tried again.
        """
        return self._refused

    @property
    def pulls(self) -> bool:
        """Whether a stream is being pulled."""
        return bool(self.player.url)

    def attach(self, session: Session) -> None:
        """Show channels of this account from now on."""
        self.detach()
        self._session = session
        self._unsubscribe = session.directory.subscribe(self._on_change)

    def detach(self) -> None:
        """Stop, forget the channel and the session."""
        self.clear()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._session = None

    async def close(self) -> None:
        """Stop and wait until nothing is under way."""
        self.detach()
        await self.tasks.finish()

    def show(self, channel_id: ChannelId) -> None:
        """Show a channel, at once and instead of anything before."""
        if channel_id == self.channel and self.kind in ("connecting", "playing", "stalled"):
            return
        self._halt()
        self.channel = channel_id
        self.urls = None
        self._lost_at = None
        self._begin()

    def clear(self) -> None:
        """Show nothing."""
        self._halt()
        self.channel = None
        self.urls = None
        self._set("empty")

    def set_quality(self, quality: Quality) -> None:
        """Show the main or the sub stream."""
        if quality == self.quality:
            return
        self.quality = quality
        if self.channel is not None and self._awake:
            self._halt()
            self._begin()

    def sleep(self) -> None:
        """Stop pulling while nobody looks; pulls are billed."""
        self._looked_at = False
        self._settle()

    def wake(self) -> None:
        """Go on with what was shown before :meth:`sleep`."""
        self._looked_at = True
        self._settle()

    def keep_awake(self, kept: bool) -> None:
        """Pull also while nobody looks, because it is recorded, or no longer."""
        self._kept_awake = kept
        self._settle()

    def retry(self) -> None:
        """Try again now."""
        if self._kick is not None:
            self._kick.set()
        elif self.channel is not None and self.pulls:
            self.player.retry()
        else:
            self._begin()

    def reopen(self) -> None:
        """Ask for a new address and begin again, whatever is shown."""
        self._halt()
        self.urls = None
        self._begin()

    async def fresh_urls(self) -> StreamUrls:
        """Return new addresses of what is shown, to hand them on. Raises IvcError."""
        if self._session is None or self.channel is None:
            raise NotFound("ResourceNotFound", "no channel is shown")
        return await self._session.live.open(self.channel, self.quality)

    def _settle(self) -> None:
        awake = self._looked_at or self._kept_awake
        if awake == self._awake:
            return
        self._awake = awake
        if awake:
            self._begin()
        else:
            self._halt()

    def _begin(self) -> None:
        if self.channel is None or self._session is None or not self._awake:
            return
        fresh = time.monotonic() - self._opened_at < FRESH_SECONDS
        if self.urls is not None and fresh and self._opened_quality == self.quality:
            self._play(self.urls)
        else:
            self._set("connecting")
            self._start(self._open(self._session, self.channel))

    def _start(self, work: Any) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self.tasks.start(work, name="open live")

    def _halt(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        self._kick = None
        self._retry_at = None
        self.player.stop()

    async def _open(
        self, session: Session, channel: ChannelId, trouble: Trouble | None = None
    ) -> None:
        failures = 0
        asked = trouble is not None
        while True:
            if trouble is not None:
                await self._rest(trouble, failures)
                failures += 1
                self._set("connecting")
            obstacle = self._hiding_obstacle()
            # The first answer is the directory's; later the cloud is asked, it may know better.
            if obstacle is not None and not asked:
                trouble = Trouble(obstacle, None, self._lost_at)
            else:
                try:
                    urls = await session.live.open(channel, self.quality)
                except IvcError as error:
                    known = obstacle if isinstance(error, Unavailable) else None
                    trouble = Trouble(known, error, self._lost_at if known else None)
                else:
                    self._play(urls)
                    return
            asked = True

    async def _renew(self, session: Session, channel: ChannelId) -> None:
        try:
            urls = await session.live.open(channel, self.quality)
        except IvcError as error:
            self.player.stop()
            obstacle = self._hiding_obstacle() if isinstance(error, Unavailable) else None
            await self._open(session, channel, Trouble(obstacle, error, self._lost_at))
        else:
            self._note(urls)
            if not _addresses(urls):
                self.player.stop()
                self._set("failed", _no_address())
                return
            self.player.renew(*_addresses(urls))

    async def _rest(self, trouble: Trouble, failures: int) -> None:
        """Show the trouble, and wait until it is worth another try."""
        pause = _pause(trouble, failures)
        self._kick = kick = asyncio.Event()
        self._retry_at = None if pause is None else time.monotonic() + pause
        self._set("failed", trouble)
        try:
            async with asyncio.timeout(pause):
                await kick.wait()
        except TimeoutError:
            pass
        finally:
            if self._kick is kick:
                self._kick = None
                self._retry_at = None

    def _play(self, urls: StreamUrls) -> None:
        self._note(urls)
        addresses = _addresses(urls)
        self._retry_at = None
        if addresses:
            self.player.play(*addresses)
        else:
            self._set("failed", _no_address())

    def _note(self, urls: StreamUrls) -> None:
        self.urls = urls
        self._opened_at = time.monotonic()
        self._opened_quality = self.quality

    def _set(self, kind: SlotKind, trouble: Trouble | None = None) -> None:
        self.kind = kind
        self.trouble = trouble
        if kind in ("empty", "playing"):
            self._refused = False
        elif kind == "failed" and trouble is not None:
            error = trouble.error
            self._refused = isinstance(error, MediaError) and error.status in _REFUSALS
        if self._retry_at is None:
            self._tick.stop()
        elif not self._tick.isActive():
            self._tick.start()
        self.changed.emit()

    def _hiding_obstacle(self) -> Obstacle | None:
        """Return what the directory says to be in the way of the picture.

        A channel that it does not know may only not have arrived yet: the cloud will say.
        """
        if self._session is None or self.channel is None:
            return None
        obstacle = self._session.directory.obstacle(self.channel)
        if obstacle is None or obstacle is Obstacle.GONE or not obstacle.hides_picture:
            return None
        return obstacle

    def _on_player_state(self, state: PlayerState) -> None:
        if state.kind == "empty" or not self.pulls:
            return
        pause = state.retry_seconds
        self._retry_at = None if pause is None else time.monotonic() + pause
        if state.kind in ("failed", "stalled") and state.error is not None:
            obstacle = self._hiding_obstacle()
            if obstacle is not None and self._session is not None and self.channel is not None:
                self._give_up(Trouble(obstacle, None, self._lost_at))
                return
            self._set(state.kind, Trouble(None, state.error))
        elif state.kind in ("connecting", "playing", "stalled"):
            self._set(state.kind)

    def _on_needs_url(self) -> None:
        session, channel = self._session, self.channel
        if session is None or channel is None:
            return
        if self._opening is None or self._opening.done():
            self._start(self._renew(session, channel))

    def _give_up(self, trouble: Trouble) -> None:
        session, channel = self._session, self.channel
        if session is not None and channel is not None:
            self._halt()
            self._start(self._open(session, channel, trouble))

    def _on_change(self, change: Change) -> None:
        if self.channel is None:
            return
        obstacle = self._hiding_obstacle()
        if obstacle is None:
            self._lost_at = None
        elif self._lost_at is None and self.kind in ("playing", "stalled"):
            self._lost_at = time.time()
        if self._kick is not None and self.trouble is not None:
            blocked_before = self.trouble.obstacle is not None
            link_is_back = isinstance(self.trouble.error, TransportError)
            if (blocked_before and obstacle is None) or (link_is_back and change.state == "ready"):
                self._kick.set()
        elif obstacle is not None and self.kind in ("failed", "stalled"):
            self._give_up(Trouble(obstacle, None, self._lost_at))


def _addresses(urls: StreamUrls) -> tuple[str, ...]:
    """Return what the player may turn to, the one with the least delay first."""
    return tuple(address for address in (urls.flv, urls.hls, urls.rtmp) if address)


def _no_address() -> Trouble:
    return Trouble(None, NotFound("NoAddress", "no address was given"))


def _pause(trouble: Trouble, failures: int) -> float | None:
    if isinstance(trouble.error, _FINAL):
        return None
    if trouble.obstacle is not None:
        return OBSTACLE_PAUSE
    return float(min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE))
