"""The border between JSON and actions: strict on the way in, complete on the way out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, get_args

import msgspec

from ivcdesk.api.actions import Action, Result
from ivcdesk.simulator.refusal import Refusal

A = TypeVar("A", bound=Action[Any])

_ABSENT_WHEN_EMPTY = {("RecordTimeLine", "hls_url")}
_NULL_WHEN_EMPTY = {("DevicePage", "data"), ("RecordFiles", "list_"), ("TimelineList", "data")}
_SECRET_WORDS = ("password", "secret", "token")


def read_body(body: bytes) -> dict[str, Any]:
    """Return the parameters in a request's body; refuses what is not a JSON object."""
    try:
        params = msgspec.json.decode(body or b"{}")
    except msgspec.DecodeError as problem:
        raise Refusal("InvalidParameter", f"the body is not JSON: {problem}") from problem
    if not isinstance(params, dict):
        raise Refusal("InvalidParameter", "the body is not a JSON object")
    return params


def read_action(kind: type[A], params: dict[str, Any]) -> A:
    """Return the action that the parameters ask for.

    Refuses with UnknownParameter, MissingParameter or InvalidParameter, in this order.
    """
    _refuse_unknown(kind, params, "")
    for field in msgspec.structs.fields(kind):
        if field.required and field.encode_name not in params:
            raise Refusal("MissingParameter", f"the parameter `{field.encode_name}` is missing")
    try:
        action: A = msgspec.convert(params, kind)
    except msgspec.ValidationError as problem:
        raise Refusal("InvalidParameter", str(problem)) from problem
    return action


def write_result(result: Result, request_id: str) -> bytes:
    """Return a whole answer with every key that the reference's examples have, zeros included."""
    answer = _plain(result)
    answer["RequestId"] = request_id
    return msgspec.json.encode({"Response": answer})


def write_refusal(refusal: Refusal, request_id: str) -> bytes:
    """Return the whole answer that carries an error."""
    error = {"Code": refusal.code, "Message": refusal.message}
    return msgspec.json.encode({"Response": {"Error": error, "RequestId": request_id}})


def masked(params: Any) -> Any:
    """Return parameters for the log, with stars in place of every secret."""
    if isinstance(params, dict):
        return {
            key: "***"
            if isinstance(value, str) and any(word in key.lower() for word in _SECRET_WORDS)
            else masked(value)
            for key, value in params.items()
        }
    return [masked(item) for item in params] if isinstance(params, list) else params


def _refuse_unknown(kind: type[msgspec.Struct], params: dict[str, Any], path: str) -> None:
    known = _structures(kind)
    for key, value in params.items():
        if key not in known:
            raise Refusal("UnknownParameter", f"the parameter `{path}{key}` is not recognised")
        inner = known[key]
        if inner is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _refuse_unknown(inner, item, f"{path}{key}.")


@cache
def _structures(kind: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct] | None]:
    """Return each field's wire name and, where it holds structures, their type."""
    return {field.encode_name: _inner(field.type) for field in msgspec.structs.fields(kind)}


def _inner(annotation: Any) -> type[msgspec.Struct] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    for argument in get_args(annotation):
        found = _inner(argument)
        if found is not None:
            return found
    return None


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    return _writer(type(value))(value)


@cache
def _writer(kind: type[msgspec.Struct]) -> Callable[[msgspec.Struct], dict[str, Any]]:
    """Return what turns a structure of one kind into a dictionary, built once for speed."""
    fields = msgspec.structs.fields(kind)
    names = tuple(field.encode_name for field in fields)
    read = attrgetter(*(field.name for field in fields), "__class__")
    nested = [field.encode_name for field in fields if _inner(field.type) is not None]
    absent = [
        field.encode_name for field in fields if (kind.__name__, field.name) in _ABSENT_WHEN_EMPTY
    ]
    null = [
        field.encode_name for field in fields if (kind.__name__, field.name) in _NULL_WHEN_EMPTY
    ]

    def write(value: msgspec.Struct) -> dict[str, Any]:
        plain = dict(zip(names, read(value), strict=False))
        for name in nested:
            plain[name] = _deep(plain[name])
        for name in absent:
            if not plain[name]:
                del plain[name]
        for name in null:
            plain[name] = plain[name] or None
        return plain

    return write


def _deep(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return _plain(value)
    if isinstance(value, list):
        return [_deep(item) for item in value]
    return value
