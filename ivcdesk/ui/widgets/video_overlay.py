"""Words over a picture, drawn once and kept until they change, because pictures come often."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from ivcdesk.media.frames import StreamFacts
from ivcdesk.ui.text import tr

_SHADOW = QColor(0, 0, 0, 60)
_SPREAD = (-1.0, 0.0, 1.0)
_INK = QColor("#ffffff")
_MUTED = QColor(255, 255, 255, 215)
_PILL = QColor(8, 11, 15, 205)
_PAD = 3.0


class Caption:
    """A few lines with a soft shadow, the first one larger; elided to the width given."""

    def __init__(self) -> None:
        self._key: object = None
        self._picture: QPixmap | None = None

    def forget(self) -> None:
        """Draw anew next time, because the fonts have changed."""
        self._key = None

    def paint(
        self, painter: QPainter, at: QPointF, width: float, lines: Sequence[tuple[str, QFont]]
    ) -> None:
        """Draw the lines with their upper left corner at a point; all in logical px."""
        ratio = painter.device().devicePixelRatioF()
        key = (width, ratio, tuple(text for text, _ in lines))
        if key != self._key:
            self._key = key
            self._picture = self._draw(width, ratio, lines)
        if self._picture is not None:
            painter.drawPixmap(at, self._picture)

    def _draw(
        self, width: float, ratio: float, lines: Sequence[tuple[str, QFont]]
    ) -> QPixmap | None:
        shown = [(text, font, QFontMetricsF(font)) for text, font in lines if text]
        if not shown or width < 16:
            return None
        height = sum(metrics.height() for _, _, metrics in shown) + 2 * _PAD
        picture = _blank(width, height, ratio)
        painter = QPainter(picture)
        y = _PAD
        for index, (text, font, metrics) in enumerate(shown):
            painter.setFont(font)
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 2 * _PAD)
            base = QPointF(_PAD, y + metrics.ascent())
            painter.setPen(_SHADOW)
            for dx in _SPREAD:
                for dy in _SPREAD:
                    painter.drawText(base + QPointF(dx, dy + 0.5), elided)
            painter.setPen(_MUTED if index else _INK)
            painter.drawText(base, elided)
            y += metrics.height()
        painter.end()
        return picture


class Pill:
    """One line on a dark rounded ground."""

    def __init__(self) -> None:
        self._key: object = None
        self._picture: QPixmap | None = None

    def forget(self) -> None:
        """Draw anew next time, because the font has changed."""
        self._key = None

    def paint(
        self,
        painter: QPainter,
        anchor: QPointF,
        align: Qt.AlignmentFlag,
        width: float,
        text: str,
        font: QFont,
        radius: float = 4.0,
    ) -> None:
        """Draw the text so that the anchor is its right upper or its middle lower point."""
        ratio = painter.device().devicePixelRatioF()
        key = (width, ratio, text)
        if key != self._key:
            self._key = key
            self._picture = self._draw(width, ratio, text, font, radius)
        if self._picture is None:
            return
        size = self._picture.deviceIndependentSize()
        if align & Qt.AlignmentFlag.AlignRight:
            place = QPointF(anchor.x() - size.width(), anchor.y())
        else:
            place = QPointF(round(anchor.x() - size.width() / 2), anchor.y() - size.height())
        painter.drawPixmap(place, self._picture)

    def _draw(
        self, width: float, ratio: float, text: str, font: QFont, radius: float
    ) -> QPixmap | None:
        metrics = QFontMetricsF(font)
        pad = metrics.height() * 0.55
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 2 * pad)
        if not text:
            return None
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * pad, metrics.height() + 6)
        picture = _blank(box.width(), box.height(), ratio)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PILL)
        painter.drawRoundedRect(box, radius, radius)
        painter.setPen(_INK)
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        return picture


def _blank(width: float, height: float, ratio: float) -> QPixmap:
    picture = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def facts_words(facts: StreamFacts) -> str:
    """Return the facts on one line, without those that are not known."""
    parts = []
    if facts.codec:
        size = f"{facts.width}×{facts.height}" if facts.width else ""
        parts.append(f"{facts.codec} {size}".strip())
    if facts.fps:
        parts.append(tr("{fps} fps", fps=f"{facts.fps:.0f}"))
    if facts.kbps >= 100:
        parts.append(tr("{rate} Mbit/s", rate=f"{facts.kbps / 1000:.1f}"))
    elif facts.kbps:
        parts.append(tr("{rate} kbit/s", rate=f"{facts.kbps:.0f}"))
    return " · ".join(parts)


def delay_words() -> str:
    """Say what the delay over a picture means."""
    return tr(
        "How far the picture is behind: what has piled up since the fastest picture that this link "
        "has delivered, and the way to the server and the decoding. The camera's own clock is not "
        "known, so what the camera and the cloud take themselves comes on top."
    )


def gesture_words(*, steers: bool) -> str:
    """Say what can be done with a picture; ``steers``: dragging it turns the camera."""
    move = (
        tr("Shift and drag, or the middle button: move it while magnified; a drag alone steers")
        if steers
        else tr("Drag, or Alt and the arrows: move the magnified picture")
    )
    return "\n".join(
        (
            tr("Wheel, or Z and Shift+Z: magnify"),
            tr("Ctrl and drag: magnify a box"),
            move,
            tr("Home, or a double click on the small map: show all of it"),
            tr("Double click, or Enter: this picture alone"),
        )
    )
