"""Tiles are placed without overlap, and only as many as there is room for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from ivcdesk.ui.widgets.tile_grid import GAP, LARGEST, LAYOUTS, TileGrid


@pytest.fixture
def grid(qtbot) -> TileGrid:
    grid = TileGrid()
    grid.set_tiles([QWidget() for _ in range(LARGEST)])
    grid.resize(971, 547)
    qtbot.addWidget(grid)
    grid.show()
    return grid


def shown(grid: TileGrid) -> list[QRect]:
    return [tile.geometry() for tile in grid._tiles if tile.isVisible()]


@pytest.mark.parametrize("name", LAYOUTS)
def test_tiles_fill_the_grid_without_overlap(grid, name):
    grid.arrange(name)
    boxes = shown(grid)
    assert len(boxes) == grid.places == len(LAYOUTS[name][1])
    for at, box in enumerate(boxes):
        assert grid.rect().adjusted(GAP, GAP, -GAP, -GAP).contains(box)
        for other in boxes[at + 1 :]:
            assert not box.adjusted(0, 0, GAP - 1, GAP - 1).intersects(other)
    covered = sum(box.width() * box.height() for box in boxes)
    assert covered > 0.97 * grid.width() * grid.height()


def test_one_tile_alone_and_back(grid):
    heard: list[int | None] = []
    grid.arranged.connect(lambda: heard.append(grid.alone))
    grid.arrange("9")
    before = shown(grid)
    grid.show_alone(4)
    assert shown(grid) == [grid.rect().adjusted(GAP, GAP, -GAP, -GAP)]
    grid.resize(500, 400)
    assert shown(grid) == [grid.rect().adjusted(GAP, GAP, -GAP, -GAP)]
    grid.resize(971, 547)
    grid.show_alone(None)
    assert shown(grid) == before
    assert heard == [None, 4, None]


def test_another_arrangement_ends_being_alone(grid):
    grid.arrange("4")
    grid.show_alone(3)
    grid.arrange("1+5")
    assert grid.alone is None
    assert len(shown(grid)) == 6
    assert grid.arrangement == "1+5"


def test_what_does_not_exist_is_refused(grid):
    with pytest.raises(ValueError, match="arrangement"):
        grid.arrange("7")
    grid.arrange("4")
    with pytest.raises(ValueError, match="tile"):
        grid.show_alone(4)


def test_finds_the_tile_under_a_point(grid):
    grid.arrange("4")
    for index, box in enumerate(shown(grid)):
        assert grid.index_at(box.center()) == index
    assert grid.index_at(grid.rect().topLeft()) is None


def test_grabs_in_every_size(grid):
    for width in (320, 321, 1047, 1600):
        grid.resize(width, 333)
        grid.arrange("16")
        assert len(shown(grid)) == 16
        assert not grid.grab().isNull()


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_every_place_is_reached_by_steps_and_back(grid, name):
    grid.arrange(name)
    steps = ((1, 0), (-1, 0), (0, 1), (0, -1))
    reached, waiting = {0}, [0]
    while waiting:
        here = waiting.pop()
        for step in steps:
            there = grid.neighbour(here, *step)
            if there not in reached:
                reached.add(there)
                waiting.append(there)
    assert reached == set(range(grid.places))


def test_steps_go_where_the_eye_goes(grid):
    grid.arrange("1+5")
    assert grid.neighbour(0, 1, 0) in (1, 2)
    assert grid.neighbour(2, -1, 0) == 0
    assert grid.neighbour(4, 0, -1) == 0
    assert grid.neighbour(1, 1, 0) == 1
    grid.arrange("9")
    assert [grid.neighbour(4, *step) for step in ((1, 0), (-1, 0), (0, 1), (0, -1))] == [5, 3, 7, 1]
