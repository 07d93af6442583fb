"""Dealing layouts out: every place shows what it should, and nothing is asked for twice."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.api.actions import ChannelId
from ivcdesk.services.layouts import Layout, Place
from ivcdesk.ui.panels.live_dealing import captured, deal
from ivcdesk.ui.widgets.tile_grid import LARGEST, LAYOUTS


class Slot:
    """Counts how often it had to connect."""

    def __init__(self) -> None:
        self.channel: ChannelId | None = None
        self.quality = "sub"
        self.connects = 0

    def set_quality(self, quality: str) -> None:
        if self.channel is not None and quality != self.quality:
            self.connects += 1
        self.quality = quality


class View:
    def __init__(self) -> None:
        self.slot = Slot()
        self.chosen_quality = "sub"

    def clear(self) -> None:
        self.slot.channel = None

    def show_channel(self, channel: ChannelId) -> None:
        if channel != self.slot.channel:
            self.slot.connects += 1
        self.slot.channel = channel


class Table:
    """A grid and its places, as the live page has them."""

    def __init__(self) -> None:
        self.views = [View() for _ in range(LARGEST)]
        self.grid = SimpleNamespace(arrangement="1", alone=None, places=1, arrange=self.arrange)
        self.names: dict[str, str] = {}

    def arrange(self, name: str) -> None:
        self.grid.arrangement, self.grid.places = name, len(LAYOUTS[name][1])

    def swap(self, one: int, other: int) -> None:
        first, second = self.views[one], self.views[other]
        first.slot, second.slot = second.slot, first.slot
        first.chosen_quality, second.chosen_quality = second.chosen_quality, first.chosen_quality

    def show(self, layout: Layout) -> None:
        deal(layout, self.views, self.grid, self.swap, self.names)

    def shown(self) -> Counter[str]:
        return Counter(view.slot.channel for view in self.views if view.slot.channel)

    def connects(self) -> int:
        return sum(view.slot.connects for view in self.views)


PLACES = st.builds(
    lambda channel: Place(ChannelId(channel), "sub", channel.upper()),
    st.sampled_from(["", "a", "b", "c", "d", "e", "f"]),
)
WANTED = st.builds(
    lambda name, places: Layout("", name, tuple(places)),
    st.sampled_from([*LAYOUTS, "", "unknown"]),
    st.lists(PLACES, max_size=18),
)


@given(st.lists(WANTED, min_size=1, max_size=5))
def test_every_place_shows_what_it_should_and_nothing_is_asked_for_twice(layouts):
    table = Table()
    for layout in layouts:
        before, connects = table.shown(), table.connects()
        arrangement = layout.arrangement if layout.arrangement in LAYOUTS else None
        kept = table.grid.arrangement
        table.show(layout)
        assert table.grid.arrangement == (arrangement or kept)
        places = table.grid.places
        wanted = [*layout.places, *[Place()] * places][:places]
        assert [view.slot.channel or "" for view in table.views[:places]] == [
            place.channel for place in wanted
        ]
        assert all(view.slot.channel is None for view in table.views[places:])
        new = Counter(place.channel for place in wanted if place.channel) - before
        assert table.connects() - connects == new.total()


@given(WANTED)
def test_what_is_captured_shows_the_same_again(layout):
    table, other = Table(), Table()
    table.show(layout)
    read = captured(table.views, table.grid, lambda slot: (slot.channel or "").upper())
    other.show(read)
    again = captured(other.views, other.grid, lambda slot: (slot.channel or "").upper())
    assert again == read
    assert all(other.names[place.channel] == place.name for place in read.places if place.channel)


def test_the_quality_goes_with_the_picture():
    table = Table()
    table.show(Layout("", "4", (Place(ChannelId("a"), "main"), Place(ChannelId("b")))))
    connects = table.connects()
    table.show(Layout("", "4", (Place(ChannelId("b")), Place(ChannelId("a"), "main"))))
    assert [view.slot.quality for view in table.views[:2]] == ["sub", "main"]
    assert table.connects() == connects
