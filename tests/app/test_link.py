import asyncio
from types import SimpleNamespace

import pytest

from ivcdesk.api import AuthError, Call, ConnectError, ExpiredCredential, Journal
from ivcdesk.app import link
from ivcdesk.app.link import Condition, LinkWatch


class Directory:
    """A directory whose next listings end as the test says."""

    def __init__(self) -> None:
        self.state = "ready"
        self.error = None
        self.endings = []
        self.listings = 0
        self.listeners = []

    def subscribe(self, listener):
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def refresh(self, **_):
        self.listings += 1
        self.error = self.endings.pop(0) if self.endings else None
        self.state = "failed" if self.error else "ready"
        for listener in list(self.listeners):
            listener(None)


class Watched:
    def __init__(self) -> None:
        self.journal = Journal()
        self.directory = Directory()
        self.told = []
        session = SimpleNamespace(
            client=SimpleNamespace(journal=self.journal), directory=self.directory
        )
        self.watch = LinkWatch(session, lambda *told: self.told.append(told))
        self.task = None

    async def __aenter__(self):
        self.task = asyncio.ensure_future(self.watch.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.wait([self.task])
        assert self.directory.listeners == []

    def call(self, code):
        number = self.journal.next_number()
        self.journal.add(Call(number, 0.0, "ControlDevicePTZ", "ap-shanghai", code, "r", {}))

    async def until(self, condition):
        async with asyncio.timeout(5):
            while self.watch.condition is not condition:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(link, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(link, "LONGEST_PAUSE", 0.01)


def test_good_calls_and_refusals_of_devices_ask_nothing():
    async def run():
        async with Watched() as watched:
            for code in (
                None,
                "ResourceUnavailable.DevOffline",
                "AuthFailure.UnauthorizedOperation",
            ):
                watched.call(code)
            await asyncio.sleep(0.02)
            assert watched.directory.listings == 0
            assert watched.told == []

    asyncio.run(run())


def test_a_single_slow_device_is_not_taken_for_a_lost_network():
    async def run():
        async with Watched() as watched:
            watched.call("TimeLimitError")
            await asyncio.sleep(0.02)
            assert watched.directory.listings == 1
            assert watched.told == []

    asyncio.run(run())


def test_a_lost_network_is_told_once_and_tried_until_it_is_back():
    async def run():
        lost = ConnectError("refused")
        async with Watched() as watched:
            watched.directory.endings = [lost, ConnectError("again"), ConnectError("again")]
            watched.call("ConnectError")
            await watched.until(Condition.DOWN)
            await watched.until(Condition.GOOD)
            assert watched.directory.listings >= 4
        return watched.told

    told = asyncio.run(run())
    assert [condition for condition, _ in told] == [Condition.DOWN, Condition.GOOD]
    assert isinstance(told[0][1], ConnectError)


def test_the_user_may_ask_at_once(monkeypatch):
    monkeypatch.setattr(link, "FIRST_PAUSE", 60)

    async def run():
        async with Watched() as watched:
            watched.directory.endings = [ConnectError("x"), ConnectError("x")]
            watched.call("LinkError")
            await watched.until(Condition.DOWN)
            watched.watch.try_now()
            await watched.until(Condition.GOOD)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AuthFailure.TokenFailure", AuthError("AuthFailure.TokenFailure", "ended")),
        ("ExpiredCredential", ExpiredCredential("ended")),
    ],
)
def test_a_key_that_is_no_longer_accepted_is_told_and_not_tried_again(code, error):
    async def run():
        async with Watched() as watched:
            watched.directory.endings = [error]
            watched.call(code)
            await watched.until(Condition.REFUSED)
            await asyncio.sleep(0.05)
            assert watched.directory.listings == 1
            return watched.told

    assert asyncio.run(run()) == [(Condition.REFUSED, error)]


def test_a_listing_by_somebody_else_counts_too():
    async def run():
        async with Watched() as watched:
            watched.directory.endings = [ConnectError("x")]
            await watched.directory.refresh()
            assert watched.watch.condition is Condition.DOWN
            await watched.until(Condition.GOOD)

    asyncio.run(run())
