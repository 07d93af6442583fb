"""An audit as a table: a camera a row, a day a column, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from ivcdesk.domain.audit import AuditedChannel, AuditedDay, worst_first
from ivcdesk.ui.text import tr
from ivcdesk.ui.tokens import tokens

Index = QModelIndex | QPersistentModelIndex

NAME, SHARE, FIRST_DAY = 0, 1, 2

_NOWHERE = QModelIndex()
_GOOD, _POOR = 0.995, 0.9


def percent(share: float | None) -> str:
    """Return a share in words; 100 % is said only where nothing at all is missing."""
    if share is None:
        return "–"
    shown = int(share * 1000) / 10
    return f"{shown:g} %"


def share_color(share: float | None) -> QColor:
    """Return the ground of a share, between the theme's good and bad."""
    now = tokens()
    if share is None:
        return QColor(0, 0, 0, 0)
    color = QColor(now.ok if share >= _GOOD else now.warn if share >= _POOR else now.bad)
    color.setAlphaF(0.16 + 0.5 * min(1.0, (1.0 - share) * 2) if share < _GOOD else 0.16)
    return color


class AuditModel(QAbstractTableModel):
    """The cameras of an audit, inserted where they belong while they come in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._days: tuple[date, ...] = ()
        self._channels: list[AuditedChannel] = []

    @property
    def channels(self) -> Sequence[AuditedChannel]:
        """The cameras in their order, the worst one first."""
        return tuple(self._channels)

    def begin(self, days: Sequence[date]) -> None:
        """Start anew with these columns."""
        self.beginResetModel()
        self._days = tuple(days)
        self._channels = []
        self.endResetModel()

    def add(self, channel: AuditedChannel) -> None:
        """Insert a camera where it belongs."""
        row = worst_first([*self._channels, channel]).index(channel)
        self.beginInsertRows(_NOWHERE, row, row)
        self._channels.insert(row, channel)
        self.endInsertRows()

    def channel(self, row: int) -> AuditedChannel | None:
        """Return the camera of a row."""
        return self._channels[row] if 0 <= row < len(self._channels) else None

    def day(self, index: Index) -> AuditedDay | None:
        """Return the day of a cell."""
        channel = self.channel(index.row())
        place = index.column() - FIRST_DAY
        if channel is None or not 0 <= place < len(self._days):
            return None
        wanted = self._days[place]
        return next((day for day in channel.days if day.day == wanted), None)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many cameras have come in."""
        return 0 if parent.isValid() else len(self._channels)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the name, the share and the days."""
        return 0 if parent.isValid() else FIRST_DAY + len(self._days)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Name the columns; days by their number, with the date as tip."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if section >= FIRST_DAY:
            day = self._days[section - FIRST_DAY]
            if role == Qt.ItemDataRole.DisplayRole:
                return f"{day:%m-%d}"
            return f"{day:%Y-%m-%d}" if role == Qt.ItemDataRole.ToolTipRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr("Camera") if section == NAME else tr("Recorded")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell: a share as text and as its ground."""
        channel = self.channel(index.row())
        if channel is None:
            return None
        if index.column() == NAME:
            return self._name(channel, role)
        if index.column() == SHARE:
            share, unknown = channel.share, False
        else:
            day = self.day(index)
            share = day.share if day is not None else None
            unknown = day is not None and day.day in channel.unknown
        if role == Qt.ItemDataRole.DisplayRole:
            # A column of days has no room for the sign; the tip has it.
            words = (
                percent(share).removesuffix(" %") if index.column() >= FIRST_DAY else percent(share)
            )
            return "?" if unknown else words
        if role == Qt.ItemDataRole.BackgroundRole:
            return QBrush(share_color(share))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(channel, index, unknown)
        return None

    def _name(self, channel: AuditedChannel, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return channel.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{channel.name} · {channel.device}" if channel.device else channel.name
        return None

    def _tip(self, channel: AuditedChannel, index: Index, unknown: bool) -> str:
        if unknown:
            return tr("It could not be looked up")
        day = self.day(index)
        share = channel.share if day is None else day.share
        if share is None:
            return tr("Nothing was planned")
        gaps = len(channel.gaps if day is None else day.gaps)
        against = tr("of the plan") if channel.by_plan else tr("of the day: the plan is not known")
        return tr(
            "{share} {against} · gaps: {gaps}", share=percent(share), against=against, gaps=gaps
        )
