"""What a player is doing, as one value that a tile can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ivcdesk.media.errors import MediaError

StateKind = Literal["empty", "connecting", "playing", "paused", "stalled", "ended", "failed"]


@dataclass(frozen=True, slots=True)
class PlayerState:
    """The state of a player; ``paused`` and ``ended`` are for recordings only.

    ``error`` is set with ``failed``, and with ``stalled`` where the connection was lost and is
    being made anew. ``retry_seconds`` is the pause before the next try, None where there is none.
    """

    kind: StateKind
    error: MediaError | None = None
    retry_seconds: float | None = None


EMPTY = PlayerState("empty")
CONNECTING = PlayerState("connecting")
PLAYING = PlayerState("playing")
PAUSED = PlayerState("paused")
STALLED = PlayerState("stalled")
ENDED = PlayerState("ended")
