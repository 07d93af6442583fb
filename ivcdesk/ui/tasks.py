"""Coroutines that live no longer than the widget which started them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject


class TaskScope:
    """Starts coroutines for one owner, keeps them alive, and cancels them when the owner goes.

    A failure that the coroutine did not deal with is handed to ``on_error``; without one it goes
    to the loop's exception handler, which shows the crash dialog. Cancellation is never reported.
    """

    def __init__(
        self, owner: QObject, on_error: Callable[[BaseException], object] | None = None
    ) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_error = on_error
        owner.destroyed.connect(lambda: self.cancel())

    def start(self, work: Coroutine[Any, Any, Any], *, name: str = "") -> asyncio.Task[Any]:
        """Run a coroutine from a slot; the task may be cancelled by whoever holds it."""
        task = asyncio.get_running_loop().create_task(work, name=name or repr(work))
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    def cancel(self) -> None:
        """Cancel everything that still runs."""
        for task in list(self._tasks):
            task.cancel()

    async def finish(self) -> None:
        """Cancel everything and wait until it has ended."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def busy(self) -> bool:
        """Whether anything runs."""
        return bool(self._tasks)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if self._on_error is not None:
            self._on_error(error)
        else:
            task.get_loop().call_exception_handler(
                {"message": f"task {task.get_name()} failed", "exception": error, "task": task}
            )
