"""Asks for the channels and details of all devices in the background, those in view first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from ivcdesk.api import (
    AuthError,
    Forbidden,
    InternalError,
    IvcError,
    Priority,
    RateLimited,
    RetiredAction,
    TransportError,
)
from ivcdesk.api.actions import DeviceId

if TYPE_CHECKING:
    from ivcdesk.services.directory import Directory

CHANNEL_WORKERS = 4  # calls under way at once: enough for the rate limit at 200 ms an answer
DETAIL_WORKERS = 2
GRACE_SECONDS = 0.5  # what calls that are under way have at the end
SAVE_EVERY = 500  # devices

_HOPELESS = (AuthError, Forbidden, RetiredAction, TransportError, InternalError, RateLimited)
"""Errors that the next device would meet as well."""


class _Queue:
    """Devices that one thing is still to be asked of: what is missing before what is old."""

    def __init__(self, ask: Callable[[DeviceId], Awaitable[object]]) -> None:
        self.errors: dict[DeviceId, IvcError] = {}
        self.stopped = False
        self._ask = ask
        self._missing: dict[DeviceId, None] = {}
        self._old: dict[DeviceId, None] = {}

    def __len__(self) -> int:
        return len(self._missing) + len(self._old)

    def add(self, device_id: DeviceId, *, missing: bool) -> None:
        """Ask for a device when its turn comes."""
        if missing:
            self._old.pop(device_id, None)
            self._missing[device_id] = None
        elif device_id not in self._missing:
            self._old[device_id] = None

    def drop(self, device_id: DeviceId) -> None:
        """Ask no more for a device."""
        self._missing.pop(device_id, None)
        self._old.pop(device_id, None)
        self.errors.pop(device_id, None)

    async def work(self, preferred: Callable[[], Iterable[DeviceId]]) -> None:
        """Ask for one device after the other. Raises the error that makes going on useless."""
        while self and not self.stopped:
            device_id, missing = self._next(preferred())
            try:
                await self._ask(device_id)
            except _HOPELESS:
                self.add(device_id, missing=missing)
                raise
            except IvcError as error:
                self.errors[device_id] = error
            except asyncio.CancelledError:
                self.add(device_id, missing=missing)
                raise
            else:
                self.errors.pop(device_id, None)

    def _next(self, preferred: Iterable[DeviceId]) -> tuple[DeviceId, bool]:
        for device_id in preferred:
            for waiting in (self._missing, self._old):
                if device_id in waiting:
                    del waiting[device_id]
                    return device_id, waiting is self._missing
        waiting = self._missing or self._old
        device_id = next(iter(waiting))
        del waiting[device_id]
        return device_id, waiting is self._missing


class Filling:
    """What is known only device by device, filled in at the pace that the cloud allows.

    ``error`` is what stopped the last run, None where it went through. While ``automatic``, each
    listing begins a run.
    """

    def __init__(self, directory: Directory) -> None:
        self.automatic = False
        self.error: IvcError | None = None
        self._directory = directory
        self._channels = _Queue(self._ask_channels)
        self._details = _Queue(self._ask_detail)
        self._confirmed: set[DeviceId] = set()
        self._preferred: tuple[DeviceId, ...] = ()
        self._running: asyncio.Task[None] | None = None
        self._working = False
        self._since_saved = 0

    @property
    def progress(self) -> tuple[int, int]:
        """How many devices have shown their channels, and how many there are."""
        total = len(self._directory.devices)
        return total - len(self._channels), total

    @property
    def settled(self) -> bool:
        """Whether no channel is going to turn up by itself soon."""
        return not self._working and (self.error is not None or not self._channels)

    @property
    def errors(self) -> dict[DeviceId, IvcError]:
        """Why single devices did not tell their channels."""
        return self._channels.errors

    def prefer(self, devices: Iterable[DeviceId]) -> None:
        """Ask for these first: they are in view."""
        self._preferred = tuple(devices)

    def renew_preferred(self) -> None:
        """Ask again for the channels of what is in view."""
        for device_id in self._preferred:
            if device_id in self._directory.devices:
                self._channels.add(device_id, missing=False)

    def confirm(self, device_id: DeviceId, *, changed: bool) -> None:
        """Note that the cloud has listed a device, whose own record may have changed."""
        if device_id in self._confirmed and not changed:
            return
        self._confirmed.add(device_id)
        self._channels.add(device_id, missing=device_id not in self._directory.channels)
        self._details.add(device_id, missing=device_id not in self._directory.details)

    def forget(self, device_id: DeviceId) -> None:
        """Ask no more for a device that is gone."""
        self._confirmed.discard(device_id)
        self._channels.drop(device_id)
        self._details.drop(device_id)

    def answered(self, device_id: DeviceId) -> None:
        """Note that somebody else has asked for a device's channels."""
        self._channels.drop(device_id)

    async def run(self) -> None:
        """Work until nothing is left to ask. Raises IvcError; the rest waits for the next run.

        Several callers share one run; cancelling one of them doesn't end it.
        """
        await asyncio.shield(self.start())
        if self.error is not None:
            raise self.error

    def start(self) -> asyncio.Task[None]:
        """Begin a run, or return the one that is under way; ``error`` tells how it ended."""
        if self._running is None or (self._running.done() and not self._channels.stopped):
            self._working = True
            self._running = asyncio.get_running_loop().create_task(
                self._run(), name="directory.fill"
            )
        return self._running

    async def stop(self) -> None:
        """End for good: what is under way may still be answered, but not for long."""
        self._channels.stopped = self._details.stopped = True
        if self._running is None:
            return
        _, late = await asyncio.wait([self._running], timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        self.error = None
        try:
            # The two go on without each other: an account may be allowed only one of them.
            problems = await asyncio.gather(
                self._work(self._channels, CHANNEL_WORKERS),
                self._work(self._details, DETAIL_WORKERS),
            )
            self.error = next((problem for problem in problems if problem is not None), None)
            await self._directory.save()
        finally:
            self._working = False
        self._directory.announce()

    async def _work(self, queue: _Queue, workers: int) -> IvcError | None:
        tasks = [
            asyncio.get_running_loop().create_task(queue.work(lambda: self._preferred))
            for _ in range(workers)
        ]
        try:
            await asyncio.gather(*tasks)
        except IvcError as error:
            return error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return None

    async def _ask_channels(self, device_id: DeviceId) -> None:
        await self._directory.load_channels(device_id, Priority.BACKGROUND)
        self._since_saved += 1
        if self._since_saved >= SAVE_EVERY:
            self._since_saved = 0
            await self._directory.save()

    async def _ask_detail(self, device_id: DeviceId) -> None:
        await self._directory.load_detail(device_id, Priority.BACKGROUND)
