"""One download on its way from the queue to a whole file under its name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial as bound
from pathlib import Path
from typing import Protocol, TypeVar

from ivcdesk.api import CloudClient
from ivcdesk.domain.exports import USUAL_BYTES_PER_SECOND, lengths, seconds_into
from ivcdesk.domain.intervals import Interval, total
from ivcdesk.services import downloads_files as files
from ivcdesk.services.downloads_jobs import (
    Fetched,
    FileUnusable,
    Job,
    Published,
    Slice,
    Source,
    State,
    Stopped,
    Tools,
    Transfer,
    Work,
)
from ivcdesk.services.downloads_store import DownloadsStore

TICK = 0.5
"""How often a transfer is looked at, s."""
_SMOOTH = 0.3  # the share of the newest measurement in the speed
_WITHIN = 1.0  # s that a joined file's length may be off

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


class _Running(Work, Protocol[_T_co]):
    def run(self) -> _T_co:
        """Do it."""


class SpaceShort(Exception):
    """The disk has not enough room: bytes that are needed, and that are free."""

    def __init__(self, needed: int, free: int) -> None:
        super().__init__(needed, free)
        self.needed = needed
        self.free = free


class Worker:
    """Brings one job to its end, once: what goes wrong is raised.

    ``tell`` is called after each change, ``taken`` returns the names that other jobs will need,
    ``reserve`` is how many bytes must stay free. Cancelling it ends all threads' work at once.
    """

    def __init__(
        self,
        job: Job,
        client: CloudClient,
        source: Source,
        tools: Tools,
        store: DownloadsStore,
        threads: Executor,
        *,
        tell: Callable[[Job], None],
        taken: Callable[[Job], Collection[str]],
        reserve: int,
        free: Callable[[Path], int],
    ) -> None:
        self._job = job
        self._client = client
        self._source = source
        self._tools = tools
        self._store = store
        self._threads = threads
        self._tell = tell
        self._taken = taken
        self._reserve = reserve
        self._free = free

    async def run(self) -> None:
        """Fetch what is missing, make the file of it, and give it its name.

        Raises IvcError, TransferFailed, FileUnusable, SpaceShort, OSError and Unusable.
        """
        job = self._job
        if job.published is not None and await self._finish_publishing(job.published):
            return
        if job.stale:
            await self._look_at_fetched()
            job.stale = False
        for number in range(len(job.order.parts)):
            if number not in job.fetched:
                await self._fetch(number)
        await self._make()

    async def _look_at_fetched(self) -> None:
        """Believe only those files that are still what the journal says."""
        for number, each in list(self._job.fetched.items()):
            path = files.partial(self._job, number)
            if not await self._thread(bound(_is_same, path, each)):
                del self._job.fetched[number]

    async def _fetch(self, number: int) -> None:
        job = self._job
        part = job.order.parts[number]
        path = files.partial(job, number)
        job.received, job.current_seconds, job.current_bytes = 0, None, None
        self._enter(State.ASKING)
        await self._check_space(self._estimate(part.span.length))
        address = await self._source.address(self._client, job.order, part, self._note)
        job.note = ""
        offset = await self._thread(lambda: files.size_of(path)) if job.validator else 0
        transfer = self._tools.transfer(
            address.url, path, job.order.form, offset=offset, validator=job.validator
        )
        self._enter(State.RUNNING)
        await self._receive(transfer, path)
        self._enter(State.VERIFYING)
        seconds = await self._work(self._tools.examination(path))
        likely = lengths(part.near, part.span, address.actual)
        if self._source.whole and not likely.start <= seconds <= likely.end:
            raise FileUnusable(
                f"{seconds:.1f} s instead of {likely.start + 1:.0f} to {likely.end - 1:.0f} s"
            )
        actual = address.actual or part.span
        size = await self._thread(lambda: files.size_of(path))
        found = Fetched(
            number, path.name, size, await self._digest(path), seconds, actual.start, actual.end
        )
        await self._store.write_fetched(job, found)
        job.fetched[number] = found
        job.received, job.furthest, job.validator = 0, 0, ""
        job.tries = job.refusals = job.bad_files = 0
        self._tell(job)

    async def _receive(self, transfer: Transfer, path: Path) -> None:
        """Let a transfer run, and look at it and at the disk meanwhile."""
        watch = asyncio.create_task(self._watch(transfer, path.parent), name="downloads.watch")
        try:
            await self._work(transfer)
        except Stopped as stopped:
            # Nobody else stops it while this waits: the disk is nearly full.
            free = await self._thread(bound(self._free, path.parent))
            raise SpaceShort(self._reserve, free) from stopped
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            self._job.validator = transfer.validator
            self._job.received = transfer.received
            if transfer.received > self._job.furthest:
                # It gets on, however slowly: the next pause is to be a short one again.
                self._job.furthest, self._job.tries = transfer.received, 0

    async def _watch(self, transfer: Transfer, folder: Path) -> None:
        job = self._job
        kept = job.validator
        before, at = transfer.received, time.monotonic()
        while True:
            await asyncio.sleep(TICK)
            seconds, free = await self._thread(
                lambda: (transfer.seconds(), _free_or_plenty(self._free, folder))
            )
            now, received = time.monotonic(), transfer.received
            speed = (received - before) / max(now - at, 1e-3)
            job.speed = speed if not job.speed else job.speed + _SMOOTH * (speed - job.speed)
            before, at = received, now
            job.received, job.current_seconds = received, seconds
            job.current_bytes = transfer.expected
            self._tell(job)
            if transfer.validator and transfer.validator != kept:
                kept = job.validator = transfer.validator
                await self._store.save(job)
            if free < self._reserve:
                transfer.interrupt()
                return

    async def _make(self) -> None:
        """Join the parts, or take the one there is, and publish it."""
        job = self._job
        self._enter(State.VERIFYING)
        if job.order.join:
            hidden = files.partial(job, None)
            await self._check_space(sum(each.size for each in job.fetched.values()))
            slices = [self._slice(number) for number in range(len(job.order.parts))]
            planned = await self._work(self._tools.joining(slices, hidden, job.order.form))
            seconds = await self._work(self._tools.examination(hidden))
            wanted = sum(each.end - each.begin for each in slices)
            if abs(seconds - planned) > _WITHIN or planned < wanted - _WITHIN:
                raise FileUnusable(f"{seconds:.1f} s joined instead of {planned:.1f} s")
            await self._thread(lambda: files.sync(hidden))
            size = await self._thread(lambda: files.size_of(hidden))
            checksum = await self._digest(hidden)
        else:
            hidden = files.partial(job, 0)
            size, checksum = job.fetched[0].size, job.fetched[0].digest
        await self._publish(hidden, size, checksum)

    def _slice(self, number: int) -> Slice:
        job = self._job
        part, found = job.order.parts[number], job.fetched[number]
        actual = Interval(found.begin, found.end)
        near = part.near or (part.span,)
        begin, end = (
            seconds_into(near, actual, found.seconds, t) for t in (part.span.start, part.span.end)
        )
        if end >= found.seconds - 0.05 or not total(near):
            end = found.seconds  # no more: it is reckoned how long the joined file will be
        return Slice(files.partial(job, number), begin, end)

    async def _publish(self, hidden: Path, size: int, checksum: str) -> None:
        job, folder = self._job, Path(self._job.order.folder)
        while True:
            name = await self._thread(
                lambda: files.free_name(folder, job.order.name, self._taken(job))
            )
            published = Published(hidden.name, name, size, checksum)
            await self._store.write_published(job, published)
            job.published, job.name = published, name
            with suppress(FileExistsError):
                await self._thread(bound(files.publish, hidden, folder / name))
                break
        await self._end()

    async def _finish_publishing(self, published: Published) -> bool:
        """Go on where the power went out between the note and the name; False to begin anew."""
        job, folder = self._job, Path(self._job.order.folder)
        self._enter(State.VERIFYING)
        job.name = published.name
        if not await self._thread(lambda: files.is_published(published, folder)):
            hidden = folder / published.file
            whole = await self._thread(
                lambda: (
                    files.size_of(hidden) == published.size
                    and files.digest(hidden) == published.digest
                )
            )
            if whole:
                await self._publish(hidden, published.size, published.digest)
                return True
            job.published = None
            await self._store.forget_files(job)
            job.fetched.clear()
            return False
        await self._end()
        return True

    async def _end(self) -> None:
        job = self._job
        job.trouble, job.speed, job.received, job.validator = None, 0.0, 0, ""
        await self._thread(lambda: files.remove(files.partials(job)))
        job.state = State.DONE
        await self._store.save(job)
        self._tell(job)

    async def _check_space(self, needed: int) -> None:
        free = await self._thread(bound(self._free, Path(self._job.order.folder)))
        if free < needed + self._reserve:
            raise SpaceShort(needed + self._reserve, free)

    def _estimate(self, seconds: float) -> int:
        """Return how many bytes a part will take, as far as the others tell."""
        known = self._job.fetched.values()
        length = sum(each.seconds for each in known)
        rate = sum(each.size for each in known) / length if length else USUAL_BYTES_PER_SECOND
        return int(rate * seconds)

    async def _digest(self, path: Path) -> str:
        return await self._work(_Digest(path))

    async def _work(self, work: _Running[_T]) -> _T:
        """Do work in a thread; it is interrupted, and waited for, where this is cancelled."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, work.run)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            work.interrupt()
            await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # it is of no interest any more
            raise

    async def _thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _enter(self, state: State) -> None:
        self._job.state = state
        self._tell(self._job)

    def _note(self, text: str) -> None:
        self._job.note = text
        self._tell(self._job)


class _Digest:
    """The reckoning of a checksum as interruptible work."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stopped = False

    def interrupt(self) -> None:
        self._stopped = True

    def run(self) -> str:
        return files.digest(self._path, lambda: self._stopped)


def _is_same(path: Path, fetched: Fetched) -> bool:
    try:
        return files.size_of(path) == fetched.size and files.digest(path) == fetched.digest
    except OSError:
        return False


def _free_or_plenty(free: Callable[[Path], int], folder: Path) -> int:
    """Return the free bytes; where they can't be told nobody should stop for them."""
    try:
        return free(folder)
    except OSError:
        return 1 << 62
