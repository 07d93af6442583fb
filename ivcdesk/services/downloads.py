"""The queue of downloads: recordings that become files, whatever happens meanwhile.

It outlives sessions, networks and the program: each step is on the disk before the next begins.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from ivcdesk.api import Call, CloudClient
from ivcdesk.services import downloads_files as files
from ivcdesk.services.database import Unusable
from ivcdesk.services.downloads_jobs import (
    ACTIVE,
    OVER,
    Job,
    NotYet,
    Order,
    Source,
    State,
    Tools,
    Trouble,
)
from ivcdesk.services.downloads_sources import CLOUD, CloudRange
from ivcdesk.services.downloads_store import DownloadsStore
from ivcdesk.services.downloads_verdict import Verdict, judge
from ivcdesk.services.downloads_worker import Worker

AT_ONCE = 3
MOST_AT_ONCE = 10
RESERVE = 64 << 20
"""How many bytes a download leaves free on the disk."""
FIRST_PAUSE = 1.0  # s, doubled with each failure
LONGEST_PAUSE = 60.0  # s
LIMIT_PAUSE = 5.0  # s after the cloud said that there are too many downloads
LIMIT_SECONDS = 60.0  # s after which one more is tried
SPACE_PAUSE = 15.0  # s between two looks at a disk that was full
MOST_BAD_FILES = 4  # a file that is wrong so often will not get right
MOST_REFUSALS = 8  # the same of addresses that are not accepted, and of a cloud that fails

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a job: ``added`` (at the end), ``changed``, ``moved`` or ``removed``."""

    what: Literal["added", "changed", "moved", "removed"]
    job: Job


