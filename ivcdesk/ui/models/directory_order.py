"""In which order the rows of the directory stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ivcdesk.api.actions import Device, Organization
from ivcdesk.ui.models.directory_rows import Kind

Order = tuple[int, str, str]

_DIGITS = re.compile(r"\d+")


def place_of(kind: Kind, thing: Organization | Device) -> Order:
    """Return the sort key: by name, where 9 comes before 10."""
    key = thing.organization_id if isinstance(thing, Organization) else thing.device_id
    name = _DIGITS.sub(lambda digits: digits[0].zfill(9), thing.name.casefold())
    return (kind, name, key)


def runs_of(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return the stretches of consecutive numbers as (first, end)."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row:
            runs[-1] = (runs[-1][0], row + 1)
        else:
            runs.append((row, row + 1))
    return runs
