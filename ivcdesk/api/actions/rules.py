"""What the reference demands of a parameter, declared with the field and checked before sending.

A rule stands in a field's annotation, as in ``speed: Annotated[int, Between(1, 8)]``, and the same
declaration tells forms how long a name may be. What concerns several fields at once is told by a
structure's own ``contradictions``.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import (
    Annotated,
    Any,
    NamedTuple,
    Protocol,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

import msgspec

MASK = "•••"
CLOUD_OFFSET = 8 * 3600  # s: recordings are filed under days of UTC+8


@runtime_checkable
class Rule(Protocol):
    """Something that a value must be."""

    def __str__(self) -> str: ...

    def admits(self, value: Any) -> bool:
        """Tell whether the value keeps the rule."""


class Breach(NamedTuple):
    """A parameter that breaks a rule: where, which, and with what."""

    field: str
    rule: str
    value: object


@dataclass(frozen=True, slots=True)
class Between:
    """A number of a closed range; an open end is None."""

    low: float | None
    high: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.high is None:
            return f"at least {self.low}{unit}"
        if self.low is None:
            return f"at most {self.high}{unit}"
        return f"between {self.low} and {self.high}{unit}"

    def admits(self, value: Any) -> bool:
        """Tell whether the number lies in the range."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Length:
    """A text of so many characters."""

    low: int
    high: int

    def __str__(self) -> str:
        if self.low == 0:
            return f"at most {self.high} characters"
        return f"{self.low} to {self.high} characters"

    def admits(self, value: Any) -> bool:
        """Tell whether the text is neither too short nor too long."""
        return self.low <= len(value) <= self.high


@dataclass(frozen=True, slots=True)
class Bytes:
    """A text of so many bytes of UTF-8 at most."""

    high: int

    def __str__(self) -> str:
        return f"at most {self.high} bytes of UTF-8"

    def admits(self, value: Any) -> bool:
        """Tell whether the text fits."""
        return len(value.encode("utf-8", "surrogatepass")) <= self.high


@dataclass(frozen=True, slots=True)
class Count:
    """A list of so many items."""

    low: int
    high: int | None = None

    def __str__(self) -> str:
        if self.high is None:
            return f"a list of at least {self.low}"
        return f"a list of {self.low} to {self.high}"

    def admits(self, value: Any) -> bool:
        """Tell whether the list has neither too few nor too many items."""
        return len(value) >= self.low and (self.high is None or len(value) <= self.high)


class OneOf:
    """One of the values that the reference lists."""

    __slots__ = ("values",)

    def __init__(self, *values: object) -> None:
        self.values = values

    def __str__(self) -> str:
        return f"one of {', '.join(str(value) for value in self.values)}"

    def admits(self, value: Any) -> bool:
        """Tell whether the value is one of those."""
        return value in self.values


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text of certain characters, all of them matched by ``pattern``."""

    pattern: re.Pattern[str]
    words: str

    def __str__(self) -> str:
        return self.words

    def admits(self, value: Any) -> bool:
        """Tell whether the text has these characters alone."""
        return self.pattern.fullmatch(value) is not None


class Secret:
    """Marks a field whose value is shown nowhere."""

    __slots__ = ()


SECRET = Secret()


def spelt(pattern: str, words: str) -> Spelt:
    """Return the rule of a text that the pattern matches as a whole."""
    return Spelt(re.compile(pattern), words)


_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

NAME_LETTERS = spelt(
    f"[{_HAN}A-Za-z0-9 ()（）_-]*",
    "made of Chinese and English letters, digits, spaces, brackets, _ and -",
)
LABEL_LETTERS = spelt(
    f"[{_HAN}A-Za-z0-9_-]*",
    "made of Chinese and English letters, digits, _ and -",
)
STREAM_LETTERS = spelt(r"[A-Za-z0-9_.-]*", "made of English letters, digits, _, - and .")
KEY_LETTERS = spelt(r"[A-Za-z0-9]*", "made of English letters and digits")
DIGITS = spelt(r"[0-9]+", "seconds since the epoch, as digits")
TIME_OF_DAY = spelt(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", "a time like 08:30:00")
WEB_ADDRESS = spelt(r"https?://[^\s/]+\S*", "an http or https address")
GIVEN = Length(1, 1 << 20)

SecretText = Annotated[str, SECRET]
SwitchState = Annotated[int, OneOf(0, 1)]
PageNumber = Annotated[int, Between(1)]
DaysKept = Annotated[int, OneOf(7, 15, 30, 60, 90, 180, 365)]


def first_breach(structure: msgspec.Struct, within: str = "") -> Breach | None:
    """Return the first rule that a structure's fields break, or None; secrets stay masked."""
    for field in _fields(type(structure)):
        value = getattr(structure, field.name)
        if value is None and field.optional:
            continue
        breach = field.breach(value, within)
        if breach is not None:
            return breach
    contradictions = getattr(structure, "contradictions", None)
    if contradictions is not None:
        for breach in contradictions():
            return Breach(within + breach.field, breach.rule, breach.value)
    return None


