"""Plans a tour: which presets in which order, and how long to stay at each."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.domain.patrol import (
    LEAST_DWELL,
    LEAST_QUIET,
    MOST_DWELL,
    MOST_QUIET,
    MOST_STOPS,
    USUAL_DWELL,
    Flaw,
    Stop,
    Tour,
    flaws,
)
from ivcdesk.ui import icons
from ivcdesk.ui.dialogs.answers import press_by_enter
from ivcdesk.ui.text import bind, mark, tr
from ivcdesk.ui.tokens import GRID

USUAL_QUIET = 60

_FLAWS = {
    Flaw.TOO_FEW: mark("△ A patrol needs at least two stops"),
    Flaw.TOO_MANY: mark("△ A patrol has at most 40 stops"),
    Flaw.DWELL: mark("△ The camera stays from 5 to 3600 seconds"),
    Flaw.QUIET: mark("△ The quiet lasts from 5 to 3600 seconds"),
    Flaw.PRESET: mark("△ There are presets from 1 to 10"),
    Flaw.REPEATS: mark("△ A preset follows itself: the camera would stand still"),
}


class PatrolDialog(QDialog):
    """Edits a tour. Accepted means that :attr:`tour` is to be kept, and begun if :attr:`begins`.

    ``presets`` names those that hold a view; others of the tour are marked.
    """

    def __init__(self, parent: QWidget | None, tour: Tour, presets: Mapping[int, str]) -> None:
        super().__init__(parent)
        self.setObjectName("patrolDialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.begins = False
        self._presets = dict(presets)
        bind(self, self.setWindowTitle, "Plan the patrol")
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "Plan the patrol")
        hint = QLabel()
        hint.setProperty("role", "small")
        hint.setWordWrap(True)
        bind(
            hint,
            hint.setText,
            "This computer sends the camera from stop to stop while the program runs. It rests as "
            "soon as anybody steers.",
        )
        self._table = table = QTableWidget(0, 2)
        table.setObjectName("patrolDialog.stops")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(1, 110)
        table.verticalHeader().setDefaultSectionSize(32)
        table.setMinimumHeight(200)
        table.setTabKeyNavigation(False)
        table.setCornerButtonEnabled(False)
        table.setHorizontalHeaderLabels([tr("Preset"), tr("Stays")])
        table.setAccessibleName(tr("Stops of the patrol"))
        table.setToolTip(tr("The stops in their order"))
        self._add = self._button("patrolDialog.add", mark("Add a stop"))
        self._add.clicked.connect(self._on_add)
        self._remove = self._button("patrolDialog.remove", mark("Remove"))
        self._remove.clicked.connect(self._on_remove)
        self._up = self._button("patrolDialog.up", mark("Earlier"))
        self._up.clicked.connect(lambda: self._move(-1))
        self._down = self._button("patrolDialog.down", mark("Later"))
        self._down.clicked.connect(lambda: self._move(1))
        tools = QHBoxLayout()
        for button in (self._add, self._remove, self._up, self._down):
            tools.addWidget(button)
        tools.addStretch(1)
        self._resume = QCheckBox()
        self._resume.setObjectName("patrolDialog.resume")
        bind(self._resume, self._resume.setText, "Go on by itself when nobody steered for")
        bind(self._resume, self._resume.setToolTip, "Without it the patrol waits until it is told")
        self._quiet = QSpinBox()
        self._quiet.setObjectName("patrolDialog.quiet")
        self._quiet.setRange(int(LEAST_QUIET), int(MOST_QUIET))
        _indent(self._quiet)
        bind(self._quiet, self._quiet.setSuffix, " s")
        bind(self._quiet, self._quiet.setAccessibleName, "Quiet before the patrol goes on")
        bind(self._quiet, self._quiet.setToolTip, "Quiet before the patrol goes on")
        resume = QHBoxLayout()
        resume.addWidget(self._resume, 1)
        resume.addWidget(self._quiet)
        self._flaw = QLabel()
        self._flaw.setObjectName("patrolDialog.flaw")
        self._flaw.setProperty("role", "small")
        self._flaw.setWordWrap(True)
        self._buttons = QDialogButtonBox()
        self._begin = self._answer("patrolDialog.begin", mark("Begin the patrol"))
        self._begin.clicked.connect(self._on_begin)
        self._keep = self._answer("patrolDialog.keep", mark("Keep the plan"))
        self._keep.clicked.connect(self.accept)
        cancel = self._buttons.addButton("", QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("patrolDialog.cancel")
        bind(cancel, cancel.setText, "Cancel")
        bind(cancel, cancel.setToolTip, "Change nothing")
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(title)
        layout.addWidget(hint)
        layout.addWidget(table, 1)
        layout.addLayout(tools)
        layout.addLayout(resume)
        layout.addWidget(self._flaw)
        layout.addWidget(self._buttons)
        self.resize(460, 460)
        for stop in tour.stops or self._proposal():
            self._insert(self._table.rowCount(), stop)
        self._resume.setChecked(tour.resume is not None)
        self._quiet.setValue(round(tour.resume or USUAL_QUIET))
        self._quiet.setEnabled(self._resume.isChecked())
        self._resume.toggled.connect(self._on_resume)
        table.itemSelectionChanged.connect(self._look)
        self._look()

    @property
    def tour(self) -> Tour:
        """The tour as it stands in the dialog."""
        stops = []
        for row in range(self._table.rowCount()):
            preset, dwell = self._fields(row)
            stops.append(Stop(int(preset.currentData()), float(dwell.value())))
        resume = float(self._quiet.value()) if self._resume.isChecked() else None
        return Tour(tuple(stops), resume)

    def _proposal(self) -> list[Stop]:
        """Return a stop for each preset that holds a view: what most people want."""
        return [Stop(number, USUAL_DWELL) for number in sorted(self._presets)]

    def _fields(self, row: int) -> tuple[QComboBox, QSpinBox]:
        preset, dwell = self._table.cellWidget(row, 0), self._table.cellWidget(row, 1)
        assert isinstance(preset, QComboBox)
        assert isinstance(dwell, QSpinBox)
        return preset, dwell

    def _insert(self, row: int, stop: Stop) -> None:
        preset = QComboBox()
        preset.setAccessibleName(tr("Preset"))
        preset.setToolTip(tr("Where the camera goes"))
        for number in range(1, 11):
            name = self._presets.get(number)
            words = name if name else tr("preset {number} · nothing is stored", number=number)
            preset.addItem(words, number)
        preset.setCurrentIndex(stop.preset - 1)
        preset.currentIndexChanged.connect(self._look)
        dwell = QSpinBox()
        dwell.setRange(int(LEAST_DWELL), int(MOST_DWELL))
        _indent(dwell)
        dwell.setSuffix(tr(" s"))
        dwell.setValue(round(stop.dwell))
        dwell.setAccessibleName(tr("Stays"))
        dwell.setToolTip(tr("How long the camera stays there, 5 to 3600 s"))
        dwell.valueChanged.connect(self._look)
        # half a row is no stop: nobody may look meanwhile
        self._table.blockSignals(True)
        self._table.insertRow(row)
        self._table.setCellWidget(row, 0, preset)
        self._table.setCellWidget(row, 1, dwell)
        self._table.blockSignals(False)

    def _on_add(self) -> None:
        tour = self.tour
        used = {stop.preset for stop in tour.stops}
        free = [number for number in sorted(self._presets) if number not in used]
        row = self._table.rowCount()
        self._insert(row, Stop(free[0] if free else 1, USUAL_DWELL))
        self._table.selectRow(row)
        self._look()

    def _on_remove(self) -> None:
        row = self._table.currentRow()
        if row >= 0:
            self._take_out(row)
            self._look()

    def _take_out(self, row: int) -> None:
        self._table.blockSignals(True)
        self._table.removeRow(row)
        self._table.blockSignals(False)

    def _move(self, by: int) -> None:
        row = self._table.currentRow()
        goal = row + by
        if row < 0 or not 0 <= goal < self._table.rowCount():
            return
        stop = self.tour.stops[row]
        self._take_out(row)
        self._insert(goal, stop)
        self._table.selectRow(goal)
        self._look()

    def _on_resume(self, on: bool) -> None:
        self._quiet.setEnabled(on)

    def _on_begin(self) -> None:
        self.begins = True
        self.accept()

    def _look(self) -> None:
        """Say what is wrong, and offer what can be done."""
        tour = self.tour
        found = flaws(tour)
        words = [tr(_FLAWS[flaw]) for flaw in found]
        missing = [stop.preset for stop in tour.stops if stop.preset not in self._presets]
        words += [
            tr("△ Nothing is stored in preset {number}", number=number)
            for number in dict.fromkeys(missing)
        ]
        self._flaw.setText("\n".join(words))
        possible = not any(flaw.forbids for flaw in found)
        self._keep.setEnabled(possible)
        self._begin.setEnabled(possible and not missing)
        row, rows = self._table.currentRow(), self._table.rowCount()
        for place in range(rows):
            preset, dwell = self._fields(place)
            preset.setObjectName(f"patrolDialog.preset.{place + 1}")
            dwell.setObjectName(f"patrolDialog.dwell.{place + 1}")
        self._remove.setEnabled(row >= 0)
        self._up.setEnabled(row > 0)
        self._down.setEnabled(0 <= row < rows - 1)
        self._add.setEnabled(rows < MOST_STOPS)

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        press_by_enter(button)
        bind(button, button.setText, text)
        bind(button, button.setToolTip, text)
        return button

    def _answer(self, name: str, text: str) -> QPushButton:
        button = self._buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        button.setObjectName(name)
        bind(button, button.setText, text)
        bind(button, button.setToolTip, text)
        icons.bind(button, button.setIcon, "patrol" if name.endswith("begin") else "bookmark", 14)
        return button


def _indent(box: QSpinBox) -> None:
    if (figures := box.findChild(QLineEdit)) is not None:
        figures.setTextMargins(6, 0, 0, 0)
