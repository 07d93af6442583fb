"""The control dock: steer one camera, focus it, and send it to its presets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api.actions import ChannelId, PtzCommand
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name, obstacle_words
from ivcdesk.ui.panels.helm import Helm
from ivcdesk.ui.panels.ptz_aim import AimRow
from ivcdesk.ui.panels.ptz_lens import LensRows
from ivcdesk.ui.panels.ptz_pacing import PacingRow
from ivcdesk.ui.panels.ptz_patrol import PatrolBar
from ivcdesk.ui.panels.ptz_presets import PresetShelf
from ivcdesk.ui.panels.ptz_report import PtzReport
from ivcdesk.ui.panels.ptz_words import Outcome, outcome
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets.elided_label import ElidedLabel
from ivcdesk.ui.widgets.ptz_pad import SPEEDS, PtzPad

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.directory import Change
    from ivcdesk.services.ptz import Feedback
    from ivcdesk.services.session import Session

FAST = SPEEDS[-1]
"""The speed while Shift is held."""

SHOW_MS = 25
"""How long what is being sent may go without being shown, ms."""


class PtzPanel(QWidget):
    """Steers the channel that it was given, and no other, and only while somebody holds it.

    Pad, keys and the picture all steer through :meth:`press`, :meth:`release`, :meth:`ease` and
    :meth:`stop`. Signals: ``told(text, failed)`` says in words what is being sent, what came back
    or why it can't be done.
    """

    told = Signal(str, bool)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ptz")
        self._context = context
        self._session: Session | None = None
        self._unsubscribe: Callable[[], object] = _nothing
        self._channel: ChannelId | None = None
        self._fast = False
        self._refused = False
        self._before: Feedback | None = None
        self._feedback: Feedback | None = None
        self._news: Outcome | None = None
        self._unsupported: set[PtzCommand] = set()
        self._showing = QTimer(self, singleShot=True, interval=SHOW_MS)
        self._showing.timeout.connect(self._on_showing)
        self.tasks = TaskScope(self)
        self._helm = helm = Helm(self._on_feedback, self._on_held)
        self.destroyed.connect(lambda: helm.abandon())
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.applicationStateChanged.connect(self._on_application_state)

        self._heading = ElidedLabel()
        self._heading.setProperty("role", "section")
        self._reason = QLabel()
        self._reason.setObjectName("ptz.reason")
        self._reason.setWordWrap(True)
        self._report = PtzReport()
        self.pad = PtzPad()
        self.pad.pressed.connect(self.press)
        self.pad.released.connect(helm.release)
        self.pad.eased.connect(helm.ease)
        self.pad.stopped.connect(self._on_pad_stopped)
        self.pad.halted.connect(self._on_pad_halted)
        self._lens = LensRows()
        self._lens.pressed.connect(self.press)
        self._lens.released.connect(helm.release)
        self._pacing = PacingRow()
        self.aim = AimRow(context)
        self.aim.told.connect(self._tell)
        self.presets = PresetShelf(context)
        self.presets.told.connect(self._tell)
        self.patrol = PatrolBar(context)
        self.patrol.told.connect(self._tell)
        self.patrol.presets = lambda: self.presets.stored
        self.presets.part_of_tour = self.patrol.visits
        self.presets.add_tool(self.patrol.tools)

        self._controls = QWidget()
        steering = QVBoxLayout(self._controls)
        steering.setContentsMargins(0, 0, 0, 0)
        steering.setSpacing(6)
        steering.addWidget(self.pad)
        steering.addLayout(self._speed_row())
        steering.addWidget(self._lens)
        body = QWidget()
        body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(GRID)
        column.addWidget(self._heading)
        column.addWidget(self._reason)
        column.addWidget(self._controls)
        column.addWidget(self._report)
        column.addWidget(self.aim)
        column.addWidget(self.patrol)
        column.addWidget(self.presets)
        column.addWidget(self._pacing)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self._body = body
        self._set_speed(context.settings.ptz_speed)
        refresh(self, self._say_again)

    @property
    def channel(self) -> ChannelId | None:
        """The channel that is steered, or None."""
        return self._channel

    @property
    def steers(self) -> bool:
        """Whether there is a channel, and nothing in the way of steering it."""
        return self._helm.steers

    @property
    def held(self) -> frozenset[PtzCommand]:
        """The commands that are held at this moment."""
        return self._helm.held

    @property
    def speed(self) -> int:
        """The speed of the next press, 1 to 8."""
        return FAST if self._fast else self._speed.value()

    def attach(self, session: Session) -> None:
        """Steer through this account's session from now on."""
        self.detach()
        self._session = session
        self._unsubscribe = session.directory.subscribe(self._on_change)
        self._look()

    def detach(self) -> None:
        """Let go and forget the session."""
        self._helm.take(None)
        self._unsubscribe()
        self._unsubscribe = _nothing
        self._session = None
        self._channel = None
        self._forget()
        self._look()

    async def close(self) -> None:  # type: ignore[override]  # Qt's own closes windows only
        """Let go, and end everything that is under way."""
        self.detach()
        await self.presets.tasks.finish()
        await self.patrol.tasks.finish()
        self.aim.cancel()
        await self.aim.tasks.finish()
        await self.tasks.finish()

    def set_channel(self, channel_id: ChannelId | str | None) -> None:
        """Steer another channel, or none; what is held is let go."""
        wanted = ChannelId(channel_id) if channel_id else None
        if wanted == self._channel:
            return
        self._helm.take(None)
        self._channel = wanted
        self._forget()
        self._look()

    def set_refused(self, refused: bool) -> None:
        """Steer nothing while the cloud refuses the picture of the channel: nobody sees it turn."""
        if refused != self._refused:
            self._refused = refused
            self._look()

    def press(self, command: str, speed: int = 0) -> None:
        """Hold a command; at the slider's speed where ``speed`` is 0."""
        if self._helm.steers:
            self._helm.press(command, speed or self.speed)
        else:
            self.refuse()

    def refuse(self) -> None:
        """Say why the channel can't be steered."""
        if reason := self._words_of_reason():
            self.told.emit(reason, True)

    def release(self, command: str) -> None:
        """Let go of a command."""
        self._helm.release(command)

    def ease(self, speed: int) -> None:
        """Go on at another speed (1 to 8) with what is held."""
        self._helm.ease(speed)

    def stop(self) -> None:
        """Let go of everything at once."""
        self.pad.release_all()
        self._lens.release_all()
        self._helm.let_go()

    def stop_all(self) -> bool:
        """Let go of everything, and end the camera's tour; False where there was nothing to end."""
        held = bool(self._helm.held)
        self.stop()
        aimed = self.aim.give_up()
        return self.patrol.stop() or aimed or held

    def set_fast(self, fast: bool) -> None:
        """Steer at full speed while ``fast``, whatever the slider says."""
        if fast != self._fast:
            self._fast = fast
            self._on_speed()

    def sizeHint(self) -> QSize:
        """Return the size of the design, px."""
        return QSize(236, 640)

    def minimumSizeHint(self) -> QSize:
        """Return the width that nothing is cut off at, beside a scroll bar, px."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        return QSize(self._body.minimumSizeHint().width() + bar, 240)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go: nobody steers with a dock that is away."""
        self.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the presets that were not asked for while the dock was away."""
        super().showEvent(event)
        self._look()

    def event(self, event: QEvent) -> bool:
        """Let go when disabled, or when the window stops being the active one."""
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate or (
            kind == QEvent.Type.EnabledChange and not self.isEnabled()
        ):
            self.stop()
        return super().event(event)

    def _speed_row(self) -> QHBoxLayout:
        label = QLabel()
        label.setProperty("role", "muted")
        bind(label, label.setText, "Speed")
        self._speed = QSlider(Qt.Orientation.Horizontal)
        self._speed.setObjectName("ptz.speed")
        self._speed.setRange(SPEEDS[0], SPEEDS[-1])
        self._speed.setPageStep(1)
        self._speed.setMinimumHeight(20)
        # a click on it must not take the arrow keys away from steering
        self._speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind(self._speed, self._speed.setToolTip, "Speed 1 to 8 · hold Shift for 8")
        bind(self._speed, self._speed.setAccessibleName, "Speed")
        label.setBuddy(self._speed)
        self._speed_value = QLabel()
        self._speed_value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._speed_value.setFixedWidth(14)
        self._speed.valueChanged.connect(self._on_slider)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self._speed, 1)
        row.addWidget(self._speed_value)
        return row

    def _on_pad_stopped(self) -> None:
        """Stop, but leave the stick in the hand that may be about to drag it."""
        self.pad.release_directions()
        self._lens.release_all()
        self._helm.let_go()

    def _on_pad_halted(self) -> None:
        self.patrol.stop()

    def _look(self) -> None:
        """Find out whether the channel can be steered, and take the helm or let it go."""
        session, channel = self._session, self._channel
        obstacle = None
        if session is not None and channel is not None:
            obstacle = session.directory.obstacle(channel)
        ready = session is not None and channel is not None
        ready = ready and obstacle is None and not self._refused
        if session is not None:
            pause = self._context.settings.ptz_interval_ms / 1000
            if session.ptz.interval != pause:
                session.ptz.interval = pause
        if ready and session is not None and channel is not None:
            if not self._helm.steers:
                steering = session.ptz.steer(channel)
                self._helm.take(steering)
                self._pacing.use(session.ptz, steering)
                self._unsupported = steering.unsupported
                self._lens.show_unsupported(frozenset(map(str, steering.unsupported)))
        else:
            self.stop()
            self._helm.take(None)
            self._pacing.use(None, None)
        self.presets.use(session, channel, ready=ready and self.isVisible())
        self.patrol.use(session, channel)
        self.aim.use(session, channel, ready=ready and self.isVisible())
        self._show()

    def _forget(self) -> None:
        """What was said of the last channel is not true of the next one."""
        self._before = self._feedback = self._news = None
        self._refused = False
        self._report.forget()

    def _show(self) -> None:
        session, channel = self._session, self._channel
        name = channel_name(session.directory, channel) if session and channel else ""
        self.updateGeometry()
        self._heading.setText(tr("PTZ · {name}", name=name.upper()) if name else tr("PTZ"))
        reason = self._words_of_reason()
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        ready = not reason
        self._controls.setEnabled(ready)
        self.presets.setEnabled(ready)
        self.patrol.tools.setEnabled(ready)
        self._pacing.setEnabled(ready)

    def _say_again(self) -> None:
        """Say everything in the language of the window."""
        self._show()
        if self._feedback is not None:
            said = outcome(self._feedback, self._before, self._context.explain)
            if said.text:
                self._report.rephrase(said.text)

    def _words_of_reason(self) -> str:
        session, channel = self._session, self._channel
        if session is None:
            return tr("○ Sign in to steer cameras")
        if channel is None:
            return tr("○ Pick a camera to steer it")
        obstacle = session.directory.obstacle(channel)
        if obstacle is not None:
            return obstacle_words(session.directory, channel, obstacle)
        if self._refused:
            return tr("⊘ The cloud refuses this camera's picture to you: it may be banned")
        return ""

    def _tell(self, text: str, failed: bool, footnote: str, *, aloud: bool = True) -> None:
        self._report.tell(text, failed, footnote, aloud=aloud)
        self.told.emit(text, failed)

    def _show_soon(self) -> None:
        # Painting at once would hold up the call that has just been asked for.
        if not self._showing.isActive():
            self._showing.start()

    def _on_showing(self) -> None:
        held = self._helm.held
        self.pad.light(frozenset(command.value for command in held))
        if held:
            self.presets.forget_current()
        if self._news is not None:
            news, self._news = self._news, None
            self._report.show_latency()
            self._pacing.look()
            self._tell(*news, aloud=False)

    def _set_speed(self, speed: int) -> None:
        self._speed.setValue(min(max(speed, SPEEDS[0]), SPEEDS[-1]))
        self._on_speed()

    def _on_speed(self) -> None:
        self._speed_value.setText(str(self.speed))
        self.pad.speed = self.speed
        self._helm.ease(self.speed)

    def _on_slider(self, value: int) -> None:
        self._on_speed()
        if value != self._context.settings.ptz_speed:
            self._context.settings.ptz_speed = value
            self._context.settings.save()

    def _on_held(self, _held: frozenset[PtzCommand]) -> None:
        self._show_soon()

    def _on_feedback(self, feedback: Feedback) -> None:
        self._before, self._feedback = self._feedback, feedback
        if feedback.state == "failed" and feedback.command in self._unsupported:
            self._lens.show_unsupported(frozenset(map(str, self._unsupported)))
        if feedback.state == "answered" and feedback.answer_ms is not None:
            self._report.note_answer(feedback.answer_ms)
        said = outcome(feedback, self._before, self._context.explain)
        if said.text:
            self._news = said
            self._show_soon()

    def _on_change(self, change: Change) -> None:
        session, channel = self._session, self._channel
        if session is None or channel is None:
            return
        device = session.directory.device_of(channel)
        if channel in change.channels or device is None or device.device_id in change.devices:
            self._look()

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self.stop()


def _nothing() -> None:
    pass
