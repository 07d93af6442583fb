"""AMF0: the values in which RTMP commands are written."""

from __future__ import annotations

import struct
from typing import TypeAlias

Value: TypeAlias = "float | bool | str | dict[str, Value] | list[Value] | None"

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_ARRAY, _END, _STRICT_ARRAY, _LONG_STRING = 8, 9, 10, 12
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
        return bytes((_NUMBER,)) + struct.pack(">d", value)
    if isinstance(value, str):
        return bytes((_STRING,)) + _text(value)
    if isinstance(value, dict):
        rows = b"".join(_text(key) + _packed(item) for key, item in value.items())
        return bytes((_OBJECT,)) + rows + bytes((0, 0, _END))
    rows = b"".join(_packed(item) for item in value)
    return bytes((_STRICT_ARRAY,)) + struct.pack(">I", len(value)) + rows


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def unpack(data: bytes) -> list[Value]:
    """Return all values of a message; raises ValueError for what is not AMF0."""
    reader = _Reader(data)
    values = []
    try:
        while reader.place < len(data):
            values.append(reader.value(0))
    except (struct.error, IndexError) as problem:
        raise ValueError("cut AMF0") from problem
    return values


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def value(self, depth: int) -> Value:
        if depth > _DEEPEST:
            raise ValueError("AMF0 too deep")
        kind = self._data[self.place]
        self.place += 1
        if kind == _NUMBER:
            return float(self._number(">d"))
        if kind == _BOOLEAN:
            return bool(self._number(">B"))
        if kind == _STRING:
            return self._string(int(self._number(">H")))
        if kind == _LONG_STRING:
            return self._string(int(self._number(">I")))
        if kind in (_NULL, _UNDEFINED):
            return None
        if kind == _OBJECT:
            return self._object(depth)
        if kind == _ARRAY:
            self._number(">I")
            return self._object(depth)
        if kind == _STRICT_ARRAY:
            return [self.value(depth + 1) for _ in range(min(int(self._number(">I")), 1000))]
        raise ValueError(f"AMF0 type {kind}")

    def _object(self, depth: int) -> dict[str, Value]:
        out: dict[str, Value] = {}
        while True:
            key = self._string(int(self._number(">H")))
            if not key and self._data[self.place] == _END:
                self.place += 1
                return out
            out[key] = self.value(depth + 1)

    def _number(self, form: str) -> float:
        (number,) = struct.unpack_from(form, self._data, self.place)
        self.place += struct.calcsize(form)
        return float(number) if form == ">d" else int(number)

    def _string(self, size: int) -> str:
        data = self._data[self.place : self.place + size]
        if len(data) < size:
            raise ValueError("cut AMF0")
        self.place += size
        return data.decode("utf-8", "replace")
