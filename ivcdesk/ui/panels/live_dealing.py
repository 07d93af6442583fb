"""Dealing a layout out to the places of the grid, and reading one off them."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence

from ivcdesk.services.layouts import Layout, Place
from ivcdesk.ui.panels.live_slot import LiveSlot
from ivcdesk.ui.panels.live_view import LiveView
from ivcdesk.ui.widgets.tile_grid import LAYOUTS, TileGrid


def captured(
    views: Sequence[LiveView], grid: TileGrid, name_of: Callable[[LiveSlot], str]
) -> Layout:
    """Return what the grid shows, as a layout without a name."""
    places = []
    for view in views[: grid.places]:
        channel = view.slot.channel
        name = name_of(view.slot)
        places.append(Place(channel, view.chosen_quality, name) if channel else Place())
    return Layout("", grid.arrangement, tuple(places))


def arrangement_of(layout: Layout, grid: TileGrid) -> str:
    """Return the arrangement a layout is shown in: the present one where it names none we know."""
    return layout.arrangement if layout.arrangement in LAYOUTS else grid.arrangement


def deal(
    layout: Layout,
    views: Sequence[LiveView],
    grid: TileGrid,
    swap: Callable[[int, int], object],
    names: MutableMapping[str, str],
) -> None:
    """Show a layout; ``views`` are as many as it needs.

    What is shown already moves to its place by ``swap`` without being asked for anew. ``names``
    is told what channels were called, for those that the directory does not know any more.
    """
    name = arrangement_of(layout, grid)
    count = len(LAYOUTS[name][1])
    wanted = [*layout.places, *[Place()] * count][:count]
    for index, place in enumerate(wanted):
        if place.channel and views[index].slot.channel != place.channel:
            _fetch_to(index, views, wanted, swap)
    # Other channels go before the arrangement changes: what they pull is not wanted any more.
    for index, view in enumerate(views):
        place = wanted[index] if index < count else Place()
        if view.slot.channel != (place.channel or None):
            view.clear()
        view.chosen_quality = place.quality
        view.slot.set_quality(place.quality)
    if name != grid.arrangement or grid.alone is not None:
        grid.arrange(name)
    for view, place in zip(views, wanted, strict=False):
        if place.channel:
            if place.name:
                names[place.channel] = place.name
            view.show_channel(place.channel)


def _fetch_to(
    index: int,
    views: Sequence[LiveView],
    wanted: Sequence[Place],
    swap: Callable[[int, int], object],
) -> None:
    """Move what a place is to show there, if it is shown where it is not meant to stay."""
    channel = wanted[index].channel
    for other, view in enumerate(views):
        stays = other < len(wanted) and wanted[other].channel == channel
        if view.slot.channel == channel and not stays:
            swap(index, other)
            return
