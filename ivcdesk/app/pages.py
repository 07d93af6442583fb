"""The pages of the workspace: one row for each."""

from __future__ import annotations

from dataclasses import dataclass

from ivcdesk.ui.text import mark

NAVIGATOR = "navigator"
CONTROL = "control"
INSPECTOR = "inspector"
DOWNLOADS = "downloads"


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its place on the rail.

    ``docks`` stand beside it. ``needs_session``: sign-in stands in for it where nobody is signed
    in. ``last``: its button is at the end of the rail.
    """

    name: str
    title: str
    icon: str
    docks: frozenset[str] = frozenset()
    needs_session: bool = True
    last: bool = False


PAGES: tuple[Page, ...] = (
    Page("live", mark("Live"), "live", frozenset({NAVIGATOR, CONTROL})),
    Page("playback", mark("Playback"), "playback", frozenset({NAVIGATOR})),
    Page("settings", mark("Settings"), "settings", needs_session=False, last=True),
)
