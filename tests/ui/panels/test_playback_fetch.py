"""From a gap on the timeline to what fills it, as somebody at the window does it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTableView,
    QToolButton,
    QWidget,
)

from ivcdesk.api.actions import RetrievalState
from ivcdesk.app.fetches import FetchRoom
from ivcdesk.app.fetching import MediaTools
from ivcdesk.domain.backfill import Backup
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.intervals import Interval, clip
from ivcdesk.domain.weeks import Section
from ivcdesk.services import fetches as fetching
from ivcdesk.services import retrievals as retrieving
from ivcdesk.services.downloads import Downloads
from ivcdesk.services.recordings import Coverage, Problem
from ivcdesk.ui.dialogs.confirm import Confirm
from ivcdesk.ui.panels.playback_export_dialog import Camera
from ivcdesk.ui.panels.playback_fetch_dialog import FetchChoice, FetchDialog
from ivcdesk.ui.panels.playback_gaps import archived_gap, device_gap
from ivcdesk.ui.panels.playback_places import Nowhere, Place
from ivcdesk.ui.panels.playback_retrieve_dialog import RetrieveChoice, RetrieveDialog
from tests.ui.panels import stand_ins
from tests.ui.panels.playback_desk import Desk, until

T0 = 1_729_468_800.0  # Monday, 2024-10-21 08:00 of UTC+8
WINDOW = Interval(T0, T0 + 3600)
CAMERAS = [Camera("c1", "Gate", True), Camera("c2", "Quay", False)]


class Office:
    """The playback page with what fetches for it, on a simulated cloud."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.panel = desk.panel
        self.cloud = desk.site.simulator.cloud
        desk.context.settings.download_folder = str(folder / "out")
        self.queue = Downloads(folder / "q.sqlite3", MediaTools(), reserve=0, first_pause=0.02)
        self.queue_panel = QWidget()
        self.room = FetchRoom(desk.context, self.queue, self.queue_panel, desk.panel)
        self.fetch = self.room.playback
        desk.window.layout().addWidget(self.room.tabs)
        self.ordered: list[Any] = []
        self.fetch.ordered.connect(self.ordered.append)

    async def begin(self) -> None:
        await self.queue.open()
        self.queue.attach(self.desk.site.session.client, "mine")
        self.room.attach(self.desk.site.session)

    async def end(self) -> None:
        await self.room.close()
        self.room.detach()
        await self.queue.close()

    async def gap(self) -> Interval:
        """Put the playhead on a gap that the device alone has, and return it."""
        await self.desk.open()
        now, channel = self.desk.now, self.panel.current_channel
        day = self.desk.yesterday(0, 0)
        for start in range(int(day - 5 * 86400), int(now - 86400), 86400):
            self.panel.timeline.set_window(start, start + 86400)
            await self.desk.loaded()
            await until(lambda: not self.panel._book.loading)
            track = self.panel.grid.focus.track
            held = self.cloud.recorded(channel, "device", start, start + 86400)
            for low, high in held:
                t = low + 5.0
                while t < high:
                    gap = device_gap(track, t)
                    if gap is not None and gap.length > 20:
                        self.panel.timeline.set_playhead(gap.start + 5.0)
                        self.fetch._show()
                        return gap
                    t += 60.0
        raise AssertionError("no gap")

    async def dialog(self, kind: type) -> Any:
        await until(lambda: isinstance(self.fetch._dialog, kind))
        return self.fetch._dialog

    def words(self) -> str:
        return self.fetch.button.accessibleName()


