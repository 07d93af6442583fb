"""Pictures that devices are asked to take."""

from __future__ import annotations

from ivcdesk.api.actions import (
    AccessProtocol,
    ControlDeviceSnapshot,
    ListDeviceSnapshots,
    Result,
    Snapshot,
    SnapshotPage,
)
from ivcdesk.simulator import jobs
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.handlers.checking import VALUE, local_text
from ivcdesk.simulator.handlers.finding import find_channel, page, require_channel
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.handlers.video_files import KEPT_DAYS
from ivcdesk.simulator.recordings import cloud_day, day_start
from ivcdesk.simulator.refusal import Refusal

ARRIVAL_SECONDS = 1.5
LARGEST_PAGE = 2000
ADDRESS_SECONDS = 3600


@handles(ControlDeviceSnapshot)
def control_device_snapshot(cloud: Cloud, action: ControlDeviceSnapshot) -> Result:
    """Have a GB/T 28181 device take pictures, which arrive a moment after they were taken."""
    channel = find_channel(cloud, action.channel_id)
    days = KEPT_DAYS[0] if action.expire is None else action.expire
    if not (1 <= action.snap_num <= 10 and 1 <= action.interval <= 1800 and days in KEPT_DAYS):
        raise Refusal("InvalidParameterValue", "SnapNum, Interval or Expire can't be so")
    if channel.device.protocol is not AccessProtocol.GB28181:
        raise Refusal(f"{VALUE}UnSupportedAccessType", "only GB/T 28181 devices take pictures")
    require_channel(channel)
    taken = cloud.world.ledger.snapshots.setdefault(channel.channel_id, [])
    now = cloud.now()
    for place in range(action.snap_num):
        moment = now + place * action.interval
        stamp = local_text(moment).replace("-", "").replace(":", "").replace(" ", "")
        taken.append(
            jobs.Snapshot(
                f"{channel.code}02{stamp}{place + 1:05d}.jpg",
                cloud.caller_request,
                channel.channel_id,
                moment,
                moment + ARRIVAL_SECONDS,
                moment + days * 86_400,
                30_000 + number(cloud.seed, "picture", channel.habit.channel, moment) % 12_000,
                cloud.pose(channel.channel_id),
            )
        )
    return Result()


@handles(ListDeviceSnapshots)
def list_device_snapshots(cloud: Cloud, action: ListDeviceSnapshots) -> SnapshotPage:
    """List the pictures that have arrived, the latest first."""
    channel = find_channel(cloud, action.channel_id)
    today = day_start(cloud_day(cloud.now()))
    start = today if action.start is None else action.start
    end = today + 86_400 if action.end is None else action.end
    if start > end:
        raise Refusal(f"{VALUE}StartOverEndTime", "the start is after the end")
    if start > cloud.now():
        raise Refusal(f"{VALUE}StartOverNowTime", "the start is in the future")
    found = [
        picture
        for picture in reversed(cloud.world.ledger.snapshots.get(channel.channel_id, []))
        if start <= picture.taken < end and picture.received <= cloud.now()
    ]
    rows = page(
        found,
        action.page_number,
        200 if action.page_size is None else action.page_size,
        most=LARGEST_PAGE,
        bad_size=f"{VALUE}PageSizeExceedLimit",
    )
    return SnapshotPage(
        data=[_described(cloud, picture) for picture in rows], total_count=len(found)
    )


def _described(cloud: Cloud, picture: jobs.Snapshot) -> Snapshot:
    address = preview = ""
    if picture.expires > cloud.now():
        path = f"/snapshot/{picture.channel_id}@{int(picture.taken * 1000)}.jpg"
        address = cloud.links.address(path, ADDRESS_SECONDS)
        preview = f"{address}&preview=true"
    return Snapshot(
        file_name=picture.name,
        download_url=address,
        image_size=picture.size,
        created_time=local_text(picture.taken),
        received_time=local_text(picture.received),
        preview_url=preview,
        session_id=picture.session_id,
    )
