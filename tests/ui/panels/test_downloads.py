"""The table of downloads: rows that come and go one by one, words for each state, and keys."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from ivcdesk.domain.intervals import Interval
from ivcdesk.services.downloads import Change, Downloads
from ivcdesk.services.downloads_jobs import Job, Order, Part, Published, State, Trouble
from ivcdesk.ui.models.downloads import (
    FILE,
    LEFT,
    MOOD,
    SIZE,
    SPEED,
    STATE,
    DownloadsModel,
    Summary,
)
from ivcdesk.ui.panels import downloads_aloud
from ivcdesk.ui.panels.downloads import DownloadsPanel
from ivcdesk.ui.panels.downloads_words import DownloadWords, summary_words
from tests.ui.panels.stand_ins import explain, make_context, until


class Queue:
    """A queue without anything behind it: a test puts jobs in and changes them."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.subscribers: list = []
        self.asked: list[tuple] = []
        self.away: set[int] = set()

    def subscribe(self, subscriber):
        self.subscribers.append(subscriber)
        return lambda: self.subscribers.remove(subscriber)

    def tell(self, what: str, job: Job) -> None:
        for subscriber in self.subscribers:
            subscriber(Change(what, job))

    def put(self, state: State = State.QUEUED, **fields: object) -> Job:
        number = len(self.asked) + len(self.jobs) + 1
        part = Part(Interval(0, 100))
        order = Order("cloud", "Gate", f"{number}.mp4", "/exports", "mp4", part.span, (part,))
        job = Job(number, "mine", order, state=state)
        for name, value in fields.items():
            setattr(job, name, value)
        self.jobs.append(job)
        self.tell("added", job)
        return job

    def change(self, job: Job, **fields: object) -> None:
        for name, value in fields.items():
            setattr(job, name, value)
        self.tell("changed", job)

    def waits_for_account(self, job: Job) -> bool:
        return job.id in self.away

    def pause(self, job: Job) -> None:
        self.asked.append(("pause", job.id))
        self.change(job, state=State.PAUSED)

    def resume(self, job: Job) -> None:
        self.asked.append(("resume", job.id))
        self.change(job, state=State.QUEUED)

    def move(self, job: Job, rows: int) -> None:
        here = self.jobs.index(job)
        there = max(0, min(here + rows, len(self.jobs) - 1))
        self.jobs.insert(there, self.jobs.pop(here))
        self.tell("moved", job)

    async def remove(self, job: Job) -> None:
        self.asked.append(("remove", job.id))
        self.jobs.remove(job)
        self.tell("removed", job)

    def detach(self) -> None:
        self.asked.append(("detach",))

    async def settle(self) -> None:
        self.asked.append(("settle",))


@pytest.fixture
def queue():
    return Queue()


@pytest.fixture
def model(queue):
    made = DownloadsModel(DownloadWords(explain))
    made.watch(queue)
    yield made
    made.watch(None)


@pytest.fixture
def panel(qtbot, queue):
    host = QWidget()
    made = DownloadsPanel(make_context(), queue, lambda _session: "mine", host)
    QVBoxLayout(host).addWidget(made)
    qtbot.addWidget(host)
    host.resize(1000, 300)
    host.show()
    yield made
    made.model.watch(None)


def cell(model: DownloadsModel, row: int, column: int) -> str:
    return model.index(row, column).data()


def button(panel: DownloadsPanel, name: str) -> QToolButton:
    return panel.findChild(QToolButton, f"downloads.{name}")


def test_the_model_is_well_behaved_whatever_happens(qtmodeltester, qtbot, queue, model):
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    chance = random.Random(4)
    qtmodeltester.check(model)
    for _ in range(200):
        jobs = queue.jobs
        match chance.choice(["put", "put", "move", "remove", "change"]):
            case "put":
                queue.put(chance.choice(list(State)))
            case "move" if jobs:
                queue.move(chance.choice(jobs), chance.randint(-3, 3))
            case "change" if jobs:
                queue.change(chance.choice(jobs), state=chance.choice(list(State)))
            case "remove" if jobs:
                job = jobs.pop(chance.randrange(len(jobs)))
                queue.tell("removed", job)
        assert [model.job(row) for row in range(model.rowCount())] == queue.jobs
    qtmodeltester.check(model)
    assert not resets


