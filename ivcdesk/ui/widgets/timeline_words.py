"""What a timeline says about a moment: its time, and what is recorded there or why nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ivcdesk.domain.coverage import Gap
from ivcdesk.domain.timescale import offsets
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets import time_words
from ivcdesk.ui.widgets.timeline_lanes import Part, Track

DATED = 36 * 3600.0
"""Of a window longer than this the day is told as well, s."""
FINE = 30.0
"""Of a window shorter than this the millisecond is told, s."""


def time_at(t: float, zone: tzinfo, *, fine: bool = False) -> str:
    """Return the wall clock of a moment; near a clock change, with the offset that tells it."""
    text = time_words.clock(t, zone, milliseconds=fine)
    if len(offsets(t - 2 * 3600, t + 2 * 3600, zone)) > 1:
        text = f"{text} {time_words.offset(t, zone)}"
    return text


def recorded_at(track: Track, t: float, now: float) -> str:
    """Return what is recorded at a moment, or why nothing is, in a few words."""
    cloud, device = track.cloud.recorded.holds(t), track.device.recorded.holds(t)
    if cloud:
        return tr("in the cloud and on the device") if device else tr("in the cloud")
    if t >= now:
        return tr("not yet")
    gap = track.gap_at(t)
    if gap is Gap.ARCHIVED:
        return tr("in the archive: retrieve it to play it")
    if device:
        if track.cloud.known.holds(t):
            return tr("on the device only: missing in the cloud")
        return tr("on the device")
    if gap is Gap.OUTSIDE_PLAN:
        return tr("nothing recorded: no plan wanted it")
    if gap is Gap.NOWHERE:
        return tr("nothing recorded, neither in the cloud nor on the device")
    for part in (track.cloud, track.device):
        if part.loading.holds(t):
            return tr("loading…")
    if track.cloud.known.holds(t):
        return tr("nothing in the cloud; the device's list is not known")
    return _failure(track.cloud, t) or _failure(track.device, t) or tr("not loaded")


def clock_words(track: Track) -> str:
    """Return how far the camera's clock is off, empty where it is right or not known."""
    offset = track.clock_offset
    if not offset:
        return ""
    length = time_words.length(abs(offset))
    if offset > 0:
        return tr("clock {length} ahead", length=length)
    return tr("clock {length} behind", length=length)


def _failure(part: Part, t: float) -> str:
    return (part.problem or tr("could not be read")) if part.failed.holds(t) else ""


def pointer_text(
    tracks: Sequence[Track],
    t: float,
    zone: tzinfo,
    now: float,
    which: int | None = None,
    *,
    span: float = 0.0,
) -> str:
    """Return what to show beside the pointer; ``which`` of several tracks it is over.

    ``span`` is how much time is visible, s: of much the day is told, of little the millisecond.
    """
    text = time_at(t, zone, fine=0 < span < FINE)
    if span > DATED:
        text = tr("{day} {time}", day=time_words.short_day_of(t, zone), time=text)
    if len(tracks) == 1:
        which = 0
    if which is None or not 0 <= which < len(tracks):
        return text
    track = tracks[which]
    words = [text, recorded_at(track, t, now)]
    if len(tracks) > 1 and track.name:
        words.insert(1, track.name)
    if track.device.recorded.holds(t):
        words += [part for part in (clock_words(track), track.device.fault) if part]
    return " · ".join(words)
