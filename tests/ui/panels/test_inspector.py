import json
import shlex

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api import Call, Journal
from ivcdesk.ui.models.calls import COLUMNS, CallsFilter, CallsModel
from ivcdesk.ui.panels.inspector import InspectorPanel, curl


def call(journal: Journal, action: str = "ListDevices", code: str | None = None, **more) -> Call:
    number = journal.next_number()
    made = Call(
        number, 1_700_000_000.5, action, "ap-shanghai", code, f"r-{number}",
        more.pop("parameters", {"OrganizationId": "0"}), total_ms=38.4, **more,
    )  # fmt: skip
    journal.add(made)
    return made


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def panel(qtbot, journal):
    host = QWidget()
    panel = InspectorPanel(journal, host)
    QVBoxLayout(host).addWidget(panel)
    qtbot.addWidget(host)
    host.resize(1000, 300)
    host.show()
    yield panel
    panel.model.watch(None)


def rows(panel: InspectorPanel) -> list[str]:
    table = panel.findChild(QTableView, "inspector.table")
    model = table.model()
    return [model.index(row, 1).data() for row in range(model.rowCount())]


def choose(panel: InspectorPanel, row: int) -> None:
    table = panel.findChild(QTableView, "inspector.table")
    table.setCurrentIndex(table.model().index(row, 0))


def test_the_model_is_well_behaved(qtmodeltester, qtbot, journal):
    model = CallsModel(size=5)
    shown = CallsFilter()
    shown.setSourceModel(model)
    call(journal)
    model.watch(journal)
    for _ in range(9):
        call(journal, code="ResourceNotFound")
    qtbot.waitUntil(lambda: model.rowCount() == 5)
    qtmodeltester.check(model)
    qtmodeltester.check(shown)
    model.watch(None)


def test_rows_are_added_in_bursts_and_the_oldest_go(qtbot, journal):
    model = CallsModel(size=100)
    model.watch(journal)
    inserted = []
    model.rowsInserted.connect(lambda _parent, first, last: inserted.append(last - first + 1))
    for _ in range(150):
        call(journal)
    qtbot.waitUntil(lambda: bool(inserted))
    assert inserted == [100]
    for _ in range(10):
        call(journal)
    qtbot.waitUntil(lambda: len(inserted) == 2)
    assert model.rowCount() == 100
    assert model.call(0).number == 61
    assert model.call(99).number == 160
    model.watch(None)


def test_every_call_has_its_row(panel, journal, qtbot):
    call(journal)
    call(journal, "ControlDevicePTZ", "ResourceUnavailable.DevOffline")
    qtbot.waitUntil(lambda: len(rows(panel)) == 2)
    model = panel.findChild(QTableView, "inspector.table").model()
    cells = [model.index(1, column).data() for column in range(len(COLUMNS))]
    assert cells[1:] == [
        "ControlDevicePTZ",
        "ap-shanghai",
        "38 ms",
        "ResourceUnavailable.DevOffline",
        "r-2",
    ]
    assert model.index(0, 4).data() == "ok"
    assert model.headerData(3, Qt.Orientation.Horizontal) == "Duration"


def test_calls_from_before_are_shown_too(qtbot, journal):
    call(journal)
    host = QWidget()
    qtbot.addWidget(host)
    panel = InspectorPanel(journal, host)
    assert rows(panel) == ["ListDevices"]
    panel.model.watch(None)


def test_failed_ones_alone_and_by_word(panel, journal, qtbot):
    for code in (None, "ResourceNotFound", None):
        call(journal, code=code)
    call(journal, "ControlDevicePTZ", "InternalError")
    qtbot.waitUntil(lambda: len(rows(panel)) == 4)
    panel.findChild(QToolButton, "inspector.failed").setChecked(True)
    assert rows(panel) == ["ListDevices", "ControlDevicePTZ"]
    panel.findChild(QLineEdit, "inspector.search").setText("internal")
    assert rows(panel) == ["ControlDevicePTZ"]
    panel.findChild(QToolButton, "inspector.failed").setChecked(False)
    panel.findChild(QLineEdit, "inspector.search").setText("r-1")
    assert rows(panel) == ["ListDevices"]


def test_details_and_copies(panel, journal, qtbot):
    call(journal, parameters={"OrganizationId": "0", "Password": "•••"}, attempts=2)
    qtbot.waitUntil(lambda: len(rows(panel)) == 1)
    buttons = {b.objectName(): b for b in panel.findChildren(QPushButton)}
    assert not buttons["inspector.copyId"].isEnabled()
    choose(panel, 0)
    text = panel.findChild(QPlainTextEdit, "inspector.details").toPlainText()
    assert '"Password": "•••"' in text
    assert "attempts: 2" in text
    buttons["inspector.copyId"].click()
    assert QGuiApplication.clipboard().text() == "r-1"
    buttons["inspector.copyCurl"].click()
    assert QGuiApplication.clipboard().text().startswith("curl -X POST")
    buttons["inspector.clear"].click()
    assert rows(panel) == []


def test_a_curl_command_can_be_read_by_a_shell_and_has_no_key():
    made = call(Journal(), parameters={"Keyword": "it's 闸口"})
    words = shlex.split(curl(made, "https://iss.tencentcloudapi.com"))
    assert words[:4] == ["curl", "-X", "POST", "https://iss.tencentcloudapi.com/"]
    assert json.loads(words[-1]) == {"Keyword": "it's 闸口"}
    assert "X-TC-Action: ListDevices" in words
    assert any("Credential=•••" in word for word in words)


def test_closing_lets_go_of_the_journal(panel, journal, aio):
    aio(panel.close())
    call(journal)
    assert rows(panel) == []
