"""How a camera moves: where it looks at each moment after what it was told to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from ivcdesk.api.actions.control import PtzCommand
from ivcdesk.simulator.media.source import Pose

TILT_LIMIT = 30.0
ZOOM_LIMIT = 8.0
LENS_LIMIT = 1.0
GLIDE_SECONDS = 0.3
RUN_ON_SECONDS = 10.0
PRESETS = range(1, 11)

_STEP = Pose(pan=1.5, tilt=0.9, zoom=0.1, focus=0.03, iris=0.03)
_AXES: dict[PtzCommand, Pose] = {
    PtzCommand.UP: Pose(tilt=1, zoom=0),
    PtzCommand.DOWN: Pose(tilt=-1, zoom=0),
    PtzCommand.LEFT: Pose(pan=-1, zoom=0),
    PtzCommand.RIGHT: Pose(pan=1, zoom=0),
    PtzCommand.LEFT_UP: Pose(pan=-1, tilt=1, zoom=0),
    PtzCommand.RIGHT_UP: Pose(pan=1, tilt=1, zoom=0),
    PtzCommand.LEFT_DOWN: Pose(pan=-1, tilt=-1, zoom=0),
    PtzCommand.RIGHT_DOWN: Pose(pan=1, tilt=-1, zoom=0),
    PtzCommand.ZOOM_IN: Pose(zoom=1),
    PtzCommand.ZOOM_OUT: Pose(zoom=-1),
    PtzCommand.FOCUS_FAR: Pose(focus=1, zoom=0),
    PtzCommand.FOCUS_NEAR: Pose(focus=-1, zoom=0),
    PtzCommand.IRIS_OPEN: Pose(iris=1, zoom=0),
    PtzCommand.IRIS_CLOSE: Pose(iris=-1, zoom=0),
}


class PtzBehaviour(StrEnum):
    """The three kinds of device that the field knows.

    ``bounded``: one call is one small move. ``runs-on``: a call starts a move that ends at a
    limit, with the next call, or after 10 s. ``slow``: bounded, but answers after 0.8 to 2.5 s.
    """

    BOUNDED = "bounded"
    RUNS_ON = "runs-on"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class PresetPoint:
    """A pose that was stored under an index and a name."""

    index: int
    name: str
    pose: Pose


@dataclass(frozen=True, slots=True)
class _Motion:
    """From ``origin`` by ``change`` within ``seconds``.

    Where it glides it starts at once, as step motors do, and comes to rest gently.
    """

    origin: Pose
    change: Pose
    began: float
    seconds: float
    eased: bool

    def at(self, now: float) -> Pose:
        share = min(max((now - self.began) / self.seconds, 0.0), 1.0) if self.seconds else 1.0
        if self.eased:
            share *= 2 - share
        return _limited(_sum(self.origin, self.change, share))


class Mount:
    """The motor and lens of one camera. Times are of the cloud's steady clock, in seconds."""

    def __init__(self, home: Pose, presets: tuple[PresetPoint, ...] = ()) -> None:
        self.home = home
        self.presets = {preset.index: preset for preset in presets}
        self._motion = _Motion(home, Pose(zoom=0), 0.0, 0.0, eased=False)

    def pose(self, now: float) -> Pose:
        """Return where the camera looks; pan is brought into 0..360."""
        pose = self._motion.at(now)
        return replace(pose, pan=pose.pan % 360)

    def jog(self, now: float, command: PtzCommand, speed: int, *, runs_on: bool = False) -> None:
        """Move once: a step that grows with ``speed`` (1..8) and shrinks as the lens zooms in."""
        origin = self._motion.at(now)
        reach = speed / origin.zoom
        axes = _AXES[command]
        step = Pose(
            pan=axes.pan * _STEP.pan * reach,
            tilt=axes.tilt * _STEP.tilt * reach,
            zoom=axes.zoom * _STEP.zoom * speed,
            focus=axes.focus * _STEP.focus * speed,
            iris=axes.iris * _STEP.iris * speed,
        )
        if runs_on:
            far = _sum(Pose(zoom=0), step, RUN_ON_SECONDS / GLIDE_SECONDS)
            self._motion = _Motion(origin, far, now, RUN_ON_SECONDS, eased=False)
        else:
            aim = self._motion.at(float("inf")) if self._motion.eased else origin
            self._glide(origin, _limited(_sum(aim, step)), now, GLIDE_SECONDS)

    def look(self, now: float, target: Pose) -> None:
        """Glide to a pose by the shorter way round."""
        origin = self._motion.at(now)
        turn = (target.pan - origin.pan + 180) % 360 - 180
        seconds = 0.4 + abs(turn) / 120 + abs(target.tilt - origin.tilt) / 60
        self._glide(origin, replace(target, pan=origin.pan + turn), now, seconds)

    def store(self, now: float, index: int, name: str) -> None:
        """Remember where the camera looks now."""
        self.presets[index] = PresetPoint(index, name, self.pose(now))

    def recall(self, now: float, index: int) -> bool:
        """Glide to a preset; False where there is none, and the camera stays as it is."""
        preset = self.presets.get(index)
        if preset is not None:
            self.look(now, preset.pose)
        return preset is not None

    def _glide(self, origin: Pose, target: Pose, now: float, seconds: float) -> None:
        self._motion = _Motion(origin, _sum(target, origin, -1.0), now, seconds, eased=True)


def _sum(first: Pose, second: Pose, share: float = 1.0) -> Pose:
    return Pose(
        first.pan + second.pan * share,
        first.tilt + second.tilt * share,
        first.zoom + second.zoom * share,
        first.focus + second.focus * share,
        first.iris + second.iris * share,
    )


def _limited(pose: Pose) -> Pose:
    def within(value: float, limit: float) -> float:
        return min(max(value, -limit), limit)

    return Pose(
        pose.pan,
        within(pose.tilt, TILT_LIMIT),
        min(max(pose.zoom, 1.0), ZOOM_LIMIT),
        within(pose.focus, LENS_LIMIT),
        within(pose.iris, LENS_LIMIT),
    )


def blend(first: Pose, second: Pose, share: float) -> Pose:
    """Return a pose between two, by the shorter way round; ``share`` runs from 0 to 1."""
    turn = (second.pan - first.pan + 180) % 360 - 180
    target = replace(second, pan=first.pan + turn)
    eased = share * share * (3 - 2 * share)
    pose = _sum(first, _sum(target, first, -1.0), eased)
    return replace(pose, pan=pose.pan % 360)
