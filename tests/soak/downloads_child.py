"""A queue of downloads in a process of its own, to be killed at any moment.

Arguments: the database, the orders (JSON), the endpoint, the region, up to how many bytes files are
joined in a thread instead of another process, and after how many seconds it gives itself up and
tells where all of its threads are. Standard input brings the key pair; standard output gets a line
when the queue is open and whenever a job comes a step further. It ends with 0 when every job is
done, and 3 where the queue could not be opened.
"""

from __future__ import annotations

import asyncio
import faulthandler
import sys
from pathlib import Path

import msgspec

from ivcdesk.api import CloudClient, Credential
from ivcdesk.app import fetching
from ivcdesk.services.downloads import Change, Downloads
from ivcdesk.services.downloads_files import free_bytes
from ivcdesk.services.downloads_jobs import Job, Order, State

RESERVE = 256 << 10
FULL = "full"
"""A file of this name beside the database stands in for a disk that is full."""


async def main(database: Path, orders: Path, endpoint: str, region: str) -> int:
    secret_id, secret_key = sys.stdin.readline().split()
    full = database.with_name(FULL)

    def free(folder: Path) -> int:
        return 0 if full.exists() else free_bytes(folder)

    wanted = msgspec.json.decode(orders.read_bytes(), type=list[Order])  # noqa: ASYNC240
    downloads = Downloads(
        database,
        fetching.MediaTools(stall_seconds=1.0),
        reserve=RESERVE,
        space_pause=0.2,
        first_pause=0.05,
        free=free,
    )
    over = asyncio.Event()
    told: dict[int, str] = {}

    def look(change: Change) -> None:
        step = words(change.job)
        if change.what == "changed" and told.get(change.job.id) != step:
            told[change.job.id] = step
            tell(step)
        if change.job.state is State.FAILED:
            # Whoever looks after the queue tries again.
            asyncio.get_running_loop().call_later(0.2, downloads.resume, change.job)
        end_when_done()

    def end_when_done() -> None:
        if downloads.jobs and all(job.state is State.DONE for job in downloads.jobs):
            over.set()

    await downloads.open()
    if not downloads.store.kept or downloads.store.recovered:
        return 3
    tell("open")
    credential = Credential(secret_id, secret_key)
    async with CloudClient(credential, region, endpoint) as client:
        downloads.attach(client, "soak")
        downloads.subscribe(look)
        for job in downloads.jobs:
            told[job.id] = words(job)
            if job.state is State.FAILED:
                downloads.resume(job)
        if not downloads.jobs:
            await downloads.add(wanted)
        end_when_done()
        await over.wait()
        await downloads.close()
    return 0


def words(job: Job) -> str:
    """Tell how far a job is, and what is in its way."""
    trouble = (
        f", {job.trouble.kind} {job.trouble.detail} ({job.tries} tries)" if job.trouble else ""
    )
    return f"job {job.id}: {job.state}, {len(job.fetched)} of {len(job.order.parts)} parts{trouble}"


def tell(step: str) -> None:
    sys.stdout.write(step + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    fetching.SHORT_BYTES = int(sys.argv[5])
    faulthandler.dump_traceback_later(float(sys.argv[6]), exit=True)
    raise SystemExit(asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:5])))
