"""What recognition found, in the cloud's eight different structures for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ivcdesk.api import actions as wire
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import dice
from ivcdesk.simulator.handlers.checking import local_text
from ivcdesk.simulator.media.source import Box, written_marks
from ivcdesk.simulator.recognition import Found
from ivcdesk.simulator.state import Channel

ADDRESS_SECONDS = 3600
_BRANDS = {
    "轿车": (("大众", "朗逸"), ("丰田", "卡罗拉")),
    "SUV": (("比亚迪", "宋PLUS"), ("哈弗", "H6")),
    "面包车": (("五菱", "荣光"), ("金杯", "海狮")),
    "客车": (("宇通", "ZK6126"), ("金龙", "XMQ6127")),
    "货车": (("福田", "欧曼"), ("东风", "天龙")),
    "集装箱卡车": (("解放", "J6P"), ("重汽", "豪沃")),
}
_COLOURS = {
    "白": (232, 232, 232),
    "黑": (40, 42, 48),
    "银灰": (150, 154, 160),
    "红": (180, 58, 52),
    "蓝": (52, 92, 150),
    "黄": (204, 164, 62),
    "绿": (66, 120, 100),
    "棕": (146, 84, 50),
}

Picture = tuple[float, list[Found]]


def findings(
    cloud: Cloud, channel: Channel, kind: str, pictures: Sequence[Picture]
) -> wire.AIFindings:
    """Return what was found in pictures, filed under its kind."""
    if kind == wire.DetectType.CAR:
        return wire.AIFindings(
            car=[_car(cloud, channel, found) for _, things in pictures for found in things]
        )
    rows = [
        (
            local_text(moment),
            _address(cloud, channel, moment, things),
            [_finding(found) for found in things],
        )
        for moment, things in pictures
    ]
    if kind == wire.DetectType.BODY:
        return wire.AIFindings(
            body=[wire.BodyFindings(time=t, url=u, body_info=f) for t, u, f in rows]
        )
    if kind == wire.DetectType.PET:
        return wire.AIFindings(
            pet=[wire.PetFindings(time=t, url=u, pet_info=f) for t, u, f in rows]
        )
    if kind == wire.DetectType.CHEF_HAT:
        return wire.AIFindings(
            chef_hat=[wire.ChefHatFindings(time=t, url=u, chef_hat_info=f) for t, u, f in rows]
        )
    if kind == wire.DetectType.CHEF_CLOTH:
        return wire.AIFindings(
            chef_cloth=[
                wire.ChefClothFindings(time=t, url=u, chef_cloth_info_info=f) for t, u, f in rows
            ]
        )
    if kind == wire.DetectType.FACE_MASK:
        return wire.AIFindings(
            face_mask=[wire.FaceMaskFindings(time=t, url=u, face_mask_info=f) for t, u, f in rows]
        )
    if kind == wire.DetectType.SMOKING:
        return wire.AIFindings(
            smoking=[wire.SmokingFindings(time=t, url=u, smoking_info=f) for t, u, f in rows]
        )
    if kind == wire.DetectType.PHONE_CALL:
        return wire.AIFindings(
            phone_call=[
                wire.PhoneCallFindings(time=t, url=u, phone_call_info=f) for t, u, f in rows
            ]
        )
    return wire.AIFindings()


def _address(cloud: Cloud, channel: Channel, moment: float, things: Sequence[Found]) -> str:
    path = f"/snapshot/{channel.channel_id}@{int(moment * 1000)}.jpg"
    marks = written_marks(found.mark for found in things)
    return cloud.links.address(path, ADDRESS_SECONDS, {"marks": marks})


def _finding(found: Found) -> wire.Finding:
    return wire.Finding(name=found.name, score=found.score, location=_location(found.box))


def _location(box: Box) -> wire.Location:
    return wire.Location(x=box.x, y=box.y, width=box.width, height=box.height)


def _car(cloud: Cloud, channel: Channel, found: Found) -> wire.CarFinding:
    """Return a vehicle: the same one has the same plate, where that is in the picture."""
    chance = dice(cloud.seed, "car", channel.habit.channel, found.number)
    brand, serial = chance.choice(_BRANDS[found.make])
    plate = f"沪{chance.choice('ABCDEFG')}{chance.randrange(100_000):05d}"
    read = wire.Plate()
    if found.plate.area:
        place = _location(found.plate)
        read = wire.Plate(plate=plate, color="蓝色", type="普通蓝牌", location=place)
    return wire.CarFinding(
        serial=serial,
        brand=brand,
        type=found.make,
        color=_colour(found.tint),
        confidence=found.score,
        year=chance.choice((0, 2019, 2021, 2023)),
        plate_content=read,
        location=_location(found.box),
    )


def _colour(tint: tuple[float, float, float]) -> str:
    """Return the word of the nearest colour."""
    return min(_COLOURS, key=lambda word: math.dist(tint, _COLOURS[word]))
