"""The face of a timeline: ruler, lanes, shading, selection and playhead, painted from values."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from ivcdesk.domain.timescale import Tick, TimeScale, Unit, ticks
from ivcdesk.ui.text import language, tr
from ivcdesk.ui.tokens import Tokens, tokens
from ivcdesk.ui.widgets import time_words, timeline_words
from ivcdesk.ui.widgets.timeline_lanes import Lane, Part, Track
from ivcdesk.ui.widgets.timeline_paint import LanePainter, Rows, Strip, arrange

DATES = 17
"""Height of the row of dates, px."""
RULER = 42
"""Height of the dates and the clock marks together, px."""
GRIP = 6
"""How near to the playhead or to a handle the pointer grips it, px."""


_YEARS = 2 * 366 * 86400.0
"""So much time is not told by months any more, s."""
_NAME = 150
"""The most that the name of a camera takes of its lanes, px."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything that is visible at a moment; times in seconds since the epoch."""

    scale: TimeScale
    height: int
    ratio: float
    tracks: Sequence[Track]
    zone: tzinfo
    now: float
    playhead: float
    selection: tuple[float, float] | None
    pointer: float | None
    pointer_text: str
    focused: bool
    marks: Sequence[tuple[float, str]] = ()


def rows_of(count: int, height: int) -> list[Rows]:
    """Return where the lanes of ``count`` tracks lie below the ruler, px from the top."""
    shift = RULER + 2
    return [
        Rows(Strip(cloud.top + shift, cloud.height), Strip(device.top + shift, device.height))
        for cloud, device in arrange(count, height - shift - 4)
    ]


