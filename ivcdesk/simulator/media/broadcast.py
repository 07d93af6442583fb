"""One encoder, however many viewers: a thread makes pictures, the event loop hands them out."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from ivcdesk.simulator.media import flv
from ivcdesk.simulator.media.encoder import Format, Unit
from ivcdesk.simulator.media.feed import Feed, Viewer
from ivcdesk.simulator.media.source import CameraFacts, Pose
from ivcdesk.simulator.media.studio import Studio

LINGER = 2.0  # s that an encoder goes on after its last viewer left


class Shot(NamedTuple):
    """A picture to take now: where the camera looks, the moment (s since the epoch) that is
    shown, its time in the stream (ms), whether decoding must be able to begin with it, and
    whether nothing is to be heard.
    """

    pose: Pose
    at: float
    ms: int
    cut: bool = False
    mute: bool = False


class Reel(Protocol):
    """Says which pictures a stream is made of, and waits until each is due."""

    def shots(self, stop: threading.Event) -> Iterator[Shot]:
        """Yield shots, each at its time, until the stream ends or ``stop`` is set."""


class Broadcast(Feed):
    """A camera's running stream. Everything but the thread's own work happens in the event loop."""

    def __init__(
        self, facts: CameraFacts, studio: Studio, reel: Reel, on_end: Callable[[], None]
    ) -> None:
        super().__init__(facts, on_end)
        self._studio, self._reel = studio, reel
        self._stop = threading.Event()
        self._stopped: asyncio.Future[None] = self._loop.create_future()
        self._leaving: asyncio.TimerHandle | None = None
        self._thread = threading.Thread(
            target=self._work, name=f"camera {facts.channel_id}", daemon=True
        )
        self._thread.start()

    def join(self) -> Viewer:
        """Add a viewer, who gets the pictures since the last key frame at once."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        return super().join()

    def leave(self, viewer: Viewer) -> None:
        """Take a viewer away; the encoder stops a little after the last one."""
        super().leave(viewer)
        if not self.viewers and not self.ended and self._leaving is None:
            self._leaving = self._loop.call_later(LINGER, self.stop)

    def on_stopped(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when the thread is done."""
        self._stopped.add_done_callback(lambda _: listener())

    def stop(self, *, abruptly: bool = False) -> None:
        """Make no more pictures and end all viewers, at once or when they have seen the rest."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        self._stop.set()
        super().stop(abruptly=abruptly)

    async def wait_stopped(self) -> None:
        """Wait until the thread is gone."""
        await asyncio.shield(self._stopped)

    def _finished(self, error: BaseException | None) -> None:
        # Telling this was the last thing that the thread did.
        self._thread.join()
        if not self._format.done():
            self._format.set_exception(error or ConnectionAbortedError("the stream ended"))
            # Whoever waits for the format sees it; where nobody does, it is no news.
            self._format.exception()
        self.stop()
        if not self._stopped.done():
            self._stopped.set_result(None)
        if error is not None:
            problem = {"message": f"{self._thread.name} failed", "exception": error}
            self._loop.call_exception_handler(problem)

    def _work(self) -> None:
        error: BaseException | None = None
        try:
            self._take_pictures()
        except Exception as problem:
            error = problem
        self._tell(self._finished, error)

    def _take_pictures(self) -> None:
        encoder = self._studio.encoder(self.facts)
        track = self._studio.sound(self.facts)
        stream = encoder.format._replace(sound=track.sound if track else None)
        self._tell(self._opened, stream)
        camera = self._studio.camera(self.facts)
        for shot in self._reel.shots(self._stop):
            picture = camera.render(shot.pose, shot.at, encoder.canvas)
            units = encoder.encode(picture, shot.ms, key=shot.cut)
            if track:
                units += track.until(shot.ms, shot.at, mute=shot.mute)
            # All at once: the event loop is woken for each thing that it is told.
            self._tell(self._publish_all, [(unit, flv.unit_tag(stream, unit)) for unit in units])

    def _publish_all(self, units: list[tuple[Unit, bytes]]) -> None:
        for unit, tag in units:
            self.publish(unit, tag)

    def _opened(self, stream: Format) -> None:
        if not self._format.done():
            self._format.set_result(stream)

    def _tell(self, call: Callable[..., None], *values: object) -> None:
        # A loop that has closed meanwhile has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *values)
