"""A preset as a card: its key, its picture, its names, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QIcon,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

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
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -2,
    Qt.Key.Key_Down: 2,
}
"""Places in the two columns of cards that Alt and an arrow move a card by."""


class PresetCard(QAbstractButton):
    """Shows preset ``index`` (1 to 10) and says what the user wants of it.

    Signals: ``clicked`` to go there, ``set_wanted`` to store the current view in it,
    ``delete_wanted`` to forget it, ``rename_wanted`` to give it a name on this computer;
    ``move_wanted(places)`` by Alt and an arrow, ``dragged(place)`` and ``dropped(place)`` by the
    mouse, in px of the screen. ``name`` is the device's own, None while the preset is empty and ""
    where the device gives it no name; ``own_name`` is this computer's.
    """

    set_wanted = Signal()
    delete_wanted = Signal()
    rename_wanted = Signal()
    move_wanted = Signal(int)
    dragged = Signal(QPoint)
    dropped = Signal(QPoint)

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.index = index
        self.name: str | None = None
        self.own_name = ""
        self._picture: QPixmap | None = None
        self._grabbed_at: QPoint | None = None
        self._dragging = False
        self._target = False
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
        self._rename = self._action(f"preset.{index}.rename")
        self._rename.triggered.connect(self.rename_wanted)
        self._delete = self._action(f"preset.{index}.delete")
        self._delete.triggered.connect(self.delete_wanted)
        bind(self, self._go.setText, "Go there")
        bind(self, self._set.setText, "Set to the current view")
        bind(self, self._rename.setText, "Name on this computer … (F2)")
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
        if name := self.own_name or self.name:
            return tr("preset {number} “{name}”", number=self.index, name=name)
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

    def show_own(self, name: str, picture: QPixmap | None) -> None:
        """Show what this computer knows: a name of its own ("" for none) and a picture."""
        self.own_name = name
        self._picture = picture
        self._say()

    @property
    def has_picture(self) -> bool:
        """Whether the card shows a picture."""
        return self._picture is not None and not self.empty

    def show_target(self, target: bool) -> None:
        """Show that a dragged card would take this one's place."""
        if target != self._target:
            self._target = target
            self.update()

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
        return QSize(102, 58)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the menu button at the right."""
        super().resizeEvent(event)
        side = 22
        self._more.setGeometry(self.width() - side - 4, 4, side, side)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the card once the pointer has gone far enough."""
        start = self._grabbed_at
        if start is not None and event.buttons() & Qt.MouseButton.LeftButton:
            way = (event.position().toPoint() - start).manhattanLength()
            if self._dragging or way >= QApplication.startDragDistance():
                self._dragging = True
                self.setDown(False)
                self.dragged.emit(event.globalPosition().toPoint())
                return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop the card, or take it for a click."""
        self._grabbed_at = None
        if self._dragging:
            self._dragging = False
            self.dropped.emit(event.globalPosition().toPoint())
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Alt and an arrow move the card."""
        steps = _STEPS.get(Qt.Key(event.key()))
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if steps is not None and modifiers == Qt.KeyboardModifier.AltModifier:
            self.move_wanted.emit(steps)
        elif event.key() == Qt.Key.Key_F2 and not self.empty:
            self.rename_wanted.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

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
        marked = self.hasFocus() or self._current or self._busy or self._target
        self._draw_ground(painter, box)
        pen = QPen(QColor(now.accent if marked else now.line), 2 if self._target else 1)
        if self.empty and not marked:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 6, 6)
        self._draw_words(painter)

    def _draw_ground(self, painter: QPainter, box: QRectF) -> None:
        now = tokens()
        shape = QPainterPath()
        shape.addRoundedRect(box, 6, 6)
        hover = self.underMouse() and self.isEnabled()
        if self.has_picture and self._picture is not None:
            painter.save()
            painter.setClipPath(shape)
            scale = max(box.width() / self._picture.width(), box.height() / self._picture.height())
            size = self._picture.size().toSizeF() * scale
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(box.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))
            shade = QLinearGradient(0, box.bottom() - 30, 0, box.bottom())
            shade.setColorAt(0, QColor(0, 0, 0, 0))
            shade.setColorAt(1, QColor(0, 0, 0, 200))
            painter.fillRect(box, shade)
            if hover or self.isDown():
                painter.fillRect(box, QColor(255, 255, 255, 60 if self.isDown() else 28))
            painter.restore()
            return
        if self.isDown():
            painter.fillPath(shape, QColor(now.selection))
        elif not self.empty:
            painter.fillPath(shape, QColor(now.line if hover else now.raised))
        elif hover:
            painter.fillPath(shape, QColor(now.raised))

    def _draw_words(self, painter: QPainter) -> None:
        now = tokens()
        cap = QRectF(7.5, self.height() - 25.5, 18, 18)
        painter.setPen(QPen(QColor(now.accent if self._current else now.line), 1))
        painter.setBrush(QColor(now.panel))
        painter.drawRoundedRect(cap, 4, 4)
        font = painter.font()
        font.setPixelSize(now.small)
        painter.setFont(font)
        painter.setPen(QColor(now.text if self._current else now.muted))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)
        left = round(cap.right()) + 7
        words = QRectF(left, cap.top(), self.width() - 6 - left, cap.height())
        if self.has_picture:
            painter.setPen(QColor("#ffffff"))
        else:
            painter.setPen(QColor(now.muted if self.empty or not self._known else now.text))
        said = painter.fontMetrics().elidedText(
            self._label(), Qt.TextElideMode.ElideRight, int(words.width())
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
        if self.own_name and not self.empty:
            return self.own_name
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
            if self.own_name and self.name:
                device = tr("the device calls it “{name}”", name=self.name)
                tip = f"{tip} · {device}"
            moving = tr("drag it or press Alt and an arrow to move it · F2 names it")
            tip = f"{tip}\n{moving}"
        self.setToolTip(tip)
        self.setAccessibleName(f"{self.key}: {self._label()}")
        self.setAccessibleDescription(tip)
        more = tr("Set or delete {preset}", **self._words())
        self._more.setToolTip(more)
        self._more.setAccessibleName(more)
        self._go.setEnabled(not self.empty)
        self._rename.setEnabled(not self.empty)
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
