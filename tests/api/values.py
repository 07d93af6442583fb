"""Random actions that keep every rule, made from the rules themselves."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import assume
from hypothesis import strategies as st

from ivcdesk.api.actions import (
    Action,
    AddAITask,
    AddUserDevice,
    AITemplate,
    BatchAssignVLPlanChannels,
    ControlDeviceStream,
    ControlRecord,
    CreateVideoSnapshotTemplate,
    CreateVLTemplate,
    LifeCycle,
    PictureScene,
    PlayRecord,
    TimeSection,
    TimeSlot,
    UpdateAITask,
)
from ivcdesk.api.actions.newer_snapshots import EffectiveTime
from ivcdesk.api.actions.rules import (
    DIGITS,
    KEY_LETTERS,
    LABEL_LETTERS,
    NAME_LETTERS,
    STREAM_LETTERS,
    TIME_OF_DAY,
    WEB_ADDRESS,
    Between,
    Bytes,
    Count,
    Length,
    OneOf,
    Spelt,
    first_breach,
    unwrapped,
)

DAY = 1_687_622_400  # midnight of UTC+8
WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LETTERS = {
    NAME_LETTERS: WORD + " _-()（）中文设备",
    LABEL_LETTERS: WORD + "_-中文计划",
    STREAM_LETTERS: WORD + "_.-",
    KEY_LETTERS: WORD,
}


def actions(kind: type[Action[Any]]) -> st.SearchStrategy[Action[Any]]:
    """Draw actions of one class, with and without their optional parameters."""
    return structures(kind)


@cache
def structures(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    fields = {
        field.name: of_hint(hints[field.name], optional=not field.required)
        for field in msgspec.structs.fields(kind)
    }

    @st.composite
    def build(draw: st.DrawFn) -> Any:
        values = {name: draw(strategy) for name, strategy in fields.items()}
        for harmonise in HARMONIES:
            harmonise(kind, values, draw)
        value = kind(**{name: given for name, given in values.items() if given is not ...})
        assume(first_breach(value) is None)
        return value

    return build()


def of_hint(hint: Any, *, optional: bool = False) -> st.SearchStrategy[Any]:
    kind, marks, nullable = unwrapped(hint)
    found = of_kind(kind, marks)
    return st.just(None) | found if nullable and optional else found


def of_kind(kind: Any, marks: list[Any]) -> st.SearchStrategy[Any]:
    def mark(wanted: Any) -> Any:
        return next((one for one in marks if isinstance(one, wanted)), None)

    one_of = mark(OneOf)
    if one_of is not None:
        values = [kind(value) if issubclass(kind, Enum) else value for value in one_of.values]
        return st.sampled_from(values)
    if get_origin(kind) is list:
        count = mark(Count)
        low = count.low if count else 0
        high = min(count.high or 5, 5) if count else 5
        return st.lists(of_hint(get_args(kind)[0]), min_size=low, max_size=max(low, high))
    if issubclass(kind, msgspec.Struct):
        return structures(kind)
    if issubclass(kind, Enum):
        return st.sampled_from([member for member in kind if member.value != -1])
    if kind is bool:
        return st.booleans()
    if issubclass(kind, int | float):
        between = mark(Between)
        low = between.low if between and between.low is not None else 0
        high = between.high if between and between.high is not None else 2**40
        return st.integers(int(low), int(high))
    return texts(mark(Spelt), mark(Length), mark(Bytes))


def texts(spelt: Spelt | None, length: Length | None, size: Bytes | None) -> st.SearchStrategy[str]:
    low = length.low if length else 0
    high = min(length.high, 40) if length else 20
    if spelt is TIME_OF_DAY:
        return st.builds("{:02}:{:02}:{:02}".format, *(st.integers(0, top) for top in (23, 59, 59)))
    if spelt is WEB_ADDRESS:
        return st.sampled_from(["https://example.com/a", "http://10.0.0.1:80/b?c=d"])
    if spelt is DIGITS:
        return st.integers(DAY, DAY + 86_399).map(str)
    if spelt in LETTERS:
        return st.text(LETTERS[spelt], min_size=low, max_size=high)
    if spelt is not None:
        return st.from_regex(spelt.pattern, fullmatch=True).filter(str.isascii)
    if size is not None:
        high = min(high, size.high // 4)
    return st.text(
        st.characters(codec="utf-8", exclude_characters="\0"), min_size=low, max_size=high
    )


def _times(kind: type, values: dict[str, Any], draw: st.DrawFn) -> None:
    """Put the end after the beginning, on the same day and within the hour."""
    for first, last in (("start_time", "end_time"), ("begin_time", "end_time"), ("start", "end")):
        if first not in values or last not in values or None in (values[first], values[last]):
            continue
        begin, lasts = draw(st.integers(0, 80_000)), draw(st.integers(1, 3600))
        if kind in (TimeSection, EffectiveTime, TimeSlot):
            values[first], values[last] = _clock(begin), _clock(begin + 600 + lasts)
        elif isinstance(values[first], str):
            values[first], values[last] = str(DAY + begin), str(DAY + begin + lasts)
        else:
            values[first], values[last] = DAY + begin, DAY + begin + lasts


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _exclusive(kind: type, values: dict[str, Any], draw: st.DrawFn) -> None:
    """Leave out one of two parameters that exclude each other."""
    pairs = {
        ControlDeviceStream: ("stream_type", "resolution"),
        PlayRecord: ("stream_type", "resolution"),
        ControlRecord: ("position", "scale"),
    }
    if kind in pairs:
        values[draw(st.sampled_from(pairs[kind]))] = None


def _consistent(kind: type, values: dict[str, Any], _draw: st.DrawFn) -> None:
    """Fit what depends on another parameter."""
    if kind is LifeCycle:
        values["transition"] = 3 + values["transition"] % 1000
        values["expiration"] = 0 if values["expiration"] < 60 else values["expiration"] % 1000 + 60
    if kind is AITemplate:
        other = "snapshot_config" if values["tag"] == "AI" else "ai_config"
        mine = "ai_config" if values["tag"] == "AI" else "snapshot_config"
        values[other] = None
        assume(values[mine] is not None)
    if kind in (AddAITask, UpdateAITask) and values["templates"]:
        tag = values["templates"][0].tag
        values["templates"] = [one for one in values["templates"] if one.tag == tag]
    if kind is AddUserDevice:
        values["type"] = type(values["type"])(1)
        values["password"] = values["password"] or "12345678"
        values["gateway_id"] = values["gateway_id"] or "g"
    if kind is BatchAssignVLPlanChannels:
        values["channel_ids"] = values["channel_ids"] or ["c"]
        values["organization_ids"] = None if values["cmd"] == 2 else values["organization_ids"]
    if kind in (CreateVideoSnapshotTemplate, PictureScene) and values["interval"] is not None:
        values["interval"] = 30 + values["interval"] % 150
    if kind is CreateVLTemplate:
        values["image_config"] = values["image_config"] or PictureScene(type=1, interval=30)


HARMONIES: list[Callable[[type, dict[str, Any], st.DrawFn], None]] = [
    _times,
    _exclusive,
    _consistent,
]
