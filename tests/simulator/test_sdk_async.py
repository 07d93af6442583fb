"""The official SDK, awaited: by its asynchronous client, or its only one in threads.

Version 3.0.1380, which the project is checked against, has no asynchronous client; 3.1 has one, but
offers recognition and gateways no more. tests/soak runs this file with such a version.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from importlib.util import find_spec
from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.iss.v20230517 import iss_client, models

from ivcdesk.simulator.handlers import HANDLERS
from tests.simulator.life import Life
from tests.simulator.referee import Referee

ASYNC = find_spec("tencentcloud.iss.v20230517.iss_client_async") is not None
ASKED = (
    "DescribeOrganization",
    "DescribeDeviceRegion",
    "DescribeDomain",
    "DescribeDomainRegion",
    "DescribeStreamAuth",
    "ListRecordPlans",
    "ListRecordTemplates",
    "ListRecordBackupPlans",
    "ListRecordBackupTemplates",
    "ListRecordPlanChannels",
    "ListTasks",
    "ListVideoDownloadTask",
)


class Client:
    """The SDK's asynchronous client, or threads in its place."""

    def __init__(self, served: Any) -> None:
        self._served = served
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Client:
        arguments = (self._served.credential(), "ap-shanghai", self._served.profile())
        if ASYNC:
            from tencentcloud.iss.v20230517 import iss_client_async

            client = await self._stack.enter_async_context(iss_client_async.IssClient(*arguments))
            self.client: Any = client
        else:
            self.client = self._served.kept(iss_client.IssClient(*arguments))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def ask(self, action: str, request: Any) -> Any:
        """Return the answer to a request."""
        function = getattr(self.client, action)
        return await (function(request) if ASYNC else asyncio.to_thread(function, request))


class Awaited(Referee):
    """A referee whose calls are awaited by an event loop."""

    client: Client
    loop: asyncio.AbstractEventLoop

    def answer(self, action: str, request: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(self.client.ask(action, request), self.loop).result(
            30
        )


def test_every_action_is_awaited(served, monkeypatch):
    referee = Awaited(served, monkeypatch)

    async def work():
        async with Client(served) as referee.client:
            referee.loop = asyncio.get_running_loop()
            life = Life(referee)
            await asyncio.to_thread(life.lasting if ASYNC else life.whole)

    asyncio.run(work())
    known = {name for name, (kind, _) in HANDLERS.items() if not kind.since}
    assert referee.called <= known
    assert len(referee.called) == (75 if ASYNC else 91)


def test_many_calls_at_once_are_told_apart(served):
    async def work():
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(Client(served)) for _ in range(4)]
            return await asyncio.gather(
                *(
                    client.ask(action, getattr(models, f"{action}Request")())
                    for client in clients
                    for action in ASKED
                )
            )

    answers = asyncio.run(work())
    assert len({answer.RequestId for answer in answers}) == len(answers)
    for place, action in enumerate(ASKED):
        same = answers[place :: len(ASKED)]
        assert {type(answer).__name__ for answer in same} == {f"{action}Response"}
        texts = {answer.to_json_string().replace(answer.RequestId, "") for answer in same}
        assert len(texts) == 1


def test_errors_are_the_exceptions_of_the_sdk(served):
    request = models.DescribeUserDeviceRequest()
    request.DeviceId = "12345678-abcd-efgh-ijkl-1234567890ab"

    async def work():
        async with Client(served) as client:
            with pytest.raises(TencentCloudSDKException) as problem:
                await client.ask("DescribeUserDevice", request)
            return problem.value.get_code()

    assert asyncio.run(work()) == "InvalidParameterValue.InvalidDeviceId"
