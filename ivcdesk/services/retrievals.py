"""Retrievals from the archive: made, listed, and followed until the recordings play again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence

from ivcdesk.api import CloudClient, IvcError, NotFound, Priority
from ivcdesk.api.actions import (
    AddRecordRetrieveTask,
    ChannelId,
    ChannelOfDevice,
    DeleteRecordRetrieveTask,
    DescribeRecordRetrieveTask,
    ListRecordRetrieveTasks,
    RetrievalMode,
    RetrievalState,
    RetrievalTask,
    TaskId,
)
from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.retrievals import Piece, split, task_name
from ivcdesk.services.directory import Directory

POLL_SECONDS = 5.0
"""How often tasks are looked at that the archive works on."""
LONGEST_PAUSE = 60.0
"""How long that pauses at most where it goes wrong, s."""

MOST_SETTLED = 20
"""How many tasks that ended before the list was first read have their days asked for anew."""

Listener = Callable[[], object]
Forget = Callable[[ChannelId, Interval], Awaitable[None]]
Restored = Callable[[ChannelId, Interval], object]

_log = logging.getLogger(__name__)


class PartlyAdded(Exception):
    """Some tasks of a wish were made before one was refused; ``cause`` says why."""

    def __init__(self, made: int, of: int, cause: IvcError) -> None:
        super().__init__(made, of)
        self.made = made
        self.of = of
        self.cause = cause


class Retrievals:
    """All retrievals of the account; unfinished ones are followed in the background.

    When one is done, what was known of its days is forgotten (``forget``), and those who
    subscribed by :meth:`on_restored` are told which channels play again, and when. ``watched``
    tells whether :meth:`watch` was called.
    """

    def __init__(
        self,
        client: CloudClient,
        directory: Directory,
        forget: Forget,
        *,
        poll: float = POLL_SECONDS,
    ) -> None:
        self._client = client
        self._directory = directory
        self._forget = forget
        self._poll = poll
        self._tasks: dict[TaskId, RetrievalTask] = {}
        self._detailed: dict[TaskId, RetrievalTask] = {}
        self._settled: set[TaskId] = set()
        self._listeners: list[Listener] = []
        self._restored: list[Restored] = []
        self._following: asyncio.Task[None] | None = None
        self._known = False
        self.watched = False

    @property
    def tasks(self) -> tuple[RetrievalTask, ...]:
        """All tasks as they were last told of."""
        return tuple(self._tasks.values())

    @property
    def known(self) -> bool:
        """Whether the list was read at all."""
        return self._known

    def detail(self, task_id: TaskId) -> RetrievalTask | None:
        """Return a task with its channels, as far as they were told."""
        return self._detailed.get(task_id)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener()`` whenever the list has changed; returns how to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_restored(self, listener: Restored) -> Callable[[], None]:
        """Call ``listener(channel_id, window)`` for what can be played again from now on."""
        self._restored.append(listener)
        return lambda: self._restored.remove(listener)

    async def add(
        self,
        window: Interval,
        channels: Sequence[ChannelId],
        *,
        name: str,
        days: int,
        describe: str = "",
    ) -> int:
        """Retrieve channels within a window (s), to be kept so many days; returns how many tasks.

        Raises IvcError where nothing was begun, and PartlyAdded where some of it was.
        """
        rows = [
            ChannelOfDevice(device_id=device.device_id, channel_id=channel)
            for channel in dict.fromkeys(channels)
            if (device := self._directory.device_of(channel)) is not None
        ]
        by_channel = {row.channel_id: row for row in rows}
        pieces = split(window, list(by_channel))
        token = secrets.token_hex(2)
        for number, piece in enumerate(pieces, 1):
            wanted = task_name(name, piece, number, len(pieces), token)
            action = AddRecordRetrieveTask(
                task_name=wanted,
                start_time=piece.start,
                end_time=piece.end,
                mode=RetrievalMode.FAST,
                expiration=days,
                channels=[by_channel[channel] for channel in piece.channels],
                describe=describe or None,
            )
            try:
                answer = await self._client.call(action)
            except IvcError as error:
                self.follow()
                if number == 1:
                    raise
                raise PartlyAdded(number - 1, len(pieces), error) from error
            self._note(answer.data, piece)
        self.follow()
        return len(pieces)

    async def load(self, *, priority: Priority = Priority.USER) -> None:
        """Read the list, and follow what is not finished. Raises IvcError."""
        await self._look(priority)
        if self._unfinished():
            self.follow()

    def watch(self) -> None:
        """Read the list in the background, once, and follow what is not finished."""
        self.watched = True
        self.follow(at_once=True)

    async def describe(self, task_id: TaskId) -> RetrievalTask:
        """Return a task with its channels. Raises IvcError."""
        answer = await self._client.call(DescribeRecordRetrieveTask(task_id=task_id))
        self._detailed[task_id] = answer.data
        return answer.data

    async def delete(self, task_id: TaskId) -> None:
        """Delete a task; its recordings go back to the archive. Raises IvcError.

        That it is gone already is no error.
        """
        detail = self._detailed.get(task_id)
        with contextlib.suppress(NotFound):
            if detail is None or not detail.channels:
                detail = await self.describe(task_id)
            await self._client.call(DeleteRecordRetrieveTask(task_id=task_id))
        self._tasks.pop(task_id, None)
        self._detailed.pop(task_id, None)
        self._tell()
        if detail is not None:
            await self._renew(detail)

    def follow(self, *, at_once: bool = False) -> None:
        """Look at the tasks again and again until none is unfinished."""
        if self._following is None or self._following.done():
            self._following = asyncio.get_running_loop().create_task(
                self._follow(0.0 if at_once else self._poll), name="retrievals.follow"
            )

    async def close(self) -> None:
        """Look no more."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    def _note(self, task: RetrievalTask, piece: Piece[ChannelId]) -> None:
        self._tasks[task.task_id] = task
        self._tell()

    def _unfinished(self) -> list[TaskId]:
        return [
            task.task_id
            for task in self._tasks.values()
            if task.status in (RetrievalState.RETRIEVING, RetrievalState.WAITING)
        ]

    async def _follow(self, pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await self._look(Priority.BACKGROUND)
                for task_id in self._unfinished():
                    answer = await self._client.call(
                        DescribeRecordRetrieveTask(task_id=task_id), priority=Priority.BACKGROUND
                    )
                    self._detailed[task_id] = answer.data
            except NotFound:
                pause = self._poll  # one was deleted meanwhile: the next list knows
                continue
            except IvcError as error:
                _log.info("retrievals can't be followed now: %s", type(error).__name__)
                pause = min(max(pause, self._poll) * 2, LONGEST_PAUSE)
                continue
            self._tell()
            pause = self._poll
            if not self._unfinished():
                return

    async def _look(self, priority: Priority) -> None:
        answer = await self._client.call(ListRecordRetrieveTasks(), priority=priority)
        first, self._known = not self._known, True
        self._tasks = {task.task_id: task for task in answer.data}
        done = [
            task.task_id
            for task in answer.data
            if task.status is RetrievalState.RETRIEVED and task.task_id not in self._settled
        ]
        self._tell()
        if first:
            self._settled.update(done[:-MOST_SETTLED])
            done = done[-MOST_SETTLED:]
        for task_id in done:
            await self._settle(task_id, priority)

    async def _settle(self, task_id: TaskId, priority: Priority) -> None:
        """Have the days of a finished task asked for anew, once.

        Also of those that ended while nobody looked: what is remembered may be from before.
        """
        try:
            answer = await self._client.call(
                DescribeRecordRetrieveTask(task_id=task_id), priority=priority
            )
        except NotFound:
            self._settled.add(task_id)
            return
        self._detailed[task_id] = answer.data
        self._settled.add(task_id)
        await self._renew(answer.data)

    async def _renew(self, task: RetrievalTask) -> None:
        window = Interval(float(task.start_time), float(task.end_time) + 1.0)
        for channel in task.channels:
            if channel.status is RetrievalState.NOTHING_ARCHIVED:
                continue
            await self._forget(channel.channel_id, window)
            for listener in tuple(self._restored):
                listener(channel.channel_id, window)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
