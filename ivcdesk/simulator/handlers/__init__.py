"""What the cloud answers, one file per group of actions of its reference."""

from ivcdesk.simulator.handlers import (
    control,
    devices,
    domains,
    live,
    new_devices,
    organizations,
    playback,
    tasks,
)
from ivcdesk.simulator.handlers.table import HANDLERS

__all__ = [
    "HANDLERS",
    "control",
    "devices",
    "domains",
    "live",
    "new_devices",
    "organizations",
    "playback",
    "tasks",
]
