"""The tree of the navigator: how its rows look, and what keys and clicks on them do."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from ivcdesk.ui.models.directory import DirectoryModel
from ivcdesk.ui.models.directory_rows import Kind, Role
from ivcdesk.ui.tokens import theme, tokens
from ivcdesk.ui.widgets.state_shape import SIZE, paint_state

ROW = 25
INDENT = 14
_MARGIN = 8
_GAP = 6
_TAG_SIDE = 4
_TAG_HEIGHT = 15

AnyIndex = QModelIndex | QPersistentModelIndex


class _Rows(QStyledItemDelegate):
    """Paints a row: arrow, state, name, tags, a small word, and figures at the right end."""

    def __init__(self, tree: QTreeView) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        """Return the height that all rows have."""
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one row over the whole width of the view."""
        now = tokens()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        whole = QRect(0, rect.top(), self._tree.viewport().width(), rect.height())
        painter.save()
        painter.setClipRect(whole)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(whole, QColor(now.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(whole, QColor(now.raised))
        if state & QStyle.StateFlag.State_HasFocus and self._tree.hasFocus():
            painter.fillRect(QRect(0, whole.top(), 2, whole.height()), QColor(now.accent))
        left = rect.left()
        middle = rect.center().y() + 0.5
        kind = index.data(Role.KIND)
        if index.model().hasChildren(index):
            self._arrow(painter, QPointF(left - INDENT / 2 + 3, middle), index)
        left += 4
        right = self._right_end(painter, whole, index)
        device_state = index.data(Role.STATE)
        if device_state is not None:
            paint_state(painter, QPointF(left + SIZE / 2, middle), device_state)
            left += int(SIZE) + _GAP
        protocol, turns = str(index.data(Role.PROTOCOL) or ""), bool(index.data(Role.TURNS))
        tags = [tag for tag in (protocol, "PTZ" if turns else "") if tag]
        note = note_words = str(index.data(Role.NOTE) or "")
        top = kind is Kind.ORGANIZATION and not index.parent().isValid()
        font = self._font(now.body, bold=top)
        small = self._font(now.small)
        tag_font = self._font(now.small - 1)
        behind = sum(_tag_width(tag, tag_font) + _GAP for tag in tags)
        name = str(index.data() or "")
        metrics = QFontMetrics(font)
        if protocol and metrics.horizontalAdvance(name) > right - left - behind:
            # Names are what people look for; the protocol is in the tool tip as well.
            behind -= _tag_width(tags.pop(0), tag_font) + _GAP
        room = right - left - behind
        # The state's shape says the same: the word goes first where the room ends.
        note_width = QFontMetrics(small).horizontalAdvance(note) + _GAP if note else 0
        if note and metrics.horizontalAdvance(name) + note_width > room:
            note, note_width = "", 0
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room, 24))
        dim = bool(note_words)
        painter.setFont(font)
        painter.setPen(QColor(now.muted if dim and not selected else now.text))
        painter.drawText(_box(left, rect, room), _LEFT, shown)
        left += metrics.horizontalAdvance(shown) + _GAP
        for tag in tags:
            left += self._tag(painter, left, rect, tag, tag_font) + _GAP
        if note:
            painter.setFont(small)
            painter.setPen(QColor(now.muted))
            painter.drawText(_box(left, rect, right - left), _LEFT, note)
        painter.restore()

    def _right_end(self, painter: QPainter, whole: QRect, index: AnyIndex) -> int:
        """Paint what stands at the right end, and return where the rest must end."""
        now = tokens()
        right = whole.right() - _MARGIN
        if index.data(Role.PLAYING) and not self._tree.isExpanded(index):
            middle = whole.center().y() + 0.5
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.accent))
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(right - 8, middle - 5),
                        QPointF(right, middle),
                        QPointF(right - 8, middle + 5),
                    ]
                )
            )
            painter.restore()
            right -= 8 + _GAP
        figures = "…" if index.data(Role.LOADING) else str(index.data(Role.FIGURES) or "")
        if figures:
            font = self._font(now.small)
            width = QFontMetrics(font).horizontalAdvance(figures)
            painter.setFont(font)
            painter.setPen(QColor(now.muted))
            painter.drawText(_box(right - width, whole, width + 1), _LEFT, figures)
            right -= width + _GAP
        return right

    def _arrow(self, painter: QPainter, at: QPointF, index: AnyIndex) -> None:
        opened = self._tree.isExpanded(QModelIndex(index))  # type: ignore[arg-type]  # stubs know no copy
        shape = (
            [QPointF(-3.5, -2), QPointF(3.5, -2), QPointF(0, 2.5)]
            if opened
            else [QPointF(-2, -3.5), QPointF(2.5, 0), QPointF(-2, 3.5)]
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().muted))
        painter.drawPolygon(QPolygonF([at + point for point in shape]))
        painter.restore()

    def _tag(self, painter: QPainter, left: int, rect: QRect, tag: str, font: QFont) -> int:
        now = tokens()
        width = _tag_width(tag, font)
        top = rect.center().y() - _TAG_HEIGHT / 2 + 0.5
        box = QRectF(left + 0.5, top + 0.5, width - 1, _TAG_HEIGHT - 1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(now.line), 1))
        painter.drawRoundedRect(box, 3, 3)
        painter.restore()
        painter.setFont(font)
        painter.setPen(QColor(now.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tag)
        return width

    def _font(self, size: int, *, bold: bool = False) -> QFont:
        font = QFont(self._tree.font())
        font.setPixelSize(size)
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        return font


class NavigatorTree(QTreeView):
    """Shows the directory.

    Signals: ``picked`` with the row to be played or opened, ``menu_wanted`` with a row and a
    place on the screen, ``typed`` with letters that are meant for the search.
    """

    picked = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)
    typed = Signal(str)

    def __init__(self, model: DirectoryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigator.tree")
        self.setModel(model)
        self.setItemDelegate(_Rows(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        theme.changed.connect(self.viewport().update)

    def drawBranches(self, painter: QPainter, rect: QRect, index: AnyIndex) -> None:
        """Paint nothing: the row paints its own arrow."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter picks, and letters go to the search."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.picked.emit(self.currentIndex())
            return
        letters = event.text()
        control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        writing = letters.strip() and letters.isprintable() and not event.modifiers() & control
        # Plus, minus and star open and close rows, as in every tree.
        if writing and letters not in "+-*":
            self.typed.emit(letters)
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Play what can be played; anything else opens or closes."""
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index.data(Role.CHANNEL):
            self.picked.emit(index)
            return
        super().mouseDoubleClickEvent(event)

    def devices_in_view(self) -> Iterable[str]:
        """Return the ids of the devices whose rows, or whose channels' rows, can be seen."""
        found: dict[str, None] = {}
        index = self.indexAt(QPoint(1, 1))
        bottom = self.viewport().height()
        while index.isValid() and self.visualRect(index).top() < bottom:
            kind = index.data(Role.KIND)
            if kind is Kind.CHANNEL:
                found[index.parent().data(Role.ID)] = None
            elif kind is Kind.DEVICE:
                found[index.data(Role.ID)] = None
            index = self.indexBelow(index)
        return found

    def expanded_keys(self) -> list[str]:
        """Return the ids of all rows that are open, parents first."""
        found: list[str] = []
        waiting = [QModelIndex()]
        while waiting:
            parent = waiting.pop(0)
            for row in range(self.model().rowCount(parent)):
                index = self.model().index(row, 0, parent)
                if self.isExpanded(index):
                    found.append(index.data(Role.ID))
                    waiting.append(index)
        return found

    def _on_menu_requested(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(place))


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine


def _box(left: int, rect: QRect, width: int) -> QRect:
    return QRect(left, rect.top(), max(width, 0), rect.height())


def _tag_width(tag: str, font: QFont) -> int:
    return QFontMetrics(font).horizontalAdvance(tag) + 2 * _TAG_SIDE + 1