class Face:
    """Paints a :class:`View`.

    What lies still while only the playhead or the pointer moves is kept as a picture; while the
    window itself moves, it is painted directly and the lanes keep what stays in view.
    """

    def __init__(self, font: QFont) -> None:
        self._lanes = LanePainter()
        self._marks = _Marks()
        self._still = QPixmap()
        self._still_key: object = None
        self._last: tuple[object, ...] = ()
        self.set_font(font)

    def set_font(self, font: QFont) -> None:
        """Write in this family; the size is the small one of the theme."""
        self._last = ()
        self._still_key = None
        self._names: dict[str, tuple[str, float]] = {}
        self._font = QFont(font)
        self._font.setPixelSize(tokens().small)
        self._bold = QFont(self._font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._metrics = QFontMetricsF(self._font)
        self._bold_metrics = QFontMetricsF(self._bold)

    def paint(self, painter: QPainter, view: View) -> None:
        """Paint everything, from the ground up to the pointer."""
        theme = tokens()
        whole = QRectF(0, 0, view.scale.width, view.height)
        painter.setFont(self._font)
        self._paint_still(painter, view, theme)
        self._paint_selection(painter, view, theme)
        self._paint_playhead(painter, view, theme)
        self._paint_length(painter, view, theme)
        self._paint_pointer(painter, view, theme)
        if view.focused:
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_still(self, painter: QPainter, view: View, theme: Tokens) -> None:
        """Paint what a moving playhead leaves as it is, from a picture where nothing changed."""
        tracks = tuple(view.tracks)
        present = round(min(max(view.scale.x(view.now), -9.0), view.scale.width + 9.0))
        # Tracks are kept in the key, so that no other one can take the place of an old one's id.
        key = (view.scale, view.height, view.ratio, tuple(map(id, tracks)), view.zone, present,
               theme, language.code, tuple(view.marks), tracks)  # fmt: skip
        again, self._last = key == self._last, key
        if not again:
            self._still_key = None
            self._paint_ground(painter, view, theme)
            return
        if self._still_key != key:
            size = QSize(round(view.scale.width), view.height) * view.ratio
            self._still = QPixmap(size)
            self._still.setDevicePixelRatio(view.ratio)
            with QPainter(self._still) as below:
                below.setFont(self._font)
                self._paint_ground(below, view, theme)
            self._still_key = key
        painter.drawPixmap(0, 0, self._still)

    def _paint_ground(self, painter: QPainter, view: View, theme: Tokens) -> None:
        scale = view.scale
        painter.fillRect(QRectF(0, 0, scale.width, RULER), QColor(theme.panel))
        marks = self._ticks(view)
        below = [
            Rows(Strip(c.top - RULER, c.height), Strip(d.top - RULER, d.height))
            for c, d in rows_of(len(view.tracks), view.height)
        ]
        tall = max(view.height - RULER, 1)
        image = self._lanes.image(view.tracks, below, scale, tall, view.ratio, view.now, theme)
        painter.drawImage(QPointF(0, RULER), image)
        self._paint_grid(painter, view, marks, theme)
        self._paint_lane_words(painter, view, theme)
        self._paint_future(painter, view, theme)
        self._paint_ruler(painter, view, marks, theme)
        self._paint_marks(painter, view, theme)

    def _ticks(self, view: View) -> list[Tick]:
        widest = max(self._metrics.horizontalAdvance("00:00:00"), 44.0)
        if view.scale.span > 86400 * 4:
            widest = max(widest, self._metrics.horizontalAdvance(tr("ddd d MMM")) + 8)
        return self._marks.within(view.scale, view.zone, widest + 22)

    # Grid and ruler

    def _paint_grid(self, painter: QPainter, view: View, marks: list[Tick], theme: Tokens) -> None:
        # Opaque: a month has many of these lines, and blending would cost as much as the lanes.
        colour = _between(QColor(theme.panel), QColor(theme.text), 0.3)
        for tick in marks:
            if tick.major:
                x = round(view.scale.x(tick.t))
                painter.fillRect(x, RULER, 1, view.height - RULER, colour)
        painter.fillRect(QRectF(0, RULER - 1, view.scale.width, 1), QColor(theme.line))

    def _paint_ruler(self, painter: QPainter, view: View, marks: list[Tick], theme: Tokens) -> None:
        scale = view.scale
        start, pixels = scale.start, scale.width / scale.span
        clock_marks = _clocks(marks)
        panel, muted = QColor(theme.panel), QColor(theme.muted)
        faint, strong = _between(panel, muted, 0.4), _between(panel, muted, 0.8)
        for t, label, major, _unit in marks:
            x = round((t - start) * pixels)
            top = RULER - 4 if not label else RULER - 8
            if major:
                top = 2 if clock_marks else DATES
            shade = strong if major or label else faint
            painter.fillRect(x, top, 1, RULER - 1 - top, shade)
        painter.setPen(QColor(theme.muted))
        base = DATES + self._metrics.ascent() + 1
        for tick in marks:
            if not tick.label:
                continue
            label = tick.label
            if tick.major:
                label = self._day_label(tick, view, clock_marks)
            wide = self._metrics.horizontalAdvance(label)
            at = scale.x(tick.t)
            left = at + 4 if tick.major else at - wide / 2
            if left < 2 - wide / 2 or left + wide > scale.width + wide / 2:
                continue
            painter.drawText(QPointF(min(max(left, 4), scale.width - wide - 4), base), label)
        self._paint_dates(painter, view, marks, clock_marks, theme)

    def _day_label(self, tick: Tick, view: View, clock_marks: bool) -> str:
        seen = datetime.fromtimestamp(tick.t, view.zone)
        if clock_marks:
            return f"{seen.hour:02d}:{seen.minute:02d}"
        if tick.unit is Unit.YEAR:
            return f"{seen.year:04d}"
        if tick.unit is Unit.MONTH and view.scale.span > 86400 * 92:
            return time_words.month(seen.date())
        return time_words.short_day(seen.date())

    def _paint_dates(
        self,
        painter: QPainter,
        view: View,
        marks: list[Tick],
        clock_marks: bool,
        theme: Tokens,
    ) -> None:
        """Write which day (or month) each part of the window belongs to; the first one sticks."""
        scale = view.scale
        starts = [scale.start]
        years = not clock_marks and scale.span > _YEARS
        for tick in () if years else marks:
            if clock_marks and not tick.major:
                continue
            if clock_marks or datetime.fromtimestamp(tick.t, view.zone).day == 1:
                starts.append(tick.t)
        painter.setFont(self._bold)
        base = (DATES + self._bold_metrics.ascent()) / 2 + 1
        for index, start in enumerate(starts):
            end = starts[index + 1] if index + 1 < len(starts) else scale.end
            left = max(scale.x(start), 0.0) + (8 if index == 0 else 4)
            room = scale.x(end) - left - 8
            day = datetime.fromtimestamp(start + 1e-3, view.zone).date()
            if clock_marks:
                words = [time_words.full_day(day), time_words.short_day(day), str(day.day)]
            elif years:
                last = datetime.fromtimestamp(end, view.zone).date()
                words = [f"{day.year:04d} – {last.year:04d}"]
            else:
                words = [time_words.month(day), f"{day.year:04d}-{day.month:02d}"]
            text = next((w for w in words if self._bold_metrics.horizontalAdvance(w) <= room), None)
            if text is None:
                continue
            painter.setPen(QColor(theme.text))
            painter.drawText(QPointF(left, base), text)
        painter.setFont(self._font)

    # Over the lanes

    def _paint_lane_words(self, painter: QPainter, view: View, theme: Tokens) -> None:
        for track, lanes in zip(view.tracks, rows_of(len(view.tracks), view.height), strict=True):
            for strip, part in ((lanes.cloud, track.cloud), (lanes.device, track.device)):
                self._paint_stretches(painter, view, part, strip, theme)
            offset = timeline_words.clock_words(track)
            if len(view.tracks) > 1:
                if lanes.cloud.height + lanes.device.height >= 10 and track.name:
                    name = f"{track.name} · {offset}" if offset else track.name
                    both = Strip(lanes.cloud.top, lanes.bottom - lanes.cloud.top)
                    self._paint_name(painter, name, both, theme)
            elif lanes.cloud.height >= 14 and lanes.device.height >= 10:
                self._paint_name(painter, tr("Cloud"), lanes.cloud, theme)
                device = f"{tr('Device')} · {offset}" if offset else tr("Device")
                self._paint_name(painter, device, lanes.device, theme)

    def _paint_name(self, painter: QPainter, name: str, strip: Strip, theme: Tokens) -> None:
        name, wide = self._fitted(name)
        tall = min(strip.height, 15)
        box = QRectF(4, strip.top + (strip.height - tall) / 2, wide, tall)
        ground = QColor(theme.panel)
        ground.setAlphaF(0.78)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _fitted(self, name: str) -> tuple[str, float]:
        """Return a name as far as there is room for it, and its width in px."""
        found = self._names.get(name)
        if found is None:
            text = self._metrics.elidedText(name, Qt.TextElideMode.ElideRight, _NAME)
            found = self._names[name] = text, self._metrics.horizontalAdvance(text) + 10
        return found

    def _paint_stretches(
        self, painter: QPainter, view: View, part: Part, strip: Strip, theme: Tokens
    ) -> None:
        """Say where recordings are still being asked for and where they could not be read."""
        if strip.height < 10:
            return
        stretches: tuple[tuple[Lane, str], ...] = (
            (part.loading, tr("Loading…")),
            (part.failed, part.problem or tr("Could not be read")),
        )
        spoken = [(lane is part.failed, words, *pair) for lane, words in stretches
                  for pair in lane.pairs.tolist()]  # fmt: skip
        if part.note:
            spoken.append((False, part.note, view.scale.start, min(view.scale.end, view.now)))
        for bad, words, start, end in spoken:
            left = max(view.scale.x(start), 64.0)
            right = min(view.scale.x(end), view.scale.width)
            if right - left >= 40:
                self._paint_words(painter, words, left, right, strip, bad, theme)

    def _paint_words(
        self,
        painter: QPainter,
        words: str,
        left: float,
        right: float,
        strip: Strip,
        bad: bool,
        theme: Tokens,
    ) -> None:
        room = max(right - left - 20, 0)
        text = self._metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        if not text:
            return
        wide = self._metrics.horizontalAdvance(text)
        tall = min(strip.height, 15)
        top = strip.top + (strip.height - tall) / 2
        box = QRectF((left + right - wide) / 2 - 6, top, wide + 12, tall)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(theme.bad if bad else theme.muted))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_future(self, painter: QPainter, view: View, theme: Tokens) -> None:
        x = view.scale.x(view.now)
        if x >= view.scale.width:
            return
        shade = QColor(theme.background)
        shade.setAlphaF(0.72)
        left = max(x, 0.0)
        painter.fillRect(QRectF(left, RULER, view.scale.width - left, view.height), shade)
        if x < 0:
            return
        painter.setPen(QPen(QColor(theme.ok), 1.5))
        painter.drawLine(QLineF(x, RULER - 8, x, view.height))
        text = tr("now")
        wide = self._metrics.horizontalAdvance(text)
        if x + wide + 8 < view.scale.width:
            painter.setPen(QColor(theme.ok))
            painter.drawText(QPointF(x + 5, view.height - 5), text)

    def _paint_marks(self, painter: QPainter, view: View, theme: Tokens) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.warn))
        for t, _ in view.marks:
            x = view.scale.x(t)
            if -6 <= x <= view.scale.width + 6:
                painter.drawPolygon(_flag(x, RULER))

    def _paint_selection(self, painter: QPainter, view: View, theme: Tokens) -> None:
        if view.selection is None:
            return
        left, right = (view.scale.x(t) for t in view.selection)
        if right < -GRIP or left > view.scale.width + GRIP:
            return
        accent = QColor(theme.accent)
        wash = QColor(accent)
        wash.setAlphaF(0.16)
        box = QRectF(left, RULER - 8, max(right - left, 1), view.height - RULER + 7)
        painter.fillRect(box, wash)
        painter.setPen(QPen(accent, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        middle = (RULER + view.height) / 2
        for x in (left, right):
            painter.drawRoundedRect(QRectF(x - 3, middle - 17, 6, 34), 3, 3)

    def _paint_length(self, painter: QPainter, view: View, theme: Tokens) -> None:
        """Write how long the selection is, where there is room."""
        if view.selection is None:
            return
        left, right = (view.scale.x(t) for t in view.selection)
        words = time_words.length(view.selection[1] - view.selection[0])
        wide = self._metrics.horizontalAdvance(words) + 12
        if right - left > wide + 12 and left < view.scale.width and right > 0:
            centre = (max(left, 0) + min(right, view.scale.width)) / 2
            accent = QColor(theme.accent)
            self._pill(painter, words, centre, view.height - 19, view.scale.width, theme, accent)

    def _paint_playhead(self, painter: QPainter, view: View, theme: Tokens) -> None:
        x = view.scale.x(view.playhead)
        if not -8 <= x <= view.scale.width + 8:
            return
        halo = QColor(theme.panel)
        halo.setAlphaF(0.55)
        painter.setPen(QPen(halo, 4))
        painter.drawLine(QLineF(x, RULER - 8, x, view.height))
        painter.setPen(QPen(QColor(theme.text), 1.5))
        painter.drawLine(QLineF(x, RULER - 9, x, view.height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.text))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPolygon(
            QPolygonF([QPointF(x - 6, RULER - 9), QPointF(x + 6, RULER - 9), QPointF(x, RULER)])
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_pointer(self, painter: QPainter, view: View, theme: Tokens) -> None:
        if view.pointer is None:
            return
        x = view.scale.x(view.pointer)
        line = QColor(theme.text)
        line.setAlphaF(0.5)
        painter.setPen(QPen(line, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(_crisp(x), DATES, _crisp(x), view.height))
        self._pill(painter, view.pointer_text, x, 1, view.scale.width, theme, QColor(theme.raised))

    def _pill(
        self,
        painter: QPainter,
        text: str,
        centre: float,
        top: float,
        width: float,
        theme: Tokens,
        ground: QColor,
    ) -> None:
        wide = self._metrics.horizontalAdvance(text) + 16
        left = min(max(centre - wide / 2, 2), max(width - wide - 2, 2))
        box = QRectF(left + 0.5, top + 0.5, wide, 17)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        on_accent = ground == QColor(theme.accent)
        painter.setPen(QColor(theme.on_accent if on_accent else theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _clocks(marks: list[Tick]) -> bool:
    """Whether marks are labelled with times of day rather than with days."""
    labelled = [tick for tick in marks if tick.label]
    return not labelled or any(tick.unit < Unit.DAY for tick in labelled)


class _Marks:
    """Remembers the marks of the ruler; while it is only moved, some beyond its ends as well."""

    def __init__(self) -> None:
        self._key: object = None
        self._reach = (0.0, 0.0)
        self._found: list[Tick] = []

    def within(self, scale: TimeScale, zone: tzinfo, gap: float) -> list[Tick]:
        """Return the marks of a window."""
        key = (round(scale.span, 6), scale.width, zone, gap)
        if key != self._key:
            self._key, self._reach = key, (scale.start, scale.end)
            self._found = ticks(scale, zone, gap)
            return self._found
        if not self._reach[0] <= scale.start <= scale.end <= self._reach[1]:
            wide = TimeScale(
                scale.start - scale.span / 2, scale.end + scale.span / 2, scale.width * 2
            )
            self._reach = (wide.start, wide.end)
            self._found = ticks(wide, zone, gap)
        first = bisect_left(self._found, scale.start, key=_moment)
        last = bisect_right(self._found, scale.end, key=_moment)
        return self._found[first:last]


def _moment(tick: Tick) -> float:
    return tick.t


def _between(a: QColor, b: QColor, part: float) -> QColor:
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * part,
        a.greenF() + (b.greenF() - a.greenF()) * part,
        a.blueF() + (b.blueF() - a.blueF()) * part,
    )


def _crisp(x: float) -> float:
    return round(x) + 0.5


def _flag(x: float, y: float) -> QPolygonF:
    return QPolygonF([QPointF(x, y), QPointF(x + 9, y - 4), QPointF(x, y - 8), QPointF(x - 1, y)])
