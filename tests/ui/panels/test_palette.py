import asyncio
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListView, QMainWindow

from ivcdesk.api.actions import Channel, Device, Organization
from ivcdesk.services.directory import Change
from ivcdesk.ui.panels.palette import CommandPalette
from ivcdesk.ui.widgets.palette_index import LIMIT, Entry

ACTIONS = [
    Entry("action", "live", "Live", "", "live", "Ctrl+1", 3),
    Entry("action", "settings", "Settings", "", "settings", "Ctrl+3", 3),
]


class Directory:
    def __init__(self) -> None:
        self.organizations = {"o1": Organization(organization_id="o1", name="Port of Shanghai")}
        self.devices = {"d1": Device(device_id="d1", name="Gate 3 NVR", organization_id="o1")}
        self.channels = {
            "d1": (
                Channel(channel_id="c1", device_id="d1", name="PTZ Gate North"),
                Channel(channel_id="c2", device_id="d1", name="堆场 Yard"),
            )
        }
        self.listeners = []

    def path(self, organization_id):
        return (self.organizations[organization_id],)

    def subscribe(self, listener):
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self):
        for listener in self.listeners:
            listener(Change(frozenset(), frozenset(self.devices), frozenset(), "ready"))


class Hand:
    """A person with a keyboard before the palette."""

    def __init__(self, palette: CommandPalette, qtbot) -> None:
        self.palette, self.qtbot = palette, qtbot
        self.field = palette.face.findChild(QLineEdit, "palette.input")
        self.list = palette.face.findChild(QListView, "palette.list")
        self.chosen = []
        for kind in ("action", "channel", "device", "organization"):
            signal = getattr(palette, f"{kind}_chosen")
            signal.connect(lambda key, kind=kind: self.chosen.append((kind, key)))

    def titles(self):
        model = self.list.model()
        return [model.index(row).data() for row in range(model.rowCount())]

    def current(self):
        return self.list.currentIndex().data()

    def type(self, text):
        self.qtbot.keyClicks(self.field, text)

    def press(self, key):
        self.qtbot.keyClick(self.field, key)


@pytest.fixture
def hand(qtbot, aio):
    window = QMainWindow()
    window.field = QLineEdit()
    window.setCentralWidget(window.field)
    window.resize(1200, 700)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.field.setFocus()
    palette = CommandPalette(window, lambda: ACTIONS)
    yield Hand(palette, qtbot)
    aio(palette.close())
    window.close()


def attach(hand, aio, directory=None):
    directory = directory or Directory()
    hand.palette.attach(SimpleNamespace(directory=directory))

    async def built():
        while hand.palette.tasks.busy:  # noqa: ASYNC110 - the palette tells nobody
            await asyncio.sleep(0.001)

    aio(built())
    return directory


def test_it_opens_over_the_window_and_gives_the_focus_back(hand):
    window = hand.palette.face.window()
    hand.palette.open()
    assert hand.palette.face.isVisible()
    assert window.focusWidget() is hand.field
    hand.press(Qt.Key.Key_Escape)
    assert not hand.palette.face.isVisible()
    assert window.focusWidget() is window.field


def test_commands_are_offered_before_anything_is_typed(hand):
    hand.palette.open()
    assert hand.titles() == ["Live", "Settings"]
    assert hand.current() == "Live"


def test_a_command_is_found_and_done_by_keyboard_alone(hand):
    hand.palette.open()
    hand.type("sett")
    assert hand.titles() == ["Settings"]
    hand.press(Qt.Key.Key_Return)
    assert hand.chosen == [("action", "settings")]
    assert not hand.palette.face.isVisible()


def test_places_are_found(hand, aio):
    attach(hand, aio)
    hand.palette.open()
    hand.type("gate")
    assert hand.titles() == ["Gate 3 NVR", "PTZ Gate North", "堆场 Yard"]
    hand.press(Qt.Key.Key_Down)
    hand.press(Qt.Key.Key_Return)
    hand.palette.open()
    hand.type("port of")
    hand.press(Qt.Key.Key_Return)
    assert hand.chosen[0] == ("channel", "c1")
    assert hand.chosen[1] == ("organization", "o1")


def test_scattered_letters_arrive_a_little_later(hand, aio, qtbot):
    attach(hand, aio)
    hand.palette.open()
    hand.type("pgn")
    qtbot.waitUntil(lambda: hand.titles() == ["PTZ Gate North"])
    hand.press(Qt.Key.Key_Return)
    assert hand.chosen == [("channel", "c1")]


def test_the_arrows_go_round(hand):
    hand.palette.open()
    hand.press(Qt.Key.Key_Up)
    assert hand.current() == "Settings"
    hand.press(Qt.Key.Key_Down)
    assert hand.current() == "Live"
    hand.press(Qt.Key.Key_PageDown)
    assert hand.current() == "Settings"
    hand.press(Qt.Key.Key_Tab)
    assert hand.palette.face.isVisible()


def test_a_click_chooses(hand, qtbot):
    hand.palette.open()
    row = hand.list.visualRect(hand.list.model().index(1))
    qtbot.mouseClick(hand.list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert hand.chosen == [("action", "settings")]


def test_enter_on_nothing_does_nothing(hand):
    hand.palette.open()
    hand.type("zzzz")
    hand.press(Qt.Key.Key_Return)
    assert hand.chosen == []
    assert hand.palette.face.isVisible()


def test_cameras_used_last_come_first(hand, aio):
    attach(hand, aio)
    hand.palette.open()
    hand.type("yard")
    hand.press(Qt.Key.Key_Return)
    hand.palette.open()
    assert hand.titles() == ["堆场 Yard", "Live", "Settings"]


def test_it_closes_when_the_focus_goes_elsewhere(hand, qtbot):
    hand.palette.open()
    hand.palette.face.window().field.setFocus()
    qtbot.waitUntil(lambda: not hand.palette.face.isVisible())


def test_toggling(hand):
    hand.palette.toggle()
    assert hand.palette.face.isVisible()
    hand.palette.toggle()
    assert not hand.palette.face.isVisible()


def test_what_changes_is_found_soon(hand, aio, qtbot):
    directory = attach(hand, aio)
    directory.devices["d2"] = Device(device_id="d2", name="Quay dome", organization_id="o1")
    directory.tell()
    hand.palette.open()
    hand.type("quay")
    qtbot.waitUntil(lambda: hand.titles() == ["Quay dome"])
    hand.palette.detach()
    assert directory.listeners == []
    qtbot.waitUntil(lambda: hand.titles() == [])


def test_a_hundred_thousand_cameras(hand, aio, qtbot):
    directory = Directory()
    directory.channels["d1"] = tuple(
        Channel(channel_id=f"c{n}", device_id="d1", name=f"Camera {n}") for n in range(100_000)
    )
    attach(hand, aio, directory)
    hand.palette.open()
    hand.type("camera 99999")
    assert hand.titles()[0] == "Camera 99999"
    assert len(hand.titles()) <= LIMIT
    hand.press(Qt.Key.Key_Return)
    assert hand.chosen == [("channel", "c99999")]