def rules_of(structure: type[msgspec.Struct], field: str) -> tuple[Rule, ...]:
    """Return the rules of one field, for forms that check while the user types.

    Raises KeyError for a field that the structure lacks.
    """
    for known in _fields(structure):
        if known.name == field:
            return known.rules
    raise KeyError(field)


@lru_cache(maxsize=1024)
def secret_fields(structure: type[msgspec.Struct]) -> frozenset[str]:
    """Return the names of the fields whose values are shown nowhere."""
    return frozenset(field.name for field in _fields(structure) if field.secret)


def one_day(
    start: int, end: int, *, names: tuple[str, str] = ("start_time", "end_time")
) -> Iterator[Breach]:
    """Tell where a stretch is empty or leaves its day of UTC+8 (epoch seconds)."""
    if end <= start:
        yield Breach(names[1], f"after {names[0]}", end)
    elif (start + CLOUD_OFFSET) // 86400 != (end + CLOUD_OFFSET) // 86400:
        yield Breach(names[1], f"on the same day of UTC+8 as {names[0]}", end)


def in_order(
    start: int, end: int, *, names: tuple[str, str] = ("start", "end")
) -> Iterator[Breach]:
    """Tell where a stretch is empty (epoch seconds)."""
    if end <= start:
        yield Breach(names[1], f"after {names[0]}", end)


def unwrapped(hint: Any) -> tuple[Any, list[Any], bool]:
    """Return the plain type, what its annotation says of it, and whether None is allowed."""
    marks: list[Any] = []
    optional = False
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint, *more = get_args(hint)
            marks.extend(more)
        elif origin in (Union, types.UnionType):
            choices = [one for one in get_args(hint) if one is not types.NoneType]
            optional = optional or len(choices) < len(get_args(hint))
            if len(choices) != 1:
                return Any, marks, optional
            hint = choices[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            return hint, marks, optional


class _Field(NamedTuple):
    name: str
    kind: type | None
    item: type | None
    rules: tuple[Rule, ...]
    item_rules: tuple[Rule, ...]
    optional: bool
    secret: bool

    def breach(self, value: Any, within: str) -> Breach | None:
        path = within + self.name
        if self.kind is not None and not _is(value, self.kind):
            return Breach(path, _called(self.kind), self._shown(value))
        for rule in self.rules:
            if not rule.admits(value):
                return Breach(path, str(rule), self._shown(value))
        if isinstance(value, msgspec.Struct):
            return first_breach(value, f"{path}.")
        if self.item is not None:
            return self._item_breach(value, path)
        return None

    def _item_breach(self, values: list[Any], path: str) -> Breach | None:
        assert self.item is not None
        for index, value in enumerate(values):
            if not _is(value, self.item):
                return Breach(f"{path}[{index}]", _called(self.item), self._shown(value))
            for rule in self.item_rules:
                if not rule.admits(value):
                    return Breach(f"{path}[{index}]", str(rule), self._shown(value))
            if isinstance(value, msgspec.Struct):
                breach = first_breach(value, f"{path}[{index}].")
                if breach is not None:
                    return breach
        return None

    def _shown(self, value: Any) -> object:
        if self.secret:
            return MASK
        if isinstance(value, list):
            return f"{len(value)} items"
        return value


@lru_cache(maxsize=1024)
def _fields(structure: type[msgspec.Struct]) -> tuple[_Field, ...]:
    hints = get_type_hints(structure, include_extras=True)
    return tuple(_read(name, hints[name]) for name in structure.__struct_fields__)


def _read(name: str, hint: Any) -> _Field:
    kind, marks, optional = unwrapped(hint)
    item: type | None = None
    item_marks: list[Any] = []
    if get_origin(kind) is list:
        item, item_marks, _ = unwrapped(get_args(kind)[0])
        kind = list
    return _Field(
        name,
        kind if isinstance(kind, type) else None,
        item if isinstance(item, type) else None,
        tuple(mark for mark in marks if isinstance(mark, Rule)),
        tuple(mark for mark in item_marks if isinstance(mark, Rule)),
        optional,
        any(isinstance(mark, Secret) for mark in marks),
    )


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if issubclass(kind, int) and kind is not bool:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _called(kind: type) -> str:
    if kind is str:
        return "a text"
    if kind is bool:
        return "True or False"
    if kind is list:
        return "a list"
    return "a number" if issubclass(kind, int | float) else f"a {kind.__name__}"
