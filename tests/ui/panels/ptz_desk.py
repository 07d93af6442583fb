"""A window with the control dock, and what its session was told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QWidget

from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from tests.ui.panels.stand_ins import GATE, StandInSession, make_context

_STEERING = ("press", "release", "release all", "speed")
_PRESETS = ("presets", "goto", "set", "delete")


class Desk:
    """A window with a field, a place for the picture, and the dock."""

    def __init__(self, qtbot, **settings: object) -> None:
        self.context = make_context(**settings)
        self.session = StandInSession()
        self.window = QWidget()
        self.picture = QWidget()
        self.picture.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.field = QLineEdit()
        self.panel = PtzPanel(self.context)
        layout = QHBoxLayout(self.window)
        for widget in (self.field, self.picture, self.panel):
            layout.addWidget(widget)
        self.keys = PtzKeys(self.window, self.picture, self.panel)
        self.told: list[tuple[str, bool]] = []
        self.panel.told.connect(lambda text, failed: self.told.append((text, failed)))
        self.opened: list[QWidget] = []
        self.window.resize(700, 900)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.picture.setFocus()

    def end(self, aio) -> None:
        self.close_opened()
        aio(self.session.patrols.close())
        aio(self.panel.close())
        self.window.close()
        self.window.deleteLater()

    def close_opened(self) -> None:
        """Close what a test has opened above the window."""
        for widget in self.opened:
            widget.close()
            widget.deleteLater()
        self.opened.clear()

    def find(self, name: str, kind: type = QAbstractButton):
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found

    def start(self, channel: str = GATE) -> None:
        self.panel.attach(self.session)
        self.panel.set_channel(channel)
        self.forget()

    def forget(self) -> None:
        self.session.ptz.log.clear()

    @property
    def sent(self) -> list[tuple]:
        """What reached the steering, without repeated letting go."""
        words = [entry for entry in self.session.ptz.log if entry[0] in _STEERING]
        return [entry for at, entry in enumerate(words) if at == 0 or entry != words[at - 1]]

    @property
    def calls(self) -> list[tuple]:
        return [entry for entry in self.session.ptz.log if entry[0] in _PRESETS]


@pytest.fixture
def desk(qtbot, aio) -> Iterator[Desk]:
    """The dock on a camera that can be turned."""
    desk = Desk(qtbot)
    desk.start()
    yield desk
    desk.end(aio)
