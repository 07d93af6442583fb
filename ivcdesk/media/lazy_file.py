"""A file that is written through PyAV, opened late, and whose errors are kept."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


class LazyFile:
    """What PyAV writes to: nothing touches the disk before :meth:`open`.

    PyAV would print an error of the disk and go on: it is kept and raised by :meth:`check`.
    """

    def __init__(self) -> None:
        self.name = ""
        self._file: BinaryIO | None = None
        self._error: OSError | None = None

    def open(self, path: Path) -> None:
        """Begin to write here. Raises ``OSError``."""
        self.name = str(path)
        self._file = path.open("wb")

    def write(self, data: bytes) -> int:
        """Write some bytes."""
        if self._file is not None and self._error is None:
            try:
                self._file.write(data)
            except OSError as error:
                self._error = error
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place of the file."""
        if self._file is None or self._error is not None:
            return 0
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self._error = error
            return 0

    def tell(self) -> int:
        """Return the place where the next bytes go."""
        return 0 if self._file is None else self._file.tell()

    def check(self) -> None:
        """Raise the first error that the disk gave."""
        if self._error is not None:
            raise self._error

    def complete(self) -> None:
        """Have everything on the disk. Raises ``OSError``."""
        self.check()
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def discard(self) -> None:
        """Remove what was written."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                Path(self.name).unlink(missing_ok=True)
