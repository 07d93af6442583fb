"""Dialogs without nested loops: they are opened, and what they end with is awaited."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QDialog


async def opened(dialog: QDialog) -> int:
    """Open a dialog, wait until it is finished, and return its result code.

    ``exec`` would run a loop inside the coroutine's, which asyncio can't survive. A cancelled
    wait closes the dialog.
    """
    finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def on_finished(code: int) -> None:
        if not finished.done():
            finished.set_result(code)

    dialog.finished.connect(on_finished)
    dialog.open()
    try:
        return await finished
    finally:
        dialog.finished.disconnect(on_finished)
        if dialog.isVisible():
            dialog.reject()
        dialog.deleteLater()
