"""The tree of the navigator: how its rows look, and what keys and clicks on them do."""

from __future__ import annotations

from collections.abc import Iterable, Set

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
from ivcdesk.ui.models.directory_rows import Face, Kind, Role
from ivcdesk.ui.tokens import theme, tokens
from ivcdesk.ui.widgets.state_shape import SIZE, paint_state

ROW = 25
INDENT = 14
_MARGIN = 8
_GAP = 6
_TAG_SIDE = 4
_TAG_HEIGHT = 15

AnyIndex = QModelIndex | QPersistentModelIndex


_OPENED = QPolygonF([QPointF(-3.5, -2), QPointF(3.5, -2), QPointF(0, 2.5)])
_CLOSED = QPolygonF([QPointF(-2, -3.5), QPointF(2.5, 0), QPointF(-2, 3.5)])
_PLAYING = QPolygonF([QPointF(-8, -5), QPointF(0, 0), QPointF(-8, 5)])


class _Letters:
    """The fonts of the rows with their measures, made once for each font of the view."""

    def __init__(self, font: QFont) -> None:
        now = tokens()
        self.key = font.key()
        self.name = _sized(font, now.body)
        self.top = _sized(font, now.body)
        self.top.setWeight(QFont.Weight.DemiBold)
        self.small = _sized(font, now.small)
        self.tag = _sized(font, now.small - 1)
        self.name_metrics = QFontMetrics(self.name)
        self.top_metrics = QFontMetrics(self.top)
        self.small_metrics = QFontMetrics(self.small)
        self.tag_metrics = QFontMetrics(self.tag)

    def tag_width(self, tag: str) -> int:
        """Return the width of a tag with its sides, px."""
        return self.tag_metrics.horizontalAdvance(tag) + 2 * _TAG_SIDE + 1


