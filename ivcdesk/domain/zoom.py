"""Which part of a picture is looked at through a digital zoom: pure, in parts of the picture."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 8.0
"""How many times a picture can be magnified."""


@dataclass(frozen=True, slots=True)
class Zoom:
    """A window on a picture, of its shape: ``factor`` times magnified, ``x``, ``y`` its middle.

    The picture reaches from 0 to 1 both ways. The window never leaves it.
    """

    factor: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @property
    def whole(self) -> bool:
        """Whether all of the picture is seen."""
        return self.factor <= 1.0

    @property
    def part(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of what is seen."""
        side = 1.0 / self.factor
        return self.x - side / 2, self.y - side / 2, side, side

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the picture that is seen at a point of the window (0 to 1)."""
        return self.x + (x - 0.5) / self.factor, self.y + (y - 0.5) / self.factor

    def seen(self, x: float, y: float) -> tuple[float, float]:
        """Return where in the window a point of the picture is seen: the inverse of `place`."""
        return 0.5 + (x - self.x) * self.factor, 0.5 + (y - self.y) * self.factor

    def magnified(self, times: float, x: float = 0.5, y: float = 0.5) -> Zoom:
        """Magnify, and keep what is at this point of the window in its place where that can be."""
        factor = _within(self.factor * times, 1.0, LARGEST)
        px, py = self.place(x, y)
        return _held(factor, px - (x - 0.5) / factor, py - (y - 0.5) / factor)

    def moved(self, dx: float, dy: float) -> Zoom:
        """Move the window over the picture, by parts of the window."""
        return _held(self.factor, self.x + dx / self.factor, self.y + dy / self.factor)

    def centred(self, x: float, y: float) -> Zoom:
        """Move the middle of the window to a point of the picture, or as near as that can be."""
        return _held(self.factor, x, y)

    def boxed(self, left: float, top: float, width: float, height: float) -> Zoom:
        """Look at a box of the window: all of it is seen, as large as it fits."""
        side = max(width, height)
        times = LARGEST if side <= 0 else 1.0 / side
        factor = _within(self.factor * times, 1.0, LARGEST)
        return _held(factor, *self.place(left + width / 2, top + height / 2))


WHOLE = Zoom()
"""All of the picture."""


def _held(factor: float, x: float, y: float) -> Zoom:
    """Return the window, moved back into the picture."""
    edge = 0.5 / factor
    return Zoom(factor, _within(x, edge, 1.0 - edge), _within(y, edge, 1.0 - edge))


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
