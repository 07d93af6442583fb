"""The rate limit is never provoked, the user comes first, and nobody starves."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivcdesk.api.errors import Preempted
from ivcdesk.api.pacing import LIMIT, PATIENCE, RESERVED, WINDOW, Pacing, Priority, Throttled
from tests.api.virtual import run

REGION = "ap-shanghai"


def pacing() -> Pacing:
    return Pacing(asyncio.get_running_loop().time)


async def send(
    pace: Pacing, left: list[float], priority: Priority = Priority.USER, travel: float = 0.0
) -> float:
    turn = await pace.turn("ListDevices", REGION, priority)
    await asyncio.sleep(travel)
    turn.sent()
    now = asyncio.get_running_loop().time()
    left.append(now)
    return now


def most_within_a_second(moments: list[float]) -> int:
    ordered = sorted(moments)
    return max(
        (sum(1 for other in ordered if moment <= other < moment + 1) for moment in ordered),
        default=0,
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.floats(0, 0.6),
            st.sampled_from(Priority),
            st.floats(0.01, 3) | st.none(),
        ),
        max_size=90,
    )
)
def test_no_second_holds_more_than_the_limit_whatever_comes_and_is_cancelled(arrivals):
    async def scene():
        pace, left = pacing(), []

        async def one(at: float, travel: float, priority: Priority, patience: float | None):
            await asyncio.sleep(at)
            try:
                async with asyncio.timeout(patience):
                    await send(pace, left, priority, 0.0 if patience else travel)
            except TimeoutError:
                pass

        await asyncio.gather(*(one(*arrival) for arrival in arrivals))
        assert most_within_a_second(left) <= LIMIT
        patient = sum(1 for arrival in arrivals if arrival[3] is None)
        assert len(left) >= patient

    run(scene())


def test_a_burst_leaves_at_once_and_the_rest_follows_at_the_limit():
    async def scene():
        pace, left = pacing(), []
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(send(pace, left) for _ in range(100)))
        assert sum(1 for moment in left if moment == began) == LIMIT
        assert max(left) - began == pytest.approx(4 * WINDOW, abs=0.02)
        assert pace.used(REGION) == LIMIT
        assert pace.used("ap-beijing") == 0
        await asyncio.sleep(WINDOW)
        assert pace.used(REGION) == 0

    run(scene())


def test_the_user_overtakes_the_background_and_finds_turns_left():
    async def scene():
        pace, left = pacing(), []
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for _ in range(200):
                group.create_task(send(pace, left, Priority.BACKGROUND))
            await asyncio.sleep(0)
            assert pace.used(REGION) == LIMIT - RESERVED
            for _ in range(20):
                await asyncio.sleep(0.3)
                asked = loop.time()
                assert await send(pace, left) == asked
        assert most_within_a_second(left) <= LIMIT

    run(scene())


def test_the_background_is_not_starved_by_a_user_who_never_stops():
    async def scene():
        pace, left, served = pacing(), [], []

        async def background():
            served.append(await send(pace, left, Priority.BACKGROUND))

        async with asyncio.TaskGroup() as group:
            for _ in range(300):
                group.create_task(send(pace, left))
            for _ in range(5):
                group.create_task(background())
        assert max(served) < max(left) - WINDOW

    run(scene())


def test_actions_and_regions_do_not_wait_for_each_other():
    async def scene():
        pace = pacing()
        began = asyncio.get_running_loop().time()
        for action in ("ListDevices", "ControlDevicePTZ"):
            for region in (REGION, "ap-beijing"):
                for _ in range(LIMIT):
                    (await pace.turn(action, region, Priority.USER)).sent()
        assert asyncio.get_running_loop().time() == began

    run(scene())


def test_a_cancelled_wait_gives_its_turn_to_the_next():
    async def scene():
        pace, left = pacing(), []
        for _ in range(LIMIT):
            await send(pace, left)
        waiting = [asyncio.create_task(send(pace, left)) for _ in range(3)]
        await asyncio.sleep(0.1)
        waiting[0].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert results[1] == results[2] == pytest.approx(1000 + WINDOW, abs=0.01)

    run(scene())


def test_a_wait_that_is_cancelled_as_its_turn_comes_gives_it_back():
    async def scene():
        pace, left = pacing(), []
        turns = [await pace.turn("ListDevices", REGION, Priority.USER) for _ in range(LIMIT)]
        first = asyncio.create_task(send(pace, left))
        second = asyncio.create_task(send(pace, left))
        await asyncio.sleep(0)
        turns[0].sent()
        await asyncio.sleep(WINDOW - 0.001)
        assert not first.done()
        loop = asyncio.get_running_loop()
        loop.call_later(0.001, first.cancel)
        await asyncio.wait([first, second])
        assert second.result() >= 1000 + WINDOW
        for turn in turns:
            turn.sent()
        assert pace.used(REGION) <= LIMIT + 1

    run(scene())


def test_a_throttled_action_rests_and_listeners_hear_of_it():
    async def scene():
        pace, left, heard = pacing(), [], []
        unsubscribe = pace.subscribe(heard.append)
        pace.throttled("ListDevices", REGION, 2.0)
        assert heard == [Throttled("ListDevices", REGION, 2.0)]
        began = asyncio.get_running_loop().time()
        assert await send(pace, left) == pytest.approx(began + 2.0)
        unsubscribe()
        unsubscribe()
        pace.throttled("ListDevices", REGION, 1.0)
        assert len(heard) == 1

    run(scene())


def test_a_channel_serves_one_at_a_time_and_the_user_first():
    async def scene():
        pace, order = pacing(), []

        async def use(name: str, priority: Priority):
            async with pace.channels.alone("c-1", priority):
                order.append(name)
                await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            group.create_task(use("first", Priority.BACKGROUND))
            group.create_task(use("fill 1", Priority.BACKGROUND))
            group.create_task(use("fill 2", Priority.BACKGROUND))
            await asyncio.sleep(0.1)
            group.create_task(use("user", Priority.USER))
            gone = group.create_task(use("gone", Priority.USER))
            await asyncio.sleep(0.1)
            gone.cancel()
        assert order == ["first", "user", "fill 1", "fill 2"]
        assert not pace.channels._busy

    run(scene())


def test_what_gives_way_is_given_up_soon_after_the_user_came():
    async def scene():
        pace, order = pacing(), []
        loop = asyncio.get_running_loop()

        async def fill(name: str):
            try:
                async with pace.channels.alone("c-1", Priority.BACKGROUND, gives_way=True):
                    await asyncio.sleep(30)
            except Preempted:
                order.append(f"{name} gave way")

        async def use():
            came = loop.time()
            async with pace.channels.alone("c-1", Priority.USER):
                assert loop.time() - came <= PATIENCE * 1.01
                order.append("user")

        first, second = asyncio.create_task(fill("first")), asyncio.create_task(fill("second"))
        await asyncio.sleep(1)
        await use()
        await asyncio.sleep(1)
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert order == ["first gave way", "user"]
        assert second.cancelled(), "who was really cancelled is not told that it gave way"
        assert not pace.channels._busy
        assert not pace.channels._holders

    run(scene())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 3),
            st.floats(0, 1),
            st.sampled_from("abc"),
            st.sampled_from(Priority),
            st.floats(0.01, 2) | st.none(),
        ),
        max_size=40,
    )
)
def test_no_channel_ever_serves_two_whatever_comes_and_is_cancelled(arrivals):
    async def scene():
        pace, serving, served = pacing(), set(), []

        async def one(at, lasts, channel, priority, patience):
            await asyncio.sleep(at)
            try:
                async with asyncio.timeout(patience), pace.channels.alone(channel, priority):
                    assert channel not in serving
                    serving.add(channel)
                    try:
                        await asyncio.sleep(lasts)
                    finally:
                        serving.remove(channel)
                    served.append(channel)
            except TimeoutError:
                pass

        await asyncio.gather(*(one(*arrival) for arrival in arrivals))
        assert len(served) >= sum(1 for arrival in arrivals if arrival[4] is None)
        assert not pace.channels._busy

    run(scene())
