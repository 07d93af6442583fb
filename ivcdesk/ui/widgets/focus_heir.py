"""Lets a part of a panel take the focus that the panel is given, and Tab come by all of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget


class FocusHeir(QObject):
    """Hands the focus on from ``home`` to ``heir``, for as long as ``home`` lives.

    A focus proxy would do so too, but Tab stops at a panel that has one, lands on its proxy, and
    never comes by the controls that stand before it.
    """

    def __init__(self, home: QWidget, heir: QWidget) -> None:
        super().__init__(home)
        self._heir = heir
        home.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand the focus on as soon as it comes."""
        if event.type() == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._heir.setFocus(event.reason())
        return False
