"""Which channels plans record, without making the channels of a whole fleet for the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ivcdesk.simulator.plans import Plan
from ivcdesk.simulator.state import Device, Kind, Organization, World

Seat = tuple[Device, int]


def members(world: World, plan: Plan) -> Iterator[Seat]:
    """Yield every channel that a plan records now, as its device and its number on it."""
    for device in world.devices.values():
        if device.moved is None:
            if device.plan is plan and not plan.ended:
                for place in range(device.channel_num):
                    yield device, place
        else:
            for place in range(device.channel_num):
                if device.plan_of(place) is plan:
                    yield device, place


def counts(world: World) -> Counter[str]:
    """Return how many channels each plan records, by the plans' ids."""
    found: Counter[str] = Counter()
    for device in world.devices.values():
        if device.moved is None:
            if device.plan is not None and not device.plan.ended:
                found[device.plan.plan_id] += device.channel_num
            continue
        for place in range(device.channel_num):
            plan = device.plan_of(place)
            if plan is not None:
                found[plan.plan_id] += 1
    return found


def planned(world: World) -> Iterator[Seat]:
    """Yield every channel that some plan records."""
    return (seat for seat in _seats(world.root) if seat[0].plan_of(seat[1]) is not None)


def under(node: Organization) -> Iterator[Seat]:
    """Yield every channel of the devices at and below an organisation."""
    return _seats(node)


def channel_id(world: World, seat: Seat) -> str:
    """Return the id of a channel."""
    return world.identities.make(Kind.CHANNEL, seat[0].index, seat[1])


def _seats(node: Organization) -> Iterator[Seat]:
    for below in node.subtree():
        for device in below.devices.values():
            for place in range(device.channel_num):
                yield device, place