def test_a_row_keeps_its_place_in_the_selection_when_it_moves(queue, model):
    jobs = [queue.put() for _ in range(4)]
    kept = QPersistentModelIndex(model.index(3, 0))
    queue.move(jobs[3], -2)
    assert kept.row() == 1
    queue.move(jobs[0], 3)
    assert kept.row() == 0
    assert model.job(0) is jobs[3]


@pytest.mark.parametrize(
    ("fields", "words", "mood"),
    [
        ({"state": State.QUEUED}, "Waits for its turn", "off"),
        ({"state": State.ASKING}, "Asking for the file", ""),
        ({"state": State.ASKING, "note": "Choose a folder"}, "Choose a folder", ""),
        ({"state": State.RUNNING, "received": 5}, "Loading", ""),
        (
            {"state": State.RUNNING, "received": 5, "current_seconds": 42.5},
            "Loading, 42 %",
            "",
        ),
        ({"state": State.VERIFYING}, "Checking", ""),
        ({"state": State.DONE}, "Done", "ok"),
        ({"state": State.PAUSED}, "Paused", "off"),
        (
            {"state": State.PAUSED, "trouble": Trouble("space", needed=2000, free=1000)},
            "The disk is full: 2 kB needed, 1 kB free",
            "warn",
        ),
        (
            {"state": State.FAILED, "trouble": Trouble("cloud", code="InternalError")},
            "Failed: Words for InternalError",
            "bad",
        ),
        ({"state": State.RETRYING, "trouble": Trouble("network")}, "No way to the server", "warn"),
    ],
)
def test_each_state_has_words_and_a_mood(queue, model, fields, words, mood):
    queue.put(**fields)
    assert cell(model, 0, STATE) == words
    assert model.index(0, STATE).data(MOOD) == mood


def test_a_retry_counts_down_and_an_account_that_is_away_is_told(queue, model):
    job = queue.put(State.RETRYING, trouble=Trouble("network"), due=time.monotonic() + 30.4)
    assert cell(model, 0, STATE) == "No way to the server: again in 30 s"
    queue.away.add(job.id)
    queue.change(job, state=State.QUEUED, due=None)
    assert cell(model, 0, STATE) == "Waits until somebody signs in to its account"


def test_size_speed_and_what_is_left(queue, model):
    queue.put(State.RUNNING, received=2_500_000, current_seconds=25.0, speed=500_000.0)
    assert [cell(model, 0, column) for column in (FILE, SIZE, SPEED, LEFT)] == [
        "1.mp4",
        "2.5 MB",
        "500 kB/s",
        "15 s",
    ]
    queue.put(State.DONE, published=Published("x", "2.mp4", 7_000_000, ""))
    assert cell(model, 1, SIZE) == "7 MB"


def test_the_status_bar_hears_how_many_there_are(qtbot, queue, model):
    with qtbot.waitSignal(model.summary_changed) as heard:
        queue.put(State.RUNNING)
        queue.put(State.QUEUED)
        queue.put(State.FAILED)
        queue.put(State.DONE)
        queue.put(State.PAUSED)
    assert heard.args == [Summary(1, 1, 1, 0.0)]
    assert summary_words(1, 1, 1, 0.68) == "downloads 1 of 2: 68 % · 1 failed"
    assert summary_words(0, 0, 0) == ""


def test_an_empty_table_says_what_to_do(panel, queue):
    empty = panel.findChild(QWidget, "downloads.empty")
    assert empty.isVisible()
    assert any("Ctrl+E" in label.text() for label in empty.findChildren(QLabel))
    queue.put()
    assert panel.table.isVisible()


