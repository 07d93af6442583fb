"""Retrievals from the archive: one wish cut into tasks that the cloud takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from ivcdesk.domain.days import CLOUD_ZONE, split_days
from ivcdesk.domain.exports import asked, whole
from ivcdesk.domain.intervals import Interval

MOST_CHANNELS = 32
"""How many channels one task takes."""
LONGEST_NAME = 32
"""How many characters the name of a task has at most."""
LONGEST_DAYS = 365
"""How many days a retrieved copy may be kept."""

_STRANGE = re.compile(r"[^\u3400-\u9fff\uf900-\ufaffA-Za-z0-9_-]+")

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Piece(Generic[C]):
    """One task: the first and the last second to ask for, of one day of UTC+8, and channels."""

    start: int
    end: int
    channels: tuple[C, ...]

    @property
    def span(self) -> Interval:
        """The same as a stretch of time."""
        return Interval(self.start, self.end)


def split(window: Interval, channels: Sequence[C]) -> tuple[Piece[C], ...]:
    """Cut a window at the midnights of UTC+8, and channels into groups of 32.

    Every channel gets every second of the window once, but for the last one before a midnight:
    a task that names the midnight itself would cross it. Channels named twice count once.
    """
    wide = whole(window)
    if wide.length <= 0:
        return ()
    named = tuple(dict.fromkeys(channels))
    groups = [named[at : at + MOST_CHANNELS] for at in range(0, len(named), MOST_CHANNELS)]
    return tuple(Piece(*asked(day), group) for day in split_days(wide) for group in groups)


def task_name(wish: str, piece: Piece[C], number: int, of: int, token: str) -> str:
    """Return the name of one of several tasks: letters, digits, _ and - alone, 32 at most.

    Names must be new to the account: ``token`` tells those of one wish from those of others.
    """
    day = datetime.fromtimestamp(piece.start, CLOUD_ZONE)
    tail = f"-{day:%m%d}-{token}" + (f"-{number}" if of > 1 else "")
    head = _STRANGE.sub("_", wish).strip("_-") or "retrieve"
    return head[: LONGEST_NAME - len(tail)].rstrip("_-") + tail


def is_plain(text: str) -> bool:
    """Whether a text has only the letters that names and descriptions of tasks may have."""
    return _STRANGE.search(text) is None
