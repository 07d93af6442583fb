"""What is put into the queue so that a file comes from a device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from ivcdesk.api.actions import ChannelId, DownloadTask
from ivcdesk.domain.exports import file_name
from ivcdesk.domain.fetches import moment, section
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui.panels.playback_fetch_dialog import FetchChoice, FetchFound

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.downloads_jobs import Order


def range_orders(
    choice: FetchChoice,
    found: Sequence[FetchFound],
    zone: tzinfo,
    region_of: Callable[[ChannelId], str | None],
) -> list[Order]:
    """Return an order for each piece of what was found: the cloud makes a task of it first."""
    return [
        _order(
            each.camera.name,
            piece,
            zone,
            choice.folder,
            channel_id=str(each.camera.channel_id),
            region=region_of(each.camera.channel_id) or "",
            speed=choice.speed,
            days=choice.days,
            incomplete=choice.incomplete,
        )
        for each in found
        for piece in each.pieces
    ]


def task_order(task: DownloadTask, zone: tzinfo, folder: Path, now: float) -> Order:
    """Return the order for the file of a task that is in the cloud already."""
    begun = moment(task.start_time) or now
    span = section(task.video_time_section)
    if span is None:
        span = Interval(begun - max(task.download_time, 1), begun)
    return _order(
        task.channel_name or str(task.channel_id),
        span,
        zone,
        folder,
        channel_id=str(task.channel_id),
        region="",
        speed=task.scale or 1,
        days=task.expire or None,
        incomplete=True,
        task_id=str(task.download_task_id),
        asked=begun,
    )


def is_same(known: Order, wanted: Order) -> bool:
    """Whether an order of the queue brings what is wanted: the same task's file, or stretch."""
    task = wanted.details.get("task_id")
    if task:
        return bool(known.details.get("task_id") == task)
    camera = wanted.details["channel_id"]
    alike = known.kind == wanted.kind and known.window == wanted.window
    return alike and bool(known.details.get("channel_id") == camera)


def _order(title: str, span: Interval, zone: tzinfo, folder: Path, **details: object) -> Order:
    from ivcdesk.services.downloads_jobs import Order, Part
    from ivcdesk.services.fetches import DEVICE

    return Order(
        DEVICE,
        title,
        file_name(title, span, zone, "mp4"),
        str(folder),
        "mp4",
        span,
        (Part(span),),
        join=False,
        details=details,
    )
