"""One thing at a time: the newest wish takes the place of the one that is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ivcdesk.api.errors import IvcError
from ivcdesk.ui.panels.playback_sessions import GivenUpError
from ivcdesk.ui.tasks import TaskScope


class Turns:
    """Runs one coroutine at a time; ``over`` is called after each that was not replaced.

    ``given_up`` is told why one could not do what it was to.
    """

    def __init__(
        self,
        tasks: TaskScope,
        over: Callable[[], object],
        given_up: Callable[[IvcError], object],
    ) -> None:
        self._tasks = tasks
        self._over = over
        self._given_up = given_up
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether one is under way."""
        return self._task is not None and not self._task.done()

    def start(self, work: Callable[..., Coroutine[Any, Any, None]], *about: Any) -> None:
        """Begin with something else."""
        self.stop()
        self._task = self._tasks.start(self._take(work, *about))

    def stop(self) -> None:
        """Give up what is under way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def settled(self) -> None:
        """Wait until the last one is over."""
        while (task := self._task) is not None and not task.done():
            await asyncio.wait([task])

    async def _take(self, work: Callable[..., Coroutine[Any, Any, None]], *about: Any) -> None:
        try:
            await work(*about)
        except GivenUpError as given_up:
            self._given_up(given_up.error)
        if self._task is asyncio.current_task():
            self._task = None
        self._over()
