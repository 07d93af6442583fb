"""What a camera burns into its picture: its name and the wall-clock time, and how to read it."""

from __future__ import annotations

import datetime
import functools

import numpy as np
from av.video.reformatter import Interpolation

from ivcdesk.resource import resource
from ivcdesk.simulator.media.planes import Array, Pixels, Planes, Scaler

# Cameras show their local time: China Standard Time, UTC+8 all the year round.
CAMERA_ZONE = datetime.timezone(datetime.timedelta(hours=8), "CST")

# The strip is laid out on a picture of 640 x 360 px and scaled to the others.
_WIDTH, _HEIGHT = 640, 360
_STRIP = 26
_MARGIN = 8
_CLOCK = "0000-00-00 00:00:00.000"
_WHITE, _SHADE = 235, 0.42


class Letters:
    """The glyphs of ``resources/fonts/osd.npz`` as coverage, 0..255."""

    def __init__(self) -> None:
        with np.load(resource("fonts", "osd.npz")) as stored:
            self._latin: Pixels = stored["latin"]
            self._han: Pixels = stored["han"]
            self._han_width = int(stored["han_width"])
            self._index = {int(code): n for n, code in enumerate(stored["characters"])}
        self.height, self.width = self._latin.shape[1:]

    def glyph(self, character: str) -> Pixels:
        """Return one letter, shape (height, its width); an empty box where it is not known."""
        code = ord(character)
        if 32 <= code < 127:
            latin: Pixels = self._latin[code - 32]
            return latin
        number = self._index.get(code)
        if number is None:
            box = np.zeros((self.height, self._han_width), np.uint8)
            box[4:19, 2:-2] = 255
            box[6:17, 4:-4] = 0
            return box
        bits = np.unpackbits(self._han[number])[: self.height * self._han_width * 2]
        pairs = bits.reshape(self.height, self._han_width, 2)
        return (pairs[..., 0] * 2 + pairs[..., 1]) * np.uint8(85)

    def text(self, text: str) -> Pixels:
        """Return a line of letters side by side, shape (height, width of all)."""
        if not text:
            return np.zeros((self.height, 0), np.uint8)
        return np.concatenate([self.glyph(character) for character in text], axis=1)


@functools.cache
def letters() -> Letters:
    """Return the glyphs, read once."""
    return Letters()


def clock_text(at: float) -> str:
    """Return a moment as the cameras write it, to the millisecond, in the camera's zone."""
    milliseconds = round(at * 1000)
    return f"{_second_text(milliseconds // 1000)}.{milliseconds % 1000:03d}"


@functools.lru_cache(64)
def _second_text(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, CAMERA_ZONE).strftime("%Y-%m-%d %H:%M:%S")


class Overlay:
    """Burns one camera's name and a time into its pictures of one size."""

    def __init__(self, name: str, width: int, height: int) -> None:
        self._size = (round(_STRIP * height / _HEIGHT) // 2 * 2, width)
        self._scaler = Scaler()
        self._strip = np.zeros((_STRIP, _WIDTH), np.uint8)
        glyphs = letters()
        clock = glyphs.width * len(_CLOCK)
        room = _WIDTH - clock - 3 * _MARGIN
        shown = name
        while shown and glyphs.text(shown).shape[1] > room:
            shown = shown[:-1]
        line = glyphs.text(shown)
        self._strip[1:25, _WIDTH - _MARGIN - line.shape[1] : _WIDTH - _MARGIN] = line
        self._clock = self._strip[1:25, _MARGIN : _MARGIN + clock]

    def draw(self, picture: Planes, at: float) -> None:
        """Burn the strip into the lowest rows of a picture, in place."""
        glyphs = letters()
        width = glyphs.width
        for place, character in enumerate(clock_text(at)):
            self._clock[:, place * width : (place + 1) * width] = glyphs.glyph(character)
        rows, _ = self._size
        cover = self._scaler.scale(self._strip, *self._size).astype(np.float32) * np.float32(
            1 / 255
        )
        luma = picture.y[-rows:]
        shaded = luma * np.float32(_SHADE) + np.float32(16 * (1 - _SHADE))
        luma[:] = shaded + (np.float32(_WHITE) - shaded) * cover
        half = cover[::2, ::2]
        chroma = picture.uv[:, -rows // 2 :]
        chroma[:] = (chroma.astype(np.float32) - 128) * (np.float32(0.6) * (1 - half)) + 128


def read_clock(plane: Array) -> float | None:
    """Read the burnt-in time back from grey pixels of any size, or None where there is none.

    ``plane`` is a whole picture, shape (height, width), at the camera's aspect; the answer is in
    seconds since the epoch, to the millisecond.
    """
    height, width = plane.shape
    strip = _native_strip(np.ascontiguousarray(plane, np.uint8))
    known = _templates(height, width)
    cells = letters().width
    best: tuple[float, str] = (0.0, "")
    for down in (0, 1, -1):
        for right in (0, 1, -1):
            x = _MARGIN + right
            window = strip[1 + down : 25 + down, x : x + cells * len(_CLOCK)]
            if window.shape[0] != 24:
                continue
            found = _match(window, known)
            if found[0] > best[0]:
                best = found
    score, text = best
    if score < 0.8:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=CAMERA_ZONE).timestamp()


_ALPHABET = "0123456789-:. "


def _native_strip(plane: Pixels) -> Array:
    scaler = Scaler(Interpolation.BICUBIC if plane.shape[1] <= _WIDTH else Interpolation.AREA)
    native = scaler.scale(plane, _HEIGHT, _WIDTH)
    # One more row below, so that a strip that scaling moved down can still be matched.
    padded = np.concatenate([native[-_STRIP:], native[-1:]])
    return padded.astype(np.float32)


@functools.lru_cache(8)
def _templates(height: int, width: int) -> Array:
    """Return the clock's letters as they look after the same scaling, shape (letters, pixels)."""
    sheet = np.full((_HEIGHT, _WIDTH), 16, np.uint8)
    cell = letters().width
    line = letters().text("  ".join(_ALPHABET))
    sheet[-_STRIP + 1 : -1, _MARGIN : _MARGIN + line.shape[1]] = line
    there = Scaler(Interpolation.AREA if width < _WIDTH else Interpolation.BICUBIC)
    strip = _native_strip(there.scale(sheet, height, width))
    cells = [
        strip[1:25, _MARGIN + 3 * n * cell : _MARGIN + (3 * n + 1) * cell].ravel()
        for n in range(len(_ALPHABET))
    ]
    return np.stack([_normal(one) for one in cells])


def _normal(values: Array) -> Array:
    centred = values - values.mean()
    normal: Array = centred / max(float(np.linalg.norm(centred)), 1e-3)
    return normal


def _match(window: Array, known: Array) -> tuple[float, str]:
    """Return how well the best letters fit on average (0..1), and these letters."""
    cell = letters().width
    text, total, count = "", 0.0, 0
    for place, expected in enumerate(_CLOCK):
        values = window[:, place * cell : (place + 1) * cell].ravel()
        if expected == " ":
            text += " "
            continue
        scores = known @ _normal(values)
        if expected == "0":
            number = int(scores[:10].argmax())
            text += _ALPHABET[number]
        else:
            number = _ALPHABET.index(expected)
            text += expected
        total += float(scores[number])
        count += 1
    return total / count, text
