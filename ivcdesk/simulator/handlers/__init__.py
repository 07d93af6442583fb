"""What the cloud answers, one file per group of actions of its reference."""

from ivcdesk.simulator.handlers import (
    control,
    devices,
    domains,
    gateways,
    live,
    new_devices,
    backup_plans,
    operations,
    organizations,
    playback,
    record_plans,
    record_templates,
    tasks,
)
from ivcdesk.simulator.handlers.table import HANDLERS

__all__ = [
    "HANDLERS",
    "control",
    "devices",
    "domains",
    "gateways",
    "live",
    "new_devices",
    "backup_plans",
    "operations",
    "organizations",
    "playback",
    "record_plans",
    "record_templates",
    "tasks",
]