def test_the_keys_of_the_table(panel, queue, qtbot):
    first, second = queue.put(State.RUNNING), queue.put(State.QUEUED)
    panel.table.selectRow(1)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert queue.asked == [("pause", second.id)]
    panel.table.selectRow(1)
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert queue.asked[-1] == ("resume", second.id)
    QTest.keyClick(panel.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert queue.jobs == [second, first]
    assert panel.table.currentIndex().row() == 0
    QTest.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert queue.jobs == [first, second]


def test_buttons_offer_what_can_be_done(panel, queue):
    names = ("resume", "pause", "remove", "up", "down", "open", "folder", "clear")

    def offered() -> set[str]:
        return {name for name in names if button(panel, name).isEnabled()}

    assert offered() == set()
    queue.put(State.RUNNING)
    queue.put(State.DONE)
    panel.table.selectRow(0)
    assert offered() == {"pause", "remove", "up", "down", "folder", "clear"}
    panel.table.selectRow(1)
    assert offered() == {"remove", "up", "down", "open", "folder", "clear"}
    for name in names:
        assert button(panel, name).toolTip()


def test_trouble_is_told_with_code_and_request(panel, queue):
    trouble = Trouble("cloud", code="ResourceUnavailable.VideoArchived", request_id="r-7")
    queue.put(State.FAILED, trouble=trouble)
    panel.table.selectRow(0)
    panel.table.setCurrentIndex(panel.model.index(0, 0))
    details = panel.findChild(QLabel, "downloads.details")
    assert details.isVisible()
    assert "ResourceUnavailable.VideoArchived · r-7" in details.text()
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(str(Path("/exports/1.mp4")))
    assert "r-7" in copied


def test_a_finished_file_is_removed_without_asking(panel, queue, aio):
    job = queue.put(State.DONE)
    panel.table.selectRow(0)

    async def story() -> None:
        QTest.keyClick(panel.table, Qt.Key.Key_Delete)
        await until(lambda: not queue.jobs)

    aio(story())
    assert ("remove", job.id) in queue.asked


@pytest.mark.parametrize("answer", ["accept", "cancel"])
def test_an_unfinished_one_asks_first(panel, queue, aio, qtbot, answer):
    queue.put(State.RUNNING)
    panel.table.selectRow(0)

    async def story() -> None:
        button(panel, "remove").click()
        window = panel.window()
        await until(lambda: window.findChild(QPushButton, f"confirm.{answer}"))
        loss = window.findChild(QLabel, "confirm.loss").text()
        assert "1.mp4" in loss
        window.findChild(QPushButton, f"confirm.{answer}").click()
        await until(lambda: not panel.tasks.busy)

    aio(story())
    assert bool(queue.jobs) is (answer == "cancel")


def test_a_file_and_its_folder_are_opened(panel, queue, monkeypatch, aio):
    opened: list[str] = []
    monkeypatch.setattr(Path, "exists", lambda path: "gone" not in path.name)
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: bool(opened.append(url.toLocalFile()) or True)
    )
    queue.put(State.DONE, name="1 (2).mp4")
    queue.put(State.DONE, name="gone.mp4")

    async def story() -> None:
        panel.table.setCurrentIndex(panel.model.index(0, 0))
        QTest.keyClick(panel.table, Qt.Key.Key_Return)
        await until(lambda: len(opened) == 1)
        QTest.keyClick(panel.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: len(opened) == 2)
        panel.table.setCurrentIndex(panel.model.index(1, 0))
        QTest.keyClick(panel.table, Qt.Key.Key_Return)
        await until(lambda: panel._context.settings.notices)

    aio(story())
    assert [Path(each) for each in opened] == [Path("/exports/1 (2).mp4"), Path("/exports")]
    (notice,) = panel._context.settings.notices
    assert notice.title == "The file is not there any more"


def test_leaving_lets_go_of_the_account_and_waits(panel, queue, aio):
    aio(panel.close())
    assert queue.asked == [("detach",), ("settle",)]


def test_the_stand_in_can_what_the_queue_can():
    public = {name for name in vars(Downloads) if not name.startswith("_")}
    assert {"jobs", "pause", "resume", "move", "remove", "detach", "settle"} <= public


def test_a_download_that_begins_or_ends_is_announced(qtbot, panel, queue, monkeypatch):
    heard: list[str] = []
    said = downloads_aloud.QAccessible
    monkeypatch.setattr(said, "updateAccessibility", lambda event: heard.append(event.message()))
    job = queue.put()
    queue.change(job, state=State.RUNNING)
    qtbot.waitUntil(lambda: len(heard) == 1)
    queue.change(job, received=1000)
    queue.change(job, state=State.DONE)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert all(words.startswith("1.mp4: ") for words in heard)
