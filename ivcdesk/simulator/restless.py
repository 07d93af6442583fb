"""Devices that go and come back by themselves, as links in the field do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.simulator.agenda import Agenda
from ivcdesk.simulator.dice import dice
from ivcdesk.simulator.state import Device

CALM_SECONDS = (600, 1500)  # between one going and the next
AWAY_SECONDS = (40, 180)


def stir(
    agenda: Agenda,
    seed: int,
    devices: Sequence[Device],
    set_status: Callable[[Device, DeviceStatus], None],
) -> None:
    """Let one of some devices lose its link now and then, the same ones for the same seed.

    Who is not online then is left alone, and so is who was disabled or deleted meanwhile.
    """
    if not devices:
        return
    chance = dice(seed, "restless")

    def leave() -> None:
        device = devices[chance.randrange(len(devices))]
        away = chance.uniform(*AWAY_SECONDS)
        agenda.after(chance.uniform(*CALM_SECONDS), leave)
        if device.online and _known(device):
            set_status(device, DeviceStatus.OFFLINE)
            agenda.after(away, lambda: come_back(device))

    def come_back(device: Device) -> None:
        if device.status is DeviceStatus.OFFLINE and _known(device):
            set_status(device, DeviceStatus.ONLINE)

    agenda.after(chance.uniform(*CALM_SECONDS), leave)


def _known(device: Device) -> bool:
    return device.organization.devices.get(device.device_id) is device
