"""Aiming by the picture in the window, against simulated cameras of two kinds."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLabel, QWidget

from ivcdesk.app import messages
from ivcdesk.domain.aiming import Behaviour, Learned
from ivcdesk.ui.dialogs.confirm import Confirm
from ivcdesk.ui.panels.live import LivePanel
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from ivcdesk.ui.widgets.aim_ring import AimRing
from tests.ui.panels.simulated import site
from tests.ui.panels.stand_ins import make_context, until

BOUNDED = Learned(
    Behaviour.BOUNDED, pan={1: 0.03, 8: 0.24}, tilt={1: 0.03, 8: 0.24}, zoom={1: 1.1, 4: 1.4}
)
LEFT = Qt.MouseButton.LeftButton


class Room:
    """The live page and the dock in a window, on a simulated camera."""

    def __init__(self, place) -> None:
        self.place = place
        context = dataclasses.replace(make_context(), explain=messages.explain)
        self.window = QWidget()
        self.live, self.ptz = LivePanel(context), PtzPanel(context)
        row = QHBoxLayout(self.window)
        row.addWidget(self.live, 1)
        row.addWidget(self.ptz)
        self.live.join(self.ptz)
        self.keys = PtzKeys(self.window, self.live, self.ptz)
        self.ptz.aim.views = lambda: self.live.views
        self.told: list[tuple[str, bool]] = []
        self.ptz.aim.told.connect(lambda text, failed, _note: self.told.append((text, failed)))
        self.window.resize(1000, 700)
        self.window.show()

    @property
    def tile(self):
        return self.live.views[0].tile

    def button(self, name: str) -> QAbstractButton:
        found = self.ptz.findChild(QAbstractButton, name)
        assert found is not None, name
        return found

    def jogs(self) -> list[tuple[str, int]]:
        calls = self.place.calls("ControlDevicePTZ")
        return [(call["params"]["Type"], call["params"]["Speed"]) for call in calls]

    async def begin(self, learned: Learned) -> None:
        """Show the camera, steered, and known to move like this."""
        session, camera = self.place.session, self.place.camera
        await session.ptz.remember(camera, learned)
        self.live.attach(session)
        self.ptz.attach(session)
        self.live.show_channel(camera)
        await until(lambda: self.live.views[0].slot.kind == "playing")
        await until(lambda: self.ptz.aim.learned == learned)
        await until(lambda: not self.tile.picture_box().isEmpty())

    async def close(self) -> None:
        await self.ptz.close()
        await self.live.close()
        self.keys.let_go()
        self.window.close()


@pytest.fixture
def room(aio):
    """Runs ``work(room)``; ``ptz`` is the kind of camera."""

    def run(work, *, ptz: str = "bounded") -> None:
        async def main() -> None:
            async with site(ptz=ptz) as place:
                made = Room(place)
                try:
                    await work(made)
                finally:
                    await made.close()

        aio(main(), 60)

    return run


def spot(tile: QWidget, x: float, y: float) -> QPoint:
    box = tile.picture_box()
    return QPoint(round(box.x() + x * box.width()), round(box.y() + y * box.height()))


def test_a_click_centres_the_point_with_a_ring_that_tells_how_far(room):
    async def work(room: Room) -> None:
        await room.begin(BOUNDED)
        room.button("ptz.aim").click()
        assert room.tile.pointer_mode == "aim"
        QTest.mouseClick(room.tile, LEFT, pos=spot(room.tile, 0.75, 0.5))
        ring = room.tile.findChild(AimRing)
        assert ring is not None
        assert room.ptz.aim.busy
        await until(lambda: not room.ptz.aim.busy, 30)
        assert room.told[-1] == ("✓ Centred", False)
        assert all(kind.startswith("right") for kind, _ in room.jogs()[:1])
        assert room.jogs()
        room.button("ptz.aim").click()
        assert room.tile.pointer_mode == "steer"

    room(work)


def test_any_key_gives_the_aim_up_and_nothing_more_is_sent(room):
    async def work(room: Room) -> None:
        await room.begin(BOUNDED)
        room.button("ptz.aim").click()
        QTest.mouseClick(room.tile, LEFT, pos=spot(room.tile, 0.95, 0.9))
        await until(lambda: len(room.jogs()) >= 1)
        QTest.keyClick(room.tile, Qt.Key.Key_J)
        assert not room.ptz.aim.busy
        assert room.tile.findChild(AimRing) is None or not room.tile.findChild(AimRing).isVisible()
        assert room.told[-1] == ("The aim was given up", False)
        sent = len(room.jogs())
        await room.place.session.ptz.presets(room.place.camera)
        assert len(room.jogs()) == sent

    room(work)


def test_learning_asks_first_and_says_what_will_happen(room):
    async def work(room: Room) -> None:
        await room.begin(Learned())
        assert not room.button("ptz.aim").isEnabled()
        room.button("ptz.calibrate").click()
        await until(lambda: room.window.findChild(Confirm) is not None)
        room.window.findChild(QAbstractButton, "confirm.cancel").click()
        await until(lambda: not room.ptz.aim.tasks.busy)
        assert room.jogs() == []

    room(work)


def test_enter_on_the_answer_begins_and_what_ends_it_is_told(room):
    async def work(room: Room) -> None:
        await room.begin(Learned())
        room.window.activateWindow()
        room.button("ptz.calibrate").click()
        await until(lambda: room.window.findChild(Confirm) is not None)
        accept = room.window.findChild(QAbstractButton, "confirm.accept")
        accept.setFocus()
        await until(accept.hasFocus)
        QTest.keyClick(accept, Qt.Key.Key_Return)
        await until(lambda: room.ptz.aim.busy)
        again = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", True
        )
        QApplication.sendEvent(room.tile, again)
        assert room.ptz.aim.busy
        assert room.tile.findChild(AimRing).isVisible()
        assert room.ptz.stop_all()
        assert room.told[-1] == ("The aim was given up", False)
        assert room.ptz.findChild(QLabel, "ptz.status").text() == "The aim was given up"

    room(work)


def test_a_camera_that_runs_on_is_warned_of_and_nudged_only_with_consent(room):
    async def work(room: Room) -> None:
        await room.begin(Learned())
        room.button("ptz.calibrate").click()
        await until(lambda: room.window.findChild(Confirm) is not None)
        room.window.findChild(QAbstractButton, "confirm.accept").click()
        await until(lambda: room.ptz.aim.learned.behaviour is Behaviour.RUNS_ON, 30)
        await until(lambda: not room.ptz.aim.tasks.busy)
        assert "runs on" in room.ptz.findChild(QLabel, "ptz.behaviour").text()

        before = len(room.jogs())
        room.ptz.press("up", 3)
        await until(lambda: len(room.jogs()) > before)
        room.ptz.release("up")
        await room.place.session.ptz.presets(room.place.camera)
        assert {kind for kind, _ in room.jogs()[before:]} == {"up"}

        room.button("ptz.counter").click()
        await until(lambda: not room.ptz.aim.tasks.busy)
        before = len(room.jogs())
        room.ptz.press("up", 3)
        await until(lambda: len(room.jogs()) > before)
        room.ptz.release("up")
        await until(lambda: room.jogs()[-1] == ("down", 1))

    room(work, ptz="runs-on")
