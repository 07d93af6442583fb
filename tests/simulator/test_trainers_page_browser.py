"""The page for trainers in a real browser."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.simulator.server import Simulator
from tests.simulator.browser import CHROMIUM, opened

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium to try it in")

CHOOSE = """
(() => {
  const input = document.getElementById("search");
  input.value = "gate north";
  input.dispatchEvent(new Event("input"));
  document.querySelector("#tree button").click();
})()
"""
ARM = """
(() => {
  const form = document.getElementById("fault");
  form.elements.kind.value = "error";
  form.elements.action.value = "ListDevices";
  form.requestSubmit();
})()
"""


def test_a_trainer_looks_switches_breaks_and_resets(tmp_path: Path) -> None:
    async def train() -> None:
        async with (
            Simulator() as cloud,
            opened(f"{cloud.endpoint}/_sim/", tmp_path / "browser") as page,
        ):
            await page.until("document.querySelectorAll('#tree button').length > 50")
            await page.until("document.querySelectorAll('#pictures figure').length == 9")
            assert await page.evaluate("document.getElementById('status').offsetParent === null")
            await page.evaluate(CHOOSE)
            await page.until("document.getElementById('name').textContent == 'PTZ Gate North'")
            await page.until("document.querySelector('#pictures img')?.naturalWidth == 640")
            await page.picture(tmp_path / "page.png")

            device = next(
                d for d in cloud.cloud.world.devices.values() if d.name == "PTZ Gate North"
            )
            await page.evaluate("document.querySelector('[data-status=\"2\"]').click()")
            await page.until(
                "document.querySelector('#pictures figcaption').textContent.includes('offline')"
            )
            assert device.status is DeviceStatus.OFFLINE

            await page.evaluate(ARM)
            await page.until("document.querySelectorAll('#faults li').length == 1")
            assert [row["kind"] for row in cloud.faults.listed()] == ["error"]
            await page.evaluate("document.getElementById('clear').click()")
            await page.until("document.querySelectorAll('#faults li').length == 0")
            await page.evaluate("for (const b of document.querySelectorAll('#quick *')) b.click()")
            await page.until("document.querySelectorAll('#faults li').length == 8")
            await page.evaluate("document.getElementById('clear').click()")
            await page.until("document.querySelectorAll('#faults li').length == 0")
            await page.evaluate("document.getElementById('overview').click()")
            await page.until("document.querySelectorAll('#pictures figure').length == 9")

            before = cloud.cloud.now()
            await page.evaluate("document.querySelector('[data-advance=\"3600\"]').click()")
            later = f"(await (await fetch('/_sim/clock')).json()).now >= {before + 3600}"
            await page.until(f"await (async () => {later})()")

            cloud.reception.calls.open("ListDevices", "ap-shanghai", {}, "r").code = "X.Y"
            await page.until("document.querySelector('#calls td.bad')?.textContent == 'X.Y'")

            await page.evaluate("document.getElementById('reset').click()")
            await page.until("document.querySelectorAll('#calls tr').length == 0")
            again = cloud.cloud.world.devices[device.device_id]
            assert again.online
            # A picture may have been on its way when its device was unplugged.
            assert [each for each in page.problems if "/_sim/pictures/" not in each] == []

    asyncio.run(train())
