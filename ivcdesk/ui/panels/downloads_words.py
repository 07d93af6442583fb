"""What a download says of itself, in the language of the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ivcdesk.api.errors import service_error
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import mark, tr
from ivcdesk.ui.widgets import time_words
from ivcdesk.ui.widgets.status_bar import amount

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.downloads_jobs import Job, Trouble

Explain = Callable[[BaseException], Explanation]

_TROUBLES: dict[str, tuple[str, str]] = {
    "network": (
        mark("No way to the server"),
        mark("It is tried again by itself, for as long as it takes."),
    ),
    "server": (
        mark("The server answers badly"),
        mark("It is tried again by itself. Reason: {detail}"),
    ),
    "address": (
        mark("The address is not accepted"),
        mark("A fresh one is asked for by itself. Reason: {detail}"),
    ),
    "limit": (
        mark("The cloud allows fewer downloads at once"),
        mark("This one waits for its turn; one more is tried every minute."),
    ),
    "account": (mark("Nobody is signed in to its account"), mark("Sign in to go on.")),
    "space": (
        mark("The disk is full: {needed} needed, {free} free"),
        mark("Make room and it goes on by itself, or choose Remove."),
    ),
    "disk": (
        mark("The file can't be written"),
        mark("The system says: {detail}. Check the folder, then choose Resume."),
    ),
    "unwhole": (
        mark("The file was not what was asked for"),
        mark("It was fetched again and came no better: {detail}. Resume to try once more."),
    ),
    "apart": (
        mark("The parts don't go together"),
        mark("The camera's settings changed meanwhile. Resume fetches them as single files."),
    ),
    "unfetched": (
        mark("Not fetched from the device: {detail}"),
        mark("Resume has the cloud ask the device once more."),
    ),
    "gone": (
        mark("The cloud does not keep the fetched file any more"),
        mark("It was deleted, or its days are over. Resume has it fetched once more."),
    ),
}


_NOTES: dict[str, str] = {
    "device waits": mark("Waits for the device"),
    "device runs": mark("Read from the device"),
}
"""What a job can wait for; see ``services/fetches.py``."""

_REASONS: dict[str, str] = {
    "无录像": mark("the device has no recording of this time"),
    "不完整": mark("the device's recording has gaps"),
    "离线": mark("the device went offline"),
    "超时": mark("the device did not answer in time"),
}
"""What the cloud's reasons contain, and what they mean."""


class DownloadWords:
    """The cells of the table; ``explain`` makes words of the cloud's refusals."""

    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    def state(self, job: Job, *, away: bool) -> str:
        """Return what a job does now, or why it doesn't; ``away``: its account is not open."""
        return state_words(job, self._explain, away=away)

    def explained(self, job: Job) -> Explanation:
        """Return a job's trouble in words, with its code and request id."""
        return explained(job, self._explain)

    def size(self, job: Job) -> str:
        """Return how much has arrived, or how large the file is."""
        if job.state == "done" and job.published is not None:
            return amount(job.published.size)
        return amount(job.bytes) if job.bytes else ""

    def speed(self, job: Job) -> str:
        """Return how fast it comes."""
        if job.state != "running" or job.speed <= 0:
            return ""
        return tr("{amount}/s", amount=amount(round(job.speed)))

    def remaining(self, job: Job) -> str:
        """Return how long it still takes."""
        left = job.remaining
        return "" if left is None else time_words.length(left)

    def tip(self, job: Job) -> str:
        """Return everything about a job's trouble, in lines."""
        found = self.explained(job)
        return "\n".join(part for part in (found.title, found.hint, found.footnote) if part)


def state_words(job: Job, explain: Explain, *, away: bool) -> str:
    """Return what a job does now, or why it doesn't."""
    match str(job.state):
        case "done":
            return tr("Done")
        case "failed" if job.trouble is not None and job.trouble.kind == "unfetched":
            return tr("Failed: {reason}", reason=reason_words(job.trouble.detail))
        case "failed":
            return tr("Failed: {reason}", reason=explained(job, explain).title)
        case "paused" if job.trouble is None:
            return tr("Paused")
        case "paused":
            return explained(job, explain).title
        case "retrying":
            left = max(0, round((job.due or 0.0) - time.monotonic()))
            reason = explained(job, explain).title
            if away or not left:
                return reason
            return tr("{reason}: again in {seconds} s", reason=reason, seconds=left)
        case _ if away:
            return tr("Waits until somebody signs in to its account")
        case "waiting" if job.note_share is not None:
            what, percent = tr(_NOTES[job.note]), int(job.note_share * 100)
            return tr("{what}: about {percent} %", what=what, percent=percent)
        case "waiting":
            return tr(_NOTES[job.note])
        case "asking":
            return tr(job.note) if job.note else tr("Asking for the file")
        case "running":
            return _running_words(job)
        case "verifying":
            return tr("Checking")
    return tr("Waits for its turn")


def _running_words(job: Job) -> str:
    share = job.progress
    if share is None:
        return tr("Loading")
    return tr("Loading, {percent} %", percent=int(share * 100))


def explained(job: Job, explain: Explain) -> Explanation:
    """Return a job's trouble in words, with its code and request id; empty where it has none."""
    trouble = job.trouble
    if trouble is None:
        return Explanation("")
    if trouble.kind == "cloud" or (trouble.kind == "limit" and trouble.code):
        return explain(_as_error(trouble))
    title, hint = _TROUBLES[trouble.kind]
    if trouble.kind == "unfetched":
        return Explanation(tr(title, detail=reason_words(trouble.detail)), tr(hint))
    places = {
        "detail": trouble.detail or "–",
        "needed": amount(trouble.needed),
        "free": amount(trouble.free),
    }
    if trouble.kind == "space" and not trouble.needed:
        title = mark("The disk is full")
    return Explanation(tr(title, **_for(title, places)), tr(hint, **_for(hint, places)))


def reason_words(reason: str) -> str:
    """Return why the cloud could not fetch a recording; what isn't known is quoted."""
    for part, words in _REASONS.items():
        if part in reason:
            return tr(words)
    return reason or tr("no reason is given")


def summary_words(running: int, waiting: int, troubled: int, share: float = 0.0) -> str:
    """Return what the status bar says of all jobs; empty where there is nothing to do."""
    parts = []
    if running or waiting:
        count, percent = running + waiting, int(share * 100)
        text = mark("downloads {running} of {count}: {percent} %")
        parts.append(tr(text, running=running, count=count, percent=percent))
    if troubled:
        parts.append(tr("{count} failed", count=troubled))
    return " · ".join(parts)


def _as_error(trouble: Trouble) -> BaseException:
    return service_error(
        trouble.code, trouble.detail, action=trouble.action, request_id=trouble.request_id
    )


def _for(text: str, places: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in places.items() if f"{{{name}}}" in text}
