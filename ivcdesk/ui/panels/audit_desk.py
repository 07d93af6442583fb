"""Opens the audit of the cameras that somebody means, and gives it what it needs of the session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date, tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ivcdesk.api.actions import ChannelId, DeviceId, OrganizationId
from ivcdesk.api.errors import IvcError
from ivcdesk.domain.audit import AuditedChannel
from ivcdesk.media.thumbnails import Thumbnails, Wish
from ivcdesk.ui.context import Context, Explanation
from ivcdesk.ui.panels.audit import AuditWindow
from ivcdesk.ui.panels.playback_zone import zone_key, zone_of
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import tr

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.session import Session

PICTURE = QSize(384, 216)
"""The box that the report's pictures fit into, px."""

PICTURE_SECONDS = 6.0
"""So long a picture of the report is waited for, s."""


class AuditDesk(QObject):
    """Knows the session and keeps one audit open at a time; it is a panel to the session's owner.

    ``home`` is the widget above whose window it opens. Signals: ``play_wanted(channel_id,
    moment)`` where the user wants to see what is around a gap.
    """

    play_wanted = Signal(str, float)

    def __init__(self, context: Context, home: Callable[[], QWidget]) -> None:
        super().__init__()
        self._context = context
        self._home = home
        self._session: Session | None = None
        self._window: AuditWindow | None = None
        self._thumbnails = Thumbnails(self)
        self.tasks = TaskScope(self)

    @property
    def window(self) -> AuditWindow | None:
        """The window, while it is open."""
        return self._window

    def attach(self, session: Session) -> None:
        """Audit cameras of this account from now on."""
        self._session = session

    def detach(self) -> None:
        """Close the window and forget the session."""
        self._session = None
        self._thumbnails.forget()
        if self._window is not None:
            self._window.close()

    async def close(self) -> None:
        """Close the window and wait until nothing is under way."""
        window = self._window
        self.detach()
        await self.tasks.finish()
        if window is not None:
            await window.tasks.finish()

    def open(self, keys: Iterable[str]) -> None:
        """Audit the cameras of picked organisations, devices and channels; of all without any."""
        if self._session is not None:
            self.tasks.cancel()
            self.tasks.start(self._open(self._session, list(keys)), name="audit.open")

    async def _open(self, session: Session, keys: list[str]) -> None:
        from ivcdesk.services.selection import channels_below

        directory = session.directory
        wanted = keys or [each.organization_id for each in directory.children(None).organizations]
        try:
            channels = await channels_below(directory, wanted)
        except IvcError as error:
            self._context.notify(self._context.explain(error))
            return
        if not channels:
            self._context.notify(
                Explanation(
                    tr("There are no cameras here to audit"), tr("Pick others in the tree.")
                )
            )
            return
        if self._window is not None:
            self._window.close()
        window = self._window = AuditWindow(
            self._home().window(),
            _name_of(session, keys),
            len(channels),
            lambda first, last: self._run(session, channels, first, last),
            lambda channel, moment: self._picture(session, channel, moment),
            session.client.clock.time,
            self._zone,
        )
        window.play_wanted.connect(self.play_wanted)

        def on_finished(_code: int) -> None:
            if self._window is window:
                self._window = None

        window.finished.connect(on_finished)
        window.show()

    def _run(
        self, session: Session, channels: list[ChannelId], first: date, last: date
    ) -> AsyncIterator[AuditedChannel]:
        from ivcdesk.services.audit import audit, period

        window = period(first, last, session.client.clock.time())
        return audit(session.recordings, session.directory, channels, window)

    def _zone(self) -> tzinfo:
        setting = self._context.settings.time_zone
        return zone_of(zone_key(setting), setting)

    async def _picture(self, session: Session, channel_id: str, moment: float) -> QImage | None:
        """Return a small picture of what was recorded, None where it can't be had soon."""
        try:
            playable = await session.recordings.open_cloud(ChannelId(channel_id), moment)
        except IvcError:
            return None
        result: asyncio.Future[QImage | None] = asyncio.get_running_loop().create_future()
        wish = Wish(
            channel_id, moment, playable.url, playable.interval, (playable.interval,), PICTURE
        )

        def on_ready(told: Wish, image: QImage) -> None:
            if told is wish and not result.done():
                result.set_result(image)

        def on_failed(told: Wish, _error: object) -> None:
            if told is wish and not result.done():
                result.set_result(None)

        self._thumbnails.ready.connect(on_ready)
        self._thumbnails.failed.connect(on_failed)
        try:
            self._thumbnails.want(wish)
            async with asyncio.timeout(PICTURE_SECONDS):
                return await result
        except TimeoutError:
            return None
        finally:
            self._thumbnails.ready.disconnect(on_ready)
            self._thumbnails.failed.disconnect(on_failed)


def _name_of(session: Session, keys: list[str]) -> str:
    """Return what the picked rows are called, the first one by name."""
    if not keys:
        return tr("all cameras")
    directory, key = session.directory, keys[0]
    channel = directory.channel(ChannelId(key))
    device = directory.devices.get(DeviceId(key))
    organization = directory.organizations.get(OrganizationId(key))
    found = channel or device or organization
    name = found.name if found is not None else key
    return name if len(keys) == 1 else tr("{name} and {count} more", name=name, count=len(keys) - 1)
