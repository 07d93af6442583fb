"""What tasks of the cloud say of themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivcdesk.api.actions import (
    DownloadState,
    DownloadTask,
    RetrievalState,
    RetrievalTask,
    RetrievedChannel,
    TaskId,
)
from ivcdesk.domain.backfill import Backup, Chance, Prospect
from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.weeks import Section
from ivcdesk.services.downloads_jobs import Job, Order, Part, State, Trouble
from ivcdesk.services.fetches import RUNS, WAITS
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.models.downloads import mood
from ivcdesk.ui.panels.downloads_words import explained, reason_words, state_words
from ivcdesk.ui.panels.fetches_words import (
    channels_words,
    fetch_row,
    prospect_words,
    retrieval_row,
    week_words,
)

T0 = 1_729_468_800.0  # Monday, 2024-10-21 08:00 of UTC+8
SECTION = "2024-10-21 08:00:00-2024-10-21 10:00:00"
ALL_DAY = tuple(Section(day, 0, 86399) for day in range(1, 8))


def task(**fields) -> DownloadTask:
    whole = {
        "download_task_id": "t",
        "channel_name": "Gate",
        "device_name": "NVR",
        "video_time_section": SECTION,
        "scale": 2,
        "download_time": 7200,
        "expire": 7,
        "start_time": "2024-10-22 08:00:00",
    }
    return DownloadTask(**{**whole, **fields})


@pytest.mark.parametrize(
    ("fields", "words", "mood"),
    [
        ({"status": DownloadState.WAITING}, "Being prepared", "off"),
        ({"status": DownloadState.RUNNING}, "Read from the device: about 25 %", ""),
        ({"status": DownloadState.RUNNING, "start_time": ""}, "Read from the device", ""),
        ({"status": DownloadState.DONE, "file_download_url": "x"}, "Ready", "ok"),
        ({"status": DownloadState.DONE}, "The file is not kept any more", "ok"),
        (
            {"status": DownloadState.FAILED, "failed_reason": "设备无录像"},
            "Failed: the device has no recording of this time",
            "bad",
        ),
        ({"status": DownloadState.FAILED}, "Failed: no reason is given", "bad"),
        ({}, "Unknown state", ""),
    ],
)
def test_a_fetch_says_how_far_it_is(fields, words, mood):
    row = fetch_row(task(**fields), CLOUD_ZONE, T0 + 86400 + 900)
    assert row.cells[2] == words
    assert row.mood == mood
    assert row.cells[0] == "Gate · NVR"
    assert row.cells[1] == "Mon 21 Oct 08:00:00\u201310:00:00"
    assert row.cells[4] == "7 days"


def test_a_fetch_whose_times_can_t_be_read_quotes_them():
    row = fetch_row(task(video_time_section="whenever", device_name="Gate"), CLOUD_ZONE, T0)
    assert row.cells[:2] == ("Gate", "whenever")


def test_reasons_are_told_in_words_or_quoted():
    assert reason_words("录像不完整") == "the device's recording has gaps"
    assert reason_words("设备离线了") == "the device went offline"
    assert reason_words("拉流超时") == "the device did not answer in time"
    assert reason_words("E_42") == "E_42"


def retrieval(status, *states, **fields) -> RetrievalTask:
    return RetrievalTask(
        task_id=TaskId("r"),
        task_name="gate-1021",
        start_time=int(T0),
        end_time=int(T0) + 3600,
        expiration=3,
        status=status,
        capacity=270.0,
        channels=[
            RetrievedChannel(channel_name=f"c{n}", device_name="NVR", status=state)
            for n, state in enumerate(states)
        ],
        **fields,
    )


def test_a_retrieval_says_how_many_of_its_cameras_are_there():
    state = RetrievalState
    row = retrieval_row(retrieval(state.WAITING, channel_count=2), None, CLOUD_ZONE)
    assert row.cells == (
        "gate-1021",
        "Mon 21 Oct 08:00:00\u201309:00:00",
        "Waits",
        "2",
        "270 MB",
        "3 days",
    )
    half = retrieval(state.RETRIEVING, state.RETRIEVED, state.WAITING)
    row = retrieval_row(half, half, CLOUD_ZONE)
    assert (row.cells[2], row.share) == ("Comes out of the archive: 1 of 2", 0.5)
    assert channels_words(half.channels) == "c0 · NVR: Playable\nc1 · NVR: Waits"
    empty = retrieval(state.RETRIEVED, state.NOTHING_ARCHIVED)
    assert retrieval_row(empty, empty, CLOUD_ZONE).cells[2] == "Nothing archived"
    assert retrieval_row(empty, None, CLOUD_ZONE).cells[2] == "Playable"


def test_hours_of_a_week_are_told_in_short():
    assert week_words(ALL_DAY) == "Mon\u2013Sun 00:00\u201324:00"
    some = [Section(d, 28800, 43200) for d in (1, 2, 3)] + [
        Section(3, 50400, 64800),
        Section(6, 28800, 43200),
    ]
    assert week_words(some) == (
        "Mon\u2013Tue 08:00\u201312:00, Wed 08:00\u201312:00 14:00\u201318:00, Sat 08:00\u201312:00"
    )


def test_the_plan_that_fills_a_gap_is_named_with_its_hours_and_its_turn():
    plan = Backup("nights", (), ALL_DAY)
    turn = Interval(T0 + 64800, T0 + 72000)
    coming = Prospect(plan, Chance.COMING, (Interval(T0, T0 + 60),), turn)
    assert prospect_words([coming], CLOUD_ZONE) == (
        "Backup plan “nights” (Mon\u2013Sun 00:00\u201324:00, UTC+8) will fetch it "
        "Tue 22 Oct 02:00:00\u201304:00:00."
    )
    passed = prospect_words([replace(coming, chance=Chance.PASSED)], CLOUD_ZONE)
    assert passed.endswith("02:00:00\u201304:00:00, and did not.")
    never = prospect_words([replace(coming, chance=Chance.NO_TURN, turn=None)], CLOUD_ZONE)
    assert "has no turn" in never
    other = prospect_words([replace(coming, chance=Chance.OUTSIDE)], CLOUD_ZONE)
    assert "fetches only Mon\u2013Sun" in other
    assert prospect_words([], CLOUD_ZONE).startswith("No backup plan")


def test_a_job_that_waits_for_a_device_says_so():
    span = Interval(T0, T0 + 60)
    job = Job(1, "", Order("device", "Gate", "g.mp4", "/x", "mp4", span, (Part(span),), join=False))

    def words() -> str:
        return state_words(job, lambda error: Explanation(str(error)), away=False)

    job.state, job.note = State.WAITING, WAITS
    assert words() == "Waits for the device"
    assert mood(job, away=False) == "off"
    job.note, job.note_share = RUNS, 0.257
    assert words() == "Read from the device: about 25 %"
    job.state, job.trouble = State.FAILED, Trouble("unfetched", "录像不完整")
    assert words() == "Failed: the device's recording has gaps"
    found = explained(job, lambda error: Explanation(str(error)))
    assert found.title == "Not fetched from the device: the device's recording has gaps"
    job.trouble = Trouble("gone")
    assert words() == "Failed: The cloud does not keep the fetched file any more"
