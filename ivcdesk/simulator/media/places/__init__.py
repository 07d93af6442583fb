"""The kinds of place that a camera can look at; a seed builds the same one each time."""

from __future__ import annotations

import numpy as np

from ivcdesk.simulator.media.places.base import Place
from ivcdesk.simulator.media.places.city import city
from ivcdesk.simulator.media.places.factory import factory
from ivcdesk.simulator.media.places.harbour import harbour
from ivcdesk.simulator.media.places.interchange import interchange

KINDS = {"city": city, "harbour": harbour, "factory": factory, "interchange": interchange}

__all__ = ["KINDS", "Place", "build"]


def build(seed: int, kind: str = "") -> Place:
    """Build the place of a seed; raises KeyError for an unknown kind."""
    rng = np.random.default_rng([seed & 0xFFFFFFFF, 2023])
    drawn = list(KINDS)[int(rng.integers(0, len(KINDS)))]
    return KINDS[kind or drawn](rng)
