"""What is asked before an export, what is said about it, and the orders that come of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDateTime, QObject, Qt, QTime, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QWidget,
)

from ivcdesk.api import NotFound
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.intervals import Interval, clip
from ivcdesk.services.recordings import Coverage, Problem
from ivcdesk.ui.panels.playback_export import AFTER, BEFORE, Exporter
from ivcdesk.ui.panels.playback_export_dialog import Camera, Choice, ExportDialog, qt_zone
from tests.ui.panels.stand_ins import make_context, until

START = 1_700_000_000 // 86400 * 86400 + 16 * 3600.0  # midnight of UTC+8
WHOLE = (Interval(START - 86400, START + 86400),)
HOURS = Interval(START, START + 7200)
CAMERAS = [Camera("c1", "Gate", True), Camera("c2", "Quay", False)]


class Timeline(QObject):
    selection_changed = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self.selection: tuple[float, float] | None = None
        self.position = START
        self.zone = CLOUD_ZONE


class Playing:
    def __init__(self) -> None:
        self.timeline = Timeline()
        self.channels = ["c1"]

    def now(self) -> float:
        return START + 100


class Archive:
    """What is recorded of each channel."""

    def __init__(self, **spans: tuple[Interval, ...]) -> None:
        self.spans = spans
        self.asked: list[tuple[str, Interval]] = []
        self.problems: tuple[Problem, ...] = ()

    async def coverage(self, channel, window, *, sources=()) -> Coverage:
        self.asked.append((channel, window))
        return Coverage(clip(self.spans.get(channel, ()), window), (), problems=self.problems)


@pytest.fixture
def archive():
    return Archive(c1=WHOLE, c2=WHOLE)


def shown(dialog: ExportDialog, name: str) -> str:
    label = dialog.findChild(QLabel, f"export.{name}")
    return label.text() if label.isVisibleTo(dialog) else ""


@pytest.fixture
def ask(qtbot, aio, archive, tmp_path):
    """``ask(work, window)`` opens the dialog, waits for what is recorded, and runs ``work``."""

    def run(work, window=HOURS, zone=CLOUD_ZONE) -> None:
        async def story() -> None:
            choice = Choice("mp4", True, True, tmp_path)
            dialog = ExportDialog(
                None, CAMERAS, window, zone, choice, archive.coverage, lambda _c: 1e6
            )
            qtbot.addWidget(dialog)
            dialog.open()
            try:
                await until(lambda: dialog.found or window.length <= 0)
                await work(dialog)
            finally:
                await dialog.tasks.finish()
                dialog.reject()

        aio(story())

    return run


def test_it_says_what_will_be_made_and_how_large(ask):
    async def work(dialog: ExportDialog) -> None:
        assert shown(dialog, "estimate").startswith(
            "Files: 1 · parts: 2 · 2 h 00 min · about 7.2 GB · "
        )
        assert shown(dialog, "missing") == ""
        dialog.findChild(QCheckBox, "export.join").setChecked(False)
        assert shown(dialog, "estimate").startswith("Files: 2 · parts: 2")
        box = dialog.findChild(QListWidget, "export.cameras")
        box.item(1).setCheckState(Qt.CheckState.Checked)
        await until(lambda: len(dialog.found) == 2)
        assert shown(dialog, "estimate").startswith("Files: 4 · parts: 4 · 4 h 00 min")

    ask(work)


def test_what_is_not_recorded_is_said_before(ask, archive):
    archive.spans["c1"] = (Interval(START, START + 3000), Interval(START + 3600, START + 9000))

    async def work(dialog: ExportDialog) -> None:
        words = shown(dialog, "missing")
        assert words == "Gate: 10 min 00 s not recorded in the cloud: 00:50:00\u201301:00:00"
        assert dialog.findChild(QPushButton, "export.accept").isEnabled()

    ask(work)


def test_nothing_recorded_and_a_look_that_failed(ask, archive):
    archive.spans["c1"] = ()
    archive.problems = (Problem(Source.CLOUD, None, NotFound("ResourceNotFound", "x")),)

    async def work(dialog: ExportDialog) -> None:
        assert "Nothing of it is recorded" in shown(dialog, "estimate")
        assert "Gate: not all could be looked up" in shown(dialog, "missing")
        assert not dialog.findChild(QPushButton, "export.accept").isEnabled()

    ask(work)


@pytest.mark.parametrize("days", [-1, 40])
def test_a_range_that_can_t_be_is_told(ask, days):
    async def work(dialog: ExportDialog) -> None:
        to = dialog.findChild(QDateTimeEdit, "export.to")
        to.setDateTime(to.dateTime().addDays(days))
        assert shown(dialog, "estimate").startswith("△")
        assert not dialog.findChild(QPushButton, "export.accept").isEnabled()

    ask(work)


def test_times_are_read_in_the_zone_of_the_timeline(ask):
    zone = ZoneInfo("America/New_York")

    async def work(dialog: ExportDialog) -> None:
        edit = dialog.findChild(QDateTimeEdit, "export.from")
        assert edit.text() == "2023-11-14 11:00:00"
        assert dialog.window_ == Interval(START, START + 7200)
        edit.setTime(QTime(10, 30))
        assert dialog.window_.start == START - 1800

    ask(work, zone=zone)
    assert qt_zone(zone).id().data() == b"America/New_York"
    assert qt_zone(CLOUD_ZONE).standardTimeOffset(QDateTime.currentDateTime()) == 8 * 3600


def test_every_field_can_be_found_and_has_a_name(ask):
    async def work(dialog: ExportDialog) -> None:
        for kind, name in (
            (QDateTimeEdit, "from"),
            (QDateTimeEdit, "to"),
            (QListWidget, "cameras"),
            (QComboBox, "form"),
            (QLineEdit, "folder"),
        ):
            assert dialog.findChild(kind, f"export.{name}").accessibleName()
        g711 = dialog.findChild(QCheckBox, "export.g711")
        dialog.findChild(QComboBox, "export.form").setCurrentIndex(1)
        assert not g711.isEnabled()

    ask(work)


class Directory:
    channels: dict = {}

    def device_of(self, _channel):
        return None

    def region_of(self, _channel):
        return "ap-shanghai"

    def name(self, channel):
        return channel


@pytest.fixture
def desk(qtbot, archive, monkeypatch, tmp_path):
    monkeypatch.setattr(
        "ivcdesk.ui.panels.playback_export.channel_name", lambda _directory, channel: f"N{channel}"
    )
    host = QWidget()
    bar = QWidget(host)
    QHBoxLayout(bar)
    qtbot.addWidget(host)
    host.resize(1200, 60)
    bar.resize(1200, 60)
    host.show()
    queue = SimpleNamespace(jobs=[], added=[])

    async def add(orders):
        queue.added += orders
        return ["job"] * len(orders)

    queue.add = add
    playing = Playing()
    context = make_context(download_folder=str(tmp_path))
    exporter = Exporter(context, queue, playing, bar, host)
    exporter.attach(SimpleNamespace(recordings=archive, directory=Directory()))
    return SimpleNamespace(
        exporter=exporter, playing=playing, queue=queue, context=context, host=host, bar=bar
    )


def test_the_button_says_the_selected_range_where_there_is_room(desk):
    button = desk.exporter.button
    assert button.objectName() == "playback.export"
    assert button.text() == "Export"
    desk.playing.timeline.selection = (START, START + 90)
    desk.playing.timeline.selection_changed.emit(START, START + 90)
    assert button.text() == "Export 00:00:00 \u2013 00:01:30"
    desk.bar.resize(500, 60)
    assert button.text() == "Export"


@pytest.mark.parametrize("selected", [True, False])
def test_accepting_orders_the_files_and_keeps_the_choice(desk, aio, selected):
    ordered: list = []
    desk.exporter.ordered.connect(ordered.append)
    if selected:
        desk.playing.timeline.selection = (START - 30.5, START + 90.2)

    async def story() -> None:
        desk.exporter.button.click()
        await until(lambda: desk.host.window().findChild(ExportDialog, "export"))
        dialog = desk.host.window().findChild(ExportDialog, "export")
        desk.exporter.open()  # once is enough
        assert len(desk.host.window().findChildren(QDialog)) == 1
        await until(lambda: dialog.found)
        dialog.findChild(QComboBox, "export.form").setCurrentIndex(1)
        dialog.findChild(QPushButton, "export.accept").click()
        await until(lambda: ordered)

    aio(story())
    (order,) = desk.queue.added
    if selected:
        assert order.window == Interval(START - 31, START + 91)
    else:
        assert order.window == Interval(START + 100 - (100 + BEFORE), START + 100)
        assert AFTER > 100
    assert [part.span for part in order.parts] == [
        Interval(order.window.start, START),
        Interval(START, order.window.end),
    ]
    assert order.details == {"channel_id": "c1", "region": "ap-shanghai", "g711": True}
    assert (order.kind, order.form, order.title, order.join) == ("cloud", "ts", "Nc1", True)
    assert Path(order.folder) == Path(desk.context.settings.download_folder)
    assert desk.context.settings.export_form == "ts"
    assert desk.context.settings.saved == 1


def test_without_a_camera_it_says_what_to_do(desk, aio):
    desk.playing.channels = []
    desk.exporter.open()
    (notice,) = desk.context.settings.notices
    assert "Choose a camera" in notice.title
    desk.exporter.detach()
    desk.exporter.open()
    assert len(desk.context.settings.notices) == 1


def test_leaving_closes_the_question(desk, aio):
    async def story() -> None:
        desk.exporter.open()
        await until(lambda: desk.host.window().findChild(ExportDialog, "export"))
        await desk.exporter.close()

    aio(story())
    assert desk.queue.added == []


def test_enter_in_a_field_exports_at_once(ask):
    async def work(dialog: ExportDialog) -> None:
        edit = dialog.findChild(QDateTimeEdit, "export.from")
        edit.setFocus()
        QTest.keyClick(edit, Qt.Key.Key_Return)
        assert dialog.result() == QDialog.DialogCode.Accepted
        assert dialog.planned()

    ask(work)
