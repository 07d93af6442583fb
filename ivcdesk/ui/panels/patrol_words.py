"""Where a tour is, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import tr

if TYPE_CHECKING:
    from ivcdesk.services.patrol import Progress


def progress_words(progress: Progress, explain: Callable[[BaseException], Explanation]) -> str:
    """Say where a tour is and when it goes on."""
    number = progress.preset
    left = None if progress.left is None else round(progress.left)
    match progress.phase:
        case "going":
            return tr("⟳ Patrol · on the way to preset {number}", number=number)
        case "dwelling" if progress.error is not None:
            why = explain(progress.error).title
            return tr("△ Patrol · preset {number} could not be reached: {reason}").format(
                number=number, reason=why
            )
        case "dwelling":
            return tr("⟳ Patrol · preset {number} · {left} s left", number=number, left=left or 0)
        case "paused" if left is not None:
            return tr("‖ Patrol rests · goes on in {left} s if nobody steers", left=left)
        case "paused":
            return tr("‖ Patrol rests, because somebody steered or paused it")
        case _ if progress.error is not None:
            why = explain(progress.error).title
            return tr("✕ The patrol ended: {reason}", reason=why)
        case _:
            return tr("The patrol has ended")


def short_progress(progress: Progress) -> str:
    """Say the same in a few signs, for a corner of the picture and for the status bar."""
    left = None if progress.left is None else round(progress.left)
    if progress.phase == "going":
        return tr("⟳ → {number}", number=progress.preset)
    if progress.phase == "dwelling":
        return tr("⟳ {number} · {left} s", number=progress.preset, left=left or 0)
    if left is not None:
        return tr("‖ rests · {left} s", left=left)
    return tr("‖ rests")
