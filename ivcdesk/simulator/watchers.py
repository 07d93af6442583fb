"""What the cloud looks at by itself since version 3.1: pictures at set hours, and a model's eye."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ivcdesk.api.actions import Burst, Callback, CaptureKind, EffectiveTime, PictureScene

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class SnapshotTemplate:
    """When and how often pictures are taken; times are wall seconds."""

    template_id: str
    name: str
    kind: CaptureKind
    interval: int
    burst: Burst | None
    times: list[EffectiveTime]
    created: float
    updated: float


@dataclass(slots=True, eq=False)
class ModelTemplate:
    """What a model is asked, of pictures or of video, and when."""

    template_id: str
    name: str
    description: str
    model: str
    prompt: str
    mode: str
    scene: PictureScene | None
    times: list[EffectiveTime]
    created: float
    updated: float


@dataclass(slots=True, eq=False)
class Watch(Generic[T]):
    """A template put to use on channels; ``days`` is how long pictures are kept."""

    watch_id: str
    name: str
    template: T
    days: int
    callback: Callback | None
    created: float
    updated: float
    description: str = ""
    channels: dict[str, None] = field(default_factory=dict)
