"""The SDK's own asynchronous client, where ``IVCDESK_ASYNC_SDK`` names a folder that holds 3.1.

pip install --target FOLDER tencentcloud-sdk-python-iss==3.1.192
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = os.environ.get("IVCDESK_ASYNC_SDK")
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not FOLDER, reason="IVCDESK_ASYNC_SDK names no newer SDK")
def test_the_asynchronous_client_can_not_tell_the_difference():
    environment = {**os.environ, "PYTHONPATH": str(FOLDER)}
    line = [sys.executable, "-m", "pytest", "-q", "-n0", "tests/simulator/test_sdk_async.py"]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
