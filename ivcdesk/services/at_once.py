"""Starts a coroutine within the caller's own turn of the loop, so that a call leaves at once.

A task begins in the loop's next turn, and between two turns the window may paint or serve other
timers: most of the time from a key to the wire went there. Python 3.12 knows eager tasks; this
does the same on every version, with the interface that asyncio documents for tasks of one's own.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

MOST_STEPS = 32
"""How often a coroutine that merely gives way is continued before it waits like any other."""


def start(work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Run ``work`` now until it first waits for something, and return the task that goes on.

    It may be called from a callback or from another task. What ``work`` raises meanwhile is the
    task's exception.
    """
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    begun = _Begun(work)
    task: asyncio.Task[T] = loop.create_task(begun, name=name, context=context)
    current = asyncio.current_task(loop)
    if current is not None:
        asyncio._leave_task(loop, current)
    asyncio._enter_task(loop, task)
    try:
        context.run(begun.begin)
    finally:
        asyncio._leave_task(loop, task)
        if current is not None:
            asyncio._enter_task(loop, current)
    return task


class _Begun(Coroutine[Any, Any, T]):
    """A coroutine whose first steps have been taken; the task that runs it learns of it then."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._work = work
        self.__name__ = getattr(work, "__name__", type(work).__name__)
        self.__qualname__ = getattr(work, "__qualname__", self.__name__)
        self._ahead = False
        self._awaited: Any = None
        self._end: BaseException | None = None

    def begin(self) -> None:
        """Take the first steps: up to the first thing that has to be waited for."""
        self._ahead = True
        for _ in range(MOST_STEPS):
            try:
                self._awaited = self._work.send(None)
            except BaseException as end:
                self._end = end
                return
            if self._awaited is not None:
                return

    def send(self, value: Any) -> Any:
        """Hand over what the first steps ended with, and go on as usual after that."""
        if not self._ahead:
            return self._work.send(value)
        self._ahead = False
        if self._end is not None:
            raise self._end
        return self._awaited

    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> Any:
        """Raise an error where the coroutine waits; what had ended before stays as it ended."""
        if self._ahead:
            self._ahead = False
            if self._end is not None:
                raise self._end
            awaited = self._awaited
            if awaited is not None:
                # a task that is called back calls back what it waits for, and learns from that
                if isinstance(kind, asyncio.CancelledError) and awaited.cancel():
                    return awaited
                awaited._asyncio_future_blocking = False
        return self._work.throw(kind if value is None else value)

    def close(self) -> None:
        """End the coroutine."""
        self._work.close()

    def __await__(self) -> Any:
        raise TypeError("a task runs this, nobody awaits it")
