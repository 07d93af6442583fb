"""The control dock: nothing is steered that nobody holds, and everything is said in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QWidget,
)
from shiboken6 import delete

from ivcdesk.api.actions import DeviceStatus, PtzCommand
from ivcdesk.api.errors import DeviceTimeout
from ivcdesk.services.ptz import Feedback
from ivcdesk.ui.dialogs.confirm import Confirm
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from tests.ui.panels.stand_ins import AWAY, FIXED, GATE, StandInSession, make_context

LEFT = Qt.MouseButton.LeftButton


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
        self.window.resize(700, 700)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.picture.setFocus()

    def end(self, aio) -> None:
        aio(self.panel.close())
        self.window.close()
        self.window.deleteLater()

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


_STEERING = ("press", "release", "release all", "speed")
_PRESETS = ("presets", "goto", "set", "delete")


@pytest.fixture
def desk(qtbot, aio) -> Desk:
    desk = Desk(qtbot)
    desk.start()
    yield desk
    desk.end(aio)


def test_buttons_hold_and_let_go(desk):
    for command in PtzCommand:
        desk.forget()
        button = desk.find(f"ptz.{command}")
        QTest.mousePress(button, LEFT)
        assert desk.sent == [("press", command, 4)]
        assert desk.panel.held == {command}
        QTest.mouseRelease(button, LEFT)
        assert desk.sent == [("press", command, 4), ("release", command)]
        assert not desk.panel.held
        assert button.accessibleName()
        assert button.toolTip()


def test_the_slider_is_the_speed_and_is_remembered(desk):
    slider = desk.find("ptz.speed", QSlider)
    assert (slider.minimum(), slider.maximum(), slider.value()) == (1, 8, 4)
    slider.setValue(7)
    assert desk.context.settings.ptz_speed == 7
    assert desk.context.settings.saved == 1
    QTest.mouseClick(desk.find("ptz.left"), LEFT)
    assert ("press", "left", 7) in desk.sent


@pytest.mark.parametrize("speed", [0, 12])
def test_a_speed_out_of_range_in_the_settings_is_kept_within(qtbot, aio, speed):
    desk = Desk(qtbot, ptz_speed=speed)
    assert desk.panel.speed in (1, 8)
    desk.end(aio)


LOSSES = {
    "channel changed": lambda desk: desk.panel.set_channel(FIXED),
    "no channel": lambda desk: desk.panel.set_channel(None),
    "signed out": lambda desk: desk.panel.detach(),
    "hidden": lambda desk: desk.panel.hide(),
    "window hidden": lambda desk: desk.window.hide(),
    "disabled": lambda desk: desk.panel.setEnabled(False),
    "device went offline": lambda desk: desk.session.directory.set_status(
        "d1", DeviceStatus.OFFLINE
    ),
    "told to stop": lambda desk: desk.panel.stop(),
    "window deactivated": lambda desk: QApplication.sendEvent(
        desk.window, QEvent(QEvent.Type.WindowDeactivate)
    ),
    "application inactive": lambda desk: QApplication.instance().applicationStateChanged.emit(
        Qt.ApplicationState.ApplicationInactive
    ),
    "Esc": lambda desk: QTest.keyClick(desk.picture, Qt.Key.Key_Escape),
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES.keys())
@pytest.mark.parametrize("hold", ["mouse", "key", "picture"])
def test_every_loss_lets_go(desk, hold, lose):
    if hold == "mouse":
        QTest.mousePress(desk.find("ptz.left"), LEFT)
    elif hold == "key":
        QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    else:
        desk.panel.press("left", 5)
    assert desk.panel.held == {PtzCommand.LEFT}
    desk.forget()
    lose(desk)
    assert not desk.panel.held
    assert desk.sent[-1] in [("release all",), ("release", "left")]
    desk.forget()
    QTest.mouseRelease(desk.window, LEFT)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    assert not any(word == "press" for word, *_ in desk.sent)


def test_destroying_the_dock_lets_go(qtbot, aio):
    desk = Desk(qtbot)
    desk.start()
    QTest.mousePress(desk.find("ptz.left"), LEFT)
    delete(desk.panel)
    assert desk.sent[-1] == ("release all",)
    QTest.mouseRelease(desk.window, LEFT)
    desk.window.close()
    desk.window.deleteLater()


def test_arrows_turn_and_two_are_held_together(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    QTest.keyPress(desk.picture, Qt.Key.Key_Up)
    assert desk.panel.held == {PtzCommand.LEFT, PtzCommand.UP}
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Up)
    assert [entry for entry in desk.sent if entry[0] != "speed"] == [
        ("press", "left", 4),
        ("press", "up", 4),
        ("release", "left"),
        ("release", "up"),
    ]


@pytest.mark.parametrize(
    ("key", "command"),
    [
        (Qt.Key.Key_Plus, "zoomin"),
        (Qt.Key.Key_Equal, "zoomin"),
        (Qt.Key.Key_Minus, "zoomout"),
        (Qt.Key.Key_F, "focusfar"),
        (Qt.Key.Key_N, "focusnear"),
        (Qt.Key.Key_O, "irisin"),
        (Qt.Key.Key_C, "irisout"),
    ],
)
def test_lens_keys(desk, key, command):
    QTest.keyClick(desk.picture, key)
    assert [entry for entry in desk.sent if entry[0] != "speed"] == [
        ("press", command, 4),
        ("release", command),
    ]


def test_repetition_of_a_key_is_ignored(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Right)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress) * 5:
        repeat = QKeyEvent(kind, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, "", autorep=True)
        QApplication.sendEvent(desk.picture, repeat)
    assert desk.sent == [("press", "right", 4)]
    QTest.keyRelease(desk.picture, Qt.Key.Key_Right)
    assert desk.sent[-1] == ("release", "right")


def test_shift_is_fast_while_it_is_down(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    QTest.keyPress(desk.picture, Qt.Key.Key_Shift)
    assert desk.sent[-1] == ("speed", 8)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Shift)
    assert desk.sent[-1] == ("speed", 4)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    QTest.keyPress(desk.picture, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert desk.sent[-1] == ("press", "up", 8)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert desk.panel.speed == 4


def test_a_plus_typed_with_shift_is_not_fast(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier)
    assert desk.sent[-1] == ("press", "zoomin", 4)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Plus)


def test_typing_in_a_field_steers_nothing(desk):
    desk.field.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_F, Qt.Key.Key_1):
        QTest.keyClick(desk.field, key)
    assert desk.sent == []
    assert not any(word == "goto" for word, *_ in desk.calls)
    assert desk.field.text() == "f1"


def test_keys_that_a_field_leaves_over_steer_nothing(desk):
    desk.field.setFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_Up)
    assert desk.sent == []


def test_going_into_a_field_lets_go(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Up)
    desk.field.setFocus()
    assert not desk.panel.held
    QTest.keyRelease(desk.field, Qt.Key.Key_Up)


def test_keys_steer_from_a_focused_button_of_the_dock_too(desk):
    desk.find("ptz.left").setFocus()
    QTest.keyClick(desk.find("ptz.left"), Qt.Key.Key_Down)
    assert [entry for entry in desk.sent if entry[0] != "speed"] == [
        ("press", "down", 4),
        ("release", "down"),
    ]


def test_arrows_change_a_focused_speed_slider(desk):
    slider = desk.find("ptz.speed", QSlider)
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 5
    assert not any(word == "press" for word, *_ in desk.sent)


@pytest.mark.parametrize(
    ("channel", "words"), [(FIXED, "can't be turned"), (AWAY, "Yard is offline")]
)
def test_what_cannot_be_steered_says_why(desk, channel, words):
    desk.panel.set_channel(channel)
    assert words in desk.find("ptz.reason", QLabel).text()
    assert not desk.find("ptz.left").isEnabled()
    assert not desk.find("preset.1").isEnabled()
    QTest.keyClick(desk.picture, Qt.Key.Key_Left)
    assert desk.told[-1][1]
    assert words in desk.told[-1][0]
    assert not any(word == "press" for word, *_ in desk.sent)


def test_a_channel_that_has_not_arrived_yet_is_looked_for(desk):
    directory = desk.session.directory
    directory.filling.settled = False
    desk.panel.set_channel("stranger")
    assert "Looking for" in desk.find("ptz.reason", QLabel).text()
    directory.filling.settled = True
    desk.panel.set_channel(None)
    desk.panel.set_channel("stranger")
    assert "isn't in the directory" in desk.find("ptz.reason", QLabel).text()


def test_without_a_session_or_a_channel(qtbot, aio):
    desk = Desk(qtbot)
    assert "Sign in" in desk.find("ptz.reason", QLabel).text()
    assert not desk.find("ptz.up").isEnabled()
    desk.panel.attach(desk.session)
    assert "Pick a camera" in desk.find("ptz.reason", QLabel).text()
    QTest.keyClick(desk.picture, Qt.Key.Key_Left)
    assert desk.sent == []
    desk.end(aio)


def test_a_device_that_comes_back_can_be_steered(desk):
    desk.panel.set_channel(AWAY)
    desk.session.directory.set_status("d2", DeviceStatus.ONLINE)
    assert desk.find("ptz.reason", QLabel).isHidden()
    QTest.mouseClick(desk.find("ptz.up"), LEFT)
    assert ("press", "up", 4) in desk.sent


def feedback(state: str, **values: object) -> Feedback:
    base = {"command": PtzCommand.LEFT, "speed": 4, "answer_ms": None, "error": None}
    return Feedback(state=state, **{**base, **values})


def test_says_what_is_sent_and_what_came_back(desk, qtbot):
    status = desk.find("ptz.status", QLabel)
    footnote = desk.find("ptz.footnote", QLabel)
    steering = desk.session.ptz.steerings[GATE]

    def told(text: str) -> None:
        qtbot.waitUntil(lambda: text in status.text())

    steering.tell(feedback("sending"))
    told("← left, speed 4")
    steering.tell(feedback("answered", answer_ms=37.6))
    told("← left, speed 4 · answered in 38 ms")
    assert desk.told[-1] == (status.text(), False)
    error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "no answer", request_id="r-1")
    steering.tell(feedback("failed", error=error))
    told("✕ ← left, speed 4 · Words for DeviceTimeout")
    assert desk.told[-1] == (status.text(), True)
    assert "DeviceResponseTimeOut" in footnote.text()
    assert "r-1" in footnote.text()
    assert footnote.isVisible()
    QTest.mouseClick(desk.find("ptz.copy"), LEFT)
    assert QGuiApplication.clipboard().text() == footnote.text()
    steering.tell(feedback("dropped"))
    told("not sent")
    assert footnote.isHidden()
    steering.tell(feedback("sending"))
    steering.tell(feedback("idle", command=None))
    told("let go before it could be sent")


def test_says_how_soon_the_camera_answers(desk, qtbot):
    latency = desk.find("ptz.latency", QLabel)
    steering = desk.session.ptz.steerings[GATE]
    for ms in range(10, 14):
        steering.tell(feedback("answered", answer_ms=float(ms)))
    qtbot.waitUntil(lambda: bool(desk.told))
    assert latency.isHidden()
    for ms in [*range(14, 29), 400.0]:
        steering.tell(feedback("answered", answer_ms=float(ms)))
    qtbot.waitUntil(latency.isVisible)
    assert latency.text() == "p50 20 ms · p95 400 ms"
    desk.panel.set_channel(FIXED)
    assert latency.isHidden()


def test_old_news_are_not_told_again(desk, qtbot):
    desk.session.ptz.steerings[GATE].tell(feedback("answered", answer_ms=20.0))
    qtbot.waitUntil(lambda: bool(desk.told))
    told = len(desk.told)
    desk.session.directory.set_status("d1", DeviceStatus.ONLINE)
    qtbot.wait(60)
    assert len(desk.told) == told
    desk.panel.detach()
    assert desk.find("ptz.status", QLabel).text() == ""


def test_the_pad_shows_what_the_keys_hold(desk, qtbot):
    idle = desk.panel.pad.grab().toImage()
    QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: desk.panel.pad.grab().toImage() != idle)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: desk.panel.pad.grab().toImage() == idle)


def test_presets_are_asked_for_and_named(desk, qtbot):
    qtbot.waitUntil(lambda: "Gate lane" in desk.find("preset.1").accessibleName())
    assert "empty" in desk.find("preset.3").accessibleName()
    assert "Preset 5" in desk.find("preset.5").accessibleName()
    assert desk.find("preset.10").accessibleName().startswith("0:")


def test_a_card_sends_the_camera_there(desk, qtbot):
    qtbot.waitUntil(lambda: not desk.find("preset.1").empty and desk.find("preset.3").empty)
    QTest.mouseClick(desk.find("preset.2"), LEFT)
    qtbot.waitUntil(lambda: ("goto", 2) in desk.calls)
    qtbot.waitUntil(lambda: "answered in" in desk.told[-1][0])
    assert "“Barrier”" in desk.told[-1][0]
    QTest.mouseClick(desk.find("preset.3"), LEFT)
    assert "Nothing is stored" in desk.told[-1][0]
    assert ("goto", 3) not in desk.calls


def test_digits_send_the_camera_and_the_newest_wins(desk, qtbot):
    desk.session.ptz.stored = {index: f"P{index}" for index in range(1, 11)}
    desk.panel.presets.load()
    qtbot.waitUntil(lambda: not desk.find("preset.10").empty)
    desk.forget()
    QTest.keyClick(desk.picture, Qt.Key.Key_1)
    QTest.keyClick(desk.picture, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: ("goto", 10) in desk.calls)
    assert desk.calls[-1] == ("goto", 10)


def test_a_failed_list_says_why_and_can_be_asked_again(desk, qtbot):
    desk.session.ptz.error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
    desk.panel.set_channel(None)
    desk.panel.set_channel(GATE)
    problem = desk.find("preset.problem", QLabel)
    qtbot.waitUntil(problem.isVisible)
    assert "FailedOperation.DeviceResponseTimeOut" in problem.text()
    desk.session.ptz.error = None
    QTest.mouseClick(desk.find("preset.retry"), LEFT)
    qtbot.waitUntil(problem.isHidden)
    qtbot.waitUntil(lambda: "Gate lane" in desk.find("preset.1").accessibleName())


def confirmation(desk) -> Confirm | None:
    return next((d for d in desk.window.findChildren(Confirm) if d.isVisible()), None)


def answer(desk, qtbot, name: str) -> str:
    qtbot.waitUntil(lambda: confirmation(desk) is not None)
    dialog = confirmation(desk)
    question = dialog.accessibleName()
    QTest.mouseClick(dialog.findChild(QAbstractButton, name), LEFT)
    qtbot.waitUntil(lambda: confirmation(desk) is None)
    return question


def test_overwriting_asks_first(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    card = desk.find("preset.1")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert "“Gate lane”" in answer(desk, qtbot, "confirm.cancel")
    assert ("set", 1) not in desk.calls
    card.set_wanted.emit()
    answer(desk, qtbot, "confirm.accept")
    qtbot.waitUntil(lambda: ("set", 1) in desk.calls)
    qtbot.waitUntil(lambda: "Preset 1" in card.accessibleName())


def test_an_empty_preset_is_set_without_a_question(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    card = desk.find("preset.3")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not card.empty)
    assert ("set", 3) in desk.calls


def test_ctrl_and_a_digit_at_the_picture_store_too(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    QTest.keyClick(desk.picture, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: ("set", 3) in desk.calls)


@pytest.mark.parametrize("where", ["a field", "a camera without motors"])
def test_ctrl_and_a_digit_elsewhere_are_left_to_the_rail(desk, qtbot, where):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    turned: list[int] = []
    page = QShortcut(QKeySequence("Ctrl+3"), desk.window)
    page.activated.connect(lambda: turned.append(3))
    if where == "a field":
        desk.field.setFocus()
        at = desk.field
    else:
        desk.panel.set_channel(FIXED)
        at = desk.picture
    QTest.keyClick(at, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert turned == [3]
    assert ("set", 3) not in desk.calls


def test_ctrl_and_a_digit_that_store_do_not_change_the_page(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    turned: list[int] = []
    page = QShortcut(QKeySequence("Ctrl+3"), desk.window)
    page.activated.connect(lambda: turned.append(3))
    QTest.keyClick(desk.picture, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: ("set", 3) in desk.calls)
    assert turned == []


def test_deleting_asks_first(desk, qtbot):
    card = desk.find("preset.2")
    qtbot.waitUntil(lambda: card.name == "Barrier")
    card.delete_wanted.emit()
    assert "Delete" in answer(desk, qtbot, "confirm.cancel")
    assert ("delete", 2) not in desk.calls
    card.delete_wanted.emit()
    answer(desk, qtbot, "confirm.accept")
    qtbot.waitUntil(lambda: card.empty)
    assert ("delete", 2) in desk.calls


def test_changing_the_channel_withdraws_the_question(desk, qtbot):
    card = desk.find("preset.2")
    qtbot.waitUntil(lambda: card.name == "Barrier")
    card.delete_wanted.emit()
    qtbot.waitUntil(lambda: confirmation(desk) is not None)
    desk.panel.set_channel(AWAY)
    qtbot.waitUntil(lambda: confirmation(desk) is None)
    assert ("delete", 2) not in desk.calls


def test_a_preset_that_fails_says_so(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.1").name == "Gate lane")
    desk.session.ptz.error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
    QTest.mouseClick(desk.find("preset.1"), LEFT)
    qtbot.waitUntil(lambda: bool(desk.told) and desk.told[-1][1])
    assert "Words for DeviceTimeout" in desk.told[-1][0]
    assert "DeviceResponseTimeOut" in desk.find("ptz.footnote", QLabel).text()


def test_slow_presets_block_nothing(desk, qtbot):
    desk.session.ptz.gate.clear()
    desk.panel.set_channel(None)
    desk.panel.set_channel(GATE)
    QTest.mouseClick(desk.find("ptz.left"), LEFT)
    assert ("press", "left", 4) in desk.sent
    desk.session.ptz.gate.set()
    qtbot.waitUntil(lambda: desk.find("preset.1").name == "Gate lane")
