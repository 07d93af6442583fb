"""This client, bare httpx and the official SDK, all calling one HTTPS server of another process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import msgspec

from ivcdesk.api import CloudClient, Credential
from ivcdesk.api.actions import Action
from tests.api.authority import Authority

SECRET_ID, SECRET_KEY, REGION = "AKID" + "x" * 32, "k" * 32, "ap-shanghai"
DEVICES = 10_000

# A folder with an SDK of version 3.1, whose asynchronous client the pinned version lacks.
NEWER_SDK = os.environ.get("IVCDESK_ASYNC_SDK")
if NEWER_SDK:
    sys.path.insert(0, NEWER_SDK)

Call = Callable[[Action[Any]], Awaitable[Any]]


@contextmanager
def server(authority: Authority) -> Iterator[str]:
    """Run the server in a process of its own and yield its address."""
    program = Path(__file__).with_name("server.py")
    command = [sys.executable, program, authority.certificate, authority.key, str(DEVICES)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield f"https://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(10)


class Contenders:
    """Ways to make one call, warm or with everything set up anew.

    ``SSL_CERT_FILE`` names the authority, so that httpx and the SDK run as they do by default.
    """

    def __init__(self, endpoint: str, authority: Authority) -> None:
        self.endpoint = endpoint
        self._authority = authority
        self._tls = authority.client_context()
        os.environ["SSL_CERT_FILE"] = str(authority.root)

    @asynccontextmanager
    async def ours(self) -> AsyncIterator[Call]:
        """Yield this client."""
        credential = Credential(SECRET_ID, SECRET_KEY)
        async with CloudClient(credential, REGION, self.endpoint, tls=self._tls) as client:
            yield client.call

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[Call]:
        """Yield httpx alone: a ready body, a ready header, and JSON as it comes."""
        headers = {
            "content-type": "application/json",
            "authorization": "x" * 220,
            "x-tc-version": "2023-05-17",
            "x-tc-timestamp": "1700000000",
            "x-tc-region": REGION,
        }
        async with httpx.AsyncClient(http2=True) as client:

            async def call(action: Action[Any]) -> Any:
                body = msgspec.json.encode(action)
                names = {**headers, "x-tc-action": action.action_name}
                answer = await client.post(self.endpoint, content=body, headers=names)
                return answer.json()

            yield call

    @asynccontextmanager
    async def sdk(self) -> AsyncIterator[Call]:
        """Yield the SDK's synchronous client in its default configuration."""
        from tencentcloud.iss.v20230517 import iss_client

        client = iss_client.IssClient(*self._sdk_arguments(str(self._authority.root)))

        async def call(action: Action[Any]) -> Any:
            return getattr(client, action.action_name)(_sdk_request(action))

        yield call

    @asynccontextmanager
    async def async_sdk(self) -> AsyncIterator[Call]:
        """Yield the SDK's asynchronous client in its default configuration."""
        from tencentcloud.iss.v20230517 import iss_client_async

        async with iss_client_async.IssClient(*self._sdk_arguments(None)) as client:

            async def call(action: Action[Any]) -> Any:
                return await getattr(client, action.action_name)(_sdk_request(action))

            yield call

    def all(self) -> dict[str, Callable[[], Any]]:
        """Return every contender by its name."""
        found: dict[str, Callable[[], Any]] = {
            "ours": self.ours,
            "httpx": self.raw,
            "sdk": self.sdk,
        }
        if NEWER_SDK:
            found["async sdk"] = self.async_sdk
        return found

    def _sdk_arguments(self, certification: str | None) -> tuple[Any, str, Any]:
        from tencentcloud.common.credential import Credential as SdkCredential
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile

        host = self.endpoint.partition("//")[2]
        http = HttpProfile(endpoint=host, certification=certification)
        return SdkCredential(SECRET_ID, SECRET_KEY), REGION, ClientProfile(httpProfile=http)


def _sdk_request(action: Action[Any]) -> Any:
    from tencentcloud.iss.v20230517 import models

    request = getattr(models, f"{action.action_name}Request")()
    request._deserialize(msgspec.to_builtins(action))
    return request


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    """Return the milliseconds that a piece of work takes."""
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


async def race(works: dict[str, Callable[[], Awaitable[Any]]], rounds: int) -> dict[str, float]:
    """Return the lower quartile of each (ms): what it takes while nobody else is in the way.

    They run in turns, so that the machine is equally busy for all.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 3):
        for name, work in works.items():
            spent = await timed(work)
            if number >= 3:  # the first ones warm up
                times[name].append(spent)
            await asyncio.sleep(0)
    return {name: quantiles(spent, n=4)[0] for name, spent in times.items()}
