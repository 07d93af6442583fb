"""A tile that shows one stream: the picture, the facts about it, and why there is none."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Property, QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from shiboken6 import isValid

from ivcdesk.domain.zoom import WHOLE
from ivcdesk.media.frames import StreamFacts
from ivcdesk.media.player import StreamPlayer
from ivcdesk.media.states import EMPTY, PlayerState
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import language, tr
from ivcdesk.ui.tokens import GRID, theme, tokens
from ivcdesk.ui.widgets.digital_zoom import Magnifiable
from ivcdesk.ui.widgets.tile_access import announce, describe
from ivcdesk.ui.widgets.video_card import VideoCard
from ivcdesk.ui.widgets.video_overlay import Caption, Pill, delay_words, facts_words, gesture_words

STILL_DIM = QColor(0, 0, 0, 150)
"""Laid over a picture that is not of now."""

_FRAME = 2
_SAY_SECONDS = 3.0
_BADGE_ROOM = 88
_UNKNOWN_SIZE = QSize(1920, 1080)

Explain = Callable[[BaseException], Explanation]


class VideoTile(Magnifiable):
    """Shows what a player plays, as large as it fits.

    The tile follows its player: it says by itself that it connects, stalls or failed, in the
    words of ``explain``. An owner who knows better says it with :meth:`show_state` and gives the
    player with ``follow=False``.

    Signals: ``retry_requested`` when the button of a failure is pressed, ``reason_requested`` when
    its other one is; ``state_changed(kind)``;
    and those of the pointer. Qt properties: channelId, state, framesPainted, sourceUrl (without
    its query), codec, bitrateKbps, fps.
    """

    retry_requested = Signal()
    reason_requested = Signal()
    state_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, explain: Explain | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(96, 54)
        self._explain = explain
        self._player: StreamPlayer | None = None
        self._follow = True
        self._channel_id = ""
        self._name = ""
        self._line: str | None = None
        self._badge: str | None = None
        self._chosen = False
        self._facts_shown = True
        self._kind = "empty"
        self._words: tuple[str, str, str, str, str] = ("", "", "", "", "")
        self._empty_words: tuple[str, str] = ("", "")
        self._image: QImage | None = None
        self._fresh = False
        self._painted = 0
        self._said = ""
        self._ratio = 1.0
        self._fonts: tuple[QFont, QFont] | None = None
        self._caption, self._badge_pill, self._toast = Caption(), Pill(), Pill()
        self._card = VideoCard(self)
        self._card.acted.connect(self.retry_requested)
        self._card.asked.connect(self.reason_requested)
        self._say_timer = QTimer(self, singleShot=True)
        self._say_timer.timeout.connect(lambda: self.say(""))
        theme.changed.connect(self._forget_fonts)
        language.changed.connect(self._show_words)
        self.magnified.connect(self._on_magnified)
        self._show_words()

    @property
    def player(self) -> StreamPlayer | None:
        """The player whose pictures are shown."""
        return self._player

    @property
    def image(self) -> QImage | None:
        """The picture as it is shown, None where there is none."""
        return self._image

    @property
    def said(self) -> str:
        """What is being said at the bottom of the picture."""
        return self._said

    @property
    def explanation(self) -> str:
        """What is said in place of the picture, in one line."""
        return self._card.text

    def set_player(self, player: StreamPlayer | None, *, follow: bool = True) -> None:
        """Show another player's pictures; without ``follow`` its states are the owner's affair."""
        old, self._player = self._player, player
        if old is not None and old is not player and isValid(old):
            old.frame_ready.disconnect(self._on_frame)
            old.state_changed.disconnect(self._on_player_state)
            old.facts_changed.disconnect(self._on_facts)
            old.set_size(QSize())
        self._follow = follow
        if player is None:
            self.show_state("empty")
            return
        if old is not player:
            player.frame_ready.connect(self._on_frame)
            player.state_changed.connect(self._on_player_state)
            player.facts_changed.connect(self._on_facts)
        player.set_size(self._wanted_size())
        self._on_player_state(player.state)

    def set_channel(self, channel_id: str, name: str) -> None:
        """Say whose picture it is; that of another channel is taken away."""
        if channel_id != self._channel_id:
            self._image = None
            self.set_zoom(WHOLE)
        self._channel_id, self._name = channel_id, name
        self._tell_assistants()
        self.update()

    def set_line(self, text: str | None) -> None:
        """Show a text below the name instead of the facts; None shows the facts again."""
        self._line = text
        self.update()

    def set_badge(self, text: str | None) -> None:
        """Show a text in the upper right corner instead of the delay; None shows the delay."""
        if text != self._badge:
            self._badge = text
            self.update()

    def set_facts_shown(self, shown: bool) -> None:
        """Show codec, size, rates and delay over the picture, or only whose it is."""
        if shown != self._facts_shown:
            self._facts_shown = shown
            self.update()

    def set_chosen(self, chosen: bool) -> None:
        """Draw the frame of the tile that commands go to."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def set_empty(self, title: str, hint: str = "") -> None:
        """Say this while there is nothing to show."""
        self._empty_words = title, hint
        self._show_words()

    def say(self, text: str, seconds: float | None = _SAY_SECONDS) -> None:
        """Say something at the bottom of the picture, for a while; None keeps it."""
        self._say_timer.stop()
        if text and seconds is not None:
            self._say_timer.start(round(seconds * 1000))
        if text != self._said:
            self._said = text
            self.update()

    def show_state(
        self,
        kind: str,
        title: str = "",
        hint: str = "",
        footnote: str = "",
        action: str = "",
        why: str = "",
    ) -> None:
        """Be in a state and say why, in words of the window's language.

        ``footnote`` can be selected and copied; ``action`` and ``why`` are the texts of the buttons
        that try again and ask for reasons. Without words a state has its own.
        """
        changed = kind != self._kind
        self._kind = kind
        self._words = title, hint, footnote, action, why
        if kind == "empty":
            self._image = None
        self._show_words()
        self._tell_assistants()
        if changed:
            announce(self, kind, f"{self.accessibleName()}: {self.accessibleDescription()}")
            self.state_changed.emit(kind)

    def take_away(self) -> None:
        """Show no picture until the next one comes."""
        self._image = None
        self.update()

    # What the player tells.

    def _on_frame(self) -> None:
        frame = self._player.take() if self._player is not None else None
        if frame is not None:
            self._image = frame.image
            self._fresh = True
            self.update()

    def _on_facts(self) -> None:
        if self.isVisible():
            if not self.zoom.whole:
                self._fit()
            self.update()

    def _on_magnified(self, _factor: float) -> None:
        self._fit()
        self._tell_assistants()

    def _on_player_state(self, state: PlayerState) -> None:
        if not self._follow:
            return
        if state == EMPTY:
            self.show_state("empty")
        elif state.error is None:
            self.show_state(state.kind)
        else:
            said = self._explain(state.error) if self._explain else Explanation(str(state.error))
            hint = said.hint
            if state.retry_seconds is not None:
                again = tr("Trying again in {seconds} s", seconds=f"{state.retry_seconds:g}")
                hint = f"{hint}\n{again}" if hint else again
            action = tr("Try again") if state.kind == "failed" else ""
            self.show_state(state.kind, said.title, hint, said.footnote, action)

    # Words.

    def _show_words(self) -> None:
        title, hint, footnote, action, why = self._words
        busy = self._kind == "connecting" or (self._kind == "stalled" and not title)
        if not title:
            if self._kind == "connecting":
                title = tr("Connecting …")
            elif self._kind == "stalled":
                title = tr("Waiting for the next picture …")
            elif self._kind == "failed":
                title = tr("No picture")
            elif self._kind == "empty":
                title, hint = self._empty_words
        if self._kind in ("playing", "paused", "ended"):
            title = hint = footnote = action = why = ""
        self._card.say(title, hint, footnote, action, why, busy=busy)
        self._card.narrow(self.height())
        self.update()

    def _tell_assistants(self) -> None:
        name = self._name or tr("Empty tile")
        said = self._card.text or (tr("Picture") if self._kind == "playing" else "")
        if not self.zoom.whole:
            said = f"{said}, {tr('{factor}× magnified', factor=f'{self.zoom.factor:.1f}')}"
        # Each of them is told to those who listen, so only what is new.
        if name != self.accessibleName():
            self.setAccessibleName(name)
        if said != self.accessibleDescription():
            self.setAccessibleDescription(said)

    def _facts_line(self) -> str:
        if self._line is not None or not self._facts_shown:
            return self._line or ""
        return facts_words(self._facts()) if self._kind in ("playing", "stalled") else ""

    def _badge_text(self) -> str:
        if self._badge is not None:
            return self._badge
        delay = self._facts().delay_ms
        if delay is None or self._kind != "playing" or not self._facts_shown:
            return ""
        return tr("{delay} ms", delay=round(delay))

    def _facts(self) -> StreamFacts:
        return self._player.facts if self._player is not None else StreamFacts()

    # Size and visibility.

    def _wanted_size(self) -> QSize:
        if not self.isVisible():
            return QSize()
        room = self._device_size()
        if self.zoom.whole:
            return room
        # As many pixels as are looked at, but never more than there are.
        facts = self._facts()
        most = QSize(facts.width, facts.height) if facts.width else _UNKNOWN_SIZE
        return (room * self.zoom.factor).boundedTo(most.expandedTo(room))

    def _device_size(self) -> QSize:
        ratio = self._ratio = self.devicePixelRatioF()
        return QSize(round(self.width() * ratio), round(self.height() * ratio))

    def _fit(self) -> None:
        if self._player is not None:
            self._player.set_size(self._wanted_size())

    def sizeHint(self) -> QSize:
        """Return a size in the shape of most cameras, px."""
        return QSize(640, 360)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for pictures of the new size."""
        super().resizeEvent(event)
        self._card.setGeometry(self.rect())
        self._card.narrow(self.height())
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for pictures."""
        super().showEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask for no pictures."""
        super().hideEvent(event)
        if self._player is not None:
            self._player.set_size(QSize())

    def changeEvent(self, event: QEvent) -> None:
        """Draw the words anew in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._forget_fonts()

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture and the words over it."""
        if self.devicePixelRatioF() != self._ratio:
            self._fit()
        painter = QPainter(self)
        ground = QColor(tokens().picture)
        image = self._image
        if image is None:
            painter.fillRect(self.rect(), ground)
        else:
            box = self._picture_box(image)
            if not box.contains(QRectF(self.rect())):
                painter.fillRect(self.rect(), ground)
            if self.zoom.whole:
                painter.drawImage(box, image)
            else:
                left, top, width, height = self.zoom.part
                across, down = image.width(), image.height()
                part = QRectF(left * across, top * down, width * across, height * down)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(box, image, part)
            if self._fresh:
                self._fresh = False
                self._painted += 1
            if self._kind in ("stalled", "failed", "connecting"):
                painter.fillRect(self.rect(), STILL_DIM)
        self.paint_zoom(painter, (self._fonts or self._make_fonts())[1])
        self._paint_words(painter)
        if self._chosen or self.hasFocus():
            pen = QPen(QColor(tokens().accent), _FRAME)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = _FRAME / 2
            painter.drawRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))
        painter.end()

    def picture_box(self) -> QRectF:
        """Return where the picture is, logical px; empty where there is none."""
        return QRectF() if self._image is None else self._picture_box(self._image)

    def hint_at(self, place: QPointF) -> str:
        """Return what there is to say about a place: the delay, or what the pointer can do."""
        top = place.y() < 5 * GRID
        if top and place.x() > self.width() - _BADGE_ROOM and self._badge is None:
            return delay_words() if self._badge_text() else ""
        if (top or self.map_box().contains(place)) and self._image is not None:
            return gesture_words(steers=self.drags_steer)
        return ""

    def event(self, event: QEvent) -> bool:
        """Say what there is to say about the place where the pointer rests."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.hint_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _picture_box(self, image: QImage) -> QRectF:
        room, ratio = self._device_size(), self._ratio
        size = image.size()
        if (
            size.width() > room.width()
            or size.height() > room.height()
            or (size.width() != room.width() and size.height() != room.height())
        ):
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        # Whole device pixels: otherwise every picture would be resampled.
        x = (room.width() - size.width()) // 2
        y = (room.height() - size.height()) // 2
        return QRectF(x / ratio, y / ratio, size.width() / ratio, size.height() / ratio)

    def _paint_words(self, painter: QPainter) -> None:
        body, small = self._fonts or self._make_fonts()
        badge = self._badge_text()
        badge_room = 0.0
        if badge:
            badge_room = float(_BADGE_ROOM)
            corner = QPointF(self.width() - 1.5 * GRID, GRID)
            self._badge_pill.paint(
                painter, corner, Qt.AlignmentFlag.AlignRight, self.width() / 2, badge, small
            )
        if self._name:
            width = self.width() - 2 * GRID - badge_room
            lines = [(self._name, body), (self._facts_line(), small)]
            self._caption.paint(painter, QPointF(GRID, 0.75 * GRID), width, lines)
        if self._said:
            bottom = QPointF(self.width() / 2, self.height() - 1.75 * GRID)
            middle = Qt.AlignmentFlag.AlignHCenter
            room = self.width() - 2 * GRID
            self._toast.paint(painter, bottom, middle, room, self._said, body, radius=12)

    def _make_fonts(self) -> tuple[QFont, QFont]:
        body, small = QFont(self.font()), QFont(self.font())
        body.setPixelSize(tokens().body)
        small.setPixelSize(tokens().small)
        self._fonts = body, small
        for words in (self._caption, self._badge_pill, self._toast):
            words.forget()
        return self._fonts

    def _forget_fonts(self) -> None:
        self._fonts = None
        self.update()

    # Qt properties, for those who look from outside.

    def _get_channel_id(self) -> str:
        return self._channel_id

    def _get_state(self) -> str:
        return self._kind

    def _get_frames_painted(self) -> int:
        return self._painted

    def _get_source_url(self) -> str:
        return self._player.url.partition("?")[0] if self._player is not None else ""

    def _get_codec(self) -> str:
        return self._facts().codec

    def _get_bitrate(self) -> float:
        return self._facts().kbps

    def _get_fps(self) -> float:
        return self._facts().fps

    channelId = Property(str, _get_channel_id)
    state = Property(str, _get_state, notify=state_changed)
    framesPainted = Property(int, _get_frames_painted)
    sourceUrl = Property(str, _get_source_url)
    codec = Property(str, _get_codec)
    bitrateKbps = Property(float, _get_bitrate)
    fps = Property(float, _get_fps)


describe(VideoTile)
