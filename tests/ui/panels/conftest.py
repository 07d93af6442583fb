"""What tests of panels share: the live page and the playback page on simulated clouds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivcdesk.services import directory, filling
from ivcdesk.ui.panels import live_slot
from tests.ui.panels import live_desk, playback_desk
from tests.ui.panels.simulated import open_site


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> live_desk.Desk | playback_desk.Desk:
    """The page that the file of the test is about."""
    live = request.path.name.startswith("test_live")
    return request.getfixturevalue("desk_of_live" if live else "desk_of_playback")


@pytest.fixture
def no_grace(monkeypatch) -> None:
    """Whoever signs out does not wait for the list of devices that is still being read."""
    for module in (directory, filling):
        monkeypatch.setattr(module, "GRACE_SECONDS", 0.01)


@pytest.fixture
def desk_of_live(qtbot, aio, no_grace) -> Iterator[live_desk.Desk]:
    site = aio(open_site(), live_desk.START_SECONDS)
    desk = live_desk.Desk(qtbot, site)
    yield desk
    aio(desk.live.close())
    aio(desk.ptz.close())
    aio(desk.site.close())
    desk.window.close()
    desk.window.deleteLater()


@pytest.fixture
def desk_of_playback(qtbot, aio, no_grace, tmp_path: Path) -> Iterator[playback_desk.Desk]:
    site = aio(open_site(), 20)
    desk = playback_desk.Desk(qtbot, site, tmp_path)
    yield desk
    aio(desk.panel.close())
    aio(site.close())
    desk.window.close()
    desk.window.deleteLater()


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(live_slot, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(live_slot, "OBSTACLE_PAUSE", 0.2)
