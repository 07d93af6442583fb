"""In which region each device lives, as answers tell, since some actions must run there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ivcdesk.api.actions.base import Action, Result
from ivcdesk.api.actions.devices import (
    ChannelList,
    DeviceAnswer,
    DeviceDetail,
    DevicePage,
    ServiceNodeList,
)
from ivcdesk.api.actions.gateways import GatewayAnswer, GatewayPage
from ivcdesk.api.actions.newer_devices import DeviceDetailsAnswer

_SUBJECTS = ("channel_id", "device_id", "gateway_id", "cluster_id")


class Homes:
    """The regions of channels, devices, gateways and service nodes, by their ids."""

    def __init__(self) -> None:
        self._regions: dict[str, str] = {}
        self._readers: dict[type[Result], Callable[[Any], Iterable[tuple[str, str]]]] = {
            ChannelList: _channels,
            DeviceAnswer: lambda answer: _device(answer.data),
            DeviceDetailsAnswer: lambda answer: (
                pair for detail in answer.data.list_ for pair in _device(detail)
            ),
            DevicePage: self._devices,
            GatewayAnswer: lambda answer: [(answer.data.gateway_id, answer.data.region)],
            GatewayPage: lambda page: [(one.gateway_id, one.region) for one in page.items],
            ServiceNodeList: lambda answer: [(node.value, node.region) for node in answer.data],
        }

    def learn(self, result: Result) -> None:
        """Take note of every region that an answer tells."""
        reader = self._readers.get(type(result))
        if reader is not None:
            self._regions.update((key, region) for key, region in reader(result) if key and region)

    def of(self, action: Action[Any]) -> str | None:
        """Return the region of what an action concerns, or None where nothing told it yet."""
        for subject in _SUBJECTS:
            identity = getattr(action, subject, None)
            if identity:
                return self._regions.get(identity)
        several = getattr(action, "device_ids", None)
        return self._regions.get(several[0]) if several else None

    def _devices(self, page: DevicePage) -> Iterable[tuple[str, str]]:
        # Lists tell no region, but the service node, whose region is known once those were asked.
        if self._regions:
            for device in page.data:
                yield device.device_id, self._regions.get(device.cluster_id, "")


def _device(detail: DeviceDetail) -> Iterable[tuple[str, str]]:
    yield detail.device_id, detail.region


def _channels(answer: ChannelList) -> Iterable[tuple[str, str]]:
    for channel in answer.data:
        yield channel.channel_id, channel.region
        yield channel.device_id, channel.region
