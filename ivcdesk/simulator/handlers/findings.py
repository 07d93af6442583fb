"""What recognition found, in the cloud's eight different structures for it."""

from __future__ import annotations

from collections.abc import Sequence

from ivcdesk.api import actions as wire
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import dice
from ivcdesk.simulator.handlers.checking import local_text
from ivcdesk.simulator.recognition import Found
from ivcdesk.simulator.state import Channel

ADDRESS_SECONDS = 3600
_BRANDS = (("大众", "朗逸", "轿车"), ("比亚迪", "宋PLUS", "SUV"), ("解放", "J6P", "货车"))
_COLORS = ("白", "黑", "银灰", "蓝")

Picture = tuple[float, list[Found]]


def findings(
    cloud: Cloud, channel: Channel, kind: str, pictures: Sequence[Picture]
) -> wire.AIFindings:
    """Return what was found in pictures, filed under its kind."""
    if kind == wire.DetectType.CAR:
        return wire.AIFindings(
            car=[_car(cloud, found) for _, things in pictures for found in things]
        )
    rows = [
        (local_text(moment), _address(cloud, channel, moment), [_finding(f) for f in things])
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


def _address(cloud: Cloud, channel: Channel, moment: float) -> str:
    path = f"/snapshot/{channel.channel_id}@{int(moment * 1000)}.jpg"
    return cloud.links.address(path, ADDRESS_SECONDS)


def _finding(found: Found) -> wire.Finding:
    return wire.Finding(name=found.name, score=found.score, location=_location(found))


def _location(found: Found) -> wire.Location:
    return wire.Location(x=found.x, y=found.y, width=found.width, height=found.height)


def _car(cloud: Cloud, found: Found) -> wire.CarFinding:
    chance = dice(cloud.seed, "car", found.x, found.y, found.width, found.height)
    brand, serial, body = chance.choice(_BRANDS)
    plate = f"沪{chance.choice('ABCDEFG')}{chance.randrange(100_000):05d}"
    low = wire.Location(
        x=found.x + found.width // 3,
        y=found.y + found.height * 3 // 4,
        width=found.width // 3,
        height=max(found.height // 10, 6),
    )
    return wire.CarFinding(
        serial=serial,
        brand=brand,
        type=body,
        color=chance.choice(_COLORS),
        confidence=found.score,
        year=chance.choice((0, 2019, 2021, 2023)),
        plate_content=wire.Plate(plate=plate, color="蓝色", type="普通蓝牌", location=low),
        location=_location(found),
    )
