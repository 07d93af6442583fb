"""A row of controls that never runs over: what has no room is found in a menu at its end."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QToolButton, QWidget

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind
from ivcdesk.ui.tokens import GRID


class OverflowRow(QWidget):
    """Controls from the left and from the right, and the button of a menu at the right end.

    Where the row is too narrow, the control with the highest rank is stowed first: it is hidden,
    and the buttons in it become entries of the menu. ``menu`` may hold entries of its own; they
    stand below. An owner that hides a control takes it out of the row and out of the menu.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._left: list[QWidget] = []
        self._right: list[QWidget] = []
        self._ranks: dict[QWidget, int] = {}
        self._stowed: set[QWidget] = set()
        self._guests: list[QAction] = []
        self.more = QToolButton(self)
        self.more.setObjectName(name)
        icons.bind(self.more, self.more.setIcon, "more", 18, "text")
        bind(self.more, self.more.setToolTip, "More that can be done here")
        bind(self.more, self.more.setAccessibleName, "More")
        self.menu = QMenu(self.more)
        self.menu.setObjectName(f"{name}.menu")
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        # A menu of the button's own would be run in a loop of its own.
        self.more.clicked.connect(self.open)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)

    @property
    def stowed(self) -> frozenset[QWidget]:
        """The controls that have no room and are in the menu."""
        return frozenset(self._stowed)

    def add_left(self, widget: QWidget, rank: int = 0) -> None:
        """Put a control behind those at the left; one of a higher rank gives way earlier."""
        self._add(self._left, widget, rank)

    def add_right(self, widget: QWidget, rank: int = 0, before: QWidget | None = None) -> None:
        """Put a control behind those at the right, or before one of them."""
        self._add(self._right, widget, rank, before)

    def open(self) -> None:
        """Open the menu below its button."""
        self.menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def sizeHint(self) -> QSize:
        """Return the room for everything, px."""
        shown = [each for each in self._ranks if each in self._stowed or not each.isHidden()]
        return QSize(self._width(shown), max(self._height(), 0))

    def minimumSizeHint(self) -> QSize:
        """Return the room for the menu's button, px: everything else can be stowed."""
        return QSize(self.more.sizeHint().width(), self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the controls anew."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """Notice that a control wants another size, or came or went."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._soon.start()
        return super().event(event)

    def _add(
        self, side: list[QWidget], widget: QWidget, rank: int, before: QWidget | None = None
    ) -> None:
        side.insert(len(side) if before is None else side.index(before), widget)
        self._ranks[widget] = rank
        widget.setParent(self)
        widget.show()
        # The order of Tab is that of the eye, whatever order they were made in.
        row = [*self._left, *self._right, self.more]
        for one, other in pairwise(row):
            QWidget.setTabOrder(_last_in(one), _first_in(other))
        self._soon.start()

    def _width(self, shown: list[QWidget]) -> int:
        widths = [each.sizeHint().width() for each in (*shown, self.more)]
        return sum(widths) + GRID * (len(widths) - 1)

    def _height(self) -> int:
        return max(each.sizeHint().height() for each in (*self._ranks, self.more))

    def _place(self) -> None:
        shown = [each for each in self._ranks if each in self._stowed or not each.isHidden()]
        stowed: set[QWidget] = set()
        while shown and self._width(shown) > self.width():
            last = max(shown, key=lambda each: (self._ranks[each], shown.index(each)))
            shown.remove(last)
            stowed.add(last)
        came, went = self._stowed - stowed, stowed - self._stowed
        self._stowed = stowed
        for widget in went:
            widget.hide()
        for widget in came:
            widget.show()
        x = 0
        for widget in self._left:
            if widget in shown:
                x = self._put(widget, x) + GRID
        x = self.width() - self._width([each for each in self._right if each in shown])
        for widget in self._right:
            if widget in shown:
                x = self._put(widget, x) + GRID
        self._put(self.more, x)
        for widget in stowed:
            # Menus that a stowed button opens come out of the button that stands for it.
            widget.setGeometry(self.more.geometry())

    def _put(self, widget: QWidget, x: int) -> int:
        hint = widget.sizeHint().expandedTo(widget.minimumSize())
        height = min(hint.height(), self.height(), widget.maximumHeight())
        widget.setGeometry(x, (self.height() - height) // 2, hint.width(), height)
        return x + hint.width()

    def _fill(self) -> None:
        """Offer what has no room, above the entries that are always there."""
        for guest in self._guests:
            self.menu.removeAction(guest)
            guest.deleteLater()
        self._guests = []
        own = self.menu.actions()
        first = own[0] if own else None
        for widget in (*self._left, *self._right):
            if widget in self._stowed:
                for button in _buttons(widget):
                    self._guests.append(self._entry(button))
        if self._guests and first is not None:
            line = QAction(self.menu)
            line.setSeparator(True)
            self._guests.append(line)
        for guest in self._guests:
            if first is None:
                self.menu.addAction(guest)
            else:
                self.menu.insertAction(first, guest)

    def _entry(self, button: QAbstractButton) -> QAction:
        words = button.text() if any(map(str.isalpha, button.text())) else button.accessibleName()
        entry = QAction(button.icon(), words, self.menu)
        entry.setObjectName(f"{self.more.objectName()}.{button.objectName()}")
        entry.setToolTip(button.toolTip())
        entry.setCheckable(button.isCheckable())
        entry.setChecked(button.isChecked())
        entry.setEnabled(button.isEnabled())
        menu = button.menu() if hasattr(button, "menu") and callable(button.menu) else None
        if isinstance(menu, QMenu):
            at = QPoint(0, self.more.height())
            entry.triggered.connect(lambda: menu.popup(self.more.mapToGlobal(at)))
        else:
            entry.triggered.connect(button.click)
        return entry


def _buttons(widget: QWidget) -> list[QAbstractButton]:
    if isinstance(widget, QAbstractButton):
        return [widget]
    return [each for each in widget.findChildren(QAbstractButton) if each.objectName()]


def _focusable(widget: QWidget) -> list[QWidget]:
    window = widget.window()  # that of a menu is another
    inside = [
        each
        for each in widget.findChildren(QWidget)
        if _takes_tab(each) and each.window() is window
    ]
    return [widget, *inside] if _takes_tab(widget) or not inside else inside


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _first_in(widget: QWidget) -> QWidget:
    return _focusable(widget)[0]


def _last_in(widget: QWidget) -> QWidget:
    return _focusable(widget)[-1]
