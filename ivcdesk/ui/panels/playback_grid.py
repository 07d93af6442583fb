"""The grid of playback: which channel has which place, which has the focus, and who is alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Property, QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from ivcdesk.media.conductor import Conductor
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.playback_seat import PlaybackSeat
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets.tile_drag import TileDrag
from ivcdesk.ui.widgets.tile_grid import TileGrid

ARRANGEMENTS = ("1", "4", "9")
"""The arrangements of playback, from small to large; see :data:`tile_grid.LAYOUTS`."""
MOST = 9
"""How many channels play on one playhead."""

Change = Callable[[Callable[[], object]], None]


class PlaybackGrid(TileGrid):
    """Makes a seat for each place when it is first needed.

    ``change`` does something that fills, empties, shows or hides places, and sees to it that the
    others keep their time. Signals: ``seat_made(seat)``; ``focused(seat)``; ``clicked()`` on the
    only picture; ``channel_dropped(place, channel_id)``; ``snapshot_wanted()``; ``cleared(seat)``
    after a place was emptied. Qt properties of the picture in focus: channelId, state, position,
    framesPainted.
    """

    seat_made = Signal(object)
    focused = Signal(object)
    clicked = Signal()
    channel_dropped = Signal(int, str)
    snapshot_wanted = Signal()
    cleared = Signal(object)

    def __init__(
        self,
        context: Context,
        tasks: TaskScope,
        conductor: Conductor,
        now: Callable[[], float],
        zone: Callable[[], tzinfo],
        change: Change,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("playback.player")
        self._make = partial(PlaybackSeat, context, tasks, conductor, now, zone, self)
        self._change = change
        self._seats: list[PlaybackSeat] = []
        self._focus: PlaybackSeat | None = None
        self._drag = TileDrag(self, lambda place: self._seats[place].channel is not None)
        self._drag.swap_wanted.connect(self.swap)
        self._drag.taken.connect(self._on_taken)
        self._drag.channel_dropped.connect(self.channel_dropped)

    def furnish(self) -> None:
        """Make the seats that the arrangement needs."""
        while len(self._seats) < self.places:
            seat = self._make()
            seat.tile.installEventFilter(self)
            seat.tile.clicked.connect(partial(self._on_clicked, seat))
            seat.tile.double_clicked.connect(partial(self._on_double_clicked, seat))
            self._seats.append(seat)
            if self._focus is None:
                self._focus = seat
            self.seat_made.emit(seat)
        self._seat_all()

    @property
    def seats(self) -> Sequence[PlaybackSeat]:
        """All seats in the order of their places."""
        return tuple(self._seats)

    @property
    def focus(self) -> PlaybackSeat:
        """The seat that commands go to."""
        assert self._focus is not None
        return self._focus

    def seen(self) -> list[PlaybackSeat]:
        """Return the seats with a channel that are on the screen."""
        shown = self._seats[: self.places]
        if self.alone is not None:
            shown = [self._seats[self.alone]]
        return [seat for seat in shown if seat.channel is not None]

    def shown(self) -> list[PlaybackSeat]:
        """Return the seats with a channel that have a place, be they covered by another or not."""
        return [seat for seat in self._seats[: self.places] if seat.channel is not None]

    def seat_of(self, channel: str) -> PlaybackSeat | None:
        """Return the seat of a channel, None where it has none."""
        return next((seat for seat in self.shown() if seat.channel == channel), None)

    def free_seat(self) -> PlaybackSeat | None:
        """Return the first empty seat, in a larger arrangement if need be; None when all are full.

        Call it within a change.
        """
        if self.alone is not None:
            self.show_alone(None)
        while True:
            for seat in self._seats[: self.places]:
                if seat.channel is None:
                    return seat
            at = ARRANGEMENTS.index(self.arrangement)
            if at + 1 == len(ARRANGEMENTS):
                return None
            self.arrange(ARRANGEMENTS[at + 1])
            self.furnish()

    def choose(self, arrangement: str) -> None:
        """Use another arrangement; with one place it is the picture in focus that stays."""

        def work() -> None:
            if arrangement == "1" and self._focus is not None:
                at = self._seats.index(self._focus)
                self._seats.insert(0, self._seats.pop(at))
            self.arrange(arrangement)
            self.furnish()

        self._change(work)
        if self._seats.index(self.focus) >= self.places:
            self.set_focus(self._seats[0])

    def set_focus(self, seat: PlaybackSeat) -> None:
        """Give a seat the focus."""
        if seat is not self._focus:
            self._focus = seat
            self._mark()
            self.focused.emit(seat)

    def clear_seat(self, seat: PlaybackSeat) -> None:
        """Empty a place; the others go on."""
        if seat.channel is not None:
            self._change(seat.clear)
            self.cleared.emit(seat)
            if seat is self._focus and (rest := self.shown()):
                self.set_focus(rest[0])

    def swap(self, one: int, other: int) -> None:
        """Let two pictures change places; nothing is asked for anew."""
        seats = self._seats
        seats[one], seats[other] = seats[other], seats[one]
        self._change(self._seat_all)

    def toggle_alone(self, seat: PlaybackSeat) -> None:
        """Fill the grid with one picture, or show all again."""
        if self.places == 1:
            return
        self.set_focus(seat)
        place = None if self.alone is not None else self._seats.index(seat)
        self._change(partial(self.show_alone, place))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the focus, and the keys that are meant for a place itself."""
        seat = next((seat for seat in self._seats if seat.tile is watched), None)
        if seat is None:
            return False
        if event.type() == QEvent.Type.FocusIn:
            self.set_focus(seat)
        elif event.type() == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            self._open_menu(seat, event.globalPos())
            return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(seat, event)
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a click beside the pictures as one on the picture in focus."""
        self.focus.tile.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def _on_key(self, seat: PlaybackSeat, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or event.isAutoRepeat():
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle_alone(seat)
            return True
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear_seat(seat)
            return True
        return False

    def _open_menu(self, seat: PlaybackSeat, where: QPoint) -> None:
        """Offer what can be done with one picture."""
        self.set_focus(seat)
        if seat.channel is None:
            return
        menu = QMenu(seat.tile)
        menu.setObjectName("playback.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def entry(name: str, words: str, act: Callable[[], object]) -> QAction:
            action = menu.addAction(words)
            action.setObjectName(f"playback.menu.{name}")
            action.triggered.connect(lambda: act())
            return action

        if self.places > 1:
            alone = self.alone is not None
            words = tr("Back to the grid") if alone else tr("This picture alone")
            entry("alone", words, partial(self.toggle_alone, seat))
        entry("snapshot", tr("Snapshot"), self.snapshot_wanted.emit)
        if self.places > 1 and self.alone is None:
            place = self._seats.index(seat)
            later = (place + 1) % self.places
            entry("swap", tr("Swap with the next picture"), partial(self.swap, place, later))
        menu.addSeparator()
        entry("remove", tr("Remove from playback"), partial(self.clear_seat, seat))
        menu.popup(where)

    def _seat_all(self) -> None:
        for place, seat in enumerate(self._seats):
            seat.tile.setObjectName(f"playback.tile.{place + 1}")
            self._drag.watch(seat.tile, place)
        self.set_tiles([seat.tile for seat in self._seats])
        self._mark()

    def _mark(self) -> None:
        several = self.places > 1
        for seat in self._seats:
            seat.tile.set_chosen(several and seat is self._focus)

    def _on_clicked(self, seat: PlaybackSeat) -> None:
        if self.places == 1:
            self.clicked.emit()
        self.set_focus(seat)

    def _on_double_clicked(self, seat: PlaybackSeat) -> None:
        if seat.channel is not None:
            self.toggle_alone(seat)

    def _on_taken(self, place: int) -> None:
        self._seats[place].tile.setFocus(Qt.FocusReason.MouseFocusReason)

    def _get_channel_id(self) -> str:
        return str(self.focus.channel or "")

    def _get_state(self) -> str:
        return str(self.focus.tile.property("state"))

    def _get_position(self) -> float:
        return self.focus.reel.t

    def _get_frames_painted(self) -> int:
        return int(self.focus.tile.property("framesPainted"))

    channelId = Property(str, _get_channel_id)
    state = Property(str, _get_state)
    position = Property(float, _get_position)
    framesPainted = Property(int, _get_frames_painted)
