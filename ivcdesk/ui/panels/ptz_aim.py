"""Aiming by the picture: click a point to centre it, drag a box to zoom; learned on request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api.actions import ChannelId
from ivcdesk.api.errors import IvcError
from ivcdesk.domain.aiming import Behaviour, Learned, magnification
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.confirm import confirm
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.widgets.aim_ring import AimRing

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.domain.motion import Luma
    from ivcdesk.services.aiming import Aim, Tell
    from ivcdesk.services.session import Session
    from ivcdesk.ui.panels.live_view import LiveView

WIDTH, HEIGHT = 192, 108
"""The size of the grey pictures that are compared, px."""

LONGEST_DELAY = 3.0
"""A stream that is further behind is waited for no longer, s."""

_REASONS = {
    "picture": mark("△ There is no live picture to aim by"),
    "moving": mark("△ The camera does not come to rest: try again"),
    "held": mark("△ Somebody is steering: the aim was given up"),
    "still": mark("△ The camera does not turn any further that way"),
}


class AimRow(QWidget):
    """What is known of how the camera moves, and the switch that aims by clicks.

    ``views`` are the places of the live page. Signals: ``told(text, failed, footnote)`` says in
    words what was done or why it failed.
    """

    told = Signal(str, bool, str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.views: Callable[[], Sequence[LiveView]] = lambda: ()
        self._context = context
        self._session: Session | None = None
        self._channel: ChannelId | None = None
        self._learned = Learned()
        self._watched: set[QObject] = set()
        self._leave: Callable[[], object] = _nothing
        self._work: asyncio.Task[Any] | None = None
        self._ring: AimRing | None = None
        self.tasks = TaskScope(self)
        self._aim = QPushButton()
        self._aim.setObjectName("ptz.aim")
        self._aim.setCheckable(True)
        self._aim.toggled.connect(self._on_aim)
        bind(self._aim, self._aim.setText, "Aim")
        self._learn = QPushButton()
        self._learn.setObjectName("ptz.calibrate")
        self._learn.clicked.connect(self._on_learn)
        self._counter = QCheckBox()
        self._counter.setObjectName("ptz.counter")
        self._counter.clicked.connect(self._on_counter)
        bind(self._counter, self._counter.setText, "Nudge back after release")
        bind(
            self._counter,
            self._counter.setToolTip,
            "After release one short opposite command at speed 1 is sent, to slow this camera "
            "down. Nothing is ever sent after release otherwise.",
        )
        self._note = QLabel()
        self._note.setObjectName("ptz.behaviour")
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._aim, 1)
        row.addWidget(self._learn, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._note)
        column.addWidget(self._counter)
        self.destroyed.connect(lambda: self._leave())
        refresh(self, self._show)

    @property
    def learned(self) -> Learned:
        """What is known of the camera that is steered."""
        return self._learned

    @property
    def busy(self) -> bool:
        """Whether the camera is being aimed or learned."""
        return self._work is not None and not self._work.done()

    def use(self, session: Session | None, channel: ChannelId | None, *, ready: bool) -> None:
        """Aim this channel from now on; ``ready`` where it can be steered."""
        if session is not self._session or channel != self._channel:
            self.cancel()
            self._leave()
            self._leave = _nothing
            self._session, self._channel, self._learned = session, channel, Learned()
            self._aim.setChecked(False)
        self.setEnabled(ready)
        if ready and session is not None and channel is not None and self._leave is _nothing:
            self._leave = session.ptz.watch_hands(channel, self._on_hand)
            self.tasks.start(self._recall(session, channel), name="aim.recall")
        if not ready:
            self.give_up()
            self._aim.setChecked(False)
        self._show()

    def give_up(self) -> bool:
        """Give the aim up and say so. False where there was none."""
        if not self.cancel():
            return False
        self.told.emit(tr("The aim was given up"), False, "")
        self._show()
        return True

    def cancel(self) -> bool:
        """Give the aim up; nothing more is sent. False where there was none."""
        work, self._work = self._work, None
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        if self._ring is not None:
            self._ring.hide()
            self._ring.deleteLater()
            self._ring = None
        if work is None or work.done():
            return False
        work.cancel()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the aim up at any key, and let the key do what it does.

        A key that is still down since it began the aim repeats itself, which gives nothing up.
        """
        if event.type() == QEvent.Type.KeyPress and not _repeats(event):
            self.give_up()
        return False

    async def _recall(self, session: Session, channel: ChannelId) -> None:
        learned = await session.ptz.learned(channel)
        if channel == self._channel:
            self._learned = learned
            self._show()

    def _show(self) -> None:
        learned = self._learned
        known = learned.behaviour is not Behaviour.UNKNOWN
        self._learn.setText(tr("Learn again …") if known else tr("Learn …"))
        self._learn.setToolTip(
            tr("Move the camera a little each way and see by its pictures what it does")
        )
        self._aim.setEnabled(learned.aims)
        if learned.aims:
            tip = tr("Click a point to centre it, drag a box to zoom to it · any key gives it up")
        else:
            tip = tr("First let the program learn how this camera moves")
        self._aim.setToolTip(tip)
        self._note.setText(_behaviour_words(learned))
        self._note.setVisible(known)
        self._counter.setVisible(learned.behaviour is Behaviour.RUNS_ON)
        self._counter.setChecked(learned.counter)

    def _on_aim(self, on: bool) -> None:
        """Let clicks on this camera's picture aim it, and those on others steer."""
        if not on:
            self.give_up()
        for view in self.views():
            if view not in self._watched:
                self._watched.add(view)
                view.tile.point_chosen.connect(lambda at, view=view: self._on_point(view, at))
                view.tile.box_chosen.connect(lambda box, view=view: self._on_box(view, box))
                view.changed.connect(self._place_mode)
        self._place_mode()

    def _place_mode(self) -> None:
        aims = self._aim.isChecked()
        for view in self.views():
            mine = aims and view.slot.channel == self._channel
            view.tile.set_pointer_mode("aim" if mine else "steer")

    def _on_point(self, view: LiveView, at: QPointF) -> None:
        if view.slot.channel == self._channel and self._learned.aims:
            right, down, learned = at.x() - 0.5, at.y() - 0.5, self._learned
            self._begin(
                view, at, lambda aim, tell: aim.centre(right, down, learned, tell), tr("✓ Centred")
            )

    def _on_box(self, view: LiveView, box: QRectF) -> None:
        if view.slot.channel != self._channel or not self._learned.aims:
            return
        at, learned = box.center(), self._learned
        growth = magnification(box.width(), box.height()) if learned.zooms else 1.0
        right, down = at.x() - 0.5, at.y() - 0.5
        self._begin(
            view,
            at,
            lambda aim, tell: aim.frame(right, down, growth, learned, tell),
            tr("✓ Zoomed to the box"),
        )

    def _on_learn(self) -> None:
        session, channel = self._session, self._channel
        view = next((each for each in self.views() if each.slot.channel == channel), None)
        if session is None or channel is None:
            return
        if view is None or view.slot.kind != "playing":
            self._tell_reason("picture")
            return
        self.tasks.start(self._ask_to_learn(session, channel, view), name="aim.ask")

    async def _ask_to_learn(self, session: Session, channel: ChannelId, view: LiveView) -> None:
        name = channel_name(session.directory, channel)
        question = tr("Move {name} to learn how it moves?", name=name)
        loss = tr(
            "It turns and zooms a little each way for about half a minute and comes back as nearly "
            "as it can. Whoever watches sees it. Any key ends it."
        )
        if not await confirm(self.window(), question, loss, tr("Move and learn")):
            return

        async def work(aim: Aim, tell: Tell) -> None:
            learned = await aim.learn(tell)
            self._learned = learned
            await session.ptz.remember(channel, learned)
            self._show()

        self._begin(view, QPointF(0.5, 0.5), work, tr("✓ Learned how the camera moves"))

    def _begin(
        self,
        view: LiveView,
        at: QPointF,
        work: Callable[[Aim, Tell], Awaitable[None]],
        done: str,
    ) -> None:
        session, channel = self._session, self._channel
        self.cancel()
        if session is None or channel is None:
            return
        ring = self._ring = AimRing(view.tile)
        room, (x, y) = view.tile.picture_box(), view.tile.zoom.seen(at.x(), at.y())
        ring.show_at(QPointF(room.x() + x * room.width(), room.y() + y * room.height()))
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        self._work = self.tasks.start(
            self._run(session, channel, view, ring, work, done), name="aim"
        )

    async def _run(
        self,
        session: Session,
        channel: ChannelId,
        view: LiveView,
        ring: AimRing,
        work: Callable[[Aim, Tell], Awaitable[None]],
        done: str,
    ) -> None:
        from ivcdesk.services.aiming import Aim, CannotAim

        async def look() -> Luma | None:
            slot = view.slot
            if slot.channel != channel or slot.kind != "playing":
                return None
            return await asyncio.to_thread(_grey, slot.player.snapshot())

        async def pause(seconds: float) -> None:
            delay = (view.slot.player.facts.delay_ms or 0.0) / 1000
            await asyncio.sleep(seconds + min(delay, LONGEST_DELAY))

        try:
            await work(Aim(session.ptz, channel, look, pause), ring.show_share)
        except CannotAim as reason:
            words = _REASONS[reason.reason]
            self._end(ring, tr(words), True)
        except IvcError as error:
            said = self._context.explain(error)
            self._end(ring, said.title, True, said.footnote)
        else:
            self._end(ring, done, False)

    def _end(self, ring: AimRing, text: str, failed: bool, footnote: str = "") -> None:
        if ring is self._ring:
            self._work = None
            self.cancel()
        self.told.emit(text, failed, footnote)
        self._show()

    def _on_counter(self, on: bool) -> None:
        session, channel = self._session, self._channel
        if session is not None and channel is not None:
            self._learned = replace(self._learned, counter=on)
            self.tasks.start(session.ptz.remember(channel, self._learned), name="aim.keep")

    def _on_hand(self, held: bool) -> None:
        """A hand comes before the aim."""
        if held and self.cancel():
            self._tell_reason("held")

    def _tell_reason(self, reason: str) -> None:
        words = _REASONS[reason]
        self.told.emit(tr(words), True, "")


def _repeats(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.isAutoRepeat()


def _grey(image: QImage | None) -> Luma | None:
    if image is None or image.isNull():
        return None
    small = image.scaled(
        WIDTH,
        HEIGHT,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(small.constBits(), np.uint8).reshape(HEIGHT, small.bytesPerLine())
    return rows[:, :WIDTH].copy()


def _behaviour_words(learned: Learned) -> str:
    match learned.behaviour:
        case Behaviour.BOUNDED:
            step = learned.pan.get(1) or learned.tilt.get(1) or 0.0
            if not step:
                return tr("✓ One command is one short move")
            percent = f"{step * 100:.1f}"
            return tr(
                "✓ One command is one short move: {step} % of the picture at speed 1", step=percent
            )
        case Behaviour.RUNS_ON:
            return tr("△ This camera runs on after a command: letting go does not stop it at once")
        case Behaviour.UNSUPPORTED:
            return tr("⊘ This camera did not move")
        case _:
            return ""


def _nothing() -> None:
    pass
