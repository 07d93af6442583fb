"""What the cloud answers, one file per group of actions of its reference."""

from ivcdesk.simulator.handlers import control, devices, live, organizations, playback
from ivcdesk.simulator.handlers.table import HANDLERS

__all__ = ["HANDLERS", "control", "devices", "live", "organizations", "playback"]
