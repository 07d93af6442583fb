"""The audit window against the simulated cloud, and the files it writes."""

from __future__ import annotations

import csv
import dataclasses
import io
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QListWidget, QTableView, QWidget

from ivcdesk.app import messages
from ivcdesk.domain.audit import AuditedChannel, audited_days
from ivcdesk.domain.days import day_interval
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui.models.audit import FIRST_DAY, SHARE, AuditModel, percent
from ivcdesk.ui.panels.audit_desk import AuditDesk
from ivcdesk.ui.panels.audit_report import (
    ReportFailed,
    page_html,
    save_pdf,
    save_text,
    table_text,
)
from tests.ui.panels.simulated import Site, site
from tests.ui.panels.stand_ins import make_context, until

DAY = date(2026, 11, 23)
WHOLE = day_interval(DAY)
HALF = Interval(WHOLE.start, WHOLE.start + 43200)


def channel(name: str, recorded: Interval, **options) -> AuditedChannel:
    return AuditedChannel(name, name, "NVR 1", audited_days(WHOLE, None, [recorded]), **options)


@pytest.fixture
def desk(aio):
    """Runs ``work(desk, place)`` with an audit of the account of a simulated cloud."""

    def run(work) -> None:
        async def main() -> None:
            async with site() as place:
                home = QWidget()
                context = dataclasses.replace(make_context(), explain=messages.explain)
                audit = AuditDesk(context, lambda: home)
                audit.attach(place.session)
                try:
                    await work(audit, place)
                finally:
                    await audit.close()

        aio(main(), 40)

    return run


def test_percent_says_100_only_where_nothing_is_missing():
    assert percent(1.0) == "100 %"
    assert percent(0.99999) == "99.9 %"
    assert percent(0.0) == "0 %"
    assert percent(None) == "–"


def test_the_model_inserts_where_a_camera_belongs(qtmodeltester):
    model = AuditModel()
    model.begin([DAY])
    qtmodeltester.check(model)
    for each in (channel("good", WHOLE), channel("bad", HALF), channel("none", Interval(0, 1))):
        model.add(each)
    assert [model.index(row, 0).data() for row in range(3)] == ["none", "bad", "good"]
    assert model.index(1, SHARE).data() == "50 %"
    ground = model.index(2, FIRST_DAY).data(Qt.ItemDataRole.BackgroundRole).color()
    assert ground != model.index(0, FIRST_DAY).data(Qt.ItemDataRole.BackgroundRole).color()
    assert "gaps: 1" in model.index(1, FIRST_DAY).data(Qt.ItemDataRole.ToolTipRole)


def test_an_audit_is_looked_up_shown_and_saved(desk, tmp_path):
    async def work(audit: AuditDesk, place: Site) -> None:
        audit.open([place.camera])
        await until(lambda: audit.window is not None)
        window = audit.window
        window.findChild(QAbstractButton, "audit.start").click()
        assert window.running
        await until(lambda: not window.running)
        assert [each.channel_id for each in window.model.channels] == [place.camera]
        assert "of the plan" in window.findChild(QLabel, "audit.told").text()

        for kind in ("csv", "html", "pdf"):
            path = tmp_path / f"audit.{kind}"
            button = window.findChild(QAbstractButton, f"audit.{kind}")
            await until(button.isEnabled)
            window.save(kind, path)
            await until(path.exists)
        await until(button.isEnabled)
        assert "data:image/jpeg" in (tmp_path / "audit.html").read_text("utf-8")
        assert (tmp_path / "audit.pdf").read_bytes().startswith(b"%PDF")

    desk(work)


def test_a_gap_is_listed_and_can_be_looked_at(desk):
    async def work(audit: AuditDesk, place: Site) -> None:
        device = place.session.directory.device_of(place.camera)
        audit.open([device.device_id])
        await until(lambda: audit.window is not None)
        window = audit.window
        window.findChild(QComboBox, "audit.span").setCurrentIndex(1)
        window.findChild(QComboBox, "audit.span").activated.emit(1)
        window.start()
        await until(lambda: not window.running, 30)
        worst = window.model.channels[0]
        assert worst.gaps
        table = window.findChild(QTableView, "audit.table")
        table.selectRow(0)
        gaps = window.findChild(QListWidget, "audit.gaps")
        assert gaps.count() == len(worst.gaps)
        wanted: list[tuple[str, float]] = []
        audit.play_wanted.connect(lambda *what: wanted.append(what))
        gaps.itemActivated.emit(gaps.item(0))
        assert wanted == [(worst.channel_id, worst.gaps[0].start)]

    desk(work)


def test_stopping_keeps_what_has_come_in(desk):
    async def work(audit: AuditDesk, place: Site) -> None:
        audit.open([])
        await until(lambda: audit.window is not None)
        window = audit.window
        place.simulator.faults.arm(
            [{"kind": "stall", "action": "DescribeRecordFile", "seconds": 60}]
        )
        window.start()
        window.findChild(QAbstractButton, "audit.start").click()
        assert not window.running
        assert "Stopped" in window.findChild(QLabel, "audit.told").text()

    desk(work)


def test_the_table_text_can_be_read_back_and_holds_no_formula():
    evil = channel('=HYPERLINK("http://x")', HALF)
    unknown = channel("b", WHOLE, unknown=frozenset({DAY}))
    rows = list(csv.DictReader(io.StringIO(table_text([evil, unknown], UTC))))
    assert rows[0]["camera"].startswith("'=")
    assert (rows[0]["day_utc8"], rows[0]["percent"], rows[0]["gaps"]) == ("2026-11-23", "50.0", "1")
    start = datetime.fromtimestamp(HALF.end, UTC)
    assert rows[0]["gap_list"].startswith(f"{start:%Y-%m-%d %H:%M:%S}")
    assert rows[1]["percent"] == "?"


def test_the_page_holds_names_as_text_and_pictures_inside():
    picture = QImage(64, 36, QImage.Format.Format_RGB32)
    picture.fill(QColor("#406080"))
    page = page_html("Audit <1>", [channel("<b>gate</b>", HALF)], UTC, {"<b>gate</b>": picture})
    assert "&lt;b&gt;gate" in page
    assert "<b>gate" not in page
    assert "Audit &lt;1&gt;" in page
    assert page.count("data:image/jpeg;base64,") == 1


def test_files_appear_whole_or_not_at_all(tmp_path, qapp):
    with pytest.raises(ReportFailed):
        save_text(tmp_path / "missing" / "a.csv", "x")
    with pytest.raises(ReportFailed):
        save_pdf(tmp_path / "missing" / "a.pdf", "<p>x</p>")
    save_text(tmp_path / "a.csv", "中文", mark=True)
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + "中文".encode()
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
