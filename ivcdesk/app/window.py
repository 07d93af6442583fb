"""The main window: bars, rail, docks and the workspace; it holds the parts and starts nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from ivcdesk.app.docks import Dock
from ivcdesk.app.pages import CONTROL, DOWNLOADS, INSPECTOR, NAVIGATOR, PAGES
from ivcdesk.app.rail import Rail
from ivcdesk.app.top_bar import TopBar
from ivcdesk.resource import resource
from ivcdesk.ui.text import mark
from ivcdesk.ui.widgets.banner import Banner
from ivcdesk.ui.widgets.notice import Notice
from ivcdesk.ui.widgets.status_bar import StatusBar

_SIZE = (1440, 900)
_LEAST = (960, 600)
_WIDTHS = {NAVIGATOR: 268, CONTROL: 240}
_LOW_HEIGHT = 220
_LOW = (INSPECTOR, DOWNLOADS)
"""Docks of long lines below the workspace, whatever page it shows; hidden at first."""
_AT_FIRST = {NAVIGATOR: True, CONTROL: True, INSPECTOR: False, DOWNLOADS: False}
_LAYOUT_VERSION = 1

_DOCKS = {
    NAVIGATOR: (mark("Cameras"), Qt.DockWidgetArea.LeftDockWidgetArea),
    CONTROL: (mark("PTZ"), Qt.DockWidgetArea.RightDockWidgetArea),
    INSPECTOR: (mark("API inspector"), Qt.DockWidgetArea.BottomDockWidgetArea),
    DOWNLOADS: (mark("Downloads"), Qt.DockWidgetArea.BottomDockWidgetArea),
}


class MainWindow(QMainWindow):
    """Shows one page of the workspace with the docks that belong to it.

    Signals: ``closed`` when the user closes it, ``painted`` after its first picture,
    ``page_shown`` (name), ``activity_changed`` when it becomes or stops being the active one.
    """

    closed = Signal()
    painted = Signal()
    page_shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("ivcdesk")
        self.setWindowIcon(QIcon(str(resource("icons", "ivcdesk.svg"))))
        self.setMinimumSize(*_LEAST)
        self.setDockOptions(
            QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowNestedDocks
        )
        # The calls of the inspector are long lines: it gets the whole width.
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            self.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self._signed_in = False
        self._page = PAGES[0].name
        self._wanted = dict(_AT_FIRST)
        self._was_painted = False
        self.top = TopBar()
        self.rail = Rail(PAGES)
        self.rail.picked.connect(self.show_page)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.top)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.rail)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self._stack = QStackedWidget()
        self._standing_in: QWidget | None = None
        self._pages: dict[str, QWidget] = {}
        self.banner = Banner()
        self._middle = QWidget()
        column = QVBoxLayout(self._middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(self._middle)
        self.notice = Notice(self._stack)
        self._docks: dict[str, Dock] = {}
        self._plain = QByteArray()
        self.show_page(self._page)

    @property
    def page(self) -> str:
        """The name of the page that is shown, or would be if somebody were signed in."""
        return self._page

    @property
    def workspace(self) -> QWidget:
        """The stack of pages."""
        return self._stack

    def stand_in(self, widget: QWidget) -> None:
        """Show this in place of the pages that need a session while there is none."""
        if self._stack.indexOf(widget) < 0:
            self._stack.addWidget(widget)
        self._standing_in = widget
        self._show()

    def add_page(self, name: str, widget: QWidget) -> None:
        """Put a page in its place."""
        self._pages[name] = widget
        self._stack.addWidget(widget)
        self._show()

    def add_dock(self, name: str, widget: QWidget) -> None:
        """Put a panel into its dock; it shows where its page does."""
        title, area = _DOCKS[name]
        dock = Dock(name, title, self)
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        dock.setWidget(widget)
        dock.setVisible(False)
        self._docks[name] = dock
        if not self.restoreDockWidget(dock):
            self.addDockWidget(area, dock)
            self.size_docks()
        self._show()

    def show_page(self, name: str) -> None:
        """Show a page, or what stands in for it."""
        self._page = name
        self.rail.show_current(name)
        self._show()
        self.page_shown.emit(name)

    def set_signed_in(self, signed_in: bool) -> None:
        """Show pages and docks, or what stands in for them."""
        self._signed_in = signed_in
        self._show()

    def toggle_dock(self, name: str) -> None:
        """Show a dock where it is hidden, hide it where it is shown."""
        dock = self._docks.get(name)
        if dock is not None:
            self._wanted[name] = not self._wanted[name]
            self._show()
            if self._wanted[name]:
                dock.raise_()

    def show_dock(self, name: str) -> None:
        """Show a dock that the user may have hidden."""
        if not self._wanted[name]:
            self.toggle_dock(name)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def reset_layout(self) -> None:
        """Put the docks where they were at first."""
        self._wanted = dict(_AT_FIRST)
        for name, dock in self._docks.items():
            dock.setFloating(False)
            self.addDockWidget(_DOCKS[name][1], dock)
        self._show()
        self.size_docks()

    def size_docks(self) -> None:
        """Give the docks the sizes of the design."""
        for name, dock in self._docks.items():
            if name in _LOW:
                self.resizeDocks([dock], [_LOW_HEIGHT], Qt.Orientation.Vertical)
            else:
                self.resizeDocks([dock], [_WIDTHS[name]], Qt.Orientation.Horizontal)

    def restore_place(self, kept: Mapping[str, str]) -> None:
        """Take the place on the screen that the window had last, or a fitting one."""
        if self.restoreGeometry(_bytes(kept.get("geometry", ""))):
            return
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(_SIZE[0], room.width()), min(_SIZE[1], room.height()))
        if room.width() <= _SIZE[0]:
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMaximized)

    def restore_docks(self, kept: Mapping[str, str], hidden: list[str]) -> None:
        """Arrange the docks as they were last, also those that are added later."""
        self._wanted = {name: name not in hidden for name in self._wanted}
        if not kept:
            self._wanted |= dict.fromkeys(_LOW, False)
        self._show()
        if not self.restoreState(_bytes(kept.get("docks", "")), _LAYOUT_VERSION):
            self.size_docks()
        self._show()

    def kept(self) -> tuple[dict[str, str], list[str]]:
        """Return place and arrangement, and the docks that the user hid, to be kept."""
        place = {
            "geometry": _text(self.saveGeometry()),
            "docks": _text(self.saveState(_LAYOUT_VERSION)),
        }
        return place, [name for name, wanted in self._wanted.items() if not wanted]

    def createPopupMenu(self) -> QMenu | None:
        """Offer no menu of bars and docks: the action table has them."""
        return None

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the user wants to leave; what is under way ends in good order first."""
        event.ignore()
        self.closed.emit()

    def event(self, event: QEvent) -> bool:
        """Notice the first picture."""
        if event.type() == QEvent.Type.Paint and not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)
        return super().event(event)

    def _show(self) -> None:
        page = next(page for page in PAGES if page.name == self._page)
        usable = self._signed_in or not page.needs_session
        widget = self._pages.get(page.name) if usable else self._standing_in
        if widget is not None:
            self._stack.setCurrentWidget(widget)
        for name, dock in self._docks.items():
            beside = name in _LOW or (usable and name in page.docks)
            dock.setVisible(beside and self._wanted[name])


def _bytes(text: str) -> QByteArray:
    """Return what was kept, or nothing where the file was tampered with."""
    try:
        return QByteArray(base64.b64decode(text))
    except ValueError:
        return QByteArray()


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode("ascii")
