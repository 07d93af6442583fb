"""What was picked in the tree, as cameras: each once, in order, those that answer."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ivcdesk.api.actions import Channel, ChannelId, Device, DeviceId, Organization, OrganizationId
from ivcdesk.api.errors import Unavailable
from ivcdesk.services import selection
from ivcdesk.services.directory import Children
from ivcdesk.services.selection import channels_below


class Cameras:
    """A directory of two organisations, one below the other; d2's channels are not known yet."""

    def __init__(self) -> None:
        self.organizations = {
            OrganizationId(key): Organization(organization_id=OrganizationId(key), name=key)
            for key in ("port", "quay")
        }
        self.devices = {
            DeviceId(key): Device(device_id=DeviceId(key), name=name)
            for key, name in (("d1", "B gate"), ("d2", "A gate"), ("d3", "Crane"))
        }
        self.channels = {DeviceId("d1"): self.made("d1", 2), DeviceId("d3"): self.made("d3", 1)}
        self.asked: list[str] = []
        self.refuses = False

    @staticmethod
    def made(device: str, count: int) -> tuple[Channel, ...]:
        return tuple(
            Channel(device_id=DeviceId(device), channel_id=ChannelId(f"{device}-{n}"), name=str(n))
            for n in range(count)
        )

    def channel(self, key: ChannelId) -> Channel | None:
        every = [each for held in self.channels.values() for each in held]
        return next((each for each in every if each.channel_id == key), None)

    def children(self, key: OrganizationId) -> Children:
        inside = {"port": ("d1", "d2"), "quay": ("d3",)}[key]
        below = (self.organizations[OrganizationId("quay")],) if key == "port" else ()
        return Children(below, tuple(self.devices[DeviceId(each)] for each in inside))

    async def load_channels(self, device: DeviceId) -> tuple[Channel, ...]:
        self.asked.append(device)
        if self.refuses:
            raise Unavailable("FailedOperation.DeviceOffline", "it is off")
        return self.made(device, 1)


def found(directory: Cameras, *keys: str) -> list[str]:
    return list(asyncio.run(channels_below(directory, keys)))  # type: ignore[arg-type]  # stands in


def test_an_organisation_is_all_below_it_by_name():
    cameras = Cameras()
    assert found(cameras, "port") == ["d2-0", "d1-0", "d1-1", "d3-0"]
    assert cameras.asked == ["d2"]


def test_each_camera_is_there_once_in_the_order_of_picking():
    cameras = Cameras()
    assert found(cameras, "d3", "d1-1", "port", "gone") == ["d3-0", "d1-1", "d2-0", "d1-0"]


def test_a_device_without_an_answer_is_left_out_unless_it_is_all_there_is():
    cameras = Cameras()
    cameras.refuses = True
    assert found(cameras, "port") == ["d1-0", "d1-1", "d3-0"]
    with pytest.raises(Unavailable):
        found(cameras, "d2")


def test_there_is_an_end(monkeypatch):
    monkeypatch.setattr(selection, "MOST", 2)
    assert len(found(Cameras(), "port")) == 2


def test_nothing_picked_is_nothing():
    assert found(Cameras()) == []
    assert found(SimpleNamespace(), *()) == []  # type: ignore[arg-type]  # nothing is asked of it
