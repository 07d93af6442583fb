import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from ivcdesk.ui.context import Explanation
from ivcdesk.ui.widgets.banner import Banner
from ivcdesk.ui.widgets.notice import Notice

OFFLINE = Explanation(
    "The device is offline", "Check its power.", "ResourceUnavailable.DevOffline", "r-1"
)


@pytest.fixture
def host(qtbot):
    host = QWidget()
    host.field = QLineEdit()
    QVBoxLayout(host).addWidget(host.field)
    host.resize(800, 600)
    qtbot.addWidget(host)
    host.show()
    host.field.setFocus()
    return host


def text(notice: Notice, name: str) -> str:
    label = notice.findChild(QLabel, name)
    return label.text() if label.isVisibleTo(notice) else ""


def test_it_shows_everything_and_takes_no_focus(host):
    notice = Notice(host)
    assert not notice.isVisible()
    notice.show_explanation(OFFLINE)
    assert notice.isVisible()
    assert text(notice, "notice.title") == OFFLINE.title
    assert text(notice, "notice.hint") == OFFLINE.hint
    assert text(notice, "notice.code") == "ResourceUnavailable.DevOffline · r-1"
    assert host.focusWidget() is host.field


def test_it_lies_within_its_host_whatever_the_size(host, qtbot):
    notice = Notice(host)
    notice.show_explanation(Explanation("word " * 20, "word " * 40))
    for size in ((800, 600), (320, 400)):
        host.resize(*size)
        qtbot.waitUntil(lambda: host.rect().contains(notice.geometry()))
        assert abs(notice.geometry().center().x() - host.width() / 2) <= 1


def test_the_same_again_only_counts(host):
    notice = Notice(host)
    for _ in range(3):
        notice.show_explanation(OFFLINE)
    assert text(notice, "notice.title") == "The device is offline (3 times)"
    notice.show_explanation(Explanation("Something else"))
    assert text(notice, "notice.title") == "Something else"
    assert text(notice, "notice.hint") == ""
    assert text(notice, "notice.code") == ""


def test_it_is_dismissed_by_hand(host, qtbot):
    notice = Notice(host)
    notice.show_explanation(OFFLINE)
    with qtbot.waitSignal(notice.dismissed, timeout=1000):
        notice.findChild(QToolButton, "notice.close").click()
    assert not notice.isVisible()
    assert notice.explanation is None


def test_what_happened_can_be_copied(host):
    notice = Notice(host)
    notice.show_explanation(OFFLINE)
    notice.findChild(QPushButton, "notice.copy").click()
    assert QGuiApplication.clipboard().text().splitlines() == [
        "The device is offline",
        "ResourceUnavailable.DevOffline · r-1",
    ]


def test_a_banner_speaks_and_acts(qtbot):
    banner = Banner()
    qtbot.addWidget(banner)
    assert banner.text == ""
    banner.say("The cloud can't be reached", "Try now")
    assert banner.text == "The cloud can't be reached"
    with qtbot.waitSignal(banner.acted, timeout=1000):
        banner.findChild(QPushButton, "banner.action").click()
    banner.say("The demo's cloud has stopped", "")
    assert not banner.findChild(QPushButton, "banner.action").isVisible()