class _Rows(QStyledItemDelegate):
    """Paints a row: arrow, state, name, tags, a small word, and figures at the right end."""

    def __init__(self, tree: QTreeView) -> None:
        super().__init__(tree)
        self._tree = tree
        self._letters = _Letters(tree.font())

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        """Return the height that all rows have."""
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one row over the whole width of the view."""
        face: Face | None = index.data(Role.FACE)
        if face is None:
            return  # gone from the directory; the row goes in a moment
        if self._letters.key != self._tree.font().key():
            self._letters = _Letters(self._tree.font())
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        whole = QRect(0, rect.top(), self._tree.viewport().width(), rect.height())
        painter.save()
        painter.setClipRect(whole)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        self._background(painter, whole, state)
        opened = False
        if index.model().hasChildren(index):
            opened = self._tree.isExpanded(index)
            at = QPointF(rect.left() - INDENT / 2 + 3, whole.center().y() + 0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens().muted))
            painter.drawPolygon((_OPENED if opened else _CLOSED).translated(at))
        right = self._right_end(painter, whole, face, opened=opened)
        top = face.kind is Kind.ORGANIZATION and rect.left() <= INDENT
        self._words(painter, rect, right, face, top=top, selected=selected)
        painter.restore()

    def _background(self, painter: QPainter, whole: QRect, state: QStyle.StateFlag) -> None:
        now = tokens()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(whole, QColor(now.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(whole, QColor(now.raised))
        if state & QStyle.StateFlag.State_HasFocus and self._tree.hasFocus():
            painter.fillRect(QRect(0, whole.top(), 2, whole.height()), QColor(now.accent))

    def _words(
        self,
        painter: QPainter,
        rect: QRect,
        right: int,
        face: Face,
        *,
        top: bool,
        selected: bool,
    ) -> None:
        """Paint state, name, tags and the small word, each as far as there is room."""
        now, letters = tokens(), self._letters
        left = rect.left() + 4
        if face.state is not None:
            paint_state(painter, QPointF(left + SIZE / 2, rect.center().y() + 0.5), face.state)
            left += int(SIZE) + _GAP
        metrics = letters.top_metrics if top else letters.name_metrics
        tags = [tag for tag in (face.protocol, "PTZ" if face.turns else "") if tag]
        behind = sum(letters.tag_width(tag) + _GAP for tag in tags)
        wide = metrics.horizontalAdvance(face.name)
        if face.protocol and wide > right - left - behind:
            # Names are what people look for; the protocol is in the tool tip as well.
            behind -= letters.tag_width(tags.pop(0)) + _GAP
        room = right - left - behind
        name = face.name
        if wide > room:
            name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room, 24))
            wide = metrics.horizontalAdvance(name)
        painter.setFont(letters.top if top else letters.name)
        painter.setPen(QColor(now.muted if face.note and not selected else now.text))
        painter.drawText(_box(left, rect, room), _LEFT, name)
        left += wide + _GAP
        for tag in tags:
            left += self._tag(painter, left, rect, tag) + _GAP
        # The state's shape says the same, so the word is the first to go.
        if face.note and left + letters.small_metrics.horizontalAdvance(face.note) <= right:
            painter.setFont(letters.small)
            painter.setPen(QColor(now.muted))
            painter.drawText(_box(left, rect, right - left), _LEFT, face.note)

    def _right_end(self, painter: QPainter, whole: QRect, face: Face, *, opened: bool) -> int:
        """Paint what stands at the right end, and return where the rest must end."""
        now = tokens()
        right = whole.right() - _MARGIN
        if face.playing and not opened:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.accent))
            painter.drawPolygon(_PLAYING.translated(right, whole.center().y() + 0.5))
            right -= 8 + _GAP
        figures = "…" if face.loading else face.figures
        if figures:
            width = self._letters.small_metrics.horizontalAdvance(figures)
            painter.setFont(self._letters.small)
            painter.setPen(QColor(now.muted))
            painter.drawText(_box(right - width, whole, width + 1), _LEFT, figures)
            right -= width + _GAP
        return right

    def _tag(self, painter: QPainter, left: int, rect: QRect, tag: str) -> int:
        now = tokens()
        width = self._letters.tag_width(tag)
        top = rect.center().y() - _TAG_HEIGHT / 2 + 0.5
        box = QRectF(left + 0.5, top + 0.5, width - 1, _TAG_HEIGHT - 1)
        painter.setPen(QColor(now.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(self._letters.tag)
        painter.setPen(QColor(now.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tag)
        return width


class NavigatorTree(QTreeView):
    """Shows the directory.

    Signals: ``picked`` with the row to be played or opened, ``added`` with the row of a channel
    that is to be played back beside others, ``menu_wanted`` with a row and a place on the screen,
    ``typed`` with letters that are meant for the search.
    """

    picked = Signal(QModelIndex)
    added = Signal(QModelIndex)
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
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
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
        """Enter picks, with Ctrl it adds to playback, and letters go to the search."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            index = self.currentIndex()
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                if index.data(Role.CHANNEL):
                    self.added.emit(index)
            elif index.isValid():
                self.picked.emit(index)
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

    def selected_keys(self) -> list[str]:
        """Return the ids of the rows that are picked, from the top."""
        rows = self.selectionModel().selectedRows()
        rows.sort(key=lambda index: self.visualRect(index).top())
        return [index.data(Role.ID) for index in rows]

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

    def open_rows(self, keys: Set[str], most: int) -> None:
        """Open the rows of these ids from the top, until ``most`` rows have come to sight."""
        model = self.model()
        waiting = [QModelIndex()]
        while waiting and most > 0:
            parent = waiting.pop()
            rows = [model.index(row, 0, parent) for row in range(model.rowCount(parent))]
            most -= len(rows)
            if parent.isValid():
                self.expand(parent)
            waiting += [index for index in reversed(rows) if index.data(Role.ID) in keys]

    def open_first(self, most: int) -> None:
        """Open levels while no more than ``most`` rows show, then one way to a device."""
        model = self.model()
        level = [model.index(row, 0) for row in range(model.rowCount())]
        shown = len(level)
        while level:
            below = [
                model.index(row, 0, parent)
                for parent in level
                if parent.data(Role.KIND) is Kind.ORGANIZATION
                for row in range(model.rowCount(parent))
            ]
            shown += len(below)
            if shown > most or not below:
                break
            for parent in level:
                self.expand(parent)
            level = below
        first = level[0] if level else QModelIndex()
        while first.isValid() and first.data(Role.KIND) is Kind.ORGANIZATION:
            self.expand(first)
            first = model.index(0, 0, first)

    def _on_menu_requested(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(place))


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine


def _box(left: int, rect: QRect, width: int) -> QRect:
    return QRect(left, rect.top(), max(width, 0), rect.height())


def _sized(font: QFont, size: int) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(size)
    return sized
