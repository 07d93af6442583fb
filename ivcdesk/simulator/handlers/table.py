"""The table of what the cloud can do: one function per action, put here by a decorator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from ivcdesk.api.actions import Action, Result
from ivcdesk.simulator.cloud import Cloud

R = TypeVar("R", bound=Result)

Answering = Callable[[Cloud, Any], Result | Awaitable[Result]]

HANDLERS: dict[str, tuple[type[Action[Any]], Answering]] = {}


def handles(
    action: type[Action[R]],
) -> Callable[[Callable[[Cloud, Any], R]], Callable[[Cloud, Any], R]]:
    """Register a function as what answers ``action``; it returns that action's result."""

    def register(function: Callable[[Cloud, Any], R]) -> Callable[[Cloud, Any], R]:
        HANDLERS[action.__name__] = (action, function)
        return function

    return register


def handles_slowly(
    action: type[Action[R]],
) -> Callable[[Callable[[Cloud, Any], Awaitable[R]]], Callable[[Cloud, Any], Awaitable[R]]]:
    """Register a coroutine function as what answers ``action``, for what takes its time."""

    def register(
        function: Callable[[Cloud, Any], Awaitable[R]],
    ) -> Callable[[Cloud, Any], Awaitable[R]]:
        HANDLERS[action.__name__] = (action, function)
        return function

    return register
