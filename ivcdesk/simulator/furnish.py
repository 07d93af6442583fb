"""The channels of a device: their names, poses, presets and habits, made from the seed."""

from __future__ import annotations

from ivcdesk.api.actions import AccessProtocol, DeviceType
from ivcdesk.simulator.codes import CLUSTERS, gb_code
from ivcdesk.simulator.demo import VIEWS
from ivcdesk.simulator.dice import dice
from ivcdesk.simulator.media.source import Pose
from ivcdesk.simulator.ptz import Mount, PresetPoint
from ivcdesk.simulator.recordings import Habit
from ivcdesk.simulator.state import Channel, Device, Kind, World

_PRESET_NAMES = ("Home", "Gate lane", "Barrier", "Plate view", "Road east", "Yard")


def furnish(world: World, device: Device) -> tuple[Channel, ...]:
    """Return the channels of a device, the same ones whenever it is asked."""
    return tuple(_channel(world, device, place) for place in range(device.channel_num))


def _channel(world: World, device: Device, place: int) -> Channel:
    chance = dice(world.seed, "channel", device.index, place)
    turns = place in device.turning
    # Whoever hung the camera up pointed it at what matters: bearing 0 is where the place has it.
    home = Pose(pan=float(chance.randint(-10, 10) % 360), tilt=float(chance.randint(-6, 0)))
    recorder = device.type is DeviceType.NVR
    habit = Habit(
        seed=world.seed,
        site=device.site,
        device=device.index,
        channel=device.index << 8 | place,
        storage=device.remote,
        steady=device.steady,
        long_files=recorder,
        overlap=(0, 3, 5)[device.index % 3] if recorder else 0,
        shuffled=recorder and device.index % 4 == 2,
    )
    if device.remote:
        code = gb_code(CLUSTERS[device.region][1], 131, device.index * 64 + place)
        resolution = "12800960/640480" if device.protocol is AccessProtocol.GATEWAY else "6/3"
    else:
        code, resolution = device.code, ""
    presets = _presets(home, chance.randint(3, 6)) if turns else ()
    return Channel(
        channel_id=world.identities.make(Kind.CHANNEL, device.index, place),
        device=device,
        number=place,
        code=code,
        name=_name(device, place, turns),
        habit=habit,
        mount=Mount(home, presets),
        tour=(home, *(preset.pose for preset in presets)),
        ptz=turns,
        plugged=place not in device.lost,
        resolution=resolution,
    )


def _name(device: Device, place: int, turns: bool) -> str:
    if device.type is DeviceType.IPC:
        return device.name
    view = VIEWS[(device.index + place) % len(VIEWS)]
    return f"{'PTZ ' if turns else ''}{view} {place + 1:02d}"


def _presets(home: Pose, many: int) -> tuple[PresetPoint, ...]:
    turn = 300 / many
    return tuple(
        PresetPoint(
            place + 1,
            _PRESET_NAMES[place],
            Pose(
                pan=(home.pan + place * turn) % 360,
                tilt=home.tilt + (0, -5, -9, 4, 7, -3)[place],
                zoom=(1.0, 2.2, 3.0, 4.5, 1.6, 2.0)[place],
            ),
        )
        for place in range(many)
    )
