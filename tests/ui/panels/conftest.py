"""The playback page on a simulated cloud of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.panels.playback_desk import Desk
from tests.ui.panels.simulated import open_site


@pytest.fixture
def desk(qtbot, aio, tmp_path: Path) -> Iterator[Desk]:
    site = aio(open_site(), 20)
    desk = Desk(qtbot, site, tmp_path)
    yield desk
    aio(desk.panel.close())
    aio(site.close())
    desk.window.close()
    desk.window.deleteLater()
