"""The log file: rotating, written by its own thread, and without secrets."""

from __future__ import annotations

import faulthandler
import logging
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path

from ivcdesk.app.redaction import redacted

FILE_NAME = "ivcdesk.log"
FAULT_NAME = "fault.log"

_SIZE = 1_000_000
_QUIET = ("httpx", "httpcore", "hpack", "h2", "qasync", "asyncio", "keyring", "aiohttp")


@contextmanager
def fault_file(folder: Path) -> Iterator[None]:
    """Let a crash of the interpreter itself leave its stack in ``folder``/fault.log."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / FAULT_NAME).open("w", encoding="utf-8")
    except OSError:
        yield
        return
    with file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class LogFile:
    """Writes what the program logs to ``folder``/ivcdesk.log, three files of 1 MB at most."""

    def __init__(self, folder: Path, level: str) -> None:
        self.path = folder / FILE_NAME
        self._handler: QueueHandler | None = None
        self._listener: QueueListener | None = None
        self._level = level.upper()
        self._before: dict[str, int] = {}

    def start(self) -> None:
        """Begin to write; where the folder can't be written to, nothing is."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = RotatingFileHandler(
                self.path, maxBytes=_SIZE, backupCount=2, encoding="utf-8", delay=True
            )
        except OSError as error:
            logging.getLogger(__name__).warning("no log file: %s", error)
            return
        file.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._handler = QueueHandler(waiting)
        self._listener = QueueListener(waiting, file)
        self._listener.start()
        root = logging.getLogger()
        self._before = {"": root.level}
        root.setLevel(self._level)
        root.addHandler(self._handler)
        for name in _QUIET:
            logger = logging.getLogger(name)
            self._before[name] = logger.level
            logger.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[self._level]))

    def stop(self) -> None:
        """Write what is left and close the file."""
        if self._handler is None or self._listener is None:
            return
        logging.getLogger().removeHandler(self._handler)
        self._listener.stop()
        for handler in self._listener.handlers:
            handler.close()
        for name, level in self._before.items():
            logging.getLogger(name).setLevel(level)
        self._handler = self._listener = None
