"""A cell of a table that shows words above a bar; the words alone say everything."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ivcdesk.ui.tokens import tokens

_BAR = 4
_SIDE = 8
_SHAPES = {"ok": "✓", "warn": "△", "bad": "✕", "off": "◦"}


class ProgressCell(QStyledItemDelegate):
    """Draws the text of a cell and a bar below it.

    ``progress_role`` gives 0 … 1 or None (no bar), ``mood_role`` the status: ``ok``, ``warn``,
    ``bad``, ``off`` or empty; each has a shape of its own before the words.
    """

    def __init__(self, progress_role: int, mood_role: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._progress_role = progress_role
        self._mood_role = mood_role

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one cell."""
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        text, styled.text = styled.text, ""
        style = styled.widget.style() if styled.widget else None
        if style is not None:
            style.drawControl(
                QStyle.ControlElement.CE_ItemViewItem,
                styled,
                painter,
                styled.widget,
            )
        now = tokens()
        mood = str(index.data(self._mood_role) or "")
        colour = QColor({"ok": now.ok, "warn": now.warn, "bad": now.bad}.get(mood, now.accent))
        room = QRectF(styled.rect).adjusted(_SIDE, 0, -_SIDE, 0)
        share = index.data(self._progress_role)
        shows_bar = isinstance(share, float) and mood in ("", "warn", "off") and share > 0
        if shape := _SHAPES.get(mood, ""):
            text = f"{shape} {text}"
        painter.save()
        painter.setPen(colour if mood in ("warn", "bad", "ok") else QColor(now.text))
        words = room.adjusted(0, 0, 0, -_BAR - 4) if shows_bar else room
        elided = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
        if shows_bar and isinstance(share, float):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            track = QRectF(room.left(), room.bottom() - _BAR - 3, room.width(), _BAR)
            painter.setBrush(QColor(now.line))
            painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
            track.setWidth(max(_BAR, track.width() * min(share, 1.0)))
            painter.setBrush(colour if mood != "off" else QColor(now.off))
            painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Leave room for the bar."""
        return super().sizeHint(option, index) + QSize(0, _BAR + 4)