@pytest.fixture
def office(desk, aio, tmp_path, monkeypatch):
    """``office(work)`` runs ``work(office)``."""
    monkeypatch.setattr(fetching, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(retrieving, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(fetching.DeviceRange.__init__, "__kwdefaults__", {"poll": 0.05})
    monkeypatch.setattr(retrieving.Retrievals.__init__, "__kwdefaults__", {"poll": 0.05})

    def run(work: Callable[[Office], Any]) -> None:
        async def story() -> None:
            made = Office(desk, tmp_path)
            await made.begin()
            try:
                await work(made)
            finally:
                await made.end()

        aio(story(), 60)

    return run


def menu_at(timeline: QWidget, t: float, *, key: bool = False) -> QMenu:
    reason = QContextMenuEvent.Reason.Keyboard if key else QContextMenuEvent.Reason.Mouse
    at = QPoint(round(timeline.scale.x(t)), 60)
    QApplication.sendEvent(timeline, QContextMenuEvent(reason, at, timeline.mapToGlobal(at)))
    return timeline.findChildren(QMenu, "playback.menu")[-1]


def enabled(menu: QMenu) -> dict[str, bool]:
    return {
        each.objectName().rpartition(".")[2]: each.isEnabled()
        for each in menu.actions()
        if each.objectName()
    }


def test_a_gap_is_filled_by_one_click(office):
    async def work(office: Office) -> None:
        gap = await office.gap()
        timeline = office.panel.timeline
        timeline.set_window(gap.start - 600, gap.end + 600)
        assert office.words() == "Fill gap"
        for key in (False, True):
            menu = menu_at(timeline, gap.start + 5.0, key=key)
            assert enabled(menu) == {"backfill": True, "retrieve": False, "fetch": True}
            menu.close()
        office.fetch.button.click()
        office.fetch.button.click()  # once is enough
        await until(lambda: office.ordered)
        ((job,),) = office.ordered
        assert (job.order.window, job.order.details["channel_id"]) == (
            gap,
            office.panel.current_channel,
        )
        menu_at(timeline, gap.start + 5.0).actions()[0].trigger()
        await until(lambda: len(office.ordered) == 2)
        assert office.ordered[1] == [job]  # it is in the queue already
        await until(lambda: job.state == "waiting")
        (call,) = office.desk.calls("CreateVideoDownloadTask")
        assert (call["BeginTime"], call["EndTime"]) == gap

    office(work)


def test_the_gap_of_a_camera_that_is_not_in_focus_is_filled_as_well(office):
    async def work(office: Office) -> None:
        gap = await office.gap()
        first = office.panel.current_channel
        office.panel.add_channel(await office.desk.site.find("PTZ Fence East 东围栏"))
        await office.desk.loaded()
        assert office.panel.current_channel != first
        office.panel.timeline.set_playhead(gap.start + 5.0)
        office.fetch._show()
        assert office.words() == "Fill gap"
        office.fetch.button.click()
        await until(lambda: office.ordered)
        ((job,),) = office.ordered
        assert (job.order.window, job.order.details["channel_id"]) == (gap, first)

    office(work)


def test_the_plan_that_will_fill_a_gap_is_named_before_anything_is_fetched(office, monkeypatch):
    async def work(office: Office) -> None:
        gap = await office.gap()
        week = tuple(Section(day, 0, 86400) for day in range(1, 8))
        late = Backup("Nightly", week, week, offset=20)  # its turn is yet to come

        async def plans(*_: Any) -> list[Backup]:
            return [late]

        monkeypatch.setattr("ivcdesk.services.backfill.backups_of", plans)
        office.fetch.button.click()
        dialog = await office.dialog(FetchDialog)
        await until(dialog.accept_button.isEnabled)
        assert dialog.window_ == gap
        assert dialog.hint.text().startswith("Backup plan “Nightly”")
        assert "will fetch it" in dialog.hint.text()
        dialog.reject()
        await until(lambda: office.fetch._filling.done())
        assert not office.ordered
        assert not office.desk.calls("CreateVideoDownloadTask")

    office(work)


def test_a_range_is_fetched_and_its_task_can_be_deleted(office):
    async def work(office: Office) -> None:
        gap = await office.gap()
        office.panel.timeline.set_selection(gap.start, gap.end)
        assert office.words() == "From device …"
        office.fetch.button.click()
        dialog = await office.dialog(FetchDialog)
        office.fetch.open_fetch()  # once is enough
        await until(dialog.accept_button.isEnabled)
        assert dialog.window_ == gap
        dialog.findChild(QCheckBox, "fetch.lacking").setChecked(True)
        assert dialog.hint.text().startswith("No backup plan holds this camera")
        assert dialog.estimate.text().startswith("Files: 1 · ")
        end = dialog.findChild(QDateTimeEdit, "fetch.to")
        end.setDateTime(end.dateTime().addSecs(int(8 - gap.length)))
        await until(lambda: "8 s" in dialog.estimate.text() and dialog.accept_button.isEnabled())
        dialog.findChild(QComboBox, "fetch.speed").setCurrentIndex(3)
        dialog.accept_button.click()
        await until(lambda: office.ordered)
        ((job,),) = office.ordered
        await until(lambda: job.state == "waiting")
        office.cloud.clock.advance(4000)
        await until(lambda: job.state == "done")
        (call,) = office.desk.calls("CreateVideoDownloadTask")
        assert (call["BeginTime"], call["EndTime"]) == (gap.start, gap.start + 8)
        assert (call["Scale"], call["Expire"], call["CompletionPolicy"]) == (8, 7, 1)
        await delete_it(office, job)

    office(work)


async def delete_it(office: Office, job: Any) -> None:
    """List the account's tasks, save the file once more, and delete the task."""
    fetches = office.room.fetches
    office.room.show_fetches()
    table = fetches.findChild(QTableView, "fetches.table")
    await until(lambda: table.model().rowCount() == 1)
    assert table.model().index(0, 2).data() == "Ready"
    assert fetches.findChild(QLabel, "fetches.place").text() == "1\u20131 of 1"
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    await until(lambda: len(office.ordered) == 2)
    assert office.ordered[1] == [job]  # it is in the queue already
    await office.queue.remove(job)
    fetches.findChild(QToolButton, "fetches.save").click()
    await until(lambda: len(office.ordered) == 3)
    (again,) = office.ordered[2]
    await until(lambda: again.state == "done")
    assert len(office.desk.calls("CreateVideoDownloadTask")) == 1
    QTest.keyClick(table, Qt.Key.Key_Delete)
    await until(lambda: fetches.window().findChild(Confirm, "confirm"))
    question = fetches.window().findChild(Confirm, "confirm")
    loss = question.findChild(QLabel, "confirm.loss").text()
    assert loss.startswith("Files that the cloud keeps and that are lost: 1")
    question.findChild(QPushButton, "confirm.accept").click()
    await until(lambda: table.model().rowCount() == 0)
    assert office.cloud.world.ledger.downloads == {}
    states = fetches.findChild(QComboBox, "fetches.state")
    states.setCurrentIndex(4)
    states.activated.emit(4)
    await until(lambda: "of this state" in fetches.findChild(QLabel, "fetches.told").text())
    office.desk.fault("ListVideoDownloadTask")
    fetches.findChild(QToolButton, "fetches.reload").click()
    await until(lambda: fetches.findChild(QLabel, "fetches.told").text().startswith("✕"))


def test_the_archive_is_offered_where_it_shows_and_gives_back(office):
    async def work(office: Office) -> None:
        channel = await office.desk.site.find("PTZ Fence East 东围栏")
        await office.desk.open(channel)
        timeline = office.panel.timeline
        t = office.desk.yesterday(12) - 40 * 86400
        timeline.set_window(t - 7200, t + 7200)
        focus = office.panel.grid.focus
        await until(lambda: focus.track and archived_gap(focus.track, t))
        timeline.set_playhead(t)
        office.fetch._show()
        assert office.words() == "Retrieve …"
        menu = menu_at(timeline, t)
        assert enabled(menu) == {"backfill": False, "retrieve": True, "fetch": True}
        menu.close()
        office.fetch.fill_gap()
        assert "no gap here" in office.desk.context.settings.notices[-1].title
        office.panel.ensemble.nowhere.emit(Nowhere(t, None))
        assert "lies in the archive" in office.desk.note
        office.panel.ensemble.jumped.emit(Place(Source.CLOUD, t + 60, t))
        assert "lies in the archive" in office.desk.note
        office.fetch.button.click()
        dialog = await office.dialog(RetrieveDialog)
        assert dialog.window_ == (t - 1800, t + 1800)
        dialog.findChild(QLineEdit, "retrieve.name").setText("gate 3")
        dialog.accept_button.click()
        table = office.room.retrievals.findChild(QTableView, "retrievals.table")
        await until(lambda: table.model().rowCount() == 1)
        await until(table.isVisible)
        table.selectRow(0)
        details = office.room.retrievals.findChild(QLabel, "retrievals.details")
        await until(lambda: "PTZ Fence East" in details.text())
        delete = office.room.retrievals.findChild(QToolButton, "retrievals.delete")
        assert not delete.isEnabled()
        office.cloud.clock.advance(100)
        await until(lambda: table.model().index(0, 2).data() == "Playable")
        await until(lambda: focus.track.cloud.recorded.holds(t))
        assert focus.track.gap_at(t) is None
        await until(delete.isEnabled)
        QTest.keyClick(table, Qt.Key.Key_Delete)
        window = office.desk.window
        await until(lambda: window.findChild(Confirm, "confirm"))
        window.findChild(Confirm, "confirm").findChild(QPushButton, "confirm.accept").click()
        await until(lambda: table.model().rowCount() == 0)
        await until(lambda: archived_gap(focus.track, t))
        (task,) = office.desk.calls("AddRecordRetrieveTask")
        assert task["TaskName"].startswith("gate_3-")
        assert RetrievalState.RETRIEVED.value == 0

    office(work)


def test_without_a_camera_it_is_said_what_to_do(office):
    async def work(office: Office) -> None:
        office.fetch.open_fetch()
        office.fetch.open_retrieve()
        assert [said.title for said in office.desk.context.settings.notices] == [
            "Choose a camera in the tree first"
        ] * 2
        assert menu_of_nothing(office.panel.timeline)

    office(work)


def menu_of_nothing(timeline: QWidget) -> bool:
    at = QPoint(5, 60)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(timeline, QContextMenuEvent(reason, at, timeline.mapToGlobal(at)))
    return not timeline.findChildren(QMenu, "playback.menu")


class Held:
    """What is recorded where, and which plans there are."""

    def __init__(self) -> None:
        self.cloud: tuple[Interval, ...] = ()
        self.device: tuple[Interval, ...] = (Interval(T0 - 7200, T0 + 7200),)
        self.problems: tuple[Problem, ...] = ()
        self.keeps = True
        self.plans: list[Backup] | Exception = []

    async def ask(self, _channel, window) -> Coverage:
        return Coverage(
            clip(self.cloud, window),
            clip(self.device, window),
            keeps_device=self.keeps,
            problems=self.problems,
        )

    async def backups(self, _camera) -> list[Backup]:
        if isinstance(self.plans, Exception):
            raise self.plans
        return self.plans


@pytest.fixture
def ask(qtbot, aio, tmp_path):
    """``ask(place, work)`` opens the question about a place, and runs ``work(dialog)``."""

    def run(place: Held, work: Callable[[FetchDialog], Any] | None = None, **choice: Any) -> str:
        words = []

        async def story() -> None:
            dialog = FetchDialog(
                None,
                CAMERAS,
                WINDOW,
                CLOUD_ZONE,
                FetchChoice(folder=tmp_path, **choice),
                place.ask,
                place.backups,
                str,
                lambda: T0 + 7200,
            )
            qtbot.addWidget(dialog)
            dialog.open()
            try:
                await stand_ins.until(lambda: dialog.known)
                if work is not None:
                    await work(dialog)
                words.extend((dialog.estimate.text(), dialog.hint.text()))
            finally:
                await dialog.tasks.finish()
                dialog.reject()

        aio(story())
        return "\n".join(words)

    return run


def refused() -> Exception:
    from ivcdesk.api import Unavailable

    return Unavailable("ResourceUnavailable.DevOffline", "away")


@pytest.mark.parametrize(
    ("change", "choice", "said"),
    [
        ({}, {"speed": 4}, "Files: 1 · 1 h 00 min · the device is read for about 15 min 00 s"),
        ({"device": ()}, {}, "△ The device recorded nothing then"),
        ({"keeps": False, "device": ()}, {}, "△ The device keeps no recordings"),
        ({"cloud": (WINDOW,)}, {"lacking": True}, "✓ The cloud has all that the device"),
        ({"cloud": (WINDOW,)}, {}, "Files: 1 · 1 h 00 min"),
        (
            {"device": (), "problems": (Problem(Source.DEVICE, None, refused()),)},
            {},
            "△ The device can't be asked: ",
        ),
        (
            {"cloud": (Interval(T0 + 600, T0 + 1200),)},
            {"lacking": True},
            "Files: 2 · 50 min 00 s",
        ),
    ],
)
def test_what_would_come_is_said_before(ask, change, choice, said):
    place = Held()
    for name, value in change.items():
        setattr(place, name, value)
    assert ask(place, **choice).startswith(said)


def test_the_plan_that_would_fill_it_is_named(ask):
    place = Held()
    week = tuple(Section(day, 0, 86399) for day in range(1, 8))
    nights = tuple(Section(day, 7200, 14400) for day in range(1, 8))
    place.plans = [Backup("nights", nights, week)]
    assert "will fetch it Tue 22 Oct 02:00:00" in ask(place)
    place.plans = refused()
    assert "is not known" in ask(place)


def test_enter_fetches(ask):
    async def work(dialog: FetchDialog) -> None:
        field = dialog.findChild(QDateTimeEdit, "fetch.from")
        field.setFocus()
        accepted: list[bool] = []
        dialog.accepted.connect(lambda: accepted.append(True))
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert accepted == [True]

    ask(Held(), work)


def test_wrong_ranges_can_t_be_fetched(ask):
    async def work(dialog: FetchDialog) -> None:
        end = dialog.findChild(QDateTimeEdit, "fetch.to")
        whole = end.dateTime()
        for t, words in ((T0 - 5, "must lie after"), (T0 + 9 * 86400, "7 days at most")):
            moment = QDateTime.fromSecsSinceEpoch(int(t))
            moment.setTimeZone(whole.timeZone())
            end.setDateTime(moment)
            assert words in dialog.estimate.text()
            assert not dialog.accept_button.isEnabled()
            await asyncio.sleep(0.3)
        end.setDateTime(whole)
        await stand_ins.until(dialog.accept_button.isEnabled)
        item = dialog._list.item(0)
        item.setCheckState(Qt.CheckState.Unchecked)
        assert "Choose a camera" in dialog.estimate.text()
        for row in (0, 1):
            dialog._list.item(row).setCheckState(Qt.CheckState.Checked)
        await stand_ins.until(lambda: dialog.known)
        assert "Quay: No backup plan" in dialog.hint.text()
        dialog.findChild(QLineEdit, "fetch.folder").setText(" ")
        assert not dialog.accept_button.isEnabled()

    ask(Held(), work)


def test_a_retrieval_says_how_many_tasks_it_takes(qtbot, aio):
    async def story() -> None:
        cameras = [Camera(f"c{n}", f"Camera {n}", True) for n in range(33)]
        window = Interval(T0, T0 + 86400)
        dialog = RetrieveDialog(None, cameras, window, CLOUD_ZONE, RetrieveChoice("gate", 5))
        qtbot.addWidget(dialog)
        assert dialog.estimate.text() == "Tasks: 4 · cameras: 33 · 1 d 0 h"
        assert dialog.choice == RetrieveChoice("gate", 5, "")
        dialog.findChild(QLineEdit, "retrieve.describe").setText("two words")
        assert "The note may have" in dialog.estimate.text()
        assert not dialog.accept_button.isEnabled()
        dialog.findChild(QLineEdit, "retrieve.describe").setText("two-words")
        assert dialog.accept_button.isEnabled()
        for row in range(33):
            dialog._list.item(row).setCheckState(Qt.CheckState.Unchecked)
        assert "Choose a camera" in dialog.estimate.text()
        dialog.reject()
        await dialog.tasks.finish()

    aio(story())
