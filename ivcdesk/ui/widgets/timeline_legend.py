"""What the colours and hatches of a timeline mean."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ivcdesk.domain.coverage import Gap
from ivcdesk.ui.text import refresh, tr
from ivcdesk.ui.tokens import theme, tokens
from ivcdesk.ui.widgets.timeline_lanes import Track
from ivcdesk.ui.widgets.timeline_paint import swatch

_WIDE = 14
_TALL = 9


class TimelineLegend(QWidget):
    """A row of samples with their words; where room is short it leaves out the last ones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._archived = False
        self._unplanned = False
        refresh(self, self._on_words_changed)
        theme.changed.connect(self.update)

    def explain(self, tracks: Sequence[Track]) -> None:
        """Explain the archive and the plans too, where the tracks know of any."""
        archived = any(len(track.archived) for track in tracks)
        unplanned = any(track.planned is not None for track in tracks)
        if (archived, unplanned) != (self._archived, self._unplanned):
            self._archived, self._unplanned = archived, unplanned
            self._on_words_changed()

    def sizeHint(self) -> QSize:
        """Return the room that all samples take."""
        wide = sum(self._width(words) for _, words in self._entries())
        return QSize(round(wide), 20)

    def minimumSizeHint(self) -> QSize:
        """It gives way to everything else."""
        return QSize(0, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as many samples as fit, from the right."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        now = tokens()
        painter.setFont(self._font())
        fitting: list[tuple[Gap | str, str]] = []
        room = float(self.width())
        for kind, words in self._entries():
            if (left := room - self._width(words)) < 0:
                break
            room = left
            fitting.append((kind, words))
        x = room
        middle = self.height() / 2
        metrics = QFontMetricsF(self._font())
        for kind, words in fitting:
            tall = 5 if kind in ("device", Gap.CLOUD_ONLY) else _TALL
            sample = swatch(kind, _WIDE, tall, self.devicePixelRatioF(), now)
            painter.drawImage(QPointF(x, middle - tall / 2), sample)
            painter.setPen(QColor(now.muted))
            base = middle + (metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(x + _WIDE + 5, base), words)
            x += self._width(words)

    def _entries(self) -> list[tuple[Gap | str, str]]:
        entries: list[tuple[Gap | str, str]] = [
            ("cloud", tr("cloud")),
            ("device", tr("device")),
            (Gap.DEVICE_ONLY, tr("device only")),
            (Gap.NOWHERE, tr("nothing")),
            (Gap.CLOUD_ONLY, tr("cloud only")),
        ]
        if self._archived:
            entries.append((Gap.ARCHIVED, tr("archived")))
        if self._unplanned:
            entries.append((Gap.OUTSIDE_PLAN, tr("not planned")))
        return entries

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(tokens().small)
        return font

    def _width(self, words: str) -> float:
        return _WIDE + 5 + QFontMetricsF(self._font()).horizontalAdvance(words) + 14

    def _on_words_changed(self) -> None:
        self.setAccessibleName(", ".join(words for _, words in self._entries()))
        self.updateGeometry()
        self.update()
