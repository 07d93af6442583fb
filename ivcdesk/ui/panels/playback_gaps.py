"""The gap that a moment lies in, as far as it can be filled: from a device, or from the archive."""

from __future__ import annotations

from ivcdesk.domain.coverage import Gap
from ivcdesk.domain.days import cloud_day, day_interval
from ivcdesk.domain.fetches import pieces
from ivcdesk.domain.intervals import Interval, at
from ivcdesk.ui.widgets.timeline_lanes import Lane, Track

REACH = 12 * 3600.0
"""How far about a moment a gap is followed, s."""


def device_gap(track: Track, t: float) -> Interval | None:
    """Return the stretch about a moment that the device alone has, in whole seconds."""
    if track.gap_at(t) is not Gap.DEVICE_ONLY:
        return None
    window = Interval(t - REACH, t + REACH)
    device, cloud = _stretches(track.device.recorded, window), _stretches(track.kept, window)
    return at(pieces(device, cloud, window, lacking=True), t)


def archived_gap(track: Track, t: float) -> Interval | None:
    """Return the stretch about a moment, of its day of UTC+8, that lies in the archive."""
    if track.gap_at(t) is not Gap.ARCHIVED:
        return None
    return at(_stretches(track.archived, day_interval(cloud_day(t))), t)


def _stretches(lane: Lane, window: Interval) -> tuple[Interval, ...]:
    rows = lane.within(window.start, window.end)
    return tuple(Interval(float(start), float(end)) for start, end in rows)
