"""What every action is: a frozen value that knows its wire name, its result and its habits."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, ClassVar, Generic, NewType, Self, TypeVar, get_args

import msgspec

from ivcdesk.api.actions.rules import MASK, Breach, secret_fields

OrganizationId = NewType("OrganizationId", str)
DeviceId = NewType("DeviceId", str)
ChannelId = NewType("ChannelId", str)
ClusterId = NewType("ClusterId", str)
GatewayId = NewType("GatewayId", str)
SessionId = NewType("SessionId", str)
TaskId = NewType("TaskId", str)
PlanId = NewType("PlanId", str)
TemplateId = NewType("TemplateId", str)
DownloadTaskId = NewType("DownloadTaskId", str)
DomainId = NewType("DomainId", str)

ROOT_ORGANIZATION = OrganizationId("0")

_CAPITALS = {"ai": "AI", "fqdn": "FQDN", "ptz": "PTZ", "sn": "SN", "vl": "VL"}


def wire_name(field: str) -> str:
    """Return the cloud's spelling: ``OrganizationId`` for ``organization_id``."""
    return "".join(_CAPITALS.get(part) or part.capitalize() for part in field.split("_"))


class Wire(
    msgspec.Struct, frozen=True, kw_only=True, rename=wire_name, omit_defaults=True, gc=False
):
    """A structure as the cloud spells it: PascalCase on the wire, snake_case here.

    Nothing that comes from JSON refers to itself, so the collector need not look at thousands.
    """

    def contradictions(self) -> Iterable[Breach]:
        """Tell what the fields say against each other; each alone is checked by its own rules."""
        return ()

    def __repr__(self) -> str:
        secrets = secret_fields(type(self))
        shown = (
            f"{name}={MASK if name in secrets and value else repr(value)}"
            for name in self.__struct_fields__
            if (value := getattr(self, name)) not in (None, "", [])
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class Result(Wire, frozen=True, kw_only=True):
    """An action's answer; ``request_id`` names the call in the cloud's own logs."""

    request_id: str = ""


R_co = TypeVar("R_co", bound=Result, covariant=True)


class Action(Wire, Generic[R_co], frozen=True, kw_only=True):
    """One call of the cloud: the fields are its parameters, the type argument is its result.

    ``action_name``: the cloud's name of the call, which is the class's own.
    ``since``: the service's version that brought it, empty for those of the reference.
    ``reads``: sending it twice does no harm, so it may be retried.
    ``regional``: it must run in the region of the device that it concerns.
    ``seconds``: what the whole call may take, waiting for its turn and retries included.
    ``channel_bound``: it is answered by the device itself, which serves one query at a time.
    """

    action_name: ClassVar[str] = ""
    since: ClassVar[str] = ""
    result: ClassVar[type[Result]] = Result
    reads: ClassVar[bool] = False
    seconds: ClassVar[float] = 20.0
    regional: ClassVar[bool] = False
    channel_bound: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Take the wire name from the class and the result from its type argument."""
        super().__init_subclass__(**options)
        cls.action_name = cls.__name__
        for base in getattr(cls, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, Result):
                    cls.result = argument


T_co = TypeVar("T_co", covariant=True)


class Listing(Result, Generic[T_co], frozen=True, kw_only=True):
    """One page of a listing, wherever the cloud puts its items and their count."""

    @property
    def items(self) -> list[T_co]:
        """The items of this page."""
        data = getattr(self, "data", [])
        if isinstance(data, list):
            return data
        for field in data.__struct_fields__:
            value = getattr(data, field)
            if isinstance(value, list):
                return value
        return []

    @property
    def total(self) -> int:
        """How many items all pages hold together; 0 where the cloud doesn't say."""
        counted = getattr(self, "total_count", None)
        if counted is None:
            counted = getattr(getattr(self, "data", None), "total_count", 0)
        return counted if isinstance(counted, int) else 0


class OpenEnum(IntEnum):
    """A number with a meaning; a number without one becomes ``UNKNOWN`` instead of an error."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls(-1)


__all__ = [
    "ROOT_ORGANIZATION",
    "Action",
    "ChannelId",
    "ClusterId",
    "DeviceId",
    "DomainId",
    "DownloadTaskId",
    "GatewayId",
    "Listing",
    "OpenEnum",
    "OrganizationId",
    "PlanId",
    "Result",
    "SessionId",
    "TaskId",
    "TemplateId",
    "Wire",
    "wire_name",
]
