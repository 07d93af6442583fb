"""Decoded pictures on their way to a widget, and the facts about the stream they come from."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

if TYPE_CHECKING:  # a computer without PyAV has the pictures of the fallback
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

CODEC_NAMES = {
    "h264": "H.264",
    "hevc": "H.265",
    "mpeg4": "MPEG-4",
    "mjpeg": "MJPEG",
    "av1": "AV1",
    "libdav1d": "AV1",
    "flv": "Sorenson H.263",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture that owns its pixels (RGB32); ``wall`` is when it was taken, epoch seconds."""

    image: QImage
    wall: float | None = None


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What is known of a stream: size in px, kbit/s and fps over the last two seconds.

    ``delay_ms`` is how far the picture is behind the fastest that this link has delivered, plus
    the way to the server and the decoding; None where that can't be known.
    """

    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    kbps: float = 0.0
    delay_ms: float | None = None


def fitted(width: int, height: int, box: QSize, pixel_aspect: float = 1.0) -> QSize:
    """Return the largest size inside ``box`` that keeps the shape of a ``width`` x ``height``.

    ``pixel_aspect`` is the width of a pixel over its height, for streams with oblong pixels.
    """
    shape = QSize(max(1, round(width * pixel_aspect)), max(1, height))
    return shape.scaled(box, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))


class Scaler:
    """Turns decoded pictures into images of the size that a widget paints, in device pixels.

    :meth:`set_size` may be called from any thread, :meth:`convert` from one thread only.
    ``pixel_aspect`` is the width of the stream's pixels over their height.
    """

    def __init__(self) -> None:
        self._size = QSize()
        self._reformatter: VideoReformatter | None = None
        self.pixel_aspect = 1.0

    @property
    def showing(self) -> bool:
        """Whether anybody looks: an empty size means that pictures need not be converted."""
        return not self._size.isEmpty()

    @property
    def size(self) -> QSize:
        """The box that pictures are fitted into, device px."""
        return QSize(self._size)

    def set_size(self, size: QSize) -> None:
        """Fit the pictures that follow into this box (device px); an empty one converts none."""
        self._size = QSize(size)

    def convert(self, picture: VideoFrame, size: QSize | None = None) -> QImage:
        """Return the picture as an image with memory of its own, fitted into the box.

        ``size`` asks for another box; an empty box leaves the picture as large as it is.
        """
        box = self._size if size is None else size
        if box.isEmpty():
            target = QSize(picture.width, picture.height)
        else:
            target = fitted(picture.width, picture.height, box, self.pixel_aspect)
        if self._reformatter is None:
            from av.video.reformatter import VideoReformatter

            self._reformatter = VideoReformatter()
        scaled = self._reformatter.reformat(
            picture,
            target.width(),
            target.height(),
            "bgra",
            interpolation="FAST_BILINEAR",
            threads=1,
        )
        plane = scaled.planes[0]
        borrowed = QImage(
            memoryview(plane),
            scaled.width,
            scaled.height,
            plane.line_size,
            QImage.Format.Format_RGB32,
        )
        return borrowed.copy()


class Mailbox:
    """Holds the newest frame until somebody takes it; an older one that nobody took is lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Frame | None = None

    @property
    def full(self) -> bool:
        """Whether a frame waits to be taken."""
        return self._frame is not None

    def put(self, frame: Frame) -> None:
        """Leave a frame in place of whatever is there."""
        with self._lock:
            self._frame = frame

    def take(self) -> Frame | None:
        """Return the frame that waits, if any, and empty the box."""
        with self._lock:
            frame, self._frame = self._frame, None
        return frame
