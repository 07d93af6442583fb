"""What tasks of the cloud say of themselves: fetches from devices, retrievals, backup plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ivcdesk.api.actions import (
    DownloadState,
    DownloadTask,
    RetrievalState,
    RetrievalTask,
    RetrievedChannel,
)
from ivcdesk.domain.backfill import Chance, Prospect
from ivcdesk.domain.fetches import moment, section, share
from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.weeks import Section
from ivcdesk.ui.models.keyed_rows import Row
from ivcdesk.ui.panels.downloads_words import reason_words
from ivcdesk.ui.text import mark, tr
from ivcdesk.ui.widgets import time_words, timeline_words
from ivcdesk.ui.widgets.status_bar import amount

FETCH_STATES: dict[DownloadState, str] = {
    DownloadState.WAITING: mark("Being prepared"),
    DownloadState.RUNNING: mark("Read from the device"),
    DownloadState.DONE: mark("Ready"),
    DownloadState.FAILED: mark("Failed|state"),
}
RETRIEVAL_STATES: dict[RetrievalState, str] = {
    RetrievalState.WAITING: mark("Waits"),
    RetrievalState.RETRIEVING: mark("Comes out of the archive"),
    RetrievalState.RETRIEVED: mark("Playable"),
    RetrievalState.NOTHING_ARCHIVED: mark("Nothing archived"),
}
_DAYS = (
    mark("Mon"),
    mark("Tue"),
    mark("Wed"),
    mark("Thu"),
    mark("Fri"),
    mark("Sat"),
    mark("Sun"),
)
_MEGABYTE = 1_000_000


def span_words(span: Interval, zone: tzinfo) -> str:
    """Return a stretch with its day: ``Mon 23 Nov 14:00:00–15:00:00``."""
    day = time_words.short_day_of(span.start, zone)
    start, end = (timeline_words.time_at(t, zone) for t in span)
    last = time_words.short_day_of(span.end, zone)
    if last != day:
        end = f"{last} {end}"
    return f"{day} {start}\u2013{end}"


def fetch_row(task: DownloadTask, zone: tzinfo, now: float) -> Row:
    """Return a task that fetches from a device: camera, stretch, state, size, kept days."""
    span = section(task.video_time_section)
    when = span_words(span, zone) if span is not None else task.video_time_section
    words = tr(FETCH_STATES.get(task.status, mark("Unknown state")))
    done = None
    tip = ""
    if task.status is DownloadState.RUNNING:
        done = share(moment(task.start_time), task.download_time, task.scale, now)
        if done is not None:
            words = tr("{what}: about {percent} %", what=words, percent=int(done * 100))
    elif task.status is DownloadState.FAILED:
        reason = reason_words(task.failed_reason)
        words = tr("Failed: {reason}", reason=reason)
        tip = task.failed_reason
    elif task.status is DownloadState.DONE and not task.file_download_url:
        words = tr("The file is not kept any more")
    camera = " · ".join(dict.fromkeys(n for n in (task.channel_name, task.device_name) if n))
    size = amount(task.video_size) if task.video_size else ""
    moods = {DownloadState.DONE: "ok", DownloadState.FAILED: "bad", DownloadState.WAITING: "off"}
    return Row(
        str(task.download_task_id),
        (camera, when, words, size, tr("{days} days", days=task.expire)),
        tip,
        moods.get(task.status, ""),
        1.0 if task.status is DownloadState.DONE else done,
    )


def retrieval_row(task: RetrievalTask, detail: RetrievalTask | None, zone: tzinfo) -> Row:
    """Return a retrieval: name, stretch, state, cameras, size, kept days."""
    span = Interval(float(task.start_time), float(task.end_time))
    words = tr(RETRIEVAL_STATES.get(task.status, mark("Unknown state")))
    channels = detail.channels if detail is not None else ()
    ended = (RetrievalState.RETRIEVED, RetrievalState.NOTHING_ARCHIVED)
    there = sum(each.status in ended for each in channels)
    done = None
    if task.status is RetrievalState.RETRIEVED:
        done = 1.0
        if channels and all(e.status is RetrievalState.NOTHING_ARCHIVED for e in channels):
            words = tr(RETRIEVAL_STATES[RetrievalState.NOTHING_ARCHIVED])
    elif channels and task.status is RetrievalState.RETRIEVING:
        done = there / len(channels)
        words = tr("{what}: {done} of {count}", what=words, done=there, count=len(channels))
    count = task.channel_count or len(channels)
    moods = {RetrievalState.RETRIEVED: "ok", RetrievalState.WAITING: "off"}
    return Row(
        str(task.task_id),
        (
            task.task_name,
            span_words(span, zone),
            words,
            str(count) if count else "",
            amount(round(task.capacity * _MEGABYTE)) if task.capacity else "",
            tr("{days} days", days=task.expiration),
        ),
        task.describe,
        moods.get(task.status, ""),
        done,
    )


def channels_words(channels: Sequence[RetrievedChannel]) -> str:
    """Return the channels of a retrieval with their states, one in each line."""
    return "\n".join(
        tr(
            "{camera}: {state}",
            camera=" · ".join(n for n in (each.channel_name, each.device_name) if n),
            state=tr(RETRIEVAL_STATES.get(each.status, mark("Unknown state"))),
        )
        for each in channels
    )


def prospect_words(found: Sequence[Prospect], zone: tzinfo) -> str:
    """Say which backup plan fills a gap and when, or that none does."""
    if not found:
        return tr("No backup plan holds this camera: nothing fills the gap by itself.")
    best = found[0]
    plan = best.backup
    places = {"plan": plan.name, "hours": week_words(plan.hours)}
    if best.chance is Chance.OUTSIDE:
        text = mark("Backup plan “{plan}” holds this camera, but fetches only {hours} (UTC+8).")
        return tr(text, **places)
    if best.chance is Chance.NO_TURN or best.turn is None:
        text = mark("Backup plan “{plan}” ({hours}, UTC+8) has no turn that would fetch this day.")
        return tr(text, **places)
    when = span_words(best.turn, zone)
    if best.chance is Chance.PASSED:
        text = mark("Backup plan “{plan}” should have fetched it {when}, and did not.")
        return tr(text, plan=plan.name, when=when)
    text = mark("Backup plan “{plan}” ({hours}, UTC+8) will fetch it {when}.")
    return tr(text, when=when, **places)


def week_words(week: Sequence[Section]) -> str:
    """Return the hours of a week in short: ``Mon–Fri 08:00–18:00, Sat 08:00–12:00``."""
    days: dict[int, list[str]] = {}
    for each in sorted(week):
        end = 86400 if each.end >= 86399 else each.end
        days.setdefault(each.weekday, []).append(f"{_hour(each.start)}\u2013{_hour(end)}")
    runs: list[tuple[int, int, str]] = []
    for day, hours in sorted(days.items()):
        text = " ".join(hours)
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], day, text)
        else:
            runs.append((day, day, text))
    parts = []
    for first, last, text in runs:
        names = [tr(_DAYS[day - 1]) for day in dict.fromkeys((first, last)) if 1 <= day <= 7]
        name = "\u2013".join(names)
        parts.append(f"{name} {text}")
    return ", ".join(parts)


def _hour(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) % 3600 // 60:02d}"
