"""Tables of downloads and of the cloud's tasks, and the buttons above them: they look alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolButton

from ivcdesk.ui import icons
from ivcdesk.ui.models.keyed_rows import KEY, MOOD, SHARE
from ivcdesk.ui.widgets.progress_cell import ProgressCell

ROW = 30


def make_table(
    name: str, model: QAbstractItemModel, widths: Sequence[int], *, state: int, row: int = ROW
) -> QTableView:
    """Return a table of a model with rows of a height in px.

    ``state`` is the column that shows how far a row is; the model has the roles of
    :mod:`ivcdesk.ui.models.keyed_rows` for it.
    """
    table = QTableView()
    table.setObjectName(name)
    table.setModel(model)
    table.setItemDelegateForColumn(state, ProgressCell(SHARE, MOOD, table))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    for column, width in enumerate(widths):
        header.resizeSection(column, width)
    return table


def make_tool(name: str, icon: str, slot: Callable[[], object]) -> QToolButton:
    """Return a button with an icon, and room for words beside it."""
    button = QToolButton()
    button.setObjectName(name)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    icons.bind(button, button.setIcon, icon, 16)
    button.clicked.connect(lambda: slot())
    return button


def selected_keys(table: QTableView) -> list[str]:
    """Return the keys of the rows that are selected, from top to bottom."""
    rows = sorted(table.selectionModel().selectedRows(), key=lambda index: index.row())
    return [str(index.data(KEY)) for index in rows]
