"""AMF0, the values in which RTMP commands are written: as much of it as a player needs."""

from __future__ import annotations

import struct
from typing import TypeAlias

Value: TypeAlias = "float | bool | str | dict[str, Value] | list[Value] | None"

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_ARRAY, _END, _STRICT_ARRAY, _DATE, _LONG_STRING = 8, 9, 10, 11, 12
_DEEPEST = 8


def pack(*values: Value) -> bytes:
    """Return values one after the other."""
    return b"".join(_packed(value) for value in values)


def _packed(value: Value) -> bytes:
    if value is None:
        return bytes((_NULL,))
    if isinstance(value, bool):
        return bytes((_BOOLEAN, value))
    if isinstance(value, int | float):
        return struct.pack(">Bd", _NUMBER, value)
    if isinstance(value, str):
        text = value.encode()
        if len(text) > 0xFFFF:
            return struct.pack(">BI", _LONG_STRING, len(text)) + text
        return bytes((_STRING,)) + _named(text)
    if isinstance(value, dict):
        rows = (_named(key.encode()) + _packed(item) for key, item in value.items())
        return bytes((_OBJECT,)) + b"".join(rows) + bytes((0, 0, _END))
    rows = (_packed(item) for item in value)
    return struct.pack(">BI", _STRICT_ARRAY, len(value)) + b"".join(rows)


def _named(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


def unpack(data: bytes) -> list[Value]:
    """Return the values of a message; raises ValueError for what is not AMF0."""
    values: list[Value] = []
    place = 0
    try:
        while place < len(data):
            value, place = _value(data, place, 0)
            values.append(value)
    except (struct.error, IndexError):
        raise ValueError("cut AMF0") from None
    return values


def _value(data: bytes, place: int, depth: int) -> tuple[Value, int]:
    if depth > _DEEPEST:
        raise ValueError("AMF0 too deep")
    kind = data[place]
    place += 1
    if kind == _NUMBER:
        return struct.unpack_from(">d", data, place)[0], place + 8
    if kind == _BOOLEAN:
        return data[place] != 0, place + 1
    if kind in (_NULL, _UNDEFINED):
        return None, place
    if kind == _STRING:
        return _text(data, place, 2)
    if kind == _LONG_STRING:
        return _text(data, place, 4)
    if kind == _OBJECT:
        return _object(data, place, depth)
    if kind == _ARRAY:
        # The count is only a hint.
        return _object(data, place + 4, depth)
    if kind == _STRICT_ARRAY:
        return _list(data, place, depth)
    if kind == _DATE:
        return struct.unpack_from(">d", data, place)[0], place + 10
    raise ValueError(f"AMF0 type {kind}")


def _text(data: bytes, place: int, width: int) -> tuple[str, int]:
    start = place + width
    end = start + int.from_bytes(data[place:start], "big")
    if end > len(data) or start > len(data):
        raise ValueError("cut AMF0")
    return data[start:end].decode("utf-8", "replace"), end


def _object(data: bytes, place: int, depth: int) -> tuple[dict[str, Value], int]:
    found: dict[str, Value] = {}
    while True:
        key, place = _text(data, place, 2)
        if not key and data[place] == _END:
            return found, place + 1
        found[key], place = _value(data, place, depth + 1)


def _list(data: bytes, place: int, depth: int) -> tuple[list[Value], int]:
    count = struct.unpack_from(">I", data, place)[0]
    place += 4
    found: list[Value] = []
    for _ in range(count):
        value, place = _value(data, place, depth + 1)
        found.append(value)
    return found, place
