"""A preset as a card: its key, the device's name for it, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QIcon,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QToolButton, QWidget

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import theme, tokens

_ATTENTION = frozenset(
    {
        QEvent.Type.HoverEnter,
        QEvent.Type.HoverLeave,
        QEvent.Type.FocusIn,
        QEvent.Type.FocusOut,
        QEvent.Type.EnabledChange,
    }
)


class PresetCard(QAbstractButton):
    """Shows preset ``index`` (1 to 10) and says what the user wants of it.

    Signals: ``clicked`` to go there, ``set_wanted`` to store the current view in it,
    ``delete_wanted`` to forget it. ``name`` is the device's own, None while the preset is empty
    and "" where the device gives it no name.
    """

    set_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.index = index
        self.name: str | None = None
        self._known = False
        self._busy = False
        self._current = False
        self.setObjectName(f"preset.{index}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._more = QToolButton(self)
        self._more.setObjectName(f"preset.{index}.more")
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.installEventFilter(self)
        self._more.clicked.connect(self._on_more)
        self._menu = QMenu(self)
        self._go = self._action(f"preset.{index}.go")
        self._go.triggered.connect(self.clicked)
        self._set = self._action(f"preset.{index}.set")
        self._set.triggered.connect(self.set_wanted)
        self._delete = self._action(f"preset.{index}.delete")
        self._delete.triggered.connect(self.delete_wanted)
        bind(self, self._go.setText, "Go there")
        bind(self, self._set.setText, "Set to the current view")
        bind(self, self._delete.setText, "Delete")
        refresh(self, self._say)
        theme.changed.connect(self._show_more)

    @property
    def key(self) -> str:
        """The digit that calls this preset."""
        return str(self.index % 10)

    @property
    def title(self) -> str:
        """What to call the preset in a sentence: its number and its name."""
        if self.name:
            return tr("preset {number} “{name}”", number=self.index, name=self.name)
        return tr("preset {number}", number=self.index)

    @property
    def empty(self) -> bool:
        """Whether the device surely holds nothing here."""
        return self._known and self.name is None

    def show_preset(self, name: str | None, *, known: bool) -> None:
        """Show the name, or that it is empty; not ``known`` while the device was not asked."""
        self.name = name
        self._known = known
        self._say()

    def show_busy(self, busy: bool) -> None:
        """Show that a call for this preset is under way."""
        if busy != self._busy:
            self._busy = busy
            self.update()

    def show_current(self, current: bool) -> None:
        """Show that the camera was last sent here."""
        if current != self._current:
            self._current = current
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the design, px."""
        return QSize(102, 34)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the menu button at the right."""
        super().resizeEvent(event)
        side = 22
        self._more.setGeometry(self.width() - side - 4, (self.height() - side) // 2, side, side)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what the menu button offers."""
        self._menu.popup(event.globalPos())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Draw anew where the pointer or the focus comes and goes."""
        if event.type() in _ATTENTION:
            self._show_more()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the focus on the menu button."""
        if event.type() in _ATTENTION:
            self._show_more()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the key and the name."""
        now = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        marked = self.hasFocus() or self._current or self._busy
        pen = QPen(QColor(now.accent if marked else now.line), 1)
        if self.empty and not marked:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        hover = self.underMouse() and self.isEnabled()
        if self.isDown():
            painter.setBrush(QColor(now.selection))
        elif self.empty:
            painter.setBrush(QColor(now.raised) if hover else Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(QColor(now.line if hover else now.raised))
        painter.drawRoundedRect(box, 6, 6)

        cap = QRectF(7.5, self.height() / 2 - 9, 18, 18)
        painter.setPen(QPen(QColor(now.accent if self._current else now.line), 1))
        painter.setBrush(QColor(now.panel))
        painter.drawRoundedRect(cap, 4, 4)
        font = painter.font()
        font.setPixelSize(now.small)
        painter.setFont(font)
        painter.setPen(QColor(now.text if self._current else now.muted))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)

        left = int(cap.right()) + 7
        end = self._more.x() if self._attended else self.width() - 6
        words = self.rect().adjusted(left, 0, end - self.width(), 0)
        painter.setPen(QColor(now.muted if self.empty or not self._known else now.text))
        said = painter.fontMetrics().elidedText(
            self._label(), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, said)

    @property
    def _attended(self) -> bool:
        busy_with_it = self.underMouse() or self.hasFocus() or self._more.hasFocus()
        return self.isEnabled() and busy_with_it

    def _show_more(self) -> None:
        # the name has the whole card until somebody turns to it
        self._more.setIcon(icons.icon("more", 16) if self._attended else QIcon())
        self.update()

    def _label(self) -> str:
        if self.name:
            return self.name
        if self.name is None:
            return tr("empty") if self._known else tr("Preset {number}", number=self.index)
        return tr("Preset {number}", number=self.index)

    def _say(self) -> None:
        if self.empty:
            tip = tr("{preset} is empty · Ctrl+{key} stores the current view", **self._words())
        else:
            tip = tr("Go to {preset} ({key}) · Ctrl+{key} stores the current view", **self._words())
        self.setToolTip(tip)
        self.setAccessibleName(f"{self.key}: {self._label()}")
        self.setAccessibleDescription(tip)
        more = tr("Set or delete {preset}", **self._words())
        self._more.setToolTip(more)
        self._more.setAccessibleName(more)
        self._go.setEnabled(not self.empty)
        self._delete.setEnabled(not self.empty)
        self.update()

    def _words(self) -> dict[str, str]:
        return {"preset": self.title, "key": self.key}

    def _action(self, name: str) -> QAction:
        action = self._menu.addAction("")
        action.setObjectName(name)
        return action

    def _on_more(self) -> None:
        self._menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))
