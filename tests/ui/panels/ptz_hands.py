"""Random hands on real widgets over a bad link, and a judge who reads the wire and the cloud's log.

One desk is one pair of hands on one camera. Every hold is noted from its press to the moment that
it was lost; every PTZ call is noted when its bytes are handed to the system. The judge knows
nothing of policies: he compares the two, and the times in the cloud's log.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QHBoxLayout, QWidget

from ivcdesk.api.actions import ChannelId, DeviceStatus, PtzCommand
from ivcdesk.domain.ptz import INTERVAL
from ivcdesk.ui.panels.live_slot import LiveSlot
from ivcdesk.ui.panels.live_view import LiveView
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import HELD, PtzKeys
from tests.ui.panels.simulated import Site
from tests.ui.panels.stand_ins import make_context, until

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
PTZ = "ControlDevicePTZ"

MILD: list[list[dict[str, Any]]] = [
    [],
    [{"kind": "latency", "action": PTZ, "seconds": 0.2, "probability": 0.5}],
    [{"kind": "latency", "action": PTZ, "seconds": 0.6, "probability": 0.3}],
    [{"kind": "throttle", "action": PTZ, "probability": 0.3}],
    [{"kind": "drop", "action": PTZ, "probability": 0.3}],
    [{"kind": "reset", "action": PTZ, "probability": 0.3}],
    [{"kind": "expire", "action": PTZ, "probability": 0.3}],
]
HARSH = [
    *MILD,
    [],
    [{"kind": "latency", "action": PTZ, "seconds": 1.5, "probability": 0.3}],
    [{"kind": "latency", "action": PTZ, "seconds": 5.0, "probability": 0.1}],
    [{"kind": "latency", "seconds": 0.4, "probability": 0.4}],
    [
        {
            "kind": "error",
            "action": PTZ,
            "code": "FailedOperation.DeviceResponseTimeOut",
            "probability": 0.1,
        }
    ],
    [
        {"kind": "latency", "action": PTZ, "seconds": 1.0, "probability": 0.3},
        {"kind": "drop", "action": PTZ, "probability": 0.2},
        {"kind": "throttle", "action": PTZ, "probability": 0.2},
    ],
]
"""Faults that take turns: delays of up to 5 s, throttling, lost links and answers."""


class Wire:
    """Notes each PTZ call when its bytes are handed to the system, by channel."""

    _BODY = re.compile(rb'"ChannelId":"([^"]+)","Type":"')

    def __init__(self, monkeypatch: Any) -> None:
        self.sent: dict[str, list[float]] = defaultdict(list)
        real = socket.socket.send

        def send(this: socket.socket, data: Any, *more: Any) -> int:
            found = self._BODY.search(bytes(data))
            if found is not None:
                self.sent[found.group(1).decode()].append(time.perf_counter())
            return real(this, data, *more)

        monkeypatch.setattr(socket.socket, "send", send)


class Hands:
    """One pair of hands at one desk."""

    def __init__(self, site: Site, channel: ChannelId, seed: int) -> None:
        self.site = site
        self.channel = channel
        self.dice = random.Random(seed)
        self.window = QWidget()
        self.page = QWidget()
        self.panel = PtzPanel(make_context())
        self.slot = LiveSlot()
        self.view = LiveView(make_context(), self.slot, 0, self.window)
        self.picture = self.view.tile
        QHBoxLayout(self.page).addWidget(self.picture)
        layout = QHBoxLayout(self.window)
        layout.addWidget(self.page)
        layout.addWidget(self.panel)
        self.view.steer_pressed.connect(self.panel.press)
        self.view.steer_released.connect(self.panel.release)
        self.view.steer_eased.connect(self.panel.ease)
        self.keys = PtzKeys(self.window, self.page, self.panel)
        self.window.resize(700, 760)
        self.window.show()
        self.panel.attach(site.session)
        self.panel.set_channel(channel)
        self.held: list[tuple[float, float]] = []
        self.number = 0

    async def hold(self) -> None:
        """Hold something for a moment, perhaps differently after a while, and lose it somehow."""
        self.number += 1
        began = time.perf_counter()
        press = self.dice.choice([self._button, self._stick, self._keys, self._drag, self._wheel])
        change, release = press()
        await asyncio.sleep(self.dice.choice([0.0, 0.0, 0.02, 0.1, 0.3, 0.7]))
        for _ in range(self.dice.randrange(3)):
            change()
            await asyncio.sleep(self.dice.choice([0.0, 0.05, 0.2]))
        undo = await self._lose(release)
        assert not self.panel.held, "something is held after its loss"
        self.held.append((began, time.perf_counter()))
        # whatever moves afterwards, nothing was pressed anew
        if press in (self._button, self._stick, self._drag) and self.dice.random() < 0.5:
            change()
        release()
        await asyncio.sleep(self.dice.choice([0.0, 0.05, 0.3]))
        undo()
        await until(lambda: self.panel.steers)

    async def end(self) -> None:
        """Close the desk."""
        await self.panel.close()
        await self.slot.close()
        self.window.close()
        self.window.deleteLater()

    # What is pressed: each returns how it is changed meanwhile, and how it is released.

    def _button(self) -> tuple[Callable[[], object], Callable[[], object]]:
        button = self._find(f"ptz.{self.dice.choice(list(PtzCommand))}")
        QTest.mousePress(button, LEFT)
        return (lambda: self._move(button, -300, 300)), (lambda: QTest.mouseRelease(button, LEFT))

    def _stick(self) -> tuple[Callable[[], object], Callable[[], object]]:
        stick = self._find("ptz.stop")
        QTest.mousePress(stick, LEFT)
        self._move(stick, -90, 90)
        return (lambda: self._move(stick, -90, 90)), (lambda: QTest.mouseRelease(stick, LEFT))

    def _keys(self) -> tuple[Callable[[], object], Callable[[], object]]:
        keys = self.dice.sample(list(HELD), 2)
        down: list[Qt.Key] = [keys[0]]
        QTest.keyPress(self.picture, keys[0])

        def change() -> None:
            if keys[1] in down:
                down.remove(keys[1])
                QTest.keyRelease(self.picture, keys[1])
            elif self.panel.held:
                down.append(keys[1])
                QTest.keyPress(self.picture, keys[1])

        def release() -> None:
            for key in down:
                QTest.keyRelease(self.picture, key)

        return change, release

    def _drag(self) -> tuple[Callable[[], object], Callable[[], object]]:
        middle = self.picture.rect().center()
        QTest.mousePress(self.picture, LEFT, pos=middle)
        self._move(self.picture, -150, 150, middle)
        return (
            lambda: self._move(self.picture, -150, 150, middle),
            lambda: QTest.mouseRelease(self.picture, LEFT, pos=middle),
        )

    def _wheel(self) -> tuple[Callable[[], object], Callable[[], object]]:
        def turn() -> None:
            place = QPointF(5, 5)
            angle = QPoint(0, self.dice.choice([-120, 120]))
            event = QWheelEvent(
                place,
                self.panel.pad.mapToGlobal(place),
                QPoint(),
                angle,
                Qt.MouseButton.NoButton,
                NONE,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(self.panel.pad, event)

        turn()
        return turn, self.panel.pad.release_all

    # How it is lost: each returns how the desk is made whole again.

    async def _lose(self, release: Callable[[], object]) -> Callable[[], object]:
        way = self.dice.choice(
            [
                release,
                release,
                self._second_button,
                self._focus_out,
                self._deactivate,
                self._escape,
                self._hide,
                self._disable,
                self._other_channel,
                self._no_channel,
                self._sign_out,
                self._dialog,
                self._offline,
                self._link_lost,
            ]
        )
        if way is self._offline and self.number % 4:
            way = self._hide
        result = way()
        if asyncio.iscoroutine(result):
            result = await result
        if way in (self._second_button, self._focus_out, self._dialog, self._link_lost):
            # not every hold is lost by these: the hand that is left lets go
            release()
            self.panel.pad.release_all()
        return result if callable(result) else _nothing

    def _second_button(self) -> None:
        for button in self.panel.findChildren(QAbstractButton):
            if button.isDown():
                QTest.mousePress(button, RIGHT)
                QTest.mouseRelease(button, RIGHT)
        QTest.mousePress(self.picture, RIGHT)
        QTest.mouseRelease(self.picture, RIGHT)

    def _focus_out(self) -> None:
        for widget in (self.window.focusWidget(), self.picture):
            if widget is not None:
                event = QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.OtherFocusReason)
                QApplication.sendEvent(widget, event)

    def _deactivate(self) -> None:
        for widget in (self.window, self.page, self.picture, self.panel):
            QApplication.sendEvent(widget, QEvent(QEvent.Type.WindowDeactivate))
        self.keys.let_go()

    def _escape(self) -> None:
        QTest.keyClick(self.picture, Qt.Key.Key_Escape)

    def _hide(self) -> Callable[[], object]:
        self.window.hide()
        return self.window.show

    def _disable(self) -> Callable[[], object]:
        self.panel.setEnabled(False)
        return lambda: self.panel.setEnabled(True)

    def _other_channel(self) -> Callable[[], object]:
        self.panel.set_channel("nowhere")
        return lambda: self.panel.set_channel(self.channel)

    def _no_channel(self) -> Callable[[], object]:
        self.panel.set_channel(None)
        return lambda: self.panel.set_channel(self.channel)

    def _sign_out(self) -> Callable[[], object]:
        self.panel.detach()

        def back() -> None:
            self.panel.attach(self.site.session)
            self.panel.set_channel(self.channel)

        return back

    def _dialog(self) -> Callable[[], object]:
        dialog = QDialog(self.window)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.open()
        self.keys.let_go()

        def close() -> None:
            dialog.reject()
            dialog.deleteLater()

        return close

    async def _offline(self) -> Callable[[], object]:
        directory = self.site.session.directory
        self.site.set_status(self.channel, DeviceStatus.OFFLINE)
        await directory.refresh()
        self.panel.stop()

        def back() -> None:
            self.site.set_status(self.channel, DeviceStatus.ONLINE)
            self.panel.tasks.start(directory.refresh())

        return back

    def _link_lost(self) -> None:
        backend = self.site.session.client._transport._backend
        for stream in tuple(backend.streams):
            stream._transport.abort()
        self.panel.stop()

    def _find(self, name: str) -> QAbstractButton:
        found = self.panel.findChild(QAbstractButton, name)
        assert found is not None, name
        return found

    def _move(self, widget: QWidget, low: int, high: int, start: QPoint | None = None) -> None:
        way = QPoint(self.dice.randint(low, high), self.dice.randint(low, high))
        place = QPointF((start or widget.rect().center()) + way)
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, widget.mapToGlobal(place), LEFT, LEFT, NONE
        )
        QApplication.sendEvent(widget, event)


def _nothing() -> None:
    pass


async def cameras(site: Site, count: int) -> list[ChannelId]:
    """Return cameras that can be turned, no two on one device."""
    directory = site.session.directory
    found: dict[str, ChannelId] = {}
    async with asyncio.timeout(30):
        while len(found) < count:
            await asyncio.sleep(0.1)
            for device, channels in directory.channels.items():
                for channel in channels:
                    if directory.obstacle(channel.channel_id) is None:
                        found.setdefault(device, channel.channel_id)
    return list(found.values())[:count]


async def play(
    site: Site, desks: list[Hands], holds: int, faults: list[list[dict[str, Any]]]
) -> None:
    """Let each desk hold something so many times; the first one changes the weather."""

    async def one(desk: Hands) -> None:
        for number in range(holds):
            if desk is desks[0] and number % 5 == 0:
                site.simulator.faults.clear()
                site.simulator.faults.arm(desk.dice.choice(faults))
            await desk.hold()

    await asyncio.gather(*(one(desk) for desk in desks))


class Verdict:
    """What came out, by desk: calls that left, and those that broke a rule."""

    def __init__(self, site: Site, desks: list[Hands], wire: Wire, finished: list[Any]) -> None:
        self.holds = sum(len(desk.held) for desk in desks)
        self.left = self.arrived = 0
        self.after_release: list[float] = []
        self.too_close: list[float] = []
        self.at_once: list[str] = []
        self.unexplained = 0
        log = site.calls(PTZ)
        for desk in desks:
            sent = wire.sent[desk.channel]
            times = [call["time"] for call in log if call["params"]["ChannelId"] == desk.channel]
            self.left += len(sent)
            self.arrived += len(times)
            self.unexplained += max(0, len(times) - len(sent))
            self.after_release += [
                moment
                for moment in sent
                if not any(began <= moment <= ended for began, ended in desk.held)
            ]
            gaps = [later - sooner for sooner, later in pairwise(times)]
            self.too_close += [gap for gap in gaps if gap < INTERVAL]
            # a call takes from its bytes leaving to its end; the next may leave only then
            mine = [call for call in finished if call.parameters["ChannelId"] == desk.channel]
            spans = sorted(
                (call.time + call.queue_ms / 1000, call.time + call.total_ms / 1000)
                for call in mine
                if call.sent_bytes
            )
            self.at_once += [
                f"{start:.3f} before {end:.3f}"
                for (_, end), (start, _) in pairwise(spans)
                if start < end - 0.001
            ]

    def check(self) -> None:
        """Fail where a rule was broken."""
        assert self.arrived, "nothing was sent at all"
        assert not self.after_release, f"{len(self.after_release)} calls left after the release"
        assert not self.unexplained, "calls arrived that nobody sent"
        assert not self.too_close, f"closer than the pause: {sorted(self.too_close)[:5]}"
        assert not self.at_once, f"two under way: {self.at_once[:5]}"
