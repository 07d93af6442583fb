"""The part of the settings that is about downloads: their folder, and how many run at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.context import Settings
from ivcdesk.ui.text import bind, mark, refresh, tr

MOST_AT_ONCE = 10


class DownloadsCard(QWidget):
    """Changes apply at once. Signals: ``at_once_chosen`` (how many)."""

    at_once_chosen = Signal(int)

    def __init__(
        self, settings: Settings, usual_folder: Callable[[], Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings.downloads")
        self._settings = settings
        self._usual_folder = usual_folder
        title = QLabel()
        title.setProperty("role", "section")
        bind(title, title.setText, "Downloads")
        self._folder = QLineEdit()
        self._folder.setObjectName("settings.downloads.folder")
        self._folder.editingFinished.connect(self._on_folder_edited)
        bind(self._folder, self._folder.setToolTip, "Exported recordings are put here")
        self._browse = QPushButton()
        self._browse.setObjectName("settings.downloads.browse")
        icons.bind(self._browse, self._browse.setIcon, "folder", 16)
        bind(self._browse, self._browse.setText, "Choose …")
        bind(self._browse, self._browse.setToolTip, "Choose another folder")
        self._browse.clicked.connect(self._on_browse)
        self._at_once = QSpinBox()
        self._at_once.setObjectName("settings.downloads.atOnce")
        self._at_once.setRange(1, MOST_AT_ONCE)
        self._at_once.setFixedWidth(140)
        if (figures := self._at_once.findChild(QLineEdit)) is not None:
            figures.setTextMargins(6, 0, 0, 0)
        self._at_once.valueChanged.connect(self._on_at_once)
        hint = mark("How many files are fetched side by side; the cloud may allow fewer.")
        bind(self._at_once, self._at_once.setToolTip, hint)
        card = QFrame()
        card.setProperty("role", "card")
        card.setMaximumWidth(680)
        grid = QGridLayout(card)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 140)
        grid.setColumnStretch(1, 1)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self._folder, 1)
        where.addWidget(self._browse)
        _name(grid, 0, mark("Folder"), self._folder)
        grid.addLayout(where, 0, 1)
        _name(grid, 1, mark("At once"), self._at_once)
        grid.addWidget(self._at_once, 1, 1, Qt.AlignmentFlag.AlignLeft)
        words = QLabel()
        words.setProperty("role", "small")
        words.setWordWrap(True)
        bind(words, words.setText, hint)
        grid.addWidget(words, 2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(card)
        refresh(self, self._show)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what an export may have changed meanwhile."""
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        self._folder.setText(self._settings.download_folder or str(self._usual_folder()))
        self._at_once.blockSignals(True)
        self._at_once.setValue(self._settings.downloads_at_once)
        self._at_once.blockSignals(False)

    def _on_folder_edited(self) -> None:
        text = self._folder.text().strip()
        chosen = "" if text in ("", str(self._usual_folder())) else text
        if chosen != self._settings.download_folder:
            self._settings.download_folder = chosen
            self._settings.save()
        self._show()

    def _on_browse(self) -> None:
        chooser = QFileDialog(self, tr("Choose a folder"), self._folder.text())
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._on_folder_chosen)
        chooser.open()

    def _on_folder_chosen(self, folder: str) -> None:
        self._folder.setText(folder)
        self._on_folder_edited()

    def _on_at_once(self, count: int) -> None:
        self._settings.downloads_at_once = count
        self._settings.save()
        self.at_once_chosen.emit(count)


def _name(grid: QGridLayout, row: int, name: str, field: QWidget) -> None:
    label = QLabel()
    label.setBuddy(field)
    bind(label, label.setText, name)
    bind(label, field.setAccessibleName, name)
    grid.addWidget(label, row, 0)
