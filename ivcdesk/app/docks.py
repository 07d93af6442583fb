"""The docks beside the workspace: quiet until one takes hold of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDockWidget, QWidget

from ivcdesk.ui.text import bind
from ivcdesk.ui.tokens import tokens

_GRIP_HEIGHT = 9
_MARK = 28


class Dock(QDockWidget):
    """A dock whose title bar is a thin grip: drag it to move the dock, double-click to detach."""

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"dock.{name}")
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        self.setTitleBarWidget(_Grip(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bind(self, self.setWindowTitle, title)


class _Grip(QWidget):
    """A short line that tells where the dock can be held; mouse events are left to the dock."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setProperty("role", "dockTitle")
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self._near = False
        bind(self, self.setToolTip, "Drag to move, double-click to detach")

    def sizeHint(self) -> QSize:
        """Return a thin strip, px."""
        return QSize(_MARK, _GRIP_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the same: it never gets thinner."""
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show more clearly."""
        self._near = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Fade again."""
        self._near = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        now = tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(now.panel))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(now.muted if self._near else now.line), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        middle = QPointF(self.rect().center())
        half = QPointF(_MARK / 2, 0)
        painter.drawLine(middle - half, middle + half)
