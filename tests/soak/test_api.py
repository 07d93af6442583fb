"""The long runs of the client: fuzzing, random faults, and every action against the SDK.

How long they are can be set: ``IVCDESK_FUZZ`` (answers, 100,000), ``IVCDESK_MISCHIEF``
(sequences of faults, 10,000), ``IVCDESK_SDK`` (random parameters of each action, 100).
"""

from __future__ import annotations

import asyncio
import collections
import gc
import os
import threading
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ivcdesk.simulator.server import Simulator
from tests.api.mischief import SECONDS, Mischief
from tests.api.mutations import RESULTS, answers, from_seed, survives
from tests.api.reference import action_classes
from tests.api.sdk import pair
from tests.api.test_sdk import NAMES, same
from tests.api.values import actions

LANES = 8  # clouds at a time, since most of a fault is waiting

UNHURRIED = {
    "database": None,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}


def length(name: str, usual: int) -> int:
    return int(os.environ.get(f"IVCDESK_{name}", usual))


@settings(max_examples=length("FUZZ", 100_000) // 25, **UNHURRIED)
@given(st.sampled_from(RESULTS), st.integers(0, 2**64))
def test_bent_answers_are_read_or_refused(kind, seed):
    for case in from_seed(kind, seed, 25):
        survives(case)


@settings(max_examples=length("FUZZ", 100_000) // 20, **UNHURRIED)
@given(answers())
def test_answers_that_are_bent_step_by_step_are_read_or_refused(case):
    survives(case)


@pytest.mark.parametrize("name", NAMES)
def test_each_action_is_sent_as_the_sdk_sends_it(name, monkeypatch):
    monkeypatch.setattr("ivcdesk.api.pacing.LIMIT", 10**6)
    with pair() as both:

        @settings(max_examples=length("SDK", 100), **UNHURRIED)
        @given(st.data())
        def check(data):
            same(*both.send(data.draw(actions(action_classes()[name]))))

        check()


def sockets() -> int:
    folder = Path("/proc/self/fd")
    count = 0
    for entry in folder.iterdir() if folder.is_dir() else ():
        try:
            count += entry.readlink().name.startswith("socket:")
        except OSError:
            continue  # it was the listing's own
    return count


def test_random_faults_leave_no_task_socket_thread_or_unhandled_exception(monkeypatch):
    for kind in action_classes().values():
        monkeypatch.setattr(kind, "seconds", SECONDS)
    monkeypatch.setattr("ivcdesk.api.retry.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("ivcdesk.api.retry.THROTTLED_PAUSE", 0.002)
    rounds = length("MISCHIEF", 10_000)
    ends: collections.Counter[str] = collections.Counter()

    async def main() -> None:
        problems: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: problems.append(what))
        async with AsyncExitStack() as clouds:
            lanes = [
                Mischief(await clouds.enter_async_context(Simulator("fleet", 1, devices=6)))
                for _ in range(LANES)
            ]

            async def live_through(lane: int, seeds: int) -> None:
                for seed in range(lane, seeds, LANES):
                    ends.update(await lanes[lane].sequence(seed))
                    assert not problems, (seed, problems)

            async def all_lanes(seeds: int) -> tuple[int, int, int]:
                await asyncio.gather(*(live_through(lane, seeds) for lane in range(LANES)))
                await settled()
                return len(asyncio.all_tasks()), sockets(), threading.active_count()

            before = await all_lanes(4 * LANES)
            after = await all_lanes(rounds)
            assert after[0] <= before[0]
            assert after[1] <= before[1]
            assert after[2] <= before[2] + 1

    async def settled() -> None:
        """Let the server notice that its clients are gone."""
        gc.collect()
        for _ in range(200):
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert set(ends) >= {"answered", "cancelled", "LinkError", "TimeLimitError", "ResponseError"}
