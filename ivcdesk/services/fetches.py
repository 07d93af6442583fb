"""Recordings on devices as files: the cloud fetches them, then they are downloaded from it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, NamedTuple, Protocol

from ivcdesk.api import CloudClient, Priority, ServiceError
from ivcdesk.api.actions import (
    BatchDeleteVideoDownloadTask,
    ChannelId,
    CreateVideoDownloadTask,
    DownloadState,
    DownloadTask,
    DownloadTaskId,
    ListVideoDownloadTask,
)
from ivcdesk.domain.days import cloud_day
from ivcdesk.domain.exports import asked, whole
from ivcdesk.domain.fetches import moment, section, share
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.downloads_jobs import Address, NotYet, Order, Part, Unfetched
from ivcdesk.services.downloads_sources import ADDRESS_SECONDS

DEVICE = "device"
"""The kind of orders that :class:`DeviceRange` fetches."""
POLL_SECONDS = 5.0
"""How often a task is looked at that the cloud works on."""
FEW = 4
"""So many are looked at that often; more of them ask no more often together."""
FORGOTTEN_SECONDS = 300.0
"""Who was not looked at for so long does not wait any more."""
SETTLE_SECONDS = 60.0
"""So long a new task may be missing from the list before it is taken for gone."""
PAGE = 100
MOST_PAGES = 3
"""How far the list is searched for a task whose id was never heard."""

WAITS = "device waits"
RUNS = "device runs"
"""What is waited for; the panel has the words for it."""

_MP4 = 1


class Amend(Protocol):
    """How a source notes for good what it found out; see ``Downloads.amend``."""

    def __call__(self, order: Order, **details: Any) -> Awaitable[Order]:
        """Return the order with these details."""


class DeviceRange:
    """Ranges of a channel on its device, as MP4.

    ``details``: ``channel_id``, ``region``, ``speed`` (1, 2, 4, 8), ``days`` (that the cloud keeps
    its file), ``incomplete`` (whether a file with gaps will do); and what becomes of it:
    ``task_id`` of the cloud's task, and ``asked``, when it was asked for (the cloud's time, s).
    """

    whole = False  # where the device has gaps the file is shorter; the cloud checks what must not

    def __init__(self, amend: Amend, *, poll: float = POLL_SECONDS) -> None:
        self._amend = amend
        self._poll = poll
        self._waiting: dict[str, float] = {}

    async def address(
        self, client: CloudClient, order: Order, part: Part, note: Callable[[str], None]
    ) -> Address:
        """Have the cloud fetch the part, unless it does already, and return the finished file.

        Raises NotYet while it is at it, Unfetched where it gave up, and IvcError.
        """
        self._waiting.pop(order.token, None)
        if not order.details.get("task_id"):
            order = await self._begin(client, order, part)
        since = float(order.details.get("asked") or 0.0)
        task = await find(client, DownloadTaskId(str(order.details["task_id"])), since=since)
        now = client.clock.time()
        if task is None:
            if now - since < SETTLE_SECONDS:
                raise self._not_yet(order, WAITS)
            await self._amend(order, task_id="", asked=0.0)
            raise Unfetched(gone=True)
        if task.status is DownloadState.DONE and task.file_download_url:
            return Address(task.file_download_url)
        if task.status in (DownloadState.DONE, DownloadState.FAILED):
            gone = task.status is DownloadState.DONE
            await self._amend(order, task_id="", asked=0.0)
            raise Unfetched(task.failed_reason, gone=gone)
        if task.status is DownloadState.RUNNING:
            begun = moment(task.start_time)
            done = share(begun, part.span.length, task.scale, now)
            raise self._not_yet(order, RUNS, done)
        raise self._not_yet(order, WAITS)

    def _not_yet(self, order: Order, text: str, done: float | None = None) -> NotYet:
        """Have it looked at again soon; where many wait, each of them less often."""
        now = time.monotonic()
        self._waiting = {
            token: since
            for token, since in self._waiting.items()
            if now - since < FORGOTTEN_SECONDS
        }
        self._waiting[order.token] = now
        return NotYet(self._poll * max(1.0, len(self._waiting) / FEW), text, done)

    async def _begin(self, client: CloudClient, order: Order, part: Part) -> Order:
        """Ask the cloud for the file; what was asked for before a crash is found again."""
        details = order.details
        if details.get("asked"):
            known = await _find_like(client, order, part.span)
            if known is not None:
                return await self._amend(order, task_id=str(known.download_task_id))
        order = await self._amend(order, asked=client.clock.time())
        begin, end = seconds_of(part.span)
        answer = await client.call(
            CreateVideoDownloadTask(
                channel_id=ChannelId(str(details["channel_id"])),
                begin_time=begin,
                end_time=end,
                scale=int(details.get("speed") or 1),
                expire=details.get("days"),
                file_type=_MP4,
                completion_policy=int(bool(details.get("incomplete"))),
            ),
            region=str(details.get("region") or "") or None,
            priority=Priority.BACKGROUND,
        )
        return await self._amend(order, task_id=str(answer.data.download_task_id))


class FetchPage(NamedTuple):
    """Some of the account's tasks, and how many there are in all."""

    tasks: list[DownloadTask]
    total: int


