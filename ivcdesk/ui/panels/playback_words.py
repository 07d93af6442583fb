"""What the playback page says about gaps: what was skipped, and where nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ivcdesk.ui.panels.playback_places import Nowhere, Place
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets import time_words, timeline_words
from ivcdesk.ui.widgets.timeline_lanes import Track


def jump_words(place: Place, zone: tzinfo) -> str:
    """Say which gap was left out on the way to a place."""
    start = place.t if place.skipped is None else place.skipped
    return tr(
        "Nothing is recorded at {time}: went on {length} later, at {next}",
        time=timeline_words.time_at(start, zone),
        length=time_words.length(place.t - start),
        next=timeline_words.time_at(place.t, zone),
    )


def nowhere_words(found: Nowhere, tracks: Sequence[Track], zone: tzinfo, now: float) -> str:
    """Say why nothing is recorded at a moment."""
    day = time_words.full_day_of(found.t, zone)
    clock = timeline_words.time_at(found.t, zone)
    why = timeline_words.recorded_at(tracks[0], found.t, now) if tracks else ""
    return tr("{day} {time}: {why}", day=day, time=clock, why=why or tr("nothing recorded"))


def play_words(t: float, zone: tzinfo) -> str:
    """Offer to play from a moment."""
    return tr("Play {time}", time=timeline_words.time_at(t, zone))
