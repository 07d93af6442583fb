"""What happens to errors that nobody expected: a log entry and a report to copy, never silence."""

from __future__ import annotations

import asyncio
import logging
import platform
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

import PySide6
from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk import __version__
from ivcdesk.app.redaction import redacted
from ivcdesk.ui.text import bind

log = logging.getLogger(__name__)

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashHooks(QObject):
    """Catches what escapes from slots, threads' callbacks and tasks while the program runs.

    ``on_expected`` gets errors of calls that nobody dealt with: they have words and need no
    report. Signals: ``crashed`` (report: str) for all the rest, also from other threads.
    """

    crashed = Signal(str)

    def __init__(self, on_expected: Callable[[BaseException], object]) -> None:
        super().__init__()
        self._on_expected = on_expected
        self._before: Any = None
        self._taking = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over the interpreter's hook, the loop's handler and Qt's messages."""
        self._before = (sys.excepthook, loop.get_exception_handler())
        self._loop = loop
        sys.excepthook = self._on_exception
        loop.set_exception_handler(self._on_loop_problem)
        qInstallMessageHandler(_log_qt)

    def uninstall(self) -> None:
        """Give the hooks back."""
        if self._loop is None:
            return
        sys.excepthook, handler = self._before
        self._loop.set_exception_handler(handler)
        qInstallMessageHandler(None)
        self._loop = None

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self._take("an error escaped", error)

    def _on_loop_problem(self, _loop: asyncio.AbstractEventLoop, problem: dict[str, Any]) -> None:
        error = problem.get("exception")
        message = str(problem.get("message", ""))
        if isinstance(error, asyncio.CancelledError):
            return
        if error is None:
            log.error("loop: %s", message)
        else:
            self._take(message, error)

    def _take(self, message: str, error: BaseException) -> None:
        # Imported here because the first paint must not wait for the api's structures.
        from ivcdesk.api.errors import IvcError

        if isinstance(error, IvcError):
            log.warning("nobody dealt with %s: %s", type(error).__name__, error)
            self._on_expected(error)
            return
        log.error("%s", message, exc_info=error)
        if self._taking:
            return  # telling of an error failed: to tell of that too would never end
        self._taking = True
        try:
            self.crashed.emit(report(message, error))
        finally:
            self._taking = False


def report(message: str, error: BaseException) -> str:
    """Return what a developer needs to know, without secrets."""
    lines = [
        f"ivcdesk {__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}",
        f"{platform.platform()}, {QGuiApplication.platformName()}",
        message,
        "",
        *traceback.format_exception(error),
    ]
    return redacted("\n".join(line.rstrip("\n") for line in lines))


class CrashDialog(QDialog):
    """Tells of an unexpected error beside the running window; the report can be copied."""

    def __init__(self, parent: QWidget | None, text: str) -> None:
        super().__init__(parent)
        self.setObjectName("crash")
        self.setModal(False)
        self.resize(640, 400)
        bind(self, self.setWindowTitle, "Something went wrong")
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "Something went wrong inside ivcdesk")
        hint = QLabel()
        hint.setWordWrap(True)
        bind(
            hint,
            hint.setText,
            "The window goes on. Copy this report and send it to the developers; "
            "it holds no keys and no addresses of streams.",
        )
        self._report = QPlainTextEdit(text)
        self._report.setObjectName("crash.report")
        self._report.setReadOnly(True)
        self._report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._report.setProperty("role", "mono")
        copy = QPushButton()
        copy.setProperty("role", "primary")
        copy.clicked.connect(self._on_copy)
        bind(copy, copy.setText, "Copy the report")
        close = QPushButton()
        close.clicked.connect(self.close)
        bind(close, close.setText, "Close")
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(close)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for part in (title, hint, self._report):
            column.addWidget(part)
        column.addLayout(row)

    def add(self, text: str) -> None:
        """Show one more report below the others."""
        if self._report.blockCount() < 2000:
            self._report.appendPlainText("\n" + text)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report.toPlainText())


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    category = getattr(context, "category", None) or "default"
    logging.getLogger(f"qt.{category}").log(_QT_LEVELS.get(kind, logging.INFO), "%s", message)
