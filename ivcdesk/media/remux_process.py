"""Looking at long files and joining them in a process of its own, which keeps the window smooth.

Millions of packets pass through Python there; in a thread they would be in the window's way.
The request is one line of JSON on standard input, the answer one on standard output. It ends when
its input is closed, so never outlives the one who asked.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.remux import Piece, Stop, examine, join

_NICE = 5


def examination(path: Path) -> dict[str, Any]:
    """Return the request to look at a file; the answer's ``seconds`` are its pictures'."""
    return {"do": "examine", "path": str(path)}


def joining(pieces: list[Piece], target: Path, form: str) -> dict[str, Any]:
    """Return the request to join files; the answer's ``seconds`` are what there should be."""
    rows = [[str(piece.path), piece.begin, piece.end] for piece in pieces]
    return {"do": "join", "pieces": rows, "target": str(target), "form": form}


def result(answer: dict[str, Any]) -> float:
    """Return the seconds of an answer. Raises MediaError, OSError and Interrupted."""
    if "seconds" in answer:
        return float(answer["seconds"])
    if answer.get("errno"):
        raise OSError(int(answer["errno"]), str(answer.get("detail", "")))
    if answer.get("kind") == "interrupted":
        raise Interrupted
    raise MediaError("codec" if answer.get("kind") == "codec" else "garbage", answer["detail"])


def answer_to(request: dict[str, Any], stop: Stop) -> dict[str, Any]:
    """Do what is asked for and return the answer."""
    try:
        if request["do"] == "examine":
            return {"seconds": examine(Path(request["path"]), stop).seconds}
        pieces = [Piece(Path(path), begin, end) for path, begin, end in request["pieces"]]
        return {"seconds": join(pieces, Path(request["target"]), request["form"], stop)}
    except Interrupted:
        return {"kind": "interrupted", "detail": ""}
    except MediaError as error:
        return {"kind": error.kind, "detail": error.detail}
    except OSError as error:
        return {"errno": error.errno or 0, "detail": error.strerror or type(error).__name__}


def main() -> int:
    """Answer one request and return the exit code."""
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
    request = json.loads(sys.stdin.buffer.readline())
    stop = Stop()
    threading.Thread(target=_wait_for_end, args=(stop,), name="remux-parent", daemon=True).start()
    line = json.dumps(answer_to(request, stop)) + "\n"
    with suppress(OSError):
        sys.stdout.buffer.write(line.encode())
        sys.stdout.buffer.flush()
    # The thread may still wait for input that never comes.
    os._exit(0)


def _wait_for_end(stop: Stop) -> None:
    with suppress(OSError):
        while os.read(0, 64):
            continue
    stop.interrupt()
