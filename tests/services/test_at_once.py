"""A coroutine that begins at once and then behaves as any task."""

from __future__ import annotations

import asyncio

import pytest

from ivcdesk.services import at_once


def test_it_runs_until_it_has_to_wait():
    async def main() -> None:
        steps = []
        gate = asyncio.get_running_loop().create_future()

        async def work() -> str:
            steps.append("begun")
            await asyncio.sleep(0)
            steps.append("gave way")
            steps.append(await gate)
            return "done"

        task = at_once.start(work(), name="work")
        assert steps == ["begun", "gave way"]
        gate.set_result("went on")
        assert await task == "done"
        assert steps[-1] == "went on"

    asyncio.run(main())


def test_it_is_its_own_task_while_it_begins():
    async def main() -> None:
        seen = []

        async def work() -> None:
            seen.append(asyncio.current_task())
            async with asyncio.timeout(0.01):
                await asyncio.sleep(5)

        before = asyncio.current_task()
        task = at_once.start(work(), name="limited")
        assert asyncio.current_task() is before
        assert seen == [task]
        with pytest.raises(TimeoutError):
            await task

    asyncio.run(main())


def test_what_ends_at_once_is_the_result():
    async def main() -> None:
        async def work() -> int:
            return 7

        assert await at_once.start(work(), name="quick") == 7

        async def fail() -> None:
            raise LookupError("soon")

        task = at_once.start(fail(), name="fails")
        assert not task.done()
        with pytest.raises(LookupError):
            await task

    asyncio.run(main())


def test_called_back_before_its_second_step_it_cleans_up():
    async def main() -> None:
        steps = []

        async def work() -> None:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await asyncio.sleep(0)
                steps.append("cleaned up")

        task = at_once.start(work(), name="called back")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert steps == ["cleaned up"]

    asyncio.run(main())


def test_called_back_before_its_second_step_it_calls_back_what_it_waits_for():
    async def main() -> None:
        awaited = asyncio.get_running_loop().create_future()

        async def work() -> None:
            await awaited

        task = at_once.start(work(), name="called back")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert awaited.cancelled()

    asyncio.run(main())


def test_called_back_while_an_answer_is_there_already():
    async def main() -> None:
        awaited = asyncio.get_running_loop().create_future()

        async def work() -> int:
            try:
                return await awaited
            except asyncio.CancelledError:
                return -1

        task = at_once.start(work(), name="called back")
        awaited.set_result(5)
        task.cancel()
        assert await task == -1

    asyncio.run(main())


def test_called_back_after_it_has_ended_it_stays_ended():
    async def main() -> None:
        async def work() -> int:
            return 7

        task = at_once.start(work(), name="quick")
        task.cancel()
        assert await task == 7

    asyncio.run(main())


def test_it_starts_from_a_callback_too():
    async def main() -> None:
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        async def work() -> None:
            await asyncio.sleep(0.001)
            ended.set_result(True)

        loop.call_soon(lambda: at_once.start(work(), name="from a callback"))
        assert await ended

    asyncio.run(main())


def test_one_that_only_gives_way_does_not_hold_the_caller_up():
    async def main() -> None:
        turns = 0

        async def work() -> None:
            nonlocal turns
            while turns < 1000:
                turns += 1
                await asyncio.sleep(0)

        task = at_once.start(work(), name="long")
        assert turns == at_once.MOST_STEPS
        await task
        assert turns == 1000

    asyncio.run(main())
