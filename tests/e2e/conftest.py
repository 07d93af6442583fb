"""The application on its embedded cloud, started the way ``ivcdesk --demo`` starts it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from ivcdesk.app.main import application
from tests.e2e.desk import Desk, until


@pytest.fixture
def demo(tmp_path: Path):
    """``async with demo(*options) as desk:`` is the demo with its tree on the screen."""

    @asynccontextmanager
    async def start(*options: str) -> AsyncIterator[Desk]:
        arguments = ["--demo", "--data-dir", str(tmp_path), "--lang", "en", *options]
        async with application(arguments) as app, aiohttp.ClientSession() as http:
            app.window.resize(1366, 768)
            await until(
                lambda: app.session is not None and app.session.directory.state == "ready",
                "the tree of the demo",
            )
            yield Desk(app, http)

    return start
