"""A timeline of recordings: zoom about the pointer, drag, scrub, seek and select.

It is given values and emits signals; who loads and plays the recordings is not its business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import tzinfo

from PySide6.QtCore import Property, QEvent, QLineF, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolButton, QWidget

from ivcdesk.ui.text import bind, refresh
from ivcdesk.ui.tokens import theme
from ivcdesk.ui.widgets import time_words, timeline_words
from ivcdesk.ui.widgets.tile_access import describe
from ivcdesk.ui.widgets.time_window import TimeWindow
from ivcdesk.ui.widgets.timeline_face import DATES, GRIP, RULER, Face, View, rows_of
from ivcdesk.ui.widgets.timeline_grip import CURSORS, Grip
from ivcdesk.ui.widgets.timeline_lanes import Track, beginning, border, edge


class Timeline(TimeWindow):
    """Shows tracks of recordings on one ruler.

    Times are in seconds since the epoch. ``seeking`` follows the playhead while it is dragged,
    ``seek_committed`` is where the user wants to be (click, end of a drag, keys); ``window_moved``
    says what is visible, ``selection_changed`` the selected stretch (both ends 0.0 for none), and
    ``pointed`` the moment under the pointer or None. ``by_key`` tells whether the last seeking was
    done with the keyboard.
    """

    seeking = Signal(float)
    seek_committed = Signal(float)
    selection_changed = Signal(float, float)
    pointed = Signal(object)

    def __init__(
        self, parent: QWidget | None = None, *, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent, now=now)
        self.setObjectName("playback.timeline")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._zone: tzinfo = time_words.local_zone()
        self._tracks: tuple[Track, ...] = ()
        self._playhead = 0.0
        self._selection: tuple[float, float] | None = None
        self._anchor: float | None = None
        self._bookmarks: tuple[tuple[float, str], ...] = ()
        self._pointer: QPointF | None = None
        self._face = Face(self.font())
        self._grip: Grip | None = None
        self._spoken = ""
        self.by_key = False
        self._follow = self._follow_button()
        refresh(self._follow, self._place_follow)
        bind(self, self.setAccessibleName, "Timeline of the recordings")
        refresh(self, self._on_look_changed)
        theme.changed.connect(self._on_look_changed)

    # What is shown

    @property
    def tracks(self) -> tuple[Track, ...]:
        """What the lanes show."""
        return self._tracks

    def set_tracks(self, tracks: Sequence[Track]) -> None:
        """Show other recordings; the window and the playhead stay."""
        changed = len(tracks) != len(self._tracks)
        self._tracks = tuple(tracks)
        if changed:
            self.updateGeometry()
        self._describe()
        self.update()

    def set_zone(self, zone: tzinfo) -> None:
        """Mark the time of another zone."""
        self._zone = zone
        self._describe()
        self.update()

    @property
    def zone(self) -> tzinfo:
        """The zone whose time is marked."""
        return self._zone

    def set_playhead(self, t: float, *, follow: bool = False) -> None:
        """Put the playhead somewhere; with ``follow`` the window turns the page behind it."""
        if self.scrubbing:
            return
        before, self._playhead = self._playhead, t
        scale = self._scale
        if follow and self._grip is None and scale.start <= before <= scale.end < t:
            self._look(scale.centred(t + scale.span * 0.4))
        elif abs(scale.x(t) - scale.x(before)) * self.devicePixelRatioF() >= 0.25:
            self.update()
        self._describe()

    def set_selection(self, start: float, end: float) -> None:
        """Select a stretch; equal ends select nothing."""
        chosen = (min(start, end), max(start, end)) if start != end else None
        self._anchor = None
        if chosen != self._selection:
            self._selection = chosen
            self.selection_changed.emit(*(chosen or (0.0, 0.0)))
            self.update()

    @property
    def selection(self) -> tuple[float, float] | None:
        """The selected stretch, or None."""
        return self._selection

    def set_bookmarks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Mark moments with small flags; the text shows beside the pointer."""
        self._bookmarks = tuple(sorted(marks))
        self.update()

    @property
    def position(self) -> float:
        """Where the playhead is, in seconds since the epoch; 0.0 before it was put anywhere."""
        return self._playhead

    @property
    def pointed_track(self) -> int | None:
        """Which of the tracks the pointer is over, None where it is over none."""
        if self._pointer is None:
            return None
        y = self._pointer.y()
        rows = rows_of(len(self._tracks), self.height())
        near = ((abs((each.cloud.top + each.bottom) / 2 - y), n) for n, each in enumerate(rows))
        return min(near, default=(0.0, None))[1] if y > RULER else None

    @property
    def held(self) -> bool:
        """Whether something is being dragged."""
        return self._grip is not None

    @property
    def scrubbing(self) -> bool:
        """Whether the user is dragging the playhead, which then takes no other position."""
        return self._grip is not None and self._grip.kind == "playhead"

    def jump(self, *, forward: bool) -> None:
        """Seek to the next (or previous) beginning or end of a recording."""
        self.by_key = True
        t = border(self._tracks, self._playhead, forward=forward)
        if t is not None:
            self._commit(t)

    def jump_to_recording(self, *, forward: bool) -> None:
        """Seek to the beginning of the next (or the previous) recording."""
        self.by_key = True
        t = beginning(self._tracks, self._playhead, forward=forward)
        if t is not None:
            self._commit(t)

    def zoom(self, factor: float) -> None:
        """Show ``factor`` times more detail about the playhead (or the middle)."""
        x = self._scale.x(self._playhead)
        self._zoom(factor, x if 0 <= x <= self._scale.width else self._scale.width / 2)

    def _selection_start(self) -> float:
        return self._selection[0] if self._selection else 0.0

    def _select_from(self, start: float) -> None:
        end = self._selection[1] if self._selection else start
        self.set_selection(start, end if start < end else start)
        if self._selection is None:
            self._anchor = start

    def _selection_end(self) -> float:
        return self._selection[1] if self._selection else 0.0

    def _select_to(self, end: float) -> None:
        start = self._selection[0] if self._selection else self._anchor
        if start is not None and start != end:
            self.set_selection(start, end)

    playhead = Property(float, lambda self: self._playhead, set_playhead)
    selectionStart = Property(float, _selection_start, _select_from)
    selectionEnd = Property(float, _selection_end, _select_to)

    # Looks

    def sizeHint(self) -> QSize:
        """Return the height that the lanes want."""
        return QSize(800, RULER + max(86, 24 * len(self._tracks) + 10))

    def minimumSizeHint(self) -> QSize:
        """Return the least that can be read."""
        return QSize(240, RULER + 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the face."""
        pointer = self._scale.t(self._pointer.x()) if self._pointer is not None else None
        if self._grip is not None and self._grip.kind != "pan" and self._grip.moved:
            pointer = self._scale.t(self._grip.at.x())
        now = self._now()
        view = View(
            scale=self._scale,
            height=self.height(),
            ratio=self.devicePixelRatioF(),
            tracks=self._tracks,
            zone=self._zone,
            now=now,
            playhead=self._playhead,
            selection=self._shown_selection(),
            pointer=pointer,
            pointer_text="" if pointer is None else self._pointer_text(pointer, now),
            focused=self.hasFocus(),
            marks=self._bookmarks,
        )
        with QPainter(self) as painter:
            self._face.paint(painter, view)

    def _shown_selection(self) -> tuple[float, float] | None:
        """Return the selection, or its first end while the other one is still to be set."""
        if self._selection is None and self._anchor is not None:
            return self._anchor, self._anchor
        return self._selection

    def _pointer_text(self, t: float, now: float) -> str:
        near = self._scale.t(GRIP) - self._scale.start
        for mark, note in self._bookmarks:
            if note and abs(mark - t) <= near:
                return f"{timeline_words.time_at(mark, self._zone)} · {note}"
        return timeline_words.pointer_text(
            self._tracks, t, self._zone, now, self.pointed_track, span=self.scale.span
        )

    def _on_look_changed(self) -> None:
        self._face.set_font(self.font())
        self._spoken = ""
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Tell assistive technology where the playhead is and what is there, once a second."""
        if not self._playhead:
            return
        text = timeline_words.time_at(self._playhead, self._zone)
        if text == self._spoken:
            return
        self._spoken = text
        day = time_words.full_day_of(self._playhead, self._zone)
        words = f"{day} {text}"
        if len(self._tracks) == 1:
            found = timeline_words.recorded_at(self._tracks[0], self._playhead, self._now())
            words = f"{words}, {found}"
        self.setAccessibleDescription(words)

    # Input

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grip the playhead, a handle of the selection or the timeline itself."""
        self._coast.stop()
        self.by_key = False
        if event.button() is not Qt.MouseButton.LeftButton:
            self._let_go()
            return
        at = event.position()
        kind = self._under(at)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            kind = "select"
        self._grip = Grip(kind, at, self._scale, self._playhead, self._selection)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what was gripped, or show what the pointer is over."""
        at = event.position()
        grip = self._grip
        self._point(at)
        if grip is None:
            self.setCursor(CURSORS[self._under(at)])
            return
        if not grip.moved and QLineF(grip.pressed, at).length() < QApplication.startDragDistance():
            return
        grip.follow(at)
        t = self._scale.t(at.x())
        if grip.kind == "pan":
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            moved = grip.scale.resized(self._scale.width).panned(at.x() - grip.pressed.x())
            self._look_by_hand(moved)
        elif grip.kind == "playhead":
            self._playhead = t
            self._describe()
            self.seeking.emit(t)
        elif grip.kind == "select":
            self.set_selection(self._scale.t(grip.pressed.x()), t)
        else:
            self.set_selection(grip.other_end, t)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Seek to what was clicked, or let the timeline run on as it was thrown."""
        grip = self._grip
        if grip is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._grip = None
        at = event.position()
        self.setCursor(CURSORS[self._under(at)])
        if not grip.moved:
            if grip.kind != "select":
                self._commit(self._scale.t(at.x()))
        elif grip.kind == "playhead":
            self._commit(self._scale.t(at.x()))
        elif grip.kind == "pan":
            self._throw(grip.speed())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        self._point(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, jump between borders, zoom and select."""
        self.by_key = True
        key, held = event.key(), event.modifiers()
        shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            forward = key == Qt.Key.Key_Right
            if held & Qt.KeyboardModifier.ControlModifier:
                self.jump(forward=forward)
            elif held & Qt.KeyboardModifier.AltModifier:
                self.jump_to_recording(forward=forward)
            else:
                step = 60.0 if shift else 10.0
                self._commit(self._playhead + (step if forward else -step))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            window = self._scale.start, min(self._scale.end, self._now())
            self._commit(edge(self._tracks, *window, last=key == Qt.Key.Key_End))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(2.0)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(0.5)
        elif key == Qt.Key.Key_BracketLeft:
            self._select_from(self._playhead)
        elif key == Qt.Key.Key_BracketRight:
            self._select_to(self._playhead)
        elif key == Qt.Key.Key_F and not held:
            self.set_follow(not self.following)
        elif key == Qt.Key.Key_Escape and self._grip is not None:
            self._let_go()
        elif key == Qt.Key.Key_Escape and self._shown_selection() is not None:
            self.set_selection(0.0, 0.0)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the focus no more."""
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the switch for following the present in its corner."""
        super().resizeEvent(event)
        self._place_follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of what is held."""
        super().hideEvent(event)
        self._let_go()
        self._point(None)

    def _commit(self, t: float) -> None:
        self._playhead = min(t, self._now())
        self.reveal(self._playhead)
        self._describe()
        self.update()
        self.seek_committed.emit(self._playhead)

    def _under(self, at: QPointF) -> str:
        x = at.x()
        if self._selection is not None and at.y() > RULER:
            for kind, t in (("start", self._selection[0]), ("end", self._selection[1])):
                if abs(self._scale.x(t) - x) <= GRIP:
                    return kind
        return "playhead" if abs(self._scale.x(self._playhead) - x) <= GRIP else "pan"

    def _point(self, at: QPointF | None) -> None:
        if at is None and self._pointer is None:
            return
        self._pointer = at
        self.pointed.emit(None if at is None else self._scale.t(at.x()))
        self.update()

    def _let_go(self) -> None:
        """Give up a drag and put everything back as it was before."""
        grip, self._grip = self._grip, None
        if grip is None:
            return
        if grip.kind == "playhead":
            self._playhead = grip.playhead
            self.seeking.emit(grip.playhead)
        elif grip.kind != "pan" and grip.selection != self._selection:
            self.set_selection(*(grip.selection or (0.0, 0.0)))
        self.unsetCursor()
        self.update()

    def _follow_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("playback.follow")
        button.setProperty("role", "corner")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        bind(button, button.setText, "Follow")
        bind(button, button.setToolTip, "Keep the present in view (F)")
        bind(button, button.setAccessibleName, "Keep the present in view")
        button.clicked.connect(self.set_follow)
        self.follow_changed.connect(button.setChecked)
        return button

    def _place_follow(self) -> None:
        button = self._follow
        button.setFixedHeight(DATES)
        button.adjustSize()
        button.move(self.width() - button.width() - 2, 1)


describe(Timeline, QAccessible.Role.Chart)
