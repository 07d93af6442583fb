"""The settings of downloads apply at once and are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QSpinBox

from ivcdesk.ui.panels.settings_downloads import DownloadsCard
from tests.ui.panels.stand_ins import make_context

USUAL = Path("/videos/ivcdesk")


@pytest.fixture
def card(qtbot):
    settings = make_context().settings
    made = DownloadsCard(settings, lambda: USUAL)
    made.settings = settings
    qtbot.addWidget(made)
    made.show()
    return made


def test_how_many_run_at_once(card, qtbot):
    spin = card.findChild(QSpinBox, "settings.downloads.atOnce")
    assert spin.value() == 3
    with qtbot.waitSignal(card.at_once_chosen) as told:
        spin.setValue(5)
    assert told.args == [5]
    assert card.settings.downloads_at_once == 5
    assert card.settings.saved == 1


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [("/other", "/other", "/other"), ("", "", str(USUAL)), (str(USUAL), "", str(USUAL))],
)
def test_the_folder(card, typed, kept, shown):
    field = card.findChild(QLineEdit, "settings.downloads.folder")
    assert field.text() == str(USUAL)
    field.setText(typed)
    field.editingFinished.emit()
    assert card.settings.download_folder == kept
    assert field.text() == shown
    assert card.settings.saved == (1 if kept else 0)
