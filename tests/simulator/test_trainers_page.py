"""The page for trainers, as far as it can be seen without a browser."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.request
from importlib.resources import files

import pytest

from ivcdesk.simulator.faults import KINDS


def fetched(served, path):
    with urllib.request.urlopen(served.simulator.endpoint + path, timeout=20) as answer:
        return answer.headers, answer.read()


def test_the_page_and_its_parts_are_served_and_load_nothing_from_elsewhere(served):
    headers, html = fetched(served, "/_sim/")
    assert headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    parts = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', html.decode())
    assert parts == ["/_sim/page.css", "/_sim/page.js"]
    for part in parts:
        assert fetched(served, part)[1]
    assert b"http" not in fetched(served, "/_sim/page.css")[1]


def test_the_script_finds_every_part_of_the_page_and_knows_every_fault():
    folder = files("ivcdesk.simulator") / "page"
    script, html = (folder / name for name in ("page.js", "index.html"))
    wanted = set(re.findall(r'find\("(\w+)"\)', script.read_text("utf-8")))
    assert wanted <= set(re.findall(r'id="(\w+)"', html.read_text("utf-8")))
    for kind in KINDS:
        assert f'"{kind}"' in script.read_text("utf-8")


@pytest.mark.skipif(shutil.which("node") is None, reason="no JavaScript engine to parse it with")
def test_the_script_is_well_formed():
    path = files("ivcdesk.simulator") / "page" / "page.js"
    subprocess.run(["node", "--check", str(path)], check=True, timeout=60)


def test_the_world_as_the_page_shows_it(served):
    world = served.http("GET", "/_sim/world")[1]
    assert (world["scenario"], world["seed"]) == ("demo", 1)
    assert len(world["devices"]) == len(served.cloud.world.devices)
    places = {place["id"]: place for place in world["organizations"]}
    assert {device["organization"] for device in world["devices"]} <= set(places)
    assert "password" not in str(world).lower()
    device = next(row for row in world["devices"] if row["name"] == "PTZ Gate North")
    detail = served.http("GET", f"/_sim/devices/{device['id']}")[1]
    assert detail["status"] == 1
    assert served.http("GET", "/_sim/devices/none")[0] == 404
    headers, body = fetched(served, f"/_sim/pictures/{detail['channels'][0]['id']}.jpg")
    assert headers["Content-Type"] == "image/jpeg"
    assert body[:2] == b"\xff\xd8"
    assert served.http("GET", "/_sim/pictures/none.jpg")[0] == 404
