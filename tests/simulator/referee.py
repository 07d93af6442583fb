"""The official SDK as the referee of what the cloud answers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from tencentcloud.common import abstract_client
from tencentcloud.iss.v20230517 import iss_client, models

from ivcdesk.simulator import reception
from ivcdesk.simulator.wire import write_result
from tests.simulator.shapes import misfits


class Referee:
    """Calls actions through the SDK's own classes and looks at what the wire carried."""

    def __init__(self, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.served = served
        self.called: set[str] = set()
        self._written: list[bytes] = []
        monkeypatch.setattr(reception, "write_result", self._noted)
        # the SDK's clock goes with the cloud's when that is moved
        monkeypatch.setattr(abstract_client, "time", SimpleNamespace(time=served.cloud.now))
        self._client = served.kept(
            iss_client.IssClient(served.credential(), "ap-shanghai", served.profile())
        )

    def __call__(self, action: str, **params: Any) -> Any:
        """Return the SDK's own answer; fails where its keys are not the reference's."""
        request = getattr(models, f"{action}Request")()
        given = {}
        for name, value in params.items():
            assert hasattr(request, name)
            given[name] = value
        request._deserialize(given)
        answer = self.answer(action, request)
        self.called.add(action)
        assert misfits(action, json.loads(self._written[-1])["Response"]) == []
        return answer

    def answer(self, action: str, request: Any) -> Any:
        """Return what the SDK's client makes of a request."""
        return getattr(self._client, action)(request)

    def _noted(self, *answer: Any) -> bytes:
        self._written.append(write_result(*answer))
        return self._written[-1]
