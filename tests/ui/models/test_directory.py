"""The tree model: what it shows, how it follows changes, and what a search leaves of it."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from ivcdesk.api.actions import AccessProtocol, Channel, DeviceStatus
from ivcdesk.domain.devices import DeviceState
from ivcdesk.ui.models import directory as directory_module
from ivcdesk.ui.models.directory import DirectoryModel
from ivcdesk.ui.models.directory_rows import Kind, Role
from ivcdesk.ui.models.directory_search import Query
from tests.ui.models.world import World, port


def drawn(model, parent=None, depth=0):
    """Return the whole tree as indented names."""
    parent = QModelIndex() if parent is None else parent
    if model.canFetchMore(parent):
        model.fetchMore(parent)
    lines = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        lines.append("  " * depth + str(index.data()))
        lines += drawn(model, index, depth + 1)
    return lines


@pytest.fixture
def world():
    return port()


@pytest.fixture
def model(qapp, world, qtmodeltester):
    world.refresh()
    model = DirectoryModel()
    model.attach(world.directory)
    leave = world.directory.subscribe(model.apply)
    qtmodeltester.check(model)
    yield model
    leave()


PORT = [
    "East China",
    "  Ningbo depot",
    "    Crane",
    "      Hook",
    "  Port of Shanghai",
    "    Gate 3 NVR",
    "      Gate North",
    "      Quay 12",
    "      Lane plate",
    "    Yard dome 2",
    "      Yard",
    "    Yard dome 10",
    "      Far yard",
    "South China",
    "Stray",
    "  Lost",
]


def test_the_tree_is_sorted_as_people_count(model):
    assert drawn(model) == PORT


def test_rows_tell_their_state_tags_and_figures(model):
    recorder, away = model.index_of("n1"), model.index_of("c10")
    assert recorder.data(Role.KIND) is Kind.DEVICE
    assert recorder.data(Role.STATE) is DeviceState.ONLINE
    assert recorder.data(Role.PROTOCOL) == "GB"
    assert recorder.data(Role.FIGURES) == "3 ch"
    assert recorder.data(Role.CHANNEL) == ""
    assert "10.0.0.3" in recorder.data(Qt.ItemDataRole.ToolTipRole)
    assert away.data(Role.NOTE) == "offline"
    assert away.data(Role.CHANNEL) == "c10.0"
    assert model.index_of("c10.0").data(Role.STATE) is DeviceState.OFFLINE
    assert model.index_of("1").data(Role.FIGURES) == "1/2"
    for index in (recorder, model.index_of("n1.0"), model.index_of("1")):
        assert index.data(Qt.ItemDataRole.AccessibleTextRole)
        assert index.data(Qt.ItemDataRole.ToolTipRole)
        for role in Role:
            index.data(role)


def test_a_change_of_state_is_told_for_the_row_and_its_channels(model, world, qtbot):
    drawn(model)
    told = []
    model.dataChanged.connect(lambda first, last: told.append((first.data(), last.data())))
    world.change("n1", status=DeviceStatus.OFFLINE)
    world.refresh()
    assert ("Gate 3 NVR", "Gate 3 NVR") in told
    assert ("Gate North", "Lane plate") in told
    assert model.index_of("n1.0").data(Role.STATE) is DeviceState.OFFLINE


def test_a_renamed_device_moves_and_stays_the_same_row(model, world):
    drawn(model)
    moves = []
    model.rowsMoved.connect(lambda *each: moves.append(each))
    kept = QPersistentModelIndex(model.index_of("c2"))
    world.change("c2", name="Zebra crossing")
    world.refresh()
    assert len(moves) == 1
    assert kept.data() == "Zebra crossing"
    assert kept.row() == 2
    assert drawn(model)[6:12] == [
        "      Gate North",
        "      Quay 12",
        "      Lane plate",
        "    Yard dome 10",
        "      Far yard",
        "    Zebra crossing",
    ]


def test_a_device_can_come_go_and_change_its_place(model, world):
    drawn(model)
    world.device("c4", "Barrier", "11", "In", "Out")
    world.change("c3", organization_id="2")
    del world.devices["c10"]
    world.organization("12", "Ningbo depot", "2")
    world.refresh()
    assert drawn(model) == [
        "East China",
        "  Port of Shanghai",
        "    Barrier",
        "      In",
        "      Out",
        "    Gate 3 NVR",
        "      Gate North",
        "      Quay 12",
        "      Lane plate",
        "    Yard dome 2",
        "      Yard",
        "South China",
        "  Ningbo depot",
        "  Crane",
        "    Hook",
        "Stray",
        "  Lost",
    ]
    del world.organizations["11"]
    world.refresh()
    assert [line for line in drawn(model) if not line.startswith(" ")] == [
        "East China",
        "South China",
        "Barrier",
        "Gate 3 NVR",
        "Stray",
        "Yard dome 2",
    ]


def test_channels_that_nobody_knows_are_asked_for_once(qapp, world, qtmodeltester):
    world.refresh(fill=False)
    model = DirectoryModel()
    model.attach(world.directory)
    wanted = []
    model.channels_wanted.connect(wanted.append)
    recorder = model.index_of("n1")
    assert model.hasChildren(recorder)
    assert model.canFetchMore(recorder)
    model.fetchMore(recorder)
    assert recorder.data(Role.LOADING)
    assert not model.canFetchMore(recorder)
    assert wanted == ["n1"]
    model.answered("n1")
    assert model.canFetchMore(recorder)
    model.fetchMore(recorder)
    assert wanted == ["n1", "n1"]
    leave = world.directory.subscribe(model.apply)
    world.refresh()
    model.answered("n1")
    assert model.rowCount(recorder) == 3
    qtmodeltester.check(model)
    leave()


def test_playing_is_marked_on_the_channel_and_its_device(model):
    model.set_playing(["n1.1"])
    assert model.index_of("n1.1").data(Role.PLAYING)
    assert model.index_of("n1").data(Role.PLAYING)
    assert "playing" in model.index_of("n1.1").data(Qt.ItemDataRole.AccessibleTextRole)
    model.set_playing([])
    assert not model.index_of("n1.1").data(Role.PLAYING)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quay", ["East China", "  Port of Shanghai", "    Gate 3 NVR", "      Quay 12"]),
        ("10.0.0.3", ["East China", "  Port of Shanghai", "    Gate 3 NVR"]),
        ("CODE-c3", ["East China", "  Ningbo depot", "    Crane"]),
        ("n1.2", ["East China", "  Port of Shanghai", "    Gate 3 NVR", "      Lane plate"]),
        ("shanghai quay", ["East China", "  Port of Shanghai", "    Gate 3 NVR", "      Quay 12"]),
        ("gate quay", ["East China", "  Port of Shanghai", "    Gate 3 NVR", "      Quay 12"]),
        ("ningbo", ["East China", "  Ningbo depot", "    Crane", "      Hook"]),
        ("no such thing", []),
    ],
)
def test_a_search_leaves_hits_and_what_leads_to_them(model, text, expected):
    model.set_query(Query.of(text))
    assert drawn(model)[: len(expected)] == expected
    model.set_query(Query())
    assert drawn(model) == PORT


def test_a_device_that_is_found_keeps_all_its_channels(model):
    hits = model.set_query(Query.of("gate"))
    assert hits.devices == {"n1": None}
    assert drawn(model)[2:] == [
        "    Gate 3 NVR",
        "      Gate North",
        "      Quay 12",
        "      Lane plate",
    ]


def test_chips_narrow_by_state_and_protocol(model):
    model.set_query(Query.of("", [DeviceState.OFFLINE, DeviceState.DISABLED]))
    assert drawn(model) == [
        "East China",
        "  Port of Shanghai",
        "    Yard dome 10",
        "      Far yard",
        "Stray",
        "  Lost",
    ]
    model.set_query(Query.of("yard", [DeviceState.ONLINE], [AccessProtocol.GATEWAY]))
    assert drawn(model) == [
        "East China",
        "  Port of Shanghai",
        "    Yard dome 2",
        "      Yard",
    ]
    model.set_query(Query.of("shanghai", [DeviceState.OFFLINE]))
    assert drawn(model)[2:] == ["    Yard dome 10", "      Far yard"]


def test_a_search_that_may_find_something_else_says_so(model, world, qtbot):
    query = Query.of("barrier")
    model.set_query(query)
    assert drawn(model) == []
    texts = model.lend()
    world.device("c4", "Gates", "11", "Barrier in", "Queue")
    with qtbot.waitSignal(model.outdated):
        world.refresh()
    assert texts.find(query).nothing
    model.show_hits(query, model.lend().find(query))
    assert drawn(model) == ["East China", "  Port of Shanghai", "    Gates", "      Barrier in"]


def test_channels_below_a_row_are_found_in_order(model):
    assert list(model.channels_in(model.index_of("11"))) == [
        "n1.0",
        "n1.1",
        "n1.2",
        "c2.0",
        "c10.0",
    ]


def test_nothing_is_shown_without_an_account(model, qtmodeltester):
    model.attach(None)
    assert drawn(model) == []
    assert not model.index_of("n1").isValid()
    assert model.set_query(Query.of("gate")) is None
    qtmodeltester.check(model)


@pytest.mark.parametrize("most_runs", [1, 200])
@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_rows_are_those_of_a_fresh_model(
    qapp, qtmodeltester, monkeypatch, seed, most_runs
):
    monkeypatch.setattr(directory_module, "MOST_RUNS", most_runs)
    dice = random.Random(seed)
    world = World()
    for number in range(6):
        parent = dice.choice(["0", *world.organizations])
        world.organization(str(number), f"Site {dice.randrange(99)}", parent)
    model = DirectoryModel()
    model.attach(world.directory)
    qtmodeltester.check(model)
    leave = world.directory.subscribe(model.apply)
    for _step in range(8):
        for _change in range(dice.randrange(1, 12)):
            key = f"d{dice.randrange(25)}"
            home = str(dice.randrange(7))
            name = f"Camera {dice.randrange(40)}"
            if key not in world.devices:
                world.device(key, name, home, *(f"View {n}" for n in range(dice.randrange(2))))
            elif dice.random() < 0.3:
                del world.devices[key]
            elif dice.random() < 0.5:
                world.change(key, name=name)
            else:
                world.change(key, organization_id=home)
        if dice.random() < 0.3:
            world.organization(str(dice.randrange(6)), f"Site {dice.randrange(99)}")
        if dice.random() < 0.3:
            key = f"d{dice.randrange(25)}"
            held = world.channels.setdefault(key, [])
            held.insert(0, Channel(device_id=key, channel_id=f"{key}.x{_step}", name="New"))
        world.refresh()
        if dice.random() < 0.5:
            drawn(model)
        if dice.random() < 0.4:
            model.set_query(Query.of(dice.choice(["", "1", "site", "view 1", "camera 2"])))
            continue
        fresh = DirectoryModel()
        fresh.attach(world.directory)
        model.set_query(Query())
        assert drawn(model) == drawn(fresh)
    leave()
