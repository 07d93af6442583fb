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

# left out, where it says nothing unusual, unless it was asked for, or because the service only
# gained it later
_ABSENT_WHEN_EMPTY = {
    ("RecordTimeLine", "hls_url"),
    ("BackupTemplate", "day_offset"),
    ("DeviceDetail", "push_stream_secure_url"),
    ("DeviceDetail", "sip_carrier_endpoints"),
    ("DeviceDetail", "sip_fqdn"),
    ("DeviceDetail", "time_sync_switch"),
    ("DevicePlayback", "f_mp4"),
    ("StreamAuth", "exclude_push_domain_ids"),
    ("StreamUrls", "f_mp4"),
}
# one class stands for several of the cloud's structures: what some of these answers don't have
_SHORT_DEVICE = (
    "sip_id",
    "sip_domain",
    "sip_ip",
    "sip_port",
    "push_stream_url",
    "gateway_name",
    "protocol_type_name",
    "region",
    "manufacturer",
    "audio_switch",
    "subscribe_switch",
    "app_name",
    "stream_name",
    "silent_frame_switch",
)
_NOT_IN: dict[tuple[str, str], tuple[str, ...]] = {
    ("AddUserDevice", "DeviceDetail"): _SHORT_DEVICE,
    ("UpdateUserDevice", "DeviceDetail"): _SHORT_DEVICE,
    ("DescribeUserDevice", "DeviceDetail"): ("app_id",),
    ("DescribeUserDeviceList", "DeviceDetail"): ("app_id",),
    ("AddRecordPlan", "RecordPlan"): ("status", "channel_count"),
    ("UpdateRecordPlan", "RecordPlan"): ("status", "channel_count"),
    ("AddRecordRetrieveTask", "RetrievalTask"): ("channels", "channel_count"),
    ("ListRecordRetrieveTasks", "RetrievalTask"): ("channels",),
}
_WHOLE_NUMBERS = {
    ("AddUserDevice", "DeviceDetail", "organization_id"),
    ("UpdateUserDevice", "DeviceDetail", "organization_id"),
    ("ListRecordRetrieveTasks", "RetrievalTask", "capacity"),
}
_NULL_WHEN_EMPTY = {
    ("BackupPlanList", "data"),
    ("BannedChannels", "list_"),
    ("DevicePage", "data"),
    ("GatewayDetail", "version"),
    ("PlannedChannelIds", "list_"),
    ("PlannedChannels", "list_"),
    ("RecordFiles", "list_"),
    ("RecordPlanList", "data"),
    ("RecordSliceAnswer", "data"),
    ("RecordTemplateList", "data"),
    ("RetrievalTaskList", "data"),
    ("TimelineList", "data"),
    *(
        ("AIFindings", kind)
        for kind in (
            "body",
            "pet",
            "car",
            "chef_hat",
            "chef_cloth",
            "face_mask",
            "smoking",
            "phone_call",
        )
    ),
}
_SECRET_WORDS = ("password", "secret", "token")


def read_action(kind: type[A], params: dict[str, Any], *, loose: bool = False) -> A:
    """Return the action that the parameters ask for; ``loose`` ones are texts of other types.

    Refuses with UnknownParameter, MissingParameter or InvalidParameter, in this order.
    """
    _refuse_unknown(kind, params, "")
    for name in _required(kind):
        if name not in params:
            raise Refusal("MissingParameter", f"the parameter `{name}` is missing")
    try:
        action: A = msgspec.convert(params, kind, strict=not loose)
    except msgspec.ValidationError as problem:
        raise Refusal("InvalidParameter", str(problem)) from problem
    return action


def write_result(action: str, result: Result, request_id: str) -> bytes:
    """Return a whole answer with every key that the reference's examples have, zeros included.

    ``action`` is the name of what is answered: it decides between the cloud's own structures.
    """
    answer = _writer(type(result), action)(result)
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


@cache
def _required(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(f.encode_name for f in msgspec.structs.fields(kind) if f.required)


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


Writer = Callable[[Any], Any]


@cache
def _writer(kind: type[msgspec.Struct], action: str) -> Writer:
    """Return what turns a structure of one kind into a dictionary, built once for speed."""
    left_out = _NOT_IN.get((action, kind.__name__), ())
    fields = [field for field in msgspec.structs.fields(kind) if field.name not in left_out]
    names = tuple(field.encode_name for field in fields)
    # one attribute more than names: with a single one the getter would return no tuple
    read = attrgetter(*(field.name for field in fields), "__class__")
    changes: list[tuple[str, Writer]] = []
    absent: list[tuple[str, Any]] = []
    for field in fields:
        inner, place = _inner(field.type), (kind.__name__, field.name)
        if inner is not None:
            changes.append((field.encode_name, _nested(_writer(inner, action))))
        if place in _NULL_WHEN_EMPTY:
            changes.append((field.encode_name, _or_null))
        if (action, *place) in _WHOLE_NUMBERS:
            changes.append((field.encode_name, int))
        if place in _ABSENT_WHEN_EMPTY:
            absent.append((field.encode_name, field.default))

    def write(value: msgspec.Struct) -> dict[str, Any]:
        plain = dict(zip(names, read(value), strict=False))
        for name, change in changes:
            plain[name] = change(plain[name])
        for name, usual in absent:
            if not plain[name] or plain[name] == usual:
                del plain[name]
        return plain

    return write


def _nested(write: Writer) -> Writer:
    def each(value: Any) -> Any:
        if isinstance(value, list):
            return [write(item) for item in value]
        return None if value is None else write(value)

    return each


def _or_null(value: Any) -> Any:
    return value or None
