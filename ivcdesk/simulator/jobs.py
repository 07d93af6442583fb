"""Work that takes time: batches, fetched and retrieved recordings, recognition, snapshots."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivcdesk.api.actions import AITemplate, TaskStatus
from ivcdesk.simulator.media.source import Pose


@dataclass(slots=True, eq=False)
class Step:
    """What a batch does with one device; ``begins`` and ``ends`` are steady seconds."""

    step_id: str
    device_id: str
    device_name: str
    begins: float
    ends: float
    done: bool = False
    reason: str = ""

    def status(self, now: float) -> TaskStatus:
        """Return how far it is."""
        if self.done:
            return TaskStatus.FAILED if self.reason else TaskStatus.COMPLETED
        return TaskStatus.NEW if now < self.begins else TaskStatus.RUNNING

    def progress(self, now: float) -> float:
        """Return how far it is, from 0 to 1."""
        if self.done:
            return 1.0
        length = max(self.ends - self.begins, 0.001)
        return round(min(max((now - self.begins) / length, 0.0), 0.99), 2)


@dataclass(slots=True, eq=False)
class Batch:
    """One operation on many devices; ``created`` is wall time, ``began`` the same steadily."""

    task_id: str
    operation: str
    created: float
    began: float
    steps: list[Step] = field(default_factory=list)

    def status(self, now: float) -> TaskStatus:
        """Return how far the whole is; it has failed where every step has."""
        statuses = {step.status(now) for step in self.steps}
        if statuses == {TaskStatus.NEW}:
            return TaskStatus.NEW
        if not statuses <= {TaskStatus.COMPLETED, TaskStatus.FAILED}:
            return TaskStatus.RUNNING
        return TaskStatus.FAILED if statuses == {TaskStatus.FAILED} else TaskStatus.COMPLETED

    def wall(self, moment: float) -> float:
        """Return the wall time of a steady moment."""
        return self.created + moment - self.began


@dataclass(slots=True, eq=False)
class Retrieval:
    """Archived recordings that are made playable again; ``ready`` is steady seconds by channel."""

    task_id: str
    name: str
    start: int
    end: int
    days: int
    description: str
    created: float
    channels: dict[str, float] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    megabytes: float = 0.0

    def playable(self, channel_id: str, now: float) -> bool:
        """Whether a channel's recordings have been retrieved and are still kept."""
        ready = self.channels.get(channel_id)
        return ready is not None and ready <= now < ready + self.days * 86_400


@dataclass(slots=True, eq=False)
class Download:
    """A device recording that the cloud fetches; ``begins`` and ``ends`` are steady seconds."""

    task_id: str
    channel_id: str
    channel_name: str
    channel_code: str
    device_name: str
    device_code: str
    start: int
    end: int
    scale: int
    days: int
    created: float
    begins: float
    ends: float
    reason: str = ""
    size: int = 0


@dataclass(slots=True, eq=False)
class AiTask:
    """Recognition on channels; ``runs`` are the wall times between which it was on."""

    task_id: str
    name: str
    description: str
    channels: list[str]
    callback: str
    templates: list[AITemplate]
    created: float
    updated: float
    runs: list[tuple[float, float]] = field(default_factory=list)

    @property
    def on(self) -> bool:
        """Whether it runs now."""
        return bool(self.runs) and self.runs[-1][1] == float("inf")


@dataclass(slots=True, eq=False)
class Snapshot:
    """A picture that a device was asked for; ``taken`` and ``received`` are wall times."""

    name: str
    session_id: str
    channel_id: str
    taken: float
    received: float
    expires: float
    size: int
    pose: Pose
