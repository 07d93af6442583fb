"""Many devices in one call."""

from __future__ import annotations

from ivcdesk.api.actions import DescribeUserDeviceList, DeviceDetails, DeviceDetailsAnswer
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.devices import detailed
from ivcdesk.simulator.handlers.finding import find_device
from ivcdesk.simulator.handlers.table import handles


@handles(DescribeUserDeviceList)
def describe_user_device_list(cloud: Cloud, action: DescribeUserDeviceList) -> DeviceDetailsAnswer:
    """Tell everything of many devices; one that does not exist fails the whole call."""
    unknown = "InvalidParameterValue.InvalidDeviceId"
    devices = [find_device(cloud, known, unknown=unknown) for known in action.device_ids]
    return DeviceDetailsAnswer(
        data=DeviceDetails(list_=[detailed(cloud, device) for device in devices])
    )
