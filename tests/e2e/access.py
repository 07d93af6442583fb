"""What somebody without a mouse or without a screen finds: names, roles, and the way by Tab."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

NO_ROLE = (QAccessible.Role.NoRole, QAccessible.Role.Client)
LONGEST_WAY = 400
MOST_PARTS = 8
"""The parts of a date and time that Tab goes through."""


def focusable(widget: QWidget) -> bool:
    """Whether somebody can come to a widget at this moment, by Tab or by a click."""
    return (
        widget.isVisible()
        and widget.isEnabled()
        and widget.focusProxy() is None
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (isinstance(widget, QLabel) and not widget.text())
    )


def by_tab(widget: QWidget) -> bool:
    """Whether Tab has to come by a widget."""
    return focusable(widget) and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def called(widget: QWidget) -> str:
    """Return what a complaint calls a widget: its class, its own name, or its parent's."""
    parent = widget.parentWidget()
    own = widget.objectName() or f"(in {parent.objectName() if parent else 'nothing'})"
    return f"{type(widget).__name__} {own}"


def complaints(home: QWidget) -> list[str]:
    """Return what is wrong with the names, roles and tooltips of all that shows in ``home``."""
    found = []
    for widget in (home, *home.findChildren(QWidget)):
        if widget is not home and widget.isWindow():
            continue
        button = isinstance(widget, QAbstractButton) and widget.isVisible() and widget.isEnabled()
        if not focusable(widget) and not button:
            continue
        access = QAccessible.queryAccessibleInterface(widget)
        if not access.text(QAccessible.Text.Name).strip():
            found.append(f"{called(widget)} has no name")
        if access.role() in NO_ROLE:
            found.append(f"{called(widget)} has no role")
        if button and not widget.text().strip() and not widget.toolTip().strip():
            found.append(f"{called(widget)} shows neither text nor tooltip")
    return found


def way_by_tab(home: QWidget, look: Callable[[], object] = lambda: None) -> list[QWidget]:
    """Press Tab until it comes round, and return what had the focus on the way.

    ``look`` is called at each step.
    """
    first = QApplication.focusWidget()
    if first is None or not (home is first or home.isAncestorOf(first)):
        first = next(each for each in home.findChildren(QWidget) if by_tab(each))
        first.setFocus(Qt.FocusReason.TabFocusReason)
    way = [first]
    stays = 0
    while len(way) < LONGEST_WAY:
        QTest.keyClick(way[-1], Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        look()
        # a date goes from its year to its month first
        stays = stays + 1 if here is way[-1] else 0
        if here is None or stays > MOST_PARTS or (not stays and here in way):
            break
        if not stays:
            way.append(here)
    return way


def missed_by_tab(home: QWidget) -> list[str]:
    """Return what can have the focus in ``home``, but not by Tab."""
    always = {each for each in home.findChildren(QWidget) if by_tab(each)}

    def look() -> None:
        # what the way itself disables, such as by a row that it selects, may be passed by
        always.difference_update([each for each in always if not by_tab(each)])

    way = way_by_tab(home, look)
    return [called(each) for each in always - set(way) if each.window() is home.window()]
