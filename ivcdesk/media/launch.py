"""Starting an outside player so that it lives on by itself, and knowing how that went."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from ivcdesk.media.player_commands import PLAYLIST, Command, LaunchError, written

_SOON_MS = 200
_LATER_MS = 2000
_AT_ONCE_SECONDS = 2.0
_HANDED_OVER_SECONDS = 20.0
_DETACHED = 0x00000208 if sys.platform == "win32" else 0
"""Windows: a process without our console and in a group of its own."""

_folders: set[Path] = set()
_running: set[Launch] = set()


class Launch(QObject):
    """One started player.

    It goes on when the application ends. The playlist that it reads its address from lies in a
    folder of its own that only this user can read; it is removed when the player has ended, and
    when the application ends.

    Signals: ``started``; ``failed`` with a :class:`LaunchError`, also where the player ended at
    once; ``ended``. They come after :func:`launch` has returned.
    """

    started = Signal()
    failed = Signal(object)
    ended = Signal()

    def __init__(self, command: Command) -> None:
        super().__init__()
        self._process: subprocess.Popen[bytes] | None = None
        self._command = command
        self._folder: Path | None = None
        self._output: Path | None = None
        self._since = time.monotonic()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_look)
        _running.add(self)
        QTimer.singleShot(0, self, self._begin)

    def _begin(self) -> None:
        try:
            self._start()
        except LaunchError as error:
            self._finish()
            self.failed.emit(error)
            return
        self._timer.start(_SOON_MS)
        self.started.emit()

    def _start(self) -> None:
        argv, playlist = self._command
        try:
            folder = self._folder = Path(tempfile.mkdtemp(prefix="ivcdesk-"))
            _folders.add(folder)
            if playlist is not None:
                path = str(written(playlist, folder))
                argv = [part.replace(PLAYLIST, path) for part in argv]
        except OSError as error:
            raise LaunchError("start", error.strerror or "no room for the playlist") from None
        self._output = folder / "output"
        try:
            with self._output.open("wb") as output:
                # Qt's detached processes give no exit code, and no reason where they end at once.
                self._process = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    creationflags=_DETACHED,
                )
        except FileNotFoundError:
            raise LaunchError("missing", Path(argv[0]).name) from None
        except OSError as error:
            raise LaunchError("start", error.strerror or Path(argv[0]).name) from None
        self._since = time.monotonic()

    @property
    def pid(self) -> int:
        """The number of the player's process, 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    def _on_look(self) -> None:
        lasted = time.monotonic() - self._since
        code = self._process.poll() if self._process is not None else 0
        if code is None:
            if lasted > _AT_ONCE_SECONDS:
                self._timer.start(_LATER_MS)
            return
        self._timer.stop()
        words = self._last_words()
        # ffplay was told to speak of errors only, but ends with 0 where it could not open.
        complains = bool(words) and Path(self._command.argv[0]).stem == "ffplay"
        if (code or complains) and lasted < _AT_ONCE_SECONDS:
            self._finish()
            self.failed.emit(LaunchError("ended", words or f"exit code {code}"))
            return
        # A player may have handed the playlist to another of its own kind that runs already.
        QTimer.singleShot(round(_HANDED_OVER_SECONDS * 1000), self, self._finish)
        self.ended.emit()

    def _last_words(self) -> str:
        """Return the last line that the player has written, without any address."""
        if self._output is None:
            return ""
        try:
            lines = self._output.read_text("utf-8", "replace").split("\n")
        except OSError:
            return ""
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return " ".join(_harmless(word) for word in last.split())[:200]

    def _finish(self) -> None:
        self._timer.stop()
        if self._folder is not None:
            _remove(self._folder)
        _running.discard(self)


def launch(command: Command) -> Launch:
    """Start a player from an argument list, never through a shell."""
    return Launch(command)


def _harmless(word: str) -> str:
    if "://" in word or "?" in word:
        return "…"
    return word


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _folders.discard(folder)


@atexit.register
def _leave() -> None:
    for launched in list(_running):
        # The player lives on: nobody is to be warned of it.
        if launched._process is not None and launched._process.poll() is None:
            launched._process.returncode = 0
    for folder in list(_folders):
        _remove(folder)
