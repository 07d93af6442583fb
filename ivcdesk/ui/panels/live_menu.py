"""The menu of one live picture: what can be done with it, and by which key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from ivcdesk.domain.zoom import WHOLE
from ivcdesk.ui.panels.live_pictures import BURST
from ivcdesk.ui.text import tr

if TYPE_CHECKING:
    from ivcdesk.ui.panels.live import LivePanel


def open_menu(panel: LivePanel, index: int, where: QPoint) -> QMenu:
    """Open the menu of the picture in a place, at a point of the screen in px, and return it."""
    view = panel.views[index]
    menu = QMenu(view.tile)
    menu.setObjectName("live.menu")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def entry(name: str, words: str, act: Callable[[], object], key: str = "") -> QAction:
        # The keys are the tile's own: here they are only told.
        action = menu.addAction(words + (f"\t{key}" if key else ""))
        action.setObjectName(f"live.menu.{name}")
        action.triggered.connect(lambda: act())
        return action

    if panel.grid.places > 1:
        alone = panel.grid.alone is not None
        words = tr("Back to the grid") if alone else tr("This picture alone")
        entry("alone", words, partial(panel.toggle_alone, index), tr("Enter|key"))
    entry("snapshot", tr("Snapshot"), panel.take_snapshot).setEnabled(panel.has_picture)
    burst = entry("burst", tr("Five snapshots in a row"), partial(panel.take_snapshot, BURST))
    burst.setEnabled(panel.has_picture)
    recorded = panel.recording.records(view.slot)
    words = tr("End recording") if recorded else tr("Record")
    record = entry("record", words, panel.recording.toggle, "Ctrl+R")
    record.setEnabled(recorded or panel.has_picture)
    entry("copy", tr("Copy the {kind} address", kind="FLV"), panel.copy_address)
    entry("retry", tr("Fetch the picture anew"), view.slot.reopen)
    entry("diagnose", tr("Why is there no picture?"), panel.windows.open_diagnosis)
    menu.addSeparator()
    whole = entry(
        "whole", tr("Show all of the picture"), partial(view.tile.set_zoom, WHOLE), tr("Home|key")
    )
    whole.setEnabled(not view.tile.zoom.whole)
    facts = entry("facts", tr("Codec, rates and delay on the pictures"), panel.facts.toggle, "I")
    facts.setCheckable(True)
    facts.setChecked(panel.facts.isChecked())
    menu.addSeparator()
    entry("close", tr("Close this picture"), view.clear, tr("Del|key"))
    menu.popup(where)
    return menu