class Downloads:
    """All jobs, in the order that they are done in.

    ``tools`` know streams and containers, ``sources`` find addresses by the kind of an order.
    Jobs run while a session of their account is attached. All times and pauses in s.
    """

    def __init__(
        self,
        path: Path | None,
        tools: Tools,
        *,
        sources: Mapping[str, Source] | None = None,
        at_once: int = AT_ONCE,
        reserve: int = RESERVE,
        space_pause: float = SPACE_PAUSE,
        first_pause: float = FIRST_PAUSE,
        free: Callable[[Path], int] = files.free_bytes,
    ) -> None:
        self.store = DownloadsStore(path)
        self._tools = tools
        self._sources: dict[str, Source] = {CLOUD: CloudRange(), **(sources or {})}
        self._wanted_at_once = at_once
        self._allowed = MOST_AT_ONCE
        self._allowed_since = 0.0
        self._reserve = reserve
        self._space_pause = space_pause
        self._first_pause = first_pause
        self._free = free
        self._jobs: dict[int, Job] = {}
        self._order: list[int] = []
        self._running: dict[int, asyncio.Task[None]] = {}
        self._saving: set[asyncio.Task[None]] = set()
        self._subscribers: list[Callable[[Change], None]] = []
        self._client: CloudClient | None = None
        self._scope = ""
        self._refused = False
        self._leave_journal: Callable[[], None] = lambda: None
        self._timer: asyncio.TimerHandle | None = None
        self._threads = ThreadPoolExecutor(2 * MOST_AT_ONCE + 4, thread_name_prefix="downloads")
        self._closed = False

    # What there is

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs in their order."""
        return tuple(self._jobs[number] for number in self._order)

    def job(self, number: int) -> Job | None:
        """Return a job by its id, or None where it is gone."""
        return self._jobs.get(number)

    def waits_for_account(self, job: Job) -> bool:
        """Whether nobody is signed in to the account of an unfinished job."""
        away = self._client is None or job.scope != self._scope or self._refused
        return away and job.state not in OVER

    @property
    def at_once(self) -> int:
        """How many jobs may run at the same time; the cloud may allow fewer for a while."""
        return self._wanted_at_once

    @at_once.setter
    def at_once(self, count: int) -> None:
        self._wanted_at_once = max(1, min(count, MOST_AT_ONCE))
        self._pump()

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    def subscribe(self, subscriber: Callable[[Change], None]) -> Callable[[], None]:
        """Tell of each change from now on, in the loop's thread; returns how to end it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    # Its life

    async def open(self) -> None:
        """Read the queue of the last time; what was under way is queued again. Raises Unusable."""
        for job in await self.store.open():
            self._jobs[job.id] = job
            self._order.append(job.id)
            if job.state is State.PAUSED and job.trouble is not None:
                # Not the user paused it, but a full disk, which may have room by now.
                job.due = time.monotonic()
            self._tell(Change("added", job))
        self._pump()

    def register(self, kind: str, source: Source) -> None:
        """Let orders of another kind be fetched, too."""
        self._sources[kind] = source
        self._pump()

    def attach(self, client: CloudClient, scope: str) -> None:
        """Run the jobs of an account from now on."""
        self.detach()
        self._client, self._scope, self._refused = client, scope, False
        self._leave_journal = client.journal.subscribe(self._on_call)
        for job in self._jobs.values():
            self._tell(Change("changed", job))
        self._pump()

    def detach(self) -> None:
        """Let what runs go; it is queued again."""
        self._client = None
        self._leave_journal()
        self._leave_journal = lambda: None
        for task in self._running.values():
            task.cancel()
        for job in self._jobs.values():
            if job.state not in OVER:
                self._tell(Change("changed", job))

    async def settle(self) -> None:
        """Wait until nothing runs and everything is kept, as after :meth:`detach`."""
        while self._running or self._saving:
            await asyncio.gather(*self._running.values(), *self._saving, return_exceptions=True)

    async def close(self) -> None:
        """End everything; the jobs go on at the next start. Closing twice does no harm."""
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self.detach()
        await self.settle()
        await self.store.close()
        self._threads.shutdown(wait=False)

    # Orders

    async def add(self, orders: Sequence[Order], scope: str = "") -> list[Job]:
        """Put orders at the end of the queue, all or none. Raises Unusable."""
        place = max((job.place for job in self._jobs.values()), default=0.0)
        jobs = [
            Job(
                0,
                scope or self._scope,
                msgspec.structs.replace(order, token=secrets.token_hex(6)),
                place + number,
                added=time.time(),
            )
            for number, order in enumerate(orders, 1)
        ]
        # Once and never again: a stick that was pulled out must not become a folder of the disk.
        folders = {Path(order.folder) for order in orders}
        await asyncio.get_running_loop().run_in_executor(self._threads, files.make, folders)
        await self.store.add(jobs)
        for job in jobs:
            self._jobs[job.id] = job
            self._order.append(job.id)
            self._tell(Change("added", job))
        self._pump()
        return jobs

    def pause(self, job: Job) -> None:
        """Stop a job until it is resumed; what was received stays where it can be gone on with."""
        if job.state in OVER:
            return
        job.state, job.trouble, job.due = State.PAUSED, None, None
        self._cancel(job)
        self._save(job)
        self._pump()

    def resume(self, job: Job) -> None:
        """Let a job go on at once that is paused, waits for another try, or has failed."""
        if job.state in ACTIVE or job.state is State.DONE:
            return
        if job.trouble is not None and job.trouble.kind == "apart":
            self._start_saving(self._take_apart(job))
            return
        job.state, job.trouble, job.due = State.QUEUED, None, None
        job.tries = job.bad_files = job.refusals = 0
        self._save(job)
        self._pump()

    async def amend(self, order: Order, **details: Any) -> Order:
        """Note for good what a source found out about an order, and return it so.

        Raises Unusable. An order whose job is gone is only returned.
        """
        amended = msgspec.structs.replace(order, details={**order.details, **details})
        for job in tuple(self._jobs.values()):
            if job.order.token == order.token:
                await self.store.write_order(job, amended)
                job.order = amended
        return amended

    async def remove(self, job: Job) -> None:
        """Take a job off the list; unfinished files are deleted, a finished one stays.

        Raises Unusable.
        """
        if job.id not in self._jobs:
            return
        if job.state is not State.DONE:
            job.state = State.PAUSED
        task = self._running.get(job.id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await asyncio.get_running_loop().run_in_executor(
            self._threads, files.remove, files.partials(job)
        )
        await self.store.remove([job])
        if self._jobs.pop(job.id, None) is not None:
            self._order.remove(job.id)
            self._tell(Change("removed", job))
        self._pump()

    def move(self, job: Job, rows: int) -> None:
        """Put a job so many rows further down, or up where negative."""
        here = self._order.index(job.id)
        there = max(0, min(here + rows, len(self._order) - 1))
        if there == here:
            return
        places = sorted(each.place for each in self._jobs.values())
        self._order.insert(there, self._order.pop(here))
        moved = []
        for place, number in zip(places, self._order, strict=True):
            if self._jobs[number].place != place:
                self._jobs[number].place = place
                moved.append(self._jobs[number])
        self._tell(Change("moved", job))
        self._save(*moved)

    # Running

    def _pump(self) -> None:
        """Start what may run now, and come back when something comes due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._closed or self._client is None or self._refused:
            return
        now = time.monotonic()
        if self._allowed < MOST_AT_ONCE and now - self._allowed_since >= LIMIT_SECONDS:
            self._allowed, self._allowed_since = self._allowed + 1, now
        room = min(self._wanted_at_once, self._allowed) - len(self._running)
        for number in self._order:
            if room <= 0:
                break
            job = self._jobs[number]
            if number not in self._running and self._may_run(job, now):
                self._start(job, self._client)
                room -= 1
        waits = [
            job.due - now
            for job in self._jobs.values()
            if job.due is not None and job.due > now and job.id not in self._running
        ]
        if self._allowed < self._wanted_at_once:
            waits.append(self._allowed_since + LIMIT_SECONDS - now)
        if waits:
            self._timer = asyncio.get_running_loop().call_later(max(0.01, min(waits)), self._on_due)

    def _on_due(self) -> None:
        self._timer = None
        self._pump()

    def _may_run(self, job: Job, now: float) -> bool:
        if job.scope != self._scope or job.order.kind not in self._sources:
            return False
        if job.state is State.QUEUED:
            return True
        waits = job.state in (State.RETRYING, State.PAUSED, State.WAITING)
        return waits and job.due is not None and job.due <= now

    def _start(self, job: Job, client: CloudClient) -> None:
        job.due = None
        task = asyncio.get_running_loop().create_task(
            self._run(job, client), name=f"downloads.{job.id}"
        )
        self._running[job.id] = task
        task.add_done_callback(lambda _done: self._on_ended(job))

    async def _run(self, job: Job, client: CloudClient) -> None:
        job.speed = 0.0
        worker = Worker(
            job,
            client,
            self._sources[job.order.kind],
            self._tools,
            self.store,
            self._threads,
            tell=lambda changed: self._tell(Change("changed", changed)),
            taken=self._names_beside,
            reserve=self._reserve,
            free=self._free,
        )
        try:
            await worker.run()
        except asyncio.CancelledError:
            if job.state is not State.PAUSED:
                job.state = State.QUEUED
            raise
        except NotYet as wait:
            # Others may have its place meanwhile.
            job.state, job.trouble, job.tries = State.WAITING, None, 0
            job.due = time.monotonic() + wait.seconds
            job.note, job.note_share = wait.what, wait.share
            self._save(job)
        except Exception as error:
            verdict = judge(error)
            if verdict is None:
                job.state = State.FAILED
                job.trouble = Trouble("disk", type(error).__name__)
                self._save(job)
                raise
            await self._obey(job, verdict)
        finally:
            job.speed = 0.0
            if job.state is not State.WAITING:
                job.note, job.note_share = "", None

    async def _obey(self, job: Job, verdict: Verdict) -> None:
        """Decide how a job goes on after something went wrong."""
        job.trouble = verdict.trouble
        now = time.monotonic()
        pause = min(self._first_pause * 2.0 ** min(job.tries, 10), LONGEST_PAUSE)
        job.tries += 1
        job.state, job.due = State.RETRYING, now + pause
        match verdict.way:
            case "fail":
                job.state, job.due = State.FAILED, None
            case "renew":
                job.refusals += 1
                if job.refusals == 1:
                    job.due = now
            case "doubt":
                job.refusals += 1
            case "again":
                job.bad_files += 1
            case "limit":
                job.due = now + LIMIT_PAUSE
                self._allowed = max(1, min(self._allowed, len(self._running) - 1))
                self._allowed_since = now
            case "space":
                job.state, job.due = State.PAUSED, now + self._space_pause
            case "account":
                job.state, job.due, self._refused = State.QUEUED, None, True
            case "wait":
                pass
        if job.bad_files >= MOST_BAD_FILES or job.refusals >= MOST_REFUSALS:
            job.state, job.due = State.FAILED, None
        if not job.validator:
            job.received = 0
            unfinished = [
                files.partial(job, number)
                for number in (*range(len(job.order.parts)), None)
                if number not in job.fetched
            ]
            await asyncio.get_running_loop().run_in_executor(
                self._threads, files.remove, unfinished
            )
        self._save(job)

    def _on_ended(self, job: Job) -> None:
        task = self._running.pop(job.id)
        self._tell(Change("changed", job))
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler(
                {"message": f"download {job.id} failed", "exception": error, "task": task}
            )
        self._pump()

    def _names_beside(self, job: Job) -> list[str]:
        """Return the names in the same folder that unfinished jobs were promised."""
        return [
            other.name
            for other in self._jobs.values()
            if other is not job
            and other.published is not None
            and other.state is not State.DONE
            and other.order.folder == job.order.folder
        ]

    def _cancel(self, job: Job) -> None:
        task = self._running.get(job.id)
        if task is not None:
            task.cancel()

    async def _take_apart(self, job: Job) -> None:
        """Fetch the parts of a job one by one, where they can't be joined."""
        orders = []
        for number, part in enumerate(job.order.parts, 1):
            stem, _, suffix = job.order.name.rpartition(".")
            orders.append(
                msgspec.structs.replace(
                    job.order,
                    name=f"{stem} {number}.{suffix}",
                    window=part.span,
                    parts=(part,),
                    join=False,
                )
            )
        await self.add(orders, job.scope)
        await self.remove(job)

    def _on_call(self, call: Call) -> None:
        """The cloud answers: the network is back for those that wait for it."""
        if call.code is not None:
            return
        soon, woken = time.monotonic() + self._first_pause, False
        for job in self._jobs.values():
            waits = job.state is State.RETRYING and job.trouble and job.trouble.kind == "network"
            if waits and job.tries > 2 and job.due is not None and job.due > soon:
                job.due, woken = soon, True
        if woken:
            self._pump()

    # Keeping

    def _save(self, *jobs: Job) -> None:
        """Keep jobs soon, and tell of them now."""
        for job in jobs:
            self._tell(Change("changed", job))
        self._start_saving(self._kept(jobs))

    def _start_saving(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work, name="downloads.save")
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)

    async def _kept(self, jobs: Iterable[Job]) -> None:
        try:
            await self.store.save(*jobs)
        except Unusable as error:
            # The state in memory goes on; after a crash the older one would be gone on from.
            _log.warning("the queue of downloads can't be written: %s", error.detail)

    def _tell(self, change: Change) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(change)