class Fetches:
    """All tasks of the account that fetch recordings from devices, whoever made them."""

    def __init__(self, client: CloudClient) -> None:
        self._client = client

    @property
    def now(self) -> float:
        """The cloud's time, s."""
        return self._client.clock.time()

    async def page(
        self, number: int, size: int, *, state: DownloadState | None = None, day: str = ""
    ) -> FetchPage:
        """Return a page (the first is 1) of tasks in a state, or of all. Raises IvcError.

        ``day`` such as ``2026-11-24`` is for services that tell of one day alone; empty for the
        usual. The addresses in it are secrets.
        """
        answer = await self._client.call(
            ListVideoDownloadTask(
                status=state, page_number=number, page_size=size, date=day or None
            )
        )
        return FetchPage(answer.data.list_, answer.data.total_count)

    async def delete(self, tasks: Collection[DownloadTaskId]) -> None:
        """Delete tasks with the files that the cloud made of them. Raises IvcError."""
        if tasks:
            await self._client.call(BatchDeleteVideoDownloadTask(download_task_ids=list(tasks)))


async def find(
    client: CloudClient, task_id: DownloadTaskId, *, since: float = 0.0
) -> DownloadTask | None:
    """Return a task of the cloud with a fresh address, or None. Raises IvcError.

    A newer service lists the tasks of one day: that of ``since`` is asked for too, where it is
    another one than today.
    """
    found = await _list_one(client, task_id, None)
    if found is None and since and (day := cloud_day(since)) != cloud_day(client.clock.time()):
        try:
            return await _list_one(client, task_id, day.isoformat())
        except ServiceError:
            return None  # it knows of no days, and so has told everything already
    return found


def seconds_of(span: Interval) -> tuple[int, int]:
    """Return the first and the last second to ask for; midnights are crossed as they come."""
    wide = whole(span)
    return (int(wide.start), int(wide.end)) if wide.length > 0 else asked(wide)


async def _list_one(
    client: CloudClient, task_id: DownloadTaskId, day: str | None
) -> DownloadTask | None:
    answer = await client.call(
        ListVideoDownloadTask(download_task_id=task_id, url_expires=ADDRESS_SECONDS, date=day),
        priority=Priority.BACKGROUND,
    )
    return next((t for t in answer.data.list_ if t.download_task_id == task_id), None)


async def _find_like(client: CloudClient, order: Order, span: Interval) -> DownloadTask | None:
    """Return a task that does just what an order wants, made since it was asked for."""
    wanted = Interval(*map(float, seconds_of(span)))
    since = float(order.details["asked"]) - SETTLE_SECONDS
    for number in range(1, MOST_PAGES + 1):
        answer = await client.call(
            ListVideoDownloadTask(page_number=number, page_size=PAGE),
            priority=Priority.BACKGROUND,
        )
        for task in answer.data.list_:
            begun = moment(task.start_time)
            if (
                task.channel_id == order.details["channel_id"]
                and section(task.video_time_section) == wanted
                and task.status is not DownloadState.FAILED
                and (begun is None or begun >= since)
            ):
                return task
        if number * PAGE >= answer.data.total_count:
            break
    return None
