"""A queue of downloads in a process of its own, to be killed at any moment.

Arguments: the database, the orders (JSON), the endpoint, the region, and up to how many bytes files
are joined in a thread instead of another process; standard input brings the key pair. It ends with
0 when every job is done, and 3 where the queue could not be opened.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from ivcdesk.api import CloudClient, Credential
from ivcdesk.app import fetching
from ivcdesk.services.downloads import Downloads
from ivcdesk.services.downloads_files import free_bytes
from ivcdesk.services.downloads_jobs import Order, State

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

    def look(_change: object) -> None:
        if downloads.jobs and all(job.state is State.DONE for job in downloads.jobs):
            over.set()
        for job in downloads.jobs:
            if job.state is State.FAILED:
                # Whoever looks after the queue tries again.
                asyncio.get_running_loop().call_later(0.2, downloads.resume, job)

    await downloads.open()
    if not downloads.store.kept or downloads.store.recovered:
        return 3
    downloads.subscribe(look)
    credential = Credential(secret_id, secret_key)
    async with CloudClient(credential, region, endpoint) as client:
        downloads.attach(client, "soak")
        if not downloads.jobs:
            await downloads.add(wanted)
        look(None)
        await over.wait()
        await downloads.close()
    return 0


if __name__ == "__main__":
    fetching.SHORT_BYTES = int(sys.argv[5])
    raise SystemExit(asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:5])))
