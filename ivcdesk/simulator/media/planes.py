"""Pictures as three numpy planes (YUV 4:2:0), and how they are scaled."""

from __future__ import annotations

from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

Array = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]


class Planes(NamedTuple):
    """One picture in studio range: luma (h, w), and both chroma planes (2, h / 2, w / 2)."""

    y: Pixels
    uv: Pixels

    @classmethod
    def blank(cls, height: int, width: int) -> Planes:
        """Return a picture to draw on, all in one piece; what is on it at first is undefined."""
        whole = np.empty((height * 3 // 2, width), np.uint8)
        return cls(whole[:height], whole[height:].reshape(2, height // 2, width // 2))

    def frame(self) -> av.VideoFrame:
        """Return a frame that shows a ``blank`` picture as it is at any time, without a copy."""
        whole = self.y.base
        if whole is None:
            raise ValueError("a picture of several pieces")
        return av.VideoFrame.from_numpy_buffer(whole, "yuv420p")

    def take(self, other: Planes) -> None:
        """Become a copy of another picture of the same size."""
        np.copyto(self.y, other.y)
        np.copyto(self.uv, other.uv)


class Scaler:
    """Scales single planes; one scaler per stream of equal sizes, so that tables are kept."""

    def __init__(self, interpolation: Interpolation = Interpolation.BICUBIC) -> None:
        self._reformatter = VideoReformatter()
        self._interpolation = interpolation

    def scale(self, plane: Pixels, height: int, width: int) -> Pixels:
        """Return the plane at another size (px)."""
        if plane.shape == (height, width):
            return plane
        frame = gray_frame(plane)
        scaled = self._reformatter.reformat(
            frame, width, height, interpolation=self._interpolation, threads=1
        )
        return frame_plane(scaled, 0, height, width)


def gray_frame(plane: Pixels) -> av.VideoFrame:
    """Return a grey frame that holds a copy of a plane."""
    height, width = plane.shape
    frame = av.VideoFrame(width, height, "gray")
    frame_plane(frame, 0, height, width)[:] = plane
    return frame


def frame_plane(frame: av.VideoFrame, index: int, height: int, width: int) -> Pixels:
    """Return a writable view of one plane of a frame; it keeps the frame alive."""
    plane = frame.planes[index]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    cut: Pixels = rows[:height, :width]
    return cut


def video_frame(picture: Planes) -> av.VideoFrame:
    """Return a frame for an encoder."""
    height, width = picture.y.shape
    frame = av.VideoFrame(width, height, "yuv420p")
    frame_plane(frame, 0, height, width)[:] = picture.y
    for number in range(2):
        frame_plane(frame, 1 + number, height // 2, width // 2)[:] = picture.uv[number]
    return frame
