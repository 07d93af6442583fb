"""The machine-readable reference, which lies beside the repository on the developers' machines."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ivcdesk.api import actions
from ivcdesk.api.actions import Action, Result

FOLDER = Path(__file__).parents[3] / "shared" / "spec"
REASON = "the machine-readable reference is not beside the repository"

needs_reference = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)


@cache
def spec(name: str = "iss-2023-05-17.json") -> dict[str, Any]:
    path = FOLDER / name
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def newer() -> dict[str, Any]:
    return spec("iss-newer.json")


@cache
def action_classes() -> dict[str, type[Action[Any]]]:
    """Every action by its wire name."""
    return {
        kind.action_name: kind
        for kind in vars(actions).values()
        if isinstance(kind, type) and issubclass(kind, Action) and kind is not Action
    }


@cache
def structure_classes() -> list[type[msgspec.Struct]]:
    """Every structure, result and action that can be imported from the actions package."""
    return [
        kind
        for kind in vars(actions).values()
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind.__module__.startswith("ivcdesk")
    ]


def example_response(action: dict[str, Any], index: int) -> dict[str, Any]:
    return action["examples"][index]["response"]


__all__ = [
    "FOLDER",
    "REASON",
    "Result",
    "action_classes",
    "example_response",
    "needs_reference",
    "newer",
    "spec",
    "structure_classes",
]
