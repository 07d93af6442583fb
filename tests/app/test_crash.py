import asyncio
import logging
import sys

import pytest
from PySide6.QtCore import QMessageLogger
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from ivcdesk.api.errors import ConnectError
from ivcdesk.app import redaction
from ivcdesk.app.crash import CrashDialog, CrashHooks, report


@pytest.fixture
def hooks(aio):
    expected: list[BaseException] = []
    made = CrashHooks(expected.append)
    made.expected = expected
    made.reports = []
    made.crashed.connect(made.reports.append)
    before = sys.excepthook, asyncio.get_event_loop().get_exception_handler()
    made.install(asyncio.get_event_loop())
    yield made
    made.uninstall()
    assert (sys.excepthook, asyncio.get_event_loop().get_exception_handler()) == before


def fail(error: BaseException) -> BaseException:
    try:
        raise error
    except type(error) as raised:
        return raised


def test_an_error_in_a_slot_is_reported(hooks, caplog):
    error = fail(ValueError("off by one"))
    sys.excepthook(ValueError, error, error.__traceback__)
    assert "off by one" in hooks.reports[0]
    assert "test_crash.py" in hooks.reports[0]
    assert "off by one" in caplog.text


def test_an_error_in_a_task_is_reported(hooks, aio):
    async def mistake():
        raise KeyError("nobody catches this")

    async def start():
        task = asyncio.ensure_future(mistake())
        await asyncio.wait([task])
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "task failed", "exception": task.exception()})

    aio(start())
    assert "nobody catches this" in hooks.reports[0]
    assert "task failed" in hooks.reports[0]


def test_errors_of_calls_have_words_and_need_no_report(hooks, aio):
    loop = asyncio.get_event_loop()
    error = ConnectError("refused")
    loop.call_exception_handler({"message": "task failed", "exception": error})
    assert hooks.expected == [error]
    assert hooks.reports == []


def test_cancelling_and_loop_messages_are_no_crash(hooks, aio, caplog):
    loop = asyncio.get_event_loop()
    loop.call_exception_handler({"message": "x", "exception": asyncio.CancelledError()})
    loop.call_exception_handler({"message": "something odd"})
    assert hooks.reports == []
    assert "something odd" in caplog.text


def test_what_qt_says_is_logged(hooks, caplog):
    with caplog.at_level(logging.DEBUG):
        QMessageLogger().warning("QObject: odd")
        QMessageLogger().debug("fine")
    levels = {record.message: record.levelno for record in caplog.records}
    assert levels["QObject: odd"] == logging.WARNING
    assert levels["fine"] == logging.DEBUG


def test_a_report_has_no_secrets():
    redaction.remember("the-secret-key")
    error = fail(RuntimeError("the-secret-key https://a.invalid/live?sig=deadbeef"))
    text = report("a task failed", error)
    assert "the-secret-key" not in text
    assert "deadbeef" not in text
    assert "PySide6" in text


def test_the_dialog_does_not_block_and_its_report_is_copied(qtbot):
    dialog = CrashDialog(None, "first report")
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.isModal()
    dialog.add("second report")
    assert dialog.findChild(QPlainTextEdit, "crash.report").isReadOnly()
    copy = next(b for b in dialog.findChildren(QPushButton) if b.property("role") == "primary")
    copy.click()
    text = QGuiApplication.clipboard().text()
    assert text.splitlines() == ["first report", "", "second report"]
