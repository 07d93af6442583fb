"""A simulated cloud to ask: as an object, and on a socket of its own with the official SDK."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from ivcdesk.simulator.clock import Clock
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers import HANDLERS
from ivcdesk.simulator.media.studio import Studio
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.server import Simulator
from ivcdesk.simulator.wire import write_refusal

NOON = 1_795_492_800.0  # 2026-11-24 12:00 of UTC+8


# One set of scenes for all clouds that are asked: painting them is slow, and they are the same.
STUDIO = Studio()

# every action and code that some test provoked in this run
SEEN_REFUSALS: set[tuple[str, str]] = set()


class HandClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = NOON) -> None:
        super().__init__(wall=lambda: now, steady=lambda: 1000.0)


class Asked:
    """A cloud and a short way to ask it."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock()
        self.cloud = Cloud(clock=self.clock, **options)
        self.cloud.studio = STUDIO

    def __call__(self, action: Any) -> Any:
        """Return the result of an action, without a wire in between."""
        answer = HANDLERS[action.action_name][1](self.cloud, action)
        return asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer

    def refused(self, action: Any) -> str:
        """Return the code that an action is refused with."""
        with pytest.raises(Refusal) as refusal:
            self(action)
        SEEN_REFUSALS.add((action.action_name, refusal.value.code))
        return seen_by_sdk(refusal.value)

    def device(self, name: str) -> Any:
        """Return a device by the beginning of its name."""
        return next(
            device for device in self.cloud.world.devices.values() if device.name.startswith(name)
        )

    def channel(self, name: str, place: int = 0) -> Any:
        """Return a channel of the device whose name begins so."""
        return self.cloud.world.channels(self.device(name))[place]


def seen_by_sdk(refusal: Refusal) -> str:
    """Return the code of the exception that the SDK makes of a refusal as it is sent."""
    answer = SimpleNamespace(
        headers={"Content-Type": "application/json"}, content=write_refusal(refusal, "r-1")
    )
    with pytest.raises(TencentCloudSDKException) as problem:
        CommonClient._check_error(None, answer)
    assert problem.value.get_request_id() == "r-1"
    assert problem.value.get_message() == refusal.message
    return str(problem.value.get_code())


async def _awaited(answer: Any) -> Any:
    return await answer


class Served:
    """A simulator that runs in a thread of its own, for clients that block."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = simulator
        self.cloud = simulator.cloud
        self._loop = loop
        self._clients: list[Any] = []

    def run(self, function: Callable[[], Any]) -> Any:
        """Call a function in the simulator's thread and return what it returns."""

        async def call() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(10)

    def profile(self) -> ClientProfile:
        """Return what the SDK needs to know to call here."""
        http = HttpProfile(protocol="http", endpoint=self.simulator.endpoint[7:], reqTimeout=10)
        return ClientProfile(httpProfile=http)

    def credential(self) -> Credential:
        """Return this run's key pair."""
        return Credential(self.simulator.secret_id, self.simulator.secret_key)

    def call(self, action: str, params: dict[str, Any], region: str = "ap-shanghai") -> Any:
        """Return the response of an action, called by the SDK with any parameters."""
        client = self.kept(
            CommonClient("iss", "2023-05-17", self.credential(), region, self.profile())
        )
        return client.call_json(action, params)["Response"]

    def kept(self, client: Any) -> Any:
        """Return a client of the SDK, whose connections are closed when the test ends."""
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close what the clients have left open; the SDK has no other way."""
        for client in self._clients:
            client.request.conn._session.close()

    def code(self, action: str, params: dict[str, Any], region: str = "ap-shanghai") -> str:
        """Return the error code that the SDK sees."""
        with pytest.raises(TencentCloudSDKException) as problem:
            self.call(action, params, region)
        code = str(problem.value.get_code())
        SEEN_REFUSALS.add((action, code))
        return code

    def http(self, method: str, path: str, data: Any = None, **headers: str) -> tuple[int, Any]:
        """Return status and JSON (or text) of a plain request."""
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(
            self.simulator.endpoint + path, body, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            with problem:
                status, text = problem.code, problem.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text


@contextmanager
def serving(**options: Any) -> Iterator[Served]:
    """Run a simulator in a thread as long as the block lasts."""
    started: list[Served] = []
    ready = threading.Event()
    ended = asyncio.Event()

    async def serve() -> None:
        try:
            async with Simulator(**options) as simulator:
                started.append(Served(simulator, asyncio.get_running_loop()))
                ready.set()
                await ended.wait()
        finally:
            ready.set()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(20)
    try:
        yield started[0]
        assert started[0].simulator.reception.failures == []
    finally:
        if started:
            started[0].close()
            started[0].run(ended.set)
        thread.join(20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Judge the error codes when all other tests have had their chance to provoke them."""
    items.sort(key=lambda item: item.name == "test_every_documented_code_is_provoked_or_excused")


@pytest.fixture
def seen_refusals() -> set[tuple[str, str]]:
    """Every action and code that some test provoked so far."""
    return SEEN_REFUSALS


@pytest.fixture(scope="session")
def noon() -> float:
    """Where the clock of every asked cloud stands: a Tuesday at 12:00 of UTC+8."""
    return NOON


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def asking() -> Callable[..., Asked]:
    """Make a cloud with options of one's own."""
    return Asked


@pytest.fixture(name="serving")
def _serving() -> Callable[..., Any]:
    """Run a simulator with options of one's own."""
    return serving


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as simulator:
        yield simulator
