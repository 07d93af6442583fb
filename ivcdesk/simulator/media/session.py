"""Device recordings played in real time, the way ``ControlRecord`` steers them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from ivcdesk.simulator.media.broadcast import Shot
from ivcdesk.simulator.media.source import MediaSource, PlaybackSession, Span

SLOWEST, FASTEST = 0.25, 8.0


class Playhead:
    """Where a session plays: moves over what is recorded and jumps over the gaps."""

    def __init__(self, session: PlaybackSession, spans: Sequence[Span]) -> None:
        self._session = session
        self._spans = list(spans)
        begin = session.position if session.position is not None else session.start
        self._next = self._inside(begin)

    def advance(self, seconds: float) -> tuple[float, bool] | None:
        """Return the moment to show and whether it follows a jump, or None at the end.

        ``seconds`` of real time pass until the next call; call it only while not paused.
        """
        session = self._session
        jumped = False
        if session.seek_to is not None:
            wanted, session.seek_to = session.seek_to, None
            self._next = self._inside(min(max(wanted, session.start), session.end))
            jumped = True
        at = self._next
        if at is None:
            return None
        session.position = at
        scale = min(max(session.scale, SLOWEST), FASTEST)
        after = self._inside(at + seconds * scale)
        jumped = jumped or self._jumping
        self._jumping = after is not None and after - at > seconds * scale * 1.5
        self._next = after
        return at, jumped

    _jumping = False

    def _inside(self, at: float) -> float | None:
        """Return the first recorded moment at or after one."""
        for start, end in self._spans:
            if at < end:
                return max(at, start)
        return None


class SessionReel:
    """The pictures of one session, paced by real time; a pause sends nothing."""

    def __init__(
        self,
        source: MediaSource,
        session: PlaybackSession,
        fps: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._session, self._fps, self._clock = source, session, fps, clock

    def shots(self, stop: threading.Event) -> Iterator[Shot]:
        """See Reel."""
        session = self._session
        spans = self._source.recorded(session.channel_id, "device", session.start, session.end)
        head = Playhead(session, spans)
        step = 1 / self._fps
        number = 0
        due = self._clock()
        while not stop.is_set() and not session.stopped:
            if session.paused and session.seek_to is None and number:
                stop.wait(0.02)
                due = self._clock()
                continue
            wait = due - self._clock()
            if wait > 0 and stop.wait(wait):
                return
            # Too late by much (a busy machine): time goes on from here, nothing is skipped.
            due = max(due, self._clock() - 0.25) + step
            found = head.advance(step)
            if found is None:
                return
            at, jumped = found
            pose = self._source.recorded_pose(session.channel_id, at)
            mute = session.scale != 1
            yield Shot(pose, at, round(number * 1000 * step), cut=jumped, mute=mute)
            number += 1
