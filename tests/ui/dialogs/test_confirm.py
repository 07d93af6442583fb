"""The question before a loss: whatever is pressed by habit does no harm."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ivcdesk.ui.dialogs.confirm import Confirm, confirm


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def asked(window: QWidget) -> Confirm:
    dialog = window.findChild(Confirm)
    assert dialog is not None
    return dialog


async def answer_with(window: QWidget, press) -> bool:
    task = asyncio.ensure_future(
        confirm(window, "Delete preset 3?", "The camera forgets this position.", "Delete")
    )
    await asyncio.sleep(0.02)
    press(asked(window))
    return await task


def test_says_what_is_lost(aio, window):
    seen: list[str] = []

    def read(dialog: Confirm) -> None:
        seen.extend(label.text() for label in dialog.findChildren(QLabel) if label.text())
        seen.append(dialog.findChild(QPushButton, "confirm.accept").text())
        dialog.reject()

    assert aio(answer_with(window, read)) is False
    assert seen == ["Delete preset 3?", "The camera forgets this position.", "Delete"]


def test_the_verb_accepts(aio, window):
    def press(dialog: Confirm) -> None:
        QTest.mouseClick(dialog.findChild(QPushButton, "confirm.accept"), Qt.MouseButton.LeftButton)

    assert aio(answer_with(window, press)) is True


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_keys_pressed_by_habit_keep_everything(aio, window, key):
    def press(dialog: Confirm) -> None:
        QTest.keyClick(dialog.findChild(QPushButton, "confirm.cancel"), key)

    assert aio(answer_with(window, press)) is False


def test_a_cancelled_wait_closes_it(aio, window):
    async def give_up() -> bool:
        task = asyncio.ensure_future(confirm(window, "Delete?", "", "Delete"))
        await asyncio.sleep(0.02)
        asked(window)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.02)
        return window.findChild(Confirm) is not None

    assert aio(give_up()) is False
