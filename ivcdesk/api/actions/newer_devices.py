"""Many devices in one call. Newer than the reference: known from version 3.1 of the service."""

from __future__ import annotations

from typing import ClassVar

from ivcdesk.api.actions.base import Action, Result, Wire
from ivcdesk.api.actions.devices import DeviceDetail, DeviceIds


class DeviceDetails(Wire, frozen=True, kw_only=True):
    """The details of the devices asked for."""

    list_: list[DeviceDetail] = []


class DeviceDetailsAnswer(Result, frozen=True, kw_only=True):
    """Everything about many devices."""

    data: DeviceDetails = DeviceDetails()


class DescribeUserDeviceList(Action[DeviceDetailsAnswer], frozen=True, kw_only=True):
    """Tell everything about many devices at once."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    device_ids: DeviceIds
