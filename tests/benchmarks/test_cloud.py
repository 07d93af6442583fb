"""A cloud of 100,000 devices: how soon it is ready, what it weighs, and how fast its pages come."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import pytest

from ivcdesk.api.signing import CONTENT_TYPE, Credential, authorization

DEVICES, PAGE = 100_000, 10_000
READY_SECONDS, MOST_BYTES, PAGE_SECONDS = 5.0, 1 << 30, 0.150
ROUNDS = 9

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="weighs a process in /proc")


@contextmanager
def fleet():
    """Start a fleet; yield the process, its ready line and the seconds that it took."""
    line = [sys.executable, "-m", "ivcdesk", "simulate", "--scenario", "fleet"]
    line += ["--devices", str(DEVICES), "--with-parent"]
    began = time.perf_counter()
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            ready = json.loads(process.stdout.readline())
            yield process, ready, time.perf_counter() - began
        finally:
            process.stdin.close()
            process.wait(20)


def most_bytes(process):
    """Return the most memory that a process ever held."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    row = next(row for row in status.splitlines() if row.startswith("VmHWM"))
    return int(row.split()[1]) * 1024


def page_of(connection, ready, number):
    """Return a page as it comes over the wire, and the seconds from the first byte to the last."""
    asked = {"OrganizationId": "0", "IsContainSubLevel": True}
    body = json.dumps(asked | {"PageSize": PAGE, "PageNumber": number}).encode()
    host, now = urlsplit(ready["endpoint"]).netloc, int(time.time())
    credential = Credential(ready["secret_id"], ready["secret_key"])
    proof = authorization(credential, action="ListDevices", host=host, body=body, timestamp=now)
    headers = {
        "Authorization": proof,
        "Content-Type": CONTENT_TYPE,
        "X-TC-Action": "ListDevices",
        "X-TC-Version": "2023-05-17",
        "X-TC-Timestamp": str(now),
        "X-TC-Region": ready["region"],
    }
    began = time.perf_counter()
    connection.request("POST", "/", body, headers)
    data = connection.getresponse().read()
    return data, time.perf_counter() - began


def test_a_hundred_thousand_devices():
    starts = []
    for _ in range(3):
        with fleet() as (_, _, seconds):
            starts.append(seconds)
    with fleet() as (process, ready, seconds):
        starts.append(seconds)
        times = []
        host = urlsplit(ready["endpoint"]).netloc
        with closing(http.client.HTTPConnection(host, timeout=20)) as connection:
            for round_number in range(ROUNDS):
                data, seconds = page_of(connection, ready, round_number % 10 + 1)
                times.append(seconds)
                answer = json.loads(data)["Response"]
                assert len(answer["Data"]) == PAGE
                assert answer["TotalCount"] == DEVICES
        weight = most_bytes(process)
    sys.stderr.write(
        f"\nready in {median(starts):.2f} s ({min(starts):.2f} to {max(starts):.2f}), "
        f"{weight / 2**20:.0f} MiB, a page of {PAGE} ({len(data) / 1e6:.1f} MB) in "
        f"{median(times) * 1000:.0f} ms ({min(times) * 1000:.0f} to {max(times) * 1000:.0f})\n"
    )
    assert median(starts) < READY_SECONDS
    assert weight < MOST_BYTES
    assert median(times) < PAGE_SECONDS
