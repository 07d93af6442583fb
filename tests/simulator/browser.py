"""A Chromium without a window, driven through its debugging protocol."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


class Page:
    """One page: ``evaluate`` runs JavaScript in it and returns what it comes to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.problems: list[str] = []

    async def send(self, method: str, **params: Any) -> Any:
        """Send a command and return its result; errors of the page are kept meanwhile."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            message = await self._socket.receive_json(timeout=30)
            if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.problems.append(str(message["params"]))
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    async def evaluate(self, script: str) -> Any:
        """Return the value of an expression, awaited where it is a promise."""
        answer = await self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, script: str, seconds: float = 20) -> None:
        """Wait until an expression is true."""
        async with asyncio.timeout(seconds):
            asked = f"(async () => Boolean({script}))()"
            while not await self.evaluate(asked):  # noqa: ASYNC110  # a page can't be awaited
                await asyncio.sleep(0.05)

    async def picture(self, path: Path) -> None:
        """Keep a screenshot."""
        answer = await self.send("Page.captureScreenshot")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(answer["data"]))


@asynccontextmanager
async def opened(address: str, folder: Path) -> AsyncIterator[Page]:
    """Open an address in a browser of its own, whose files are in ``folder``."""
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--remote-debugging-port=0",
        "--window-size=1366,768",
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(60):
            while b"DevTools listening on " not in (line := await process.stderr.readline()):
                assert line, "the browser did not start"
        port = line.decode().split("//")[1].partition("/")[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{port}/json") as answer:
                target = next(row for row in await answer.json() if row["type"] == "page")
            async with session.ws_connect(
                target["webSocketDebuggerUrl"], max_msg_size=1 << 26
            ) as socket:
                page = Page(socket)
                for domain in ("Runtime", "Log", "Page"):
                    await page.send(f"{domain}.enable")
                await page.send("Page.navigate", url=address)
                yield page
    finally:
        process.terminate()
        await process.communicate()
