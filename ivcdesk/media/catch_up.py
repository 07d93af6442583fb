"""When to leave pictures out so that a live stream never falls behind for long."""

from __future__ import annotations

BEHIND = 0.5
"""A picture that is later than this is behind, s."""

_FAR_BEHIND = 0.7
_PATIENCE = 0.5
_HOPELESS = 4.0
_HOPELESS_FOR = 4.0
_PAUSE = 30.0


class CatchUp:
    """Decides from the lag of each picture, in s, on a clock that never jumps.

    A backlog that came at once is decoded at once: nothing needs to be left out. Only a machine
    that stays behind although everything has arrived decodes key frames alone, and a link that
    stays far behind is better asked anew, because the server begins at the newest key frame.
    """

    def __init__(self) -> None:
        self.keys_only = False
        self.reconnect = False
        self._behind_since: float | None = None
        self._hopeless_since: float | None = None
        self._asked_at = float("-inf")

    def start(self) -> None:
        """Begin a connection."""
        self.keys_only = self.reconnect = False
        self._behind_since = self._hopeless_since = None

    def picture(self, now: float, lag: float, waiting: bool) -> None:
        """Note a picture; ``waiting`` says that more has arrived already."""
        if lag < BEHIND:
            self.start()
            return
        if not waiting:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        elif lag > _FAR_BEHIND and now - self._behind_since > _PATIENCE:
            self.keys_only = True
        if lag < _HOPELESS:
            self._hopeless_since = None
        elif self._hopeless_since is None:
            self._hopeless_since = now
        elif now - max(self._hopeless_since, self._asked_at + _PAUSE) > _HOPELESS_FOR:
            self._asked_at = now
            self.reconnect = True
