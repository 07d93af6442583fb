"""The button in a field that empties it, with a name and a tooltip, which Qt gives it not."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QToolButton

from ivcdesk.ui.text import bind


def offer_clearing(field: QLineEdit) -> None:
    """Show a button in a field, while it holds something, that empties it."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QToolButton):
        bind(button, button.setToolTip, "Clear")
        bind(button, button.setAccessibleName, "Clear")
