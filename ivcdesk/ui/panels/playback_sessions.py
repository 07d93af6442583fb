"""Opens and closes device sessions so that none is left open, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from ivcdesk.api.actions import ChannelId, RecordCommand
from ivcdesk.api.errors import IvcError, NotFound
from ivcdesk.ui.tasks import TaskScope

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.recordings import Playable, Recordings

PARTING_SECONDS = 1.0
"""How long a new session waits for the old one of the same device to close."""
LEAD_SECONDS = 1.5
"""How far ahead of a common playhead a device is asked for, because it takes its time, s."""
LONGEST_LEAD = 6.0


class GivenUpError(Exception):
    """What was to be done can't be; ``error`` says why."""

    def __init__(self, error: IvcError) -> None:
        super().__init__(error)
        self.error = error


class Sessions:
    """The device sessions of one reel; ``recordings`` are those of the account signed in to."""

    def __init__(self, owner: QObject) -> None:
        self.recordings: Recordings | None = None
        self.lead = LEAD_SECONDS
        self._tasks = TaskScope(owner)
        self._farewells: set[asyncio.Task[None]] = set()

    def hurry(self) -> None:
        """Ask for sessions further ahead from now on: this device takes longer than thought."""
        self.lead = min(self.lead * 2, LONGEST_LEAD)

    async def open_cloud(self, channel_id: ChannelId, t: float, straightened: bool) -> Playable:
        """Open a recording of the cloud, which needs no end; raises IvcError."""
        return await self._present.open_cloud(channel_id, t, straightened=straightened)

    async def open_device(
        self,
        channel_id: ChannelId,
        t: float,
        stream: int | None,
        parting: asyncio.Task[None] | None,
    ) -> Playable:
        """Open a session once the old one has closed; raises IvcError.

        One that is not wanted any more when it arrives is closed again.
        """
        recordings = self._present
        if parting is not None:
            await asyncio.wait([parting], timeout=PARTING_SECONDS)
        opening = self._tasks.start(_opened(recordings, channel_id, t, stream))
        try:
            opened = await asyncio.shield(opening)
        except asyncio.CancelledError:
            self._bid_farewell(_close_unwanted(recordings, opening))
            raise
        if isinstance(opened, IvcError):
            raise opened
        playable: Playable = opened
        return playable

    def close(self, playable: Playable) -> asyncio.Task[None] | None:
        """Tell a device that nobody watches any more; return the task that does."""
        if self.recordings is None:
            return None
        return self._bid_farewell(_close(self.recordings, playable))

    async def steer(
        self,
        playable: Playable,
        command: RecordCommand,
        *,
        position: int | None = None,
        scale: float | None = None,
    ) -> bool:
        """Steer a session; return False where it is gone and must be opened anew.

        Raises GivenUpError where the device refuses.
        """
        if self.recordings is None:
            return False
        try:
            await self.recordings.control(playable, command, position=position, scale=scale)
        except NotFound:
            return False
        except IvcError as error:
            raise GivenUpError(error) from error
        return True

    async def finish(self) -> None:
        """Wait until the devices have been told, though not for ever."""
        if self._farewells:
            await asyncio.wait(self._farewells, timeout=PARTING_SECONDS * 2)
        await self._tasks.finish()
        self.recordings = None

    @property
    def _present(self) -> Recordings:
        if self.recordings is None:
            raise NotFound("ResourceNotFound", "nobody is signed in any more")
        return self.recordings

    def _bid_farewell(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._tasks.start(work)
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)
        return task


def session_start(t: float, ahead: float | None) -> float:
    """Return the whole second that a session is to begin at, to keep to a common playhead.

    While that runs it begins ``ahead`` of it, because what comes early can wait.
    """
    return float(floor(t)) if ahead is None else float(ceil(max(t, ahead)))


async def _close(recordings: Recordings, playable: Playable) -> None:
    try:
        await recordings.close_playable(playable)
    except IvcError:
        return  # the device ends the session by itself; there is nothing left to be done


async def _opened(
    recordings: Recordings, channel_id: ChannelId, t: float, stream: int | None
) -> Playable | IvcError:
    """Open a device session; an error is a result here, since there may be nobody to hear it."""
    try:
        return await recordings.open_device(channel_id, t, stream=stream)
    except IvcError as error:
        return error


async def _close_unwanted(
    recordings: Recordings, opening: asyncio.Task[Playable | IvcError]
) -> None:
    opened = await opening
    if not isinstance(opened, IvcError):
        await _close(recordings, opened)
