"""Why there is no picture, in words that say what will happen next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ivcdesk.api.actions import ChannelId
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.panels.channel_words import obstacle_words
from ivcdesk.ui.panels.live_slot import Trouble
from ivcdesk.ui.text import tr

if TYPE_CHECKING:
    from ivcdesk.services.directory import Directory


class Said(NamedTuple):
    """A trouble in words: what it is, more about it, and what to quote (code, request id)."""

    title: str
    detail: str
    footnote: str


def trouble_words(
    directory: Directory,
    channel_id: ChannelId,
    trouble: Trouble,
    explain: Callable[[BaseException], Explanation],
) -> Said:
    """Say what is the matter with a channel's picture."""
    said = explain(trouble.error) if trouble.error is not None else Explanation("")
    if trouble.obstacle is None:
        return Said(said.title, said.hint, said.footnote)
    title = obstacle_words(directory, channel_id, trouble.obstacle)
    detail = ""
    if trouble.lost_at is not None:
        lost = datetime.fromtimestamp(trouble.lost_at).astimezone()
        detail = tr("last seen {time}", time=f"{lost:%H:%M}")
    return Said(title, detail, said.footnote)


def next_try(seconds: int | None) -> str:
    """Say when the next try by itself will be; "" where there will be none."""
    if seconds is None:
        return ""
    return tr("next try in {seconds} s", seconds=seconds) if seconds else tr("trying again …")
