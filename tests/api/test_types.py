"""The type of a result follows from its action, as a strict type checker sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.api.reference import action_classes

ROOT = Path(__file__).parents[2]

HEAD = """
from typing import assert_type

from ivcdesk.api import CloudClient, items
from ivcdesk.api.actions import *
"""
PAGED = """
async def devices(client: CloudClient) -> None:
    async for device in items(client, ListDevices(organization_id=OrganizationId("0"))):
        assert_type(device, Device)
    async for gateway in items(client, ListGateways()):
        assert_type(gateway, Gateway)
"""


def test_mypy_infers_each_result_from_its_action(tmp_path):
    program = tmp_path / "program.py"
    calls = [
        f"async def call_{name}(client: CloudClient, action: {name}) -> None:\n"
        f"    assert_type(await client.call(action), {kind.result.__name__})\n"
        for name, kind in sorted(action_classes().items())
    ]
    program.write_text("\n\n".join([HEAD, *calls, PAGED]), "utf-8")
    options = ["--strict", "--cache-dir", str(tmp_path), "--follow-imports", "silent"]
    found = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert len(calls) == 114
