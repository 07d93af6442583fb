"""The bar at the bottom: who is signed in, how the link is, and what is being pulled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QStyle, QStyleOption, QToolButton, QWidget

from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import theme, tokens

_FIGURES = re.compile(r"[+\-−]?\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bar shows. Times in ms or s, rates in Mbit/s, amounts in bytes; None is unknown."""

    account: str = ""
    region: str = ""
    p50_ms: float | None = None
    p95_ms: float | None = None
    used: int = 0
    limit: int = 20
    clock_offset_s: float | None = None
    streams: int = 0
    mbit_s: float = 0.0
    bytes_today: int = 0


class StatusBar(QStatusBar):
    """Shows :class:`Facts`; figures are brighter than the words around them.

    Signals: ``jobs_clicked`` when somebody wants to see what is being done.
    """

    jobs_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(26)
        self.setContentsMargins(8, 0, 8, 0)
        self._facts: Facts | None = None
        self._account = _Fact("status.account", strong=True)
        self._link = _Fact("status.link")
        self._budget = _Fact("status.budget")
        self._clock = _Fact("status.clock")
        self._pulls = _Fact("status.pulls")
        for label in (self._account, self._link, self._budget, self._clock, self._pulls):
            self.addWidget(label)
        self._jobs = QToolButton()
        self._jobs.setObjectName("status.jobs")
        self._jobs.setFixedHeight(22)
        self._jobs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._jobs.clicked.connect(self.jobs_clicked)
        self._jobs.hide()
        bind(self._jobs, self._jobs.setToolTip, "Show the downloads (Ctrl+J)")
        self.addPermanentWidget(self._jobs)
        refresh(self, self._show)
        theme.changed.connect(self._on_theme_changed)

    def set_facts(self, facts: Facts | None) -> None:
        """Show other figures; None means that nobody is signed in."""
        if facts != self._facts:
            self._facts = facts
            self._show()

    def set_jobs(self, words: str) -> None:
        """Say what is being done behind the window; empty for nothing."""
        self._jobs.setText(words)
        self._jobs.setAccessibleName(words)
        self._jobs.setVisible(bool(words))

    def _show(self) -> None:
        facts = self._facts
        for label in (self._link, self._budget, self._clock, self._pulls):
            label.setVisible(facts is not None)
        if facts is None:
            self._account.setText(tr("Not signed in"))
            return
        self._account.setText(f"{facts.account} · {facts.region}")
        self._account.setToolTip(tr("The account and the region that are in use"))
        if facts.p50_ms is None or facts.p95_ms is None:
            self._link.setText(tr("link –"))
        else:
            self._link.setText(
                tr("link {p50} / {p95} ms", p50=round(facts.p50_ms), p95=round(facts.p95_ms))
            )
        self._link.setToolTip(tr("Time from request to answer: the middle one, and 19 of 20"))
        self._budget.setText(tr("rate {used}/{limit}", used=facts.used, limit=facts.limit))
        self._budget.setToolTip(tr("Calls of one action in the last second, and how many may be"))
        self._budget.alert(facts.used >= facts.limit)
        if facts.clock_offset_s is None:
            self._clock.setText(tr("clock –"))
        else:
            self._clock.setText(tr("clock {offset} s", offset=f"{facts.clock_offset_s:+.1f}"))
            self._clock.alert(abs(facts.clock_offset_s) > 60)
        self._clock.setToolTip(tr("How far the cloud's clock is ahead of this computer's"))
        self._pulls.setText(
            tr(
                "streams {streams} · {rate} Mbit/s · {amount} today",
                streams=facts.streams,
                rate=f"{facts.mbit_s:.1f}",
                amount=amount(facts.bytes_today),
            )
        )
        self._pulls.setToolTip(tr("Streams that are being pulled now; they are billed by volume"))

    def _on_theme_changed(self) -> None:
        self.update()


class _Fact(QLabel):
    """A label whose figures stand out from its words; ``strong``: its first part does."""

    def __init__(self, name: str, *, strong: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._strong = strong
        self._alert = False
        self._width = 0

    def alert(self, on: bool) -> None:
        """Draw the figures in the colour of warnings."""
        if on != self._alert:
            self._alert = on
            self.update()

    def sizeHint(self) -> QSize:
        """Return the room for the text, never less than before, so that nothing jumps."""
        hint = super().sizeHint()
        needed = hint.width() + 12
        if not self._width - 40 < needed <= self._width:
            self._width = needed
        return QSize(self._width, hint.height())

    def minimumSizeHint(self) -> QSize:
        """Allow the bar to be narrower than its texts."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words muted and the figures bright."""
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        now = tokens()
        bright = QColor(now.warn if self._alert else now.text)
        metrics = self.fontMetrics()
        left = 0
        for part, stands_out in self._parts():
            painter.setPen(bright if stands_out else QColor(now.muted))
            painter.drawText(
                left, 0, self.width() - left, self.height(), Qt.AlignmentFlag.AlignVCenter, part
            )
            left += metrics.horizontalAdvance(part)

    def _parts(self) -> list[tuple[str, bool]]:
        text = self.text()
        if self._strong:
            first, dot, rest = text.partition(" · ")
            return [(first, bool(dot)), (dot + rest, False)]
        parts: list[tuple[str, bool]] = []
        end = 0
        for found in _FIGURES.finditer(text):
            parts += [(text[end : found.start()], False), (found.group(), True)]
            end = found.end()
        return [*parts, (text[end:], False)]


def amount(count: int) -> str:
    """Return a number of bytes in words of three figures, such as ``1.24 GB``."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit in ("B", "kB") else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
