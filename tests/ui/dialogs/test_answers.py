"""The answers of a dialog by Enter: the button in focus, else the dialog's own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QVBoxLayout

from ivcdesk.ui.dialogs.answers import answers


@pytest.fixture
def asked(qtbot):
    """A dialog with a field and answers; what it ended with is in ``ended``."""
    dialog = QDialog()
    qtbot.addWidget(dialog)
    column = QVBoxLayout(dialog)
    column.addWidget(QLineEdit())
    row, _ = answers(dialog, "asked")
    column.addLayout(row)
    dialog.ended = []
    dialog.finished.connect(dialog.ended.append)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize(
    ("focused", "ends_with"),
    [
        ("asked.cancel", QDialog.DialogCode.Rejected),
        ("asked.accept", QDialog.DialogCode.Accepted),
    ],
)
def test_enter_presses_the_button_that_has_the_focus(asked, focused, ends_with, key):
    button = asked.findChild(QPushButton, focused)
    button.setFocus()
    QTest.keyClick(button, key)
    assert asked.ended == [ends_with]


def test_enter_in_a_field_gives_the_dialogs_own_answer(asked):
    field = asked.findChild(QLineEdit)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked.ended == [QDialog.DialogCode.Accepted]
