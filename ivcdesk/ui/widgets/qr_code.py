"""A text as a QR code, for a phone to read."""

from __future__ import annotations

import segno
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_QUIET = 4
"""The blank margin that readers need, modules."""


class QrCode(QWidget):
    """Draws ``text`` black on white in every theme, as large as whole pixels allow."""

    def __init__(self, side: int = 232, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._modules: tuple[bytes, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def modules(self) -> tuple[bytes, ...]:
        """The rows of the code, 1 where it is dark; empty where there is no text."""
        return self._modules

    def set_text(self, text: str) -> None:
        """Show another text; "" shows nothing."""
        made = segno.make(text, error="l", micro=False) if text else None
        self._modules = tuple(bytes(row) for row in made.matrix) if made else ()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the side, squared."""
        return QSize(self._side, self._side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dark modules in whole pixels, in the middle."""
        if not self._modules:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        count = len(self._modules)
        step = max(1, min(self.width(), self.height()) // (count + 2 * _QUIET))
        left = (self.width() - step * count) // 2
        top = (self.height() - step * count) // 2
        black = QColor("#000000")
        for y, row in enumerate(self._modules):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(left + x * step, top + y * step, step, step, black)
        painter.end()
