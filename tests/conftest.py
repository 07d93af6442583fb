"""Fixtures for every room: one Qt loop for the whole run, and nothing may be left behind."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from asyncio import events
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import pytest

# Machines are busy at times: how long an example takes says nothing about the code.
hypothesis.settings.register_profile("ivcdesk", deadline=None)
hypothesis.settings.load_profile("ivcdesk")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

T = TypeVar("T")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and those whose errors are counted together too."""
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here)
        counted = place.parts[0] == "simulator" and len(place.parts) == 2
        item.add_marker(pytest.mark.xdist_group("simulator" if counted else str(place)))


@pytest.fixture(scope="session")
def _qt_loop(qapp):
    """One loop for the session: stopping it would end every later wait of Qt's at once."""
    from ivcdesk.app import aio

    qapp.setQuitOnLastWindowClosed(False)
    loop = aio.make_loop(qapp, already_running=True)
    events._set_running_loop(None)
    yield loop
    loop.stop()
    loop.close()


@pytest.fixture
def aio(qtbot, qapp, _qt_loop) -> Iterator[Callable[..., Any]]:
    """Run a coroutine inside Qt's loop: ``aio(coro, seconds=10)`` returns its result.

    The test fails where it leaves a task, a thread, an error in the loop or a window behind.
    """
    errors: list[dict[str, Any]] = []
    threads = set(threading.enumerate())
    windows = set(qapp.topLevelWidgets())
    _qt_loop.set_exception_handler(lambda _loop, problem: errors.append(problem))
    events._set_running_loop(_qt_loop)

    def run(work: Coroutine[Any, Any, T], seconds: float = 10) -> T:
        task = _qt_loop.create_task(work)
        qtbot.waitUntil(task.done, timeout=int(seconds * 1000))
        return task.result()

    try:
        yield run
        left = [task for task in asyncio.all_tasks(_qt_loop) if not task.done()]
        for task in left:
            task.cancel()
        qtbot.waitUntil(lambda: all(task.done() for task in left), timeout=3000)
        qtbot.wait(1)
        gc.collect()
        qtbot.waitUntil(lambda: not _left_threads(threads), timeout=3000)
        still = [w for w in qapp.topLevelWidgets() if w not in windows and w.isVisible()]
    finally:
        events._set_running_loop(None)
    assert not left, f"tasks left running: {left}"
    assert not errors, errors
    assert not still, f"windows left open: {still}"


def _left_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    known = ("QThreadExecutor", "asyncio_", "keyring", "pytest")
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and not isinstance(thread, threading._DummyThread)
        and not thread.name.startswith(known)
    ]
