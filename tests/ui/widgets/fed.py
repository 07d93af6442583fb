"""A player without a stream: its pictures, states and facts come from the test."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QImage

from ivcdesk.media.frames import Frame, StreamFacts
from ivcdesk.media.player import StreamPlayer
from ivcdesk.media.states import PlayerState


class Fed(StreamPlayer):
    """A player whose pictures and states come from the test."""

    position_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.frame: Frame | None = None
        self._url = "https://cam.example/live/c1.flv?token=verysecret"

    @property
    def wanted(self) -> QSize:
        return self._size

    def take(self) -> Frame | None:
        frame, self.frame = self.frame, None
        return frame

    def feed(self, color: str, size: QSize | None = None) -> None:
        image = QImage(size or self._size, QImage.Format.Format_RGB32)
        image.fill(QColor(color))
        self.frame = Frame(image)
        self.frame_ready.emit()

    def be(self, state: PlayerState) -> None:
        self._set_state(state)

    def know(self, facts: StreamFacts) -> None:
        self._facts = facts
        self.facts_changed.emit()
