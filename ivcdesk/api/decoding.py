"""From an answer's bytes to the value that its action promised, however untidy they are.

The fast path decodes straight into the result's class. What it refuses (a ``null``, a number where
an id is text, a broken character) takes the second path, which repairs what can be repaired and
names the place of what can't.
"""

from __future__ import annotations

import codecs
import re
from enum import Enum
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

from ivcdesk.api.actions.base import OpenEnum, Result
from ivcdesk.api.actions.rules import unwrapped
from ivcdesk.api.errors import HttpStatusError, ResponseError, service_error

R = TypeVar("R", bound=Result)

_SMALL = 4096  # bytes: few refusals are longer
_PLACE = re.compile(r"`(\$[^`]*)`")
_NUMBER = re.compile(r"-?\d+")
_MISSING = object()


class _Envelope(msgspec.Struct, Generic[R], frozen=True):
    response: R = msgspec.field(name="Response")


class _Refusal(msgspec.Struct, frozen=True):
    code: str = msgspec.field(name="Code", default="")
    message: str = msgspec.field(name="Message", default="")


class _Head(msgspec.Struct, frozen=True):
    error: _Refusal | None = msgspec.field(name="Error", default=None)
    request_id: str = msgspec.field(name="RequestId", default="")


class _HeadEnvelope(msgspec.Struct, frozen=True):
    response: _Head = msgspec.field(name="Response", default=_Head())


_head_decoder = msgspec.json.Decoder(_HeadEnvelope, strict=False)


def decode(body: bytes, result: type[R], *, action: str, status: int = 200) -> R:
    """Return the answer as ``result``.

    Raises the cloud's refusal as a ServiceError, ResponseError where the bytes don't fit, and
    HttpStatusError where the HTTP ``status`` is not 200 and nothing inside says why.
    """
    small = len(body) < _SMALL
    if status != 200 or small:
        _raise_refusal(body, action, status)
    try:
        answer: R = _decoder(result).decode(body).response
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        answer = _decode_leniently(body, result, action)
    if not small and answer == result(request_id=answer.request_id):
        # Much was said and nothing understood: a refusal with a long message looks like this.
        _raise_refusal(body, action, status)
    return answer


@lru_cache(maxsize=512)
def _envelope(result: type[R]) -> type[_Envelope[R]]:
    generic: Any = _Envelope
    return cast("type[_Envelope[R]]", generic[result])


@lru_cache(maxsize=512)
def _decoder(result: type[R]) -> msgspec.json.Decoder[_Envelope[R]]:
    return msgspec.json.Decoder(_envelope(result), strict=False)


def _raise_refusal(body: bytes, action: str, status: int) -> None:
    try:
        head = _head_decoder.decode(body).response
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        head = _head_leniently(body)
    if head.error is not None:
        code = head.error.code or "UnknownError"
        raise service_error(code, head.error.message, action=action, request_id=head.request_id)
    if status != 200:
        raise HttpStatusError(status, action=action, request_id=head.request_id)


def _head_leniently(body: bytes) -> _Head:
    try:
        plain = _plain(body)
    except (ValueError, RecursionError):
        return _Head()
    response = plain.get("Response") if isinstance(plain, dict) else None
    if not isinstance(response, dict):
        return _Head()
    request_id = _text(response.get("RequestId"))
    error = response.get("Error")
    if error is None:
        return _Head(request_id=request_id)
    if not isinstance(error, dict):
        return _Head(_Refusal("UnknownError", _text(error)), request_id)
    return _Head(_Refusal(_text(error.get("Code")), _text(error.get("Message"))), request_id)


def _decode_leniently(body: bytes, result: type[R], action: str) -> R:
    request_id = ""
    try:
        plain = _plain(body)
    except (ValueError, RecursionError):
        raise ResponseError("the answer is not JSON", action=action) from None
    response = plain.get("Response") if isinstance(plain, dict) else None
    if not isinstance(response, dict):
        raise ResponseError("the answer holds no Response", action=action, json_path="$.Response")
    request_id = _text(response.get("RequestId"))
    try:
        envelope: _Envelope[R] = msgspec.convert(
            {"Response": _repaired(response, result)}, _envelope(result), strict=False
        )
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        path = place.group(1) if place else "$"
        reason = str(error).partition(" - at ")[0]
        raise ResponseError(
            f"unreadable answer at {path}: {reason}",
            action=action,
            request_id=request_id,
            json_path=path,
        ) from None
    return envelope.response


def _plain(body: bytes) -> Any:
    """Parse JSON; a byte that is not UTF-8 (a camera named in GBK) costs only its character."""
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError:
        return msgspec.json.decode(body.decode("utf-8", "replace"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


@lru_cache(maxsize=1024)
def _fields(structure: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(structure)
    return {
        field.encode_name: unwrapped(hints[field.name])[0]
        for field in msgspec.structs.fields(structure)
    }


def _repaired(value: Any, kind: Any) -> Any:
    """Return ``value`` with what is known to vary made to fit ``kind``."""
    if value is None:
        return _MISSING
    if get_origin(kind) is list:
        if not isinstance(value, list):
            return _MISSING if value == "" else value
        inner = unwrapped(get_args(kind)[0])[0]
        items = (_repaired(item, inner) for item in value)
        return [item for item in items if item is not _MISSING]
    if kind is Any or not isinstance(kind, type):
        return value
    if issubclass(kind, msgspec.Struct):
        return _repaired_structure(value, kind)
    return _repaired_scalar(value, kind)


def _repaired_structure(value: Any, kind: type[msgspec.Struct]) -> Any:
    if not isinstance(value, dict):
        return _MISSING if value == "" else value
    known = _fields(kind)
    repaired = {name: _repaired(item, known[name]) for name, item in value.items() if name in known}
    return {name: item for name, item in repaired.items() if item is not _MISSING}


def _repaired_scalar(value: Any, kind: type) -> Any:
    if kind is str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int | float) else value
    if value == "":
        return _MISSING
    if kind is bool:
        return bool(value) if isinstance(value, int | float) else value
    if kind is int or issubclass(kind, Enum):
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool):
            return int(value)
    if (
        issubclass(kind, OpenEnum)
        and isinstance(value, str)
        and not _NUMBER.fullmatch(value.strip())
    ):
        return kind(-1).value  # a word for a state that this version does not know
    return value
