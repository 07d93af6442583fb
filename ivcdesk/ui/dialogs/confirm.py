"""One question before something is lost; the safe answer is the one that Enter gives."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.dialogs.answers import press_by_enter
from ivcdesk.ui.dialogs.opening import opened
from ivcdesk.ui.text import bind
from ivcdesk.ui.tokens import GRID, tokens


class Confirm(QDialog):
    """Asks ``question``, says what will be lost, and offers ``verb`` beside "Cancel".

    The texts are in the language of the window already. Accepted means that the verb was chosen.
    """

    def __init__(self, parent: QWidget | None, question: str, loss: str, verb: str) -> None:
        super().__init__(parent)
        self.setObjectName("confirm")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(question)
        sign = QLabel()
        sign.setPixmap(icons.pixmap("warning", 24, tokens().warn, self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        asked = QLabel(question)
        asked.setProperty("role", "heading")
        asked.setWordWrap(True)
        asked.setObjectName("confirm.question")
        lost = QLabel(loss)
        lost.setWordWrap(True)
        lost.setObjectName("confirm.loss")
        lost.setVisible(bool(loss))
        self.setAccessibleName(question)
        self.setAccessibleDescription(loss)

        self._accept = QPushButton(verb)
        self._accept.setObjectName("confirm.accept")
        self._accept.setProperty("role", "danger")
        press_by_enter(self._accept)
        self._accept.clicked.connect(self.accept)
        self._cancel = QPushButton()
        self._cancel.setObjectName("confirm.cancel")
        bind(self._cancel, self._cancel.setText, "Cancel")
        self._cancel.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        self._cancel.setDefault(True)
        self._cancel.clicked.connect(self.reject)

        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.addWidget(asked)
        words.addWidget(lost)
        body = QHBoxLayout()
        body.setSpacing(2 * GRID)
        body.addWidget(sign)
        body.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(3 * GRID)
        layout.addLayout(body)
        layout.addLayout(buttons)
        self.setFixedWidth(420)
        self._cancel.setFocus()


async def confirm(parent: QWidget | None, question: str, loss: str, verb: str) -> bool:
    """Ask once and return whether the verb was chosen; a cancelled wait closes the dialog."""
    return await opened(Confirm(parent, question, loss, verb)) == QDialog.DialogCode.Accepted
