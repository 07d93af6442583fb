"""The settings of the live page, as rows of the page of settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox, QWidget

from ivcdesk.domain.tour import LONGEST, SHORTEST
from ivcdesk.ui.context import Settings
from ivcdesk.ui.text import bind, mark, refresh, tr

_LONGEST_IDLE = 720

AddRow = Callable[[str, QWidget, str], object]
"""Puts a field into the page: its name and a hint in English."""


class LiveSettings:
    """Shows and changes when live pictures close, how fast a tour is, and what shows at start."""

    def __init__(self, settings: Settings, add_row: AddRow) -> None:
        self._settings = settings
        self._idle = _number("settings.liveIdle", 0, _LONGEST_IDLE, 5)
        refresh(self._idle, lambda: self._idle.setSpecialValueText(tr("never")))
        bind(self._idle, self._idle.setSuffix, " min")
        bind(self._idle, self._idle.setToolTip, "0 never closes them")
        self._idle.valueChanged.connect(self._on_idle)
        add_row(
            mark("Close when idle"),
            self._idle,
            mark("Pictures are paid for by the minute: they close when nobody is at the desk."),
        )
        self._dwell = _number("settings.liveTour", SHORTEST, LONGEST, 5)
        bind(self._dwell, self._dwell.setSuffix, " s")
        bind(self._dwell, self._dwell.setToolTip, "How long a tour shows each page")
        self._dwell.valueChanged.connect(self._on_dwell)
        add_row(mark("Page of a tour"), self._dwell, "")
        self._again = QCheckBox()
        self._again.setObjectName("settings.liveRestores")
        bind(self._again, self._again.setText, "Show the last one again at the next start")
        bind(self._again, self._again.setToolTip, "Its cameras are pulled as soon as you sign in")
        self._again.toggled.connect(self._on_again)
        add_row(mark("Layouts"), self._again, "")

    def show(self) -> None:
        """Show what the settings are."""
        for field, value in (
            (self._idle, self._settings.live_idle_minutes),
            (self._dwell, self._settings.live_tour_seconds),
        ):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self._again.blockSignals(True)
        self._again.setChecked(self._settings.live_restores)
        self._again.blockSignals(False)

    def _on_idle(self, minutes: int) -> None:
        self._settings.live_idle_minutes = minutes
        self._settings.save()

    def _on_dwell(self, seconds: int) -> None:
        self._settings.live_tour_seconds = seconds
        self._settings.save()

    def _on_again(self, wanted: bool) -> None:
        self._settings.live_restores = wanted
        self._settings.save()


def _number(name: str, least: int, most: int, step: int) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setRange(least, most)
    box.setSingleStep(step)
    box.setKeyboardTracking(False)
    box.setFixedWidth(140)
    if (figures := box.findChild(QLineEdit)) is not None:
        figures.setTextMargins(6, 0, 0, 0)
    return box
