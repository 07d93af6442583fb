"""A tour through pages of cameras: which page, for how long still, and whether it stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

SHORTEST, USUAL, LONGEST = 3, 15, 600
"""How long a page may be shown, s."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tour:
    """``pages`` in a ring, each shown for ``dwell`` seconds; ``left`` of them for ``page``.

    While it is ``paused`` no time passes for it.
    """

    pages: int
    dwell: float = USUAL
    page: int = 0
    left: float = USUAL
    paused: bool = False

    def __post_init__(self) -> None:
        if self.pages < 1:
            raise ValueError("a tour has a page at least")

    def advanced(self, seconds: float) -> Tour:
        """Let time pass; where it was long, several pages have gone by."""
        if self.paused or self.pages == 1:
            return self
        if seconds < self.left:
            return replace(self, left=self.left - seconds)
        turns, rest = divmod(seconds - self.left, self.dwell)
        page = (self.page + 1 + int(turns)) % self.pages
        return replace(self, page=page, left=self.dwell - rest)

    def turned(self, by: int) -> Tour:
        """Go some pages on, or back; the page reached has all of its time."""
        return replace(self, page=(self.page + by) % self.pages, left=self.dwell)

    def halted(self) -> Tour:
        """Stand still, and keep the time that is left."""
        return replace(self, paused=True)

    def resumed(self) -> Tour:
        """Go on."""
        return replace(self, paused=False)

    def paced(self, dwell: float) -> Tour:
        """Show each page for so long from now on, also the present one."""
        return replace(self, dwell=dwell, left=min(self.left, dwell))


def started(pages: int, dwell: float = USUAL) -> Tour:
    """Return a tour at its first page. Raises ValueError where there is no page."""
    return Tour(pages, dwell, 0, dwell)


def pages_of(items: Sequence[T], places: int) -> tuple[tuple[T, ...], ...]:
    """Deal items out to pages of so many places, in their order; the last may have free ones."""
    return tuple(tuple(items[at : at + places]) for at in range(0, len(items), max(1, places)))
