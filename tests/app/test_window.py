import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from ivcdesk.app.actions import COMMANDS, ActionTable
from ivcdesk.app.pages import CONTROL, DOWNLOADS, INSPECTOR, NAVIGATOR, PAGES
from ivcdesk.app.window import MainWindow


class Panels:
    """Panels that only note what they were asked for."""

    complete = True

    def __init__(self, asked: list[tuple], name: str) -> None:
        self._asked = asked
        self._name = name

    def __getattr__(self, name: str):
        return Panels(self._asked, f"{self._name}.{name}")

    def __call__(self, *args) -> None:
        self._asked.append((self._name, *args))


class Desk:
    """An application that only notes what it was asked for."""

    def __init__(self) -> None:
        self.signed_in = self.in_demo = self.shows_channel = False
        self.asked: list[tuple] = []
        self.panels = Panels(self.asked, "panels")

    def __getattr__(self, name: str):
        return lambda *args: self.asked.append((name, *args))


@pytest.fixture
def window(qtbot):
    window = MainWindow()
    window.resize(1366, 768)
    window.form = QLabel("sign in")
    window.stand_in(window.form)
    for page in PAGES:
        window.add_page(page.name, QLabel(page.name))
    for name in (NAVIGATOR, CONTROL, INSPECTOR):
        window.add_dock(name, QLabel(name))
    window.restore_docks({}, [])
    window.show()
    yield window
    window.hide()
    window.deleteLater()


def docks(window) -> set[str]:
    return {
        name for name in (NAVIGATOR, CONTROL, INSPECTOR) if window._docks[name].isVisibleTo(window)
    }


def shown(window) -> str:
    return window.workspace.currentWidget().text()


def test_its_parts_have_their_names(window):
    assert window.objectName() == "mainWindow"
    for name in (
        *("rail.live", "rail.playback", "rail.settings"),
        *("status.account", "status.link", "status.budget", "status.clock", "status.pulls"),
    ):
        assert window.findChild(QObject, name) is not None, name


def test_sign_in_stands_in_until_somebody_is_signed_in(window):
    assert shown(window) == "sign in"
    assert docks(window) == set()
    window.show_page("settings")
    assert shown(window) == "settings"
    window.show_page("playback")
    assert shown(window) == "sign in"
    window.set_signed_in(True)
    assert shown(window) == "playback"
    window.set_signed_in(False)
    assert shown(window) == "sign in"


def test_docks_stand_beside_their_pages(window):
    window.set_signed_in(True)
    assert docks(window) == {NAVIGATOR, CONTROL}
    window.show_page("playback")
    assert docks(window) == {NAVIGATOR}
    window.show_page("settings")
    assert docks(window) == set()
    window.show_page("live")
    assert docks(window) == {NAVIGATOR, CONTROL}


def test_a_dock_that_was_hidden_stays_hidden(window):
    window.set_signed_in(True)
    window.toggle_dock(NAVIGATOR)
    window.toggle_dock(INSPECTOR)
    window.show_page("settings")
    assert docks(window) == {INSPECTOR}
    window.show_page("live")
    assert docks(window) == {CONTROL, INSPECTOR}
    window.show_dock(NAVIGATOR)
    window.show_dock(NAVIGATOR)
    assert docks(window) == {NAVIGATOR, CONTROL, INSPECTOR}


def test_the_rail_shows_and_changes_the_page(window, qtbot):
    window.set_signed_in(True)
    playback = window.findChild(QToolButton, "rail.playback")
    with qtbot.waitSignal(window.page_shown, timeout=1000) as told:
        playback.click()
    assert told.args == ["playback"]
    assert playback.isChecked()
    window.show_page("live")
    assert not playback.isChecked()


def test_closing_only_asks(window, qtbot):
    event = QCloseEvent()
    with qtbot.waitSignal(window.closed, timeout=1000):
        window.closeEvent(event)
    assert not event.isAccepted()
    assert window.isVisible()


def test_the_layout_is_kept(window, qtbot):
    window.set_signed_in(True)
    window.toggle_dock(CONTROL)
    window.resizeDocks([window._docks[NAVIGATOR]], [400], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: window._docks[NAVIGATOR].width() == 400)
    place, hidden = window.kept()
    assert hidden == [CONTROL, INSPECTOR, DOWNLOADS]
    window.reset_layout()
    qtbot.waitUntil(lambda: window._docks[NAVIGATOR].width() < 400)
    assert docks(window) == {NAVIGATOR, CONTROL}
    window.restore_docks(place, hidden)
    qtbot.waitUntil(lambda: window._docks[NAVIGATOR].width() == 400)
    assert docks(window) == {NAVIGATOR}


def test_nonsense_kept_is_no_harm(window):
    window.restore_place({"geometry": "%%%"})
    window.restore_docks({"docks": "AAAA"}, ["nowhere"])
    assert window.isVisible()


def test_at_the_smallest_size_everything_fits(window, qtbot):
    window.set_signed_in(True)
    window.resize(1366, 768)
    assert window.width() == 1366
    for page in PAGES:
        window.show_page(page.name)
        for part in window.findChildren(QWidget):
            if part.isVisibleTo(window) and part.parent() is window:
                assert window.rect().intersects(part.geometry()), part.objectName()


def test_what_the_top_bar_says(window):
    window.top.show_account("port", "ap-shanghai", demo=False)
    assert window.findChild(QLabel, "top.account").text() == "port · ap-shanghai"
    assert window.findChild(QPushButton, "top.menu").text() == "Account"
    window.top.show_account("demo", "ap-shanghai", demo=True)
    assert window.findChild(QPushButton, "top.menu").text() == "Demo cloud"
    window.top.show_account("", "", demo=False)
    assert window.findChild(QPushButton, "top.menu").text() == "Menu"


@pytest.fixture
def table(window):
    desk = Desk()
    made = ActionTable(window, desk)
    made.desk = desk
    return made


def test_every_action_does_something_once(table):
    table.desk.signed_in = table.desk.shows_channel = True
    for command in COMMANDS:
        before = len(table.desk.asked)
        table.trigger(command.id)
        assert len(table.desk.asked) == before + 1, command.id
    with pytest.raises(KeyError):
        table.trigger("nothing")


def test_pages_are_actions(table):
    for page in PAGES:
        table.trigger(page.name)
    assert table.desk.asked == [("go", page.name) for page in PAGES]


def test_ids_and_shortcuts_are_unique(table):
    shortcuts = [c.shortcut for c in table._commands.values() if c.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    assert len(table._commands) == len(COMMANDS) + len(PAGES)


def test_what_cant_be_done_is_not_offered(table):
    offered = {entry.key for entry in table.entries()}
    assert "demo" in offered
    assert not offered & {"sign_out", "search", "open_in_vlc", "palette"}
    table.trigger("sign_out")
    assert table.desk.asked == []
    table.desk.signed_in = table.desk.in_demo = True
    offered = {entry.key for entry in table.entries()}
    assert "sign_out" in offered
    assert "demo" not in offered


def test_shortcuts_are_shown_and_work(table, window, qtbot):
    entry = next(entry for entry in table.entries() if entry.key == "full_screen")
    assert entry.shortcut == "F11"
    assert table._actions["palette"].shortcut().toString() == "Ctrl+K"
    menu = table.menu(window)
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts[:3] == ["Live", "Playback", "Settings"]
    assert texts[-1] == "Quit"


def test_alt_and_a_digit_show_a_page_too(table):
    for number, page in enumerate(PAGES, 1):
        keys = [key.toString() for key in table._actions[page.name].shortcuts()]
        assert keys == [f"Ctrl+{number}", f"Alt+{number}"]
