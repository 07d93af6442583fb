"""What a camera was told and what came back, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ivcdesk.api.actions import PtzCommand
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import mark, tr

if TYPE_CHECKING:
    from ivcdesk.services.ptz import Feedback

WORDS: Mapping[PtzCommand, tuple[str, str]] = {
    PtzCommand.UP: ("↑", mark("up")),
    PtzCommand.DOWN: ("↓", mark("down")),
    PtzCommand.LEFT: ("←", mark("left")),
    PtzCommand.RIGHT: ("→", mark("right")),
    PtzCommand.LEFT_UP: ("↖", mark("left and up")),
    PtzCommand.RIGHT_UP: ("↗", mark("right and up")),
    PtzCommand.LEFT_DOWN: ("↙", mark("left and down")),
    PtzCommand.RIGHT_DOWN: ("↘", mark("right and down")),
    PtzCommand.ZOOM_IN: ("+", mark("zoom in")),
    PtzCommand.ZOOM_OUT: ("−", mark("zoom out")),
    PtzCommand.FOCUS_FAR: ("◎", mark("focus farther")),
    PtzCommand.FOCUS_NEAR: ("◎", mark("focus nearer")),
    PtzCommand.IRIS_OPEN: ("○", mark("iris open")),
    PtzCommand.IRIS_CLOSE: ("●", mark("iris closed")),
}
"""The sign and the name of each command."""


class Outcome(NamedTuple):
    """What became of a command: words, whether it failed, and what to quote if it did."""

    text: str = ""
    failed: bool = False
    footnote: str = ""


def outcome(
    feedback: Feedback, before: Feedback | None, explain: Callable[[BaseException], Explanation]
) -> Outcome:
    """Say what became of a command; no text where there is nothing to say.

    ``before`` is the feedback that came before this one.
    """
    if feedback.state == "idle" and before is not None and before.state == "sending":
        # the link was so slow that the hand was off before the call had left
        return Outcome(
            tr("{motion} · let go before it could be sent", motion=_motion(before)), True
        )
    if feedback.command is None:
        return Outcome()
    motion = _motion(feedback)
    match feedback.state:
        case "sending":
            return Outcome(motion)
        case "answered" if feedback.answer_ms is not None:
            taken = round(feedback.answer_ms)
            return Outcome(tr("{motion} · answered in {ms} ms", motion=motion, ms=taken))
        case "dropped":
            said = tr("{motion} · not sent, the last answer took too long", motion=motion)
            return Outcome(said, True)
        case "failed" if feedback.error is not None:
            why = explain(feedback.error)
            return Outcome(f"✕ {motion} · {why.title}", True, why.footnote)
        case _:
            return Outcome()


def _motion(feedback: Feedback) -> str:
    if feedback.command is None:
        return ""
    sign, name = WORDS[feedback.command]
    return f"{sign} " + tr("{motion}, speed {speed}", motion=tr(name), speed=feedback.speed)
