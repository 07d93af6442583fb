"""What the cloud answers, one file per group of actions of its reference."""

from ivcdesk.simulator.handlers import (
    ai,
    backup_plans,
    control,
    devices,
    domains,
    gateways,
    live,
    new_devices,
    operations,
    organizations,
    playback,
    record_plans,
    record_tasks,
    record_templates,
    snapshots,
    tasks,
    video_files,
)
from ivcdesk.simulator.handlers.table import HANDLERS

__all__ = [
    "HANDLERS",
    "ai",
    "backup_plans",
    "control",
    "devices",
    "domains",
    "gateways",
    "live",
    "new_devices",
    "operations",
    "organizations",
    "playback",
    "record_plans",
    "record_tasks",
    "record_templates",
    "snapshots",
    "tasks",
    "video_files",
]
