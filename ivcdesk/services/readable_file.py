"""One small document in a file that people can read: written whole or not at all."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ReadableFile(Generic[_T]):
    """Reads a JSON document once and writes it again after each change, off the loop's thread.

    ``what`` names it in the log. ``take`` is given what was read, which must not undo what was
    changed meanwhile; ``content`` tells what is to be written. ``path`` None reads and writes
    nothing. A file that can't be understood is moved aside.
    """

    def __init__(
        self,
        path: Path | None,
        what: str,
        decoder: msgspec.json.Decoder[_T],
        take: Callable[[_T], None],
        content: Callable[[], object],
    ) -> None:
        self._path = path
        self._what = what
        self._decoder = decoder
        self._take = take
        self._content = content
        self._loading: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._changed = False

    async def load(self) -> None:
        """Read the file, once; whoever comes meanwhile waits for the same reading."""
        if self._loading is None:
            self._loading = asyncio.get_running_loop().create_task(
                self._load(), name=f"load {self._what}"
            )
        await asyncio.shield(self._loading)

    def save_soon(self) -> None:
        """Have the document written; many changes in a row are written together."""
        self._changed = True
        if self._path is not None and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(
                self._write_out(self._path), name=f"save {self._what}"
            )

    async def close(self) -> None:
        """Wait until everything is on the disk."""
        if self._loading is not None:
            await self._loading
        if self._writing is not None:
            await self._writing

    async def _load(self) -> None:
        found = await asyncio.get_running_loop().run_in_executor(None, self._read)
        if found is not None:
            self._take(found)

    async def _write_out(self, path: Path) -> None:
        # What is on the disk must be known before anything is written over it.
        await self.load()
        while self._changed:
            self._changed = False
            document = msgspec.json.format(msgspec.json.encode(self._content()), indent=1)
            await asyncio.get_running_loop().run_in_executor(None, self._write, path, document)

    def _read(self) -> _T | None:
        path = self._path
        if path is None:
            return None
        try:
            return self._decoder.decode(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("%s can't be read: %s", self._what, error.strerror)
            return None
        except msgspec.MsgspecError:
            _log.warning("%s can't be understood; the file is moved aside", self._what)
            try:
                path.replace(path.with_name(f"{path.name}.unreadable"))
            except OSError as error:
                _log.warning("it can't be moved: %s", error.strerror)
            return None

    def _write(self, path: Path, document: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            scratch = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(document)
                    file.flush()
                    os.fsync(file.fileno())
                scratch.replace(path)
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise
        except OSError as error:
            _log.warning("%s can't be saved: %s", self._what, error.strerror)
