"""How near to each other several played channels are, as the tiles paint them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage

from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.ui.panels.playback import PlaybackPanel

NEAR = 0.1
"""How far pictures that are seen at once may be apart, s."""
LOOK_MS = 20


@dataclass
class Watch:
    """Looks at all tiles again and again; a tile that says it is not playing is not counted."""

    panel: PlaybackPanel
    spreads: list[float] = field(default_factory=list)
    silent: int = 0
    """How many tiles said that they do not play, over all looks."""

    def __post_init__(self) -> None:
        # A timer comes after all that was waiting: what is seen then is what is painted.
        self.timer = QTimer(interval=LOOK_MS)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self) -> None:
        tiles = [seat.tile for seat in self.panel.grid.shown()]
        shown = [
            tile.property("pictureTime") for tile in tiles if tile.property("state") == "playing"
        ]
        self.silent += len(tiles) - len(shown)
        if len(shown) > 1 and all(shown):
            self.spreads.append(max(shown) - min(shown))


def burnt_in(image: QImage) -> float | None:
    """Return the moment that is written in a picture of the simulated cloud."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), -1)
    return read_clock(rows[:, : grey.width()])
