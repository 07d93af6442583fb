"""A queue that is killed again and again, on a bad line and a disk that fills up: every file comes.

``kill -9`` strikes a process at random moments of its work (counted in steps, so that a busy
machine is no different from an idle one) while the simulator drops, resets, truncates and stalls
its answers, lets addresses expire and refuses downloads as too many, and while the disk is full at
times. In the end each file is there once, whole and right; no file was ever seen under its name
that was not whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any, NamedTuple

import av
import msgspec
import numpy as np
import pytest

from ivcdesk.api import CloudClient, Credential
from ivcdesk.app.fetching import SHORT_BYTES, MediaTools
from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.exports import around, plan
from ivcdesk.domain.intervals import Interval, total
from ivcdesk.services.downloads_jobs import Order, Part
from ivcdesk.services.downloads_sources import CloudRange
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.server import Simulator
from tests.soak.downloads_child import FULL

ITEMS = 20
KILLS = 200
DISK_MB = 96
PATIENCE = 120.0
"""After how many seconds a process that does not end tells where it hangs, and the test fails."""
KEPT_STEPS = 60
CHILD = Path(__file__).with_name("downloads_child.py")
PATH = "/video"
FAULTS: list[dict[str, Any]] = [
    {"kind": "drop", "path": PATH, "probability": 0.04},
    {"kind": "reset", "path": PATH, "probability": 0.03},
    {"kind": "truncate", "path": PATH, "bytes": 300_000, "probability": 0.05},
    {"kind": "stall", "path": PATH, "bytes": 200_000, "probability": 0.05},
    {"kind": "stall", "path": PATH, "bytes": 1_000_000, "seconds": 0.4, "probability": 0.1},
    {"kind": "expire", "path": PATH, "probability": 0.06},
    {"kind": "http500", "path": PATH, "probability": 0.03},
    {"kind": "throttle", "path": PATH, "bytes": 1_500_000, "probability": 0.6},
    {
        "kind": "error",
        "action": "DescribeVideoDownloadUrl",
        "code": "OperationDenied.ConcurrentDownloadsOverLimit",
        "probability": 0.01,
    },
]


class Lives(NamedTuple):
    """How long a process lives: up to so many steps of its jobs, and up to so many seconds more.

    One in ``early`` is killed while it begins, before its first step, within ``seconds``.
    """

    steps: int = 40
    seconds: float = 0.4
    early: int = 8

    def draw(self, chance: random.Random) -> tuple[int, float]:
        """Return after which step a process is killed, and how many seconds after that."""
        steps = 0 if chance.randrange(self.early) == 0 else chance.randint(1, self.steps)
        return steps, chance.uniform(0, self.seconds)


class Told:
    """What a process told of its steps; ``enough`` is set when it took so many, or ended."""

    def __init__(self, wanted: int) -> None:
        self.steps = 0
        self.last: deque[str] = deque(maxlen=KEPT_STEPS)
        self.enough = asyncio.Event()
        self._wanted = wanted

    async def hear(self, lines: asyncio.StreamReader) -> None:
        """Listen to the end."""
        while True:
            if self.steps >= self._wanted:
                self.enough.set()
            line = await lines.readline()
            if not line:
                break
            self.steps += 1
            self.last.append(line.decode().rstrip())
        self.enough.set()


class Watch(threading.Thread):
    """Looks at a folder all the time and remembers each file as it was when it appeared."""

    def __init__(self, folder: Path) -> None:
        super().__init__(name="watch", daemon=True)
        self._folder = folder
        self._over = threading.Event()
        self.first: dict[str, tuple[int, int]] = {}
        self.looks = 0

    def look(self) -> None:
        self.looks += 1
        for entry in os.scandir(self._folder):
            if not entry.name.startswith(".") and entry.name not in self.first:
                found = Path(entry.path).stat()
                self.first[entry.name] = (found.st_ino, found.st_size)

    def run(self) -> None:
        while not self._over.wait(0.003):
            self.look()

    def stop(self) -> None:
        self._over.set()
        self.join()


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Any:
    """Make a folder a disk of its own where that is allowed; yields whether it is one."""
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(options, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


class Ordeal:
    """A simulator, a disk, and a process that is started and killed."""

    def __init__(
        self, simulator: Simulator, disk: Path, *, mounted: bool, seed: int, reach: int
    ) -> None:
        self.simulator = simulator
        self.chance = random.Random(seed)
        self.disk = disk
        self.mounted = mounted
        self.reach = reach
        self.folder = disk / "exports"
        self.database = disk / "queue.sqlite3"
        self.orders_file = disk / "orders.json"
        self.count: Counter[str] = Counter()
        self.wanted: dict[str, tuple[Interval, Order]] = {}
        self.unlucky: list[str] = []

    def order(self, items: int) -> list[Order]:
        """Orders of two cameras around a midnight of the cloud, as files, joined and in parts."""
        cloud = self.simulator.cloud
        midnight = (int(cloud.now()) + 8 * 3600) // 86400 * 86400 - 8 * 3600
        cameras = [
            channel
            for device in cloud.world.devices.values()
            for channel in cloud.world.channels(device)
            if channel.name in ("PTZ Gate North", "PTZ Fence East")
        ]
        whole = Interval(midnight - self.reach, midnight + self.reach)
        longest = min(50, self.reach)
        orders: list[Order] = []
        while len(orders) < items:
            camera = self.chance.choice(cameras)
            spans = cloud.recorded(camera.channel_id, "cloud", whole.start - 90, whole.end + 90)
            recorded = [Interval(*span) for span in spans]
            start = self.chance.randint(int(whole.start), int(whole.end) - longest)
            window = Interval(start, start + self.chance.randint(min(8, longest), longest))
            join = self.chance.random() < 0.7
            form = self.chance.choice(["mp4", "mp4", "ts"])
            title = f"{camera.name} {len(orders)}"
            for clip in plan(title, recorded, window, join=join, form=form, zone=CLOUD_ZONE):
                parts = tuple(Part(part, around(recorded, part)) for part in clip.parts)
                details = {"channel_id": camera.channel_id}
                folder = str(self.folder)
                orders.append(
                    Order("cloud", title, clip.name, folder, form, window, parts, join, details)
                )
        return orders[:items]

    async def begin(self, items: int) -> None:
        """Order files anew on an empty disk."""
        for path in self.disk.rglob("*"):
            if path.is_file():
                path.unlink()
        self.folder.mkdir(exist_ok=True)
        orders = self.order(items)
        self.wanted = {order.name: (order.window, order) for order in orders}
        assert len(self.wanted) == items
        self.orders_file.write_bytes(msgspec.json.encode(orders))

    async def warm(self) -> None:
        """Let the cloud make the files once: on a busy machine that takes longer than a stall.

        Nobody would get any further then, but by what the cloud has made in the meantime.
        """
        hidden = self.disk.with_name("warm")
        source, tools = CloudRange(), MediaTools(stall_seconds=PATIENCE)
        there = self.simulator
        credential = Credential(there.secret_id, there.secret_key)
        spans = {
            (str(order.details["channel_id"]), part.span): (order, part)
            for _, order in self.wanted.values()
            for part in order.parts
        }
        async with CloudClient(credential, there.region, there.endpoint) as client:
            for order, part in spans.values():
                address = await source.address(client, order, part, lambda _note: None)
                await asyncio.to_thread(tools.transfer(address.url, hidden, order.form).run)
        hidden.unlink()

    async def live(self, lives: Lives | None) -> bool:
        """Let the process live for a while, or to its end; whether it ended by itself."""
        steps, seconds = lives.draw(self.chance) if lives else (0, 0.0)
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-W",
            "error",
            str(CHILD),
            str(self.database),
            str(self.orders_file),
            self.simulator.endpoint,
            self.simulator.region,
            str(self.chance.choice([SHORT_BYTES, SHORT_BYTES, 0])),
            str(PATIENCE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=CHILD.parents[2],
            env={**os.environ, "PYTHONPATH": str(CHILD.parents[2])},
        )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(f"{self.simulator.secret_id} {self.simulator.secret_key}\n".encode())
        told = Told(steps)
        hearing = asyncio.create_task(told.hear(child.stdout))
        if lives is not None:
            await told.enough.wait()
            try:
                async with asyncio.timeout(seconds):
                    await child.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
                await hearing
                self.count["kills"] += 1
                self.count["kills before the queue was open"] += not told.steps
                return False
        code = await child.wait()
        await hearing
        child.stdin.close()
        assert code in (0, 3), "\n".join([f"ended with {code}, after", *told.last])
        self.count["lives that could not open the queue"] += code == 3
        return code == 0

    def fill(self) -> None:
        """Leave hardly any room on the disk."""
        self.count["full disks"] += 1
        if not self.mounted:
            self.database.with_name(FULL).touch()
            return
        status = os.statvfs(self.disk)
        room = self.chance.randint(0, 600_000)
        with contextlib.suppress(OSError), (self.disk / "ballast").open("wb", 0) as ballast:
            left = status.f_bavail * status.f_frsize - room
            while left > 0:
                left -= ballast.write(bytes(min(left, 1 << 20)))

    def make_room(self) -> None:
        (self.disk / "ballast").unlink(missing_ok=True)
        self.database.with_name(FULL).unlink(missing_ok=True)

    def check(self, watch: Watch) -> None:
        """Every file is there once, whole and right, and was so from its first moment."""
        watch.look()
        there = {path.name: path for path in self.folder.iterdir()}
        assert sorted(there) == sorted(self.wanted)
        for name, path in there.items():
            found = path.stat()
            assert watch.first[name] == (found.st_ino, found.st_size), name
            self.check_file(path, *self.wanted[name])
            self.count["files"] += 1

    def check_file(self, path: Path, window: Interval, order: Order) -> None:
        first, last, seconds = pictures(path)
        covered = Interval(order.parts[0].span.start, order.parts[-1].span.end)
        recorded = sum(part.span.length for part in order.parts)
        if order.join and order.form == "mp4":
            # It shows the very moments that were asked for.
            assert covered.start - 0.01 <= first < covered.start + 0.1
            assert covered.end - 0.2 <= last < covered.end + 0.01
            assert seconds == pytest.approx(recorded, abs=1.0)
        else:
            # Whole slices of TS, as the cloud cuts them, or a group of pictures more where joined.
            assert first <= covered.start + 0.01
            assert last >= covered.end - 0.2
            near = total(around(order.parts[0].near, Interval(first, last + 0.05)))
            reach = 4.0 if order.join else 20.0
            assert covered.start - first <= reach
            assert last - covered.end <= (0.01 if order.join else 20.0)
            if len(order.parts) == 1:
                assert seconds == pytest.approx(min(near, last - first + 0.07), abs=1.0)


def pictures(path: Path) -> tuple[float, float, float]:
    """Return the clocks burnt into the first and the last picture, and the length (s)."""
    first = last = None
    times: list[float] = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_count = 1
        for frame in container.decode(video=0):
            times.append(float(frame.time or 0))
            if first is None:
                first = frame
            last = frame
    assert first is not None
    assert last is not None
    clocks = [read_clock(luma(frame)) for frame in (first, last)]
    assert None not in clocks
    return clocks[0], clocks[1], times[-1] - times[0] + 1 / 15  # type: ignore[return-value]


def luma(frame: av.VideoFrame) -> Any:
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width].copy()


async def ordeal(
    disk: Path,
    *,
    mounted: bool,
    kills: int,
    items: int,
    seed: int,
    reach: int = 90,
    lives: Lives | None = None,
) -> Counter[str]:
    """Kill the queue so often, in as many rounds as it takes; return what happened.

    The recordings lie within ``reach`` seconds around a midnight. A queue that comes to its end is
    checked, and another one of as many items begins.
    """
    lives = lives or Lives()
    async with Simulator(seed=seed) as simulator:
        trial = Ordeal(simulator, disk, mounted=mounted, seed=seed, reach=reach)
        chance = trial.chance
        while trial.count["kills"] < kills:
            await trial.begin(items)
            await trial.warm()
            watch = Watch(trial.folder)
            watch.start()
            try:
                simulator.faults.arm(FAULTS)
                over = False
                while not over and trial.count["kills"] < kills:
                    if chance.random() < 0.15:
                        trial.fill()
                    over = await trial.live(lives)
                    watch.look()
                    trial.make_room()
                hits = {one["kind"]: one["hits"] for one in simulator.faults.listed()}
                trial.count.update({f"faults: {kind}": n for kind, n in hits.items()})
                simulator.faults.clear()
                over = over or await trial.live(None)
                assert over, "the queue did not come to its end"
            finally:
                watch.stop()
            await asyncio.to_thread(trial.check, watch)
            trial.count["rounds"] += 1
            trial.count["looks at the folder"] += watch.looks
        return trial.count


def report(count: Counter[str], seconds: float) -> None:
    lines = [f"  {name:36} {number}" for name, number in sorted(count.items())]
    sys.stdout.write("\n".join([f"\n{seconds:.0f} s in all", *lines, ""]))


def test_every_file_comes_whatever_happens(tmp_path):
    began = time.monotonic()
    with small_disk(tmp_path / "disk", DISK_MB) as mounted:
        count = asyncio.run(
            ordeal(tmp_path / "disk", mounted=mounted, kills=KILLS, items=ITEMS, seed=6)
        )
    count["mounted"] = int(mounted)
    report(count, time.monotonic() - began)
    assert count["kills"] >= KILLS
