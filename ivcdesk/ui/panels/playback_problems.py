"""A row that says which recordings could not be had and why, with a button to try again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from ivcdesk.domain.coverage import Source
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import bind, refresh, tr


class ProblemRow(QFrame):
    """Visible only while there are problems. Signals: ``retry_asked``."""

    retry_asked = Signal()

    def __init__(
        self, explain: Callable[[BaseException], Explanation], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._explain = explain
        self._problems: Sequence[tuple[Source, BaseException]] = ()
        self.setObjectName("playback.problem")
        self.setProperty("role", "banner")
        self._words = QLabel()
        self._words.setObjectName("playback.problem.text")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        retry = QPushButton()
        retry.setObjectName("playback.retry")
        retry.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind(retry, retry.setText, "Retry")
        retry.clicked.connect(self.retry_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.addWidget(self._words, 1)
        row.addWidget(retry)
        self.hide()
        refresh(self, self._show)

    @property
    def text(self) -> str:
        """What it says; empty without problems."""
        return self._words.text()

    def set_problems(self, problems: Sequence[tuple[Source, BaseException]]) -> None:
        """Say what could not be had, one line for each place."""
        self._problems = problems
        self._show()

    def _show(self) -> None:
        lines = []
        for source, error in self._problems:
            explained = self._explain(error)
            place = tr("Cloud recordings") if source is Source.CLOUD else tr("Device recordings")
            words = tr("{place}: {problem}", place=place, problem=explained.title)
            lines.append(" · ".join(part for part in (words, explained.footnote) if part))
        self._words.setText("\n".join(lines))
        self.setVisible(bool(lines))
