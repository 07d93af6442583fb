"""“Why is there no picture?”: runs the checks one by one, names the cause, and makes a report."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.domain.diagnosis import Check, Finding, Verdict, likely_cause
from ivcdesk.ui.panels.diagnosis_words import (
    TITLES,
    VERDICTS,
    Explain,
    cause_words,
    found_words,
    report,
)
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID, tokens

_SIZE = QSize(700, 640)


class DiagnosisDialog(QDialog):
    """Shows the checks of one channel as they are made.

    ``run`` begins them; ``about`` are the lines that the report opens with. Closing ends them.
    """

    def __init__(
        self,
        parent: QWidget | None,
        name: str,
        about: Callable[[], list[str]],
        run: Callable[[], AsyncIterator[Finding]],
        explain: Explain,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("diagnosis")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._name, self._about, self._run, self._explain = name, about, run, explain
        self._findings: list[Finding] = []
        self._ended = False
        self.tasks = TaskScope(self)
        self._rows: dict[Check, QTreeWidgetItem] = {}
        bind(self, self.setWindowTitle, "Why is there no picture?")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        title = QLabel()
        title.setProperty("role", "heading")
        refresh(title, lambda: title.setText(tr("Why is there no picture? · {name}", name=name)))
        column.addWidget(title)
        column.addWidget(self._make_table(), 1)
        column.addWidget(self._make_cause())
        column.addLayout(self._make_buttons())
        self.resize(_SIZE)
        refresh(self, self._show)
        self.begin()

    def begin(self) -> None:
        """Make all checks anew."""
        self.tasks.cancel()
        self._findings.clear()
        self._ended = False
        self._show()
        self.tasks.start(self._check(), name="diagnosis")

    @property
    def findings(self) -> list[Finding]:
        """What is known so far."""
        return list(self._findings)

    @property
    def ended(self) -> bool:
        """Whether all checks are made."""
        return self._ended

    @property
    def report(self) -> str:
        """The text that is copied."""
        cause, hint = cause_words(likely_cause(self._findings), self._explain)
        now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}"
        lines = [tr("Why is there no picture? · {name}", name=self._name), now, *self._about()]
        return report(lines, self._findings, f"{cause}\n{hint}".strip(), self._explain)

    def done(self, code: int) -> None:
        """End what is under way."""
        self.tasks.cancel()
        super().done(code)

    async def _check(self) -> None:
        async for finding in self._run():
            self._findings.append(finding)
            self._show()
        self._ended = True
        self._show()

    def _make_table(self) -> QWidget:
        table = self._table = QTreeWidget()
        table.setObjectName("diagnosis.table")
        table.setColumnCount(3)
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAllColumnsShowFocus(True)
        table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.header().setStretchLastSection(True)
        bind(table, table.setAccessibleName, "Checks")
        for check in Check:
            row = self._rows[check] = QTreeWidgetItem(table)
            row.setSizeHint(2, QSize(0, 3 * GRID))
        table.setCurrentItem(self._rows[Check.DEVICE])
        return table

    def _make_cause(self) -> QWidget:
        frame = QFrame()
        frame.setProperty("role", "card")
        self._cause, self._hint = QLabel(), QLabel()
        self._cause.setObjectName("diagnosis.cause")
        self._hint.setObjectName("diagnosis.hint")
        self._hint.setProperty("role", "muted")
        column = QVBoxLayout(frame)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        for label in (self._cause, self._hint):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        frame.setMinimumHeight(9 * GRID)
        return frame

    def _make_buttons(self) -> QHBoxLayout:
        self._again, self._copy, close = QPushButton(), QPushButton(), QPushButton()
        self._again.setObjectName("diagnosis.again")
        self._again.setShortcut(QKeySequence("F5"))
        self._again.clicked.connect(self.begin)
        bind(self._again, self._again.setText, "Check again")
        bind(self._again, self._again.setToolTip, "Make all checks anew · F5")
        self._copy.setObjectName("diagnosis.copy")
        self._copy.clicked.connect(self._on_copy)
        bind(self._copy, self._copy.setText, "Copy the report")
        bind(
            self._copy,
            self._copy.setToolTip,
            "The checks with their request ids, to send to somebody; no secret is in it",
        )
        close.setObjectName("diagnosis.close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        bind(close, close.setText, "Close")
        bind(close, close.setToolTip, "Close this window · Esc")
        row = QHBoxLayout()
        row.addWidget(self._again)
        row.addWidget(self._copy)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _show(self) -> None:
        self._table.setHeaderLabels([tr("Verdict"), tr("Check"), tr("Finding")])
        found = {finding.check: finding for finding in self._findings}
        colors = {
            Verdict.FINE: tokens().ok,
            Verdict.DOUBTFUL: tokens().warn,
            Verdict.FAILED: tokens().bad,
            Verdict.SKIPPED: tokens().muted,
        }
        for check, row in self._rows.items():
            row.setText(1, tr(TITLES[check]))
            finding = found.get(check)
            if finding is None:
                row.setText(0, "… " + (tr("checking") if not self._ended else ""))
                row.setText(2, "")
                row.setForeground(0, QBrush(QColor(tokens().muted)))
                continue
            shape, verdict = VERDICTS[finding.verdict]
            row.setText(0, f"{shape} {tr(verdict)}")
            row.setForeground(0, QBrush(QColor(colors[finding.verdict])))
            words = found_words(finding, self._explain)
            row.setText(2, words)
            tip = " · ".join(p for p in (words, finding.action, finding.request_id) if p)
            row.setToolTip(2, tip)
        if self._ended:
            cause, hint = cause_words(likely_cause(self._findings), self._explain)
        else:
            cause, hint = tr("Checking …"), ""
        self._cause.setText(cause)
        self._hint.setText(hint)
        self._copy.setEnabled(bool(self._findings))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)
        self._copy.setText(tr("Copied"))
