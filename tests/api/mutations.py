"""Answers of every shape, bent in every way: made whole from the result's class, then mutated."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from ivcdesk.api.actions import Result
from ivcdesk.api.actions.rules import unwrapped
from ivcdesk.api.decoding import decode
from ivcdesk.api.errors import IvcError
from tests.api.reference import structure_classes

RESULTS = sorted(
    (kind for kind in structure_classes() if issubclass(kind, Result)),
    key=lambda kind: kind.__name__,
)

ODDITIES: list[Any] = [
    None,
    "",
    "text",
    "7",
    "-1",
    "1e400",
    "\ud800",
    "\u0000",
    0,
    -1,
    2**31,
    2**63,
    2**64,
    10**40,
    0.5,
    -0.0,
    1e308,
    True,
    False,
    [],
    [None],
    [[]],
    {},
    {"": ""},
    {"Data": {"Data": []}},
    {"Error": {"Code": "InternalError"}},
    ["text", 1, None, {}],
]
SCRAPS = [b"", b"\x00", b"\xff", b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"null", b"1e999"]


@cache
def whole(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return plain data that fills every field of a structure."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.encode_name: _fill(hints[field.name]) for field in msgspec.structs.fields(kind)}


def _fill(hint: Any) -> Any:
    kind, _, _ = unwrapped(hint)
    if get_origin(kind) is list:
        return [_fill(get_args(kind)[0])] * 2
    if issubclass(kind, msgspec.Struct):
        return whole(kind)
    if issubclass(kind, Enum):
        return next(iter(kind)).value
    return {str: "some text", bool: True, int: 1, float: 1.5}[kind]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to everything inside plain data."""
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


@cache
def _places_of(kind: type[Result]) -> list[tuple[Any, ...]]:
    return places({"Response": whole(kind)})[1:]


Case = tuple[type[Result], bytes, int]


@st.composite
def answers(draw: st.DrawFn) -> Case:
    """Draw a result's class, the bytes of a bent answer, and an HTTP status."""
    return bent(draw(st.sampled_from(RESULTS)), lambda options: draw(st.sampled_from(options)))


def from_seed(kind: type[Result], seed: int, count: int) -> Iterator[Case]:
    """Yield bent answers of one class; many of these cost as much as one that is drawn."""
    dice = random.Random(seed)
    for _ in range(count):
        yield bent(kind, dice.choice)


def bent(kind: type[Result], choose: Callable[[Sequence[Any]], Any]) -> Case:
    """Bend a whole answer in up to four places, and its bytes in up to two."""
    document: Any = copy.deepcopy({"Response": whole(kind)})
    for _ in range(choose(range(5))):
        path = choose(_places_of(kind))
        oddity = copy.deepcopy(choose(ODDITIES))
        _bend(document, path, oddity, remove=choose((True, False)))
    text = json.dumps(document, ensure_ascii=choose((True, False)))
    body = text.encode("utf-8", "surrogatepass")
    for _ in range(choose((0, 0, 0, 1, 2))):
        at, length = choose(range(len(body) + 1)), choose((0, 1, 2, 10**6))
        body = body[:at] + choose(SCRAPS) + body[at + length :]
    return kind, body, choose((200, 200, 200, 404, 500))


def _bend(document: Any, path: tuple[Any, ...], oddity: Any, *, remove: bool) -> None:
    holder = document
    for step in path[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return  # an earlier change took the place away
    try:
        if remove and oddity is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = oddity
    except (KeyError, IndexError, TypeError):
        return


def survives(case: Case) -> None:
    """Check that an answer is read, or refused with an error that names the action."""
    kind, body, status = case
    result: Any = None
    error: IvcError | None = None
    try:
        result = decode(body, kind, action="Some", status=status)
    except IvcError as caught:
        error = caught
    if error is not None:
        assert error.action == "Some"
        str(error).encode("utf-8", "surrogatepass")
        return
    assert type(result) is kind
    msgspec.json.encode(result)
    repr(result)
