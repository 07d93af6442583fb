"""The official SDK and this client, each calling the same recording server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from tencentcloud.common.credential import Credential as SdkCredential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.iss.v20230517 import iss_client, models

from ivcdesk.api import CloudClient, Credential
from ivcdesk.api.actions import Action
from tests.api.recording import Received, Server, answers, recording_server

REGION = "ap-guangzhou"
KEYS = {"AKIDtest": "a-secret-key"}
# What the service has gained since this SDK was made.
NEWER_FIELDS = ("date", "day_offset", "exclude_push_domain_ids", "time_sync_switch")


class Pair:
    """Sends the same action with both clients and tells what arrived."""

    def __init__(
        self, server: Server, loop: asyncio.AbstractEventLoop, client: CloudClient
    ) -> None:
        self._server = server
        self._loop = loop
        self._client = client
        host = server.endpoint.partition("//")[2]
        profile = HttpProfile(protocol="http", endpoint=host)
        credential = SdkCredential(*next(iter(KEYS.items())))
        self._sdk = iss_client.IssClient(credential, REGION, ClientProfile(httpProfile=profile))

    def send(self, action: Action[Any]) -> tuple[Received, Received]:
        """Return what the server received from this client and from the SDK."""
        newer = [field for field in NEWER_FIELDS if hasattr(action, field)]
        action = msgspec.structs.replace(action, **dict.fromkeys(newer))
        asyncio.run_coroutine_threadsafe(self._client.call(action), self._loop).result(20)
        request = getattr(models, f"{action.action_name}Request")()
        request._deserialize(msgspec.json.decode(msgspec.json.encode(action)))
        getattr(self._sdk, action.action_name)(request)
        ours, theirs = self._server.received[-2:]
        self._server.received.clear()
        return ours, theirs


@contextmanager
def pair() -> Iterator[Pair]:
    """Run the server and this client on a loop of their own thread."""
    loop = asyncio.new_event_loop()
    ready: list[Pair] = []
    begun, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with recording_server() as server:
            server.reply = answers()
            credential = Credential(*next(iter(KEYS.items())))
            async with CloudClient(credential, REGION, server.endpoint) as client:
                ready.append(Pair(server, loop, client))
                begun.set()
                await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert begun.wait(20)
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()
