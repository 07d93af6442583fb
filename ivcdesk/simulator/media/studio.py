"""Cameras and their tools, loaded when the first picture is wanted.

Loading what draws and encodes takes longer than all else at the start of a cloud, and its first
calls need none of it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivcdesk.simulator.media.encoder import GOP_SECONDS, Encoder, Sound, Unit
from ivcdesk.simulator.media.source import CameraFacts, Mark, Pose

if TYPE_CHECKING:
    from ivcdesk.simulator.media.camera import Camera
    from ivcdesk.simulator.media.scene import Scenery
    from ivcdesk.simulator.media.sight import Lookout, Sight
    from ivcdesk.simulator.media.sound import SoundTrack


class Studio:
    """Makes cameras that share their scenery; to be asked in threads that may wait."""

    def __init__(self, scenery: Scenery | None = None) -> None:
        self._scenery = scenery
        self._lookout: Lookout | None = None
        self._lock = threading.Lock()

    @property
    def scenery(self) -> Scenery:
        """The surroundings of all cameras."""
        with self._lock:
            if self._scenery is None:
                from ivcdesk.simulator.media.scene import Scenery

                self._scenery = Scenery()
            return self._scenery

    def camera(self, facts: CameraFacts, *, urgent: bool = True) -> Camera:
        """Return a camera for one channel."""
        from ivcdesk.simulator.media.camera import Camera

        return Camera(facts, self.scenery, urgent=urgent)

    def encoder(self, facts: CameraFacts, *, gop_seconds: float = GOP_SECONDS) -> Encoder:
        """Return an encoder for one stream."""
        return Encoder(facts, gop_seconds=gop_seconds)

    def sound(self, facts: CameraFacts) -> SoundTrack | None:
        """Return the sound beside a channel's live pictures, None where it has none."""
        from ivcdesk.simulator.media.sound import SoundTrack

        return SoundTrack(facts) if facts.sound else None

    def recorded_sound(
        self, facts: CameraFacts, start: int, end: int
    ) -> tuple[Sound | None, list[Unit]]:
        """Return what a channel heard between two moments (ms since the epoch)."""
        from ivcdesk.simulator.media.sound import recorded_sound

        return recorded_sound(facts, start, end) if facts.sound else (None, [])

    def still(self, facts: CameraFacts, pose: Pose, at: float, marks: Sequence[Mark] = ()) -> bytes:
        """Return what a camera sees at a moment (s since the epoch) as JPEG."""
        from ivcdesk.simulator.media.still import still

        return still(facts, self.scenery, pose, at, marks)

    def sights(self, facts: CameraFacts, pose: Pose, at: float) -> tuple[Sight, ...]:
        """Return which things can be seen in a camera's picture of a moment, and where."""
        scenery = self.scenery
        with self._lock:
            if self._lookout is None:
                from ivcdesk.simulator.media.sight import Lookout

                self._lookout = Lookout(scenery)
        return self._lookout.sights(facts, pose, at)

    def load(self) -> None:
        """Load everything now, so that nobody has to wait for it later."""
        from ivcdesk.simulator.media import camera, sound, still  # noqa: F401

        _ = self.scenery
