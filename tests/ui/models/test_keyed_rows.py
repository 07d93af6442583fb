"""Rows with keys come, go and move one by one, whatever the list becomes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from ivcdesk.ui import text
from ivcdesk.ui.models.keyed_rows import KEY, MOOD, SHARE, KeyedRows, Row

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
LISTS = st.lists(st.lists(st.integers(0, 9), unique=True, max_size=8), min_size=1, max_size=6)


def rows(numbers, suffix=""):
    return [Row(str(n), (f"name {n}", f"{n}{suffix}")) for n in numbers]


def shown(model):
    return [model.key(row) for row in range(model.rowCount())]


@given(LISTS)
def test_the_rows_are_always_those_of_the_list(lists):
    now: list[Row] = []
    model = KeyedRows(("Name", "Size"), lambda: now)
    tester = QAbstractItemModelTester(model, FATAL)
    for turn, numbers in enumerate(lists):
        kept = {
            model.key(row): QPersistentModelIndex(model.index(row, 0))
            for row in range(model.rowCount())
        }
        now = rows(numbers, f" {turn}")
        model.renew()
        assert shown(model) == [str(n) for n in numbers]
        assert [model.index(row, 1).data() for row in range(model.rowCount())] == [
            f"{n} {turn}" for n in numbers
        ]
        for key, index in kept.items():
            # Who is still there has kept its selection.
            assert index.isValid() == (key in shown(model))
            assert not index.isValid() or index.data(KEY) == key
    del tester


def test_cells_titles_and_roles(qapp):
    row = Row("k", ("Gate", "5"), "why", "bad", 0.5)
    model = KeyedRows(("Name", "Size"), lambda: [row], numbers=(1,))
    model.renew()
    first, second = model.index(0, 0), model.index(0, 1)
    assert (first.data(), second.data()) == ("Gate", "5")
    assert (first.data(KEY), first.data(MOOD), first.data(SHARE)) == ("k", "bad", 0.5)
    assert first.data(Qt.ItemDataRole.ToolTipRole) == "why"
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    assert second.data(Qt.ItemDataRole.TextAlignmentRole) == right
    assert first.data(Qt.ItemDataRole.TextAlignmentRole) is None
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name"
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    text.use("zh_CN", {"Name": "\u540d\u79f0"})
    try:
        assert model.headerData(0, Qt.Orientation.Horizontal) == "\u540d\u79f0"
    finally:
        text.use("en", {})
