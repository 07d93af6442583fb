import pytest
from PySide6.QtWidgets import QLabel

from ivcdesk.ui.widgets.status_bar import Facts, StatusBar, amount


@pytest.fixture
def bar(qtbot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1366, 26)
    bar.show()
    return bar


def shown(bar: StatusBar) -> dict[str, str]:
    return {
        label.objectName(): label.text()
        for label in bar.findChildren(QLabel)
        if label.objectName() and label.isVisibleTo(bar)
    }


def test_nobody_is_signed_in(bar):
    assert shown(bar) == {"status.account": "Not signed in"}


def test_the_facts(bar):
    bar.set_facts(
        Facts("port", "ap-shanghai", 37.6, 61.2, 3, 20, 0.24, 4, 2.94, 1_240_000_000)
    )  # fmt: skip
    assert shown(bar) == {
        "status.account": "port · ap-shanghai",
        "status.link": "link 38 / 61 ms",
        "status.budget": "rate 3/20",
        "status.clock": "clock +0.2 s",
        "status.pulls": "streams 4 · 2.9 Mbit/s · 1.24 GB today",
    }


def test_what_is_not_known_yet(bar):
    bar.set_facts(Facts("port", "ap-shanghai"))
    assert shown(bar)["status.link"] == "link –"
    assert shown(bar)["status.clock"] == "clock –"


def test_it_is_painted_and_does_not_widen_the_window(bar):
    bar.set_facts(Facts("a long account name " * 10, "ap-shanghai", 1, 2, 20, 20, 900.0, 1, 1, 1))
    assert not bar.grab().isNull()
    assert bar.minimumSizeHint().width() < 300


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "2 kB"),
        (12_300_000, "12.3 MB"),
        (1_240_000_000, "1.24 GB"),
        (5e12, "5 TB"),
    ],
)
def test_amounts(count, words):
    assert amount(count) == words
