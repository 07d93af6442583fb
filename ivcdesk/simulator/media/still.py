"""Single pictures of a camera as JPEG."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
from av.video.reformatter import ColorRange

from ivcdesk.simulator.media.camera import Camera
from ivcdesk.simulator.media.marks import draw_marks
from ivcdesk.simulator.media.planes import Planes, video_frame
from ivcdesk.simulator.media.scene import Scenery
from ivcdesk.simulator.media.source import CameraFacts, Mark, Pose


def still(
    facts: CameraFacts, scenery: Scenery, pose: Pose, at: float, marks: Sequence[Mark] = ()
) -> bytes:
    """Return what a camera sees at a moment (s since the epoch) as JPEG; takes 5 to 300 ms.

    ``marks`` are drawn over it.
    """
    picture = Camera(facts, scenery).render(pose, at)
    draw_marks(picture, marks)
    return jpeg(picture)


def jpeg(picture: Planes) -> bytes:
    """Return a picture as JPEG."""
    return frame_jpeg(video_frame(picture))


def frame_jpeg(picture: av.VideoFrame) -> bytes:
    """Return a picture of a stream as JPEG."""
    context = av.CodecContext.create("mjpeg", "w")
    context.width, context.height = picture.width, picture.height
    context.pix_fmt = "yuvj420p"
    context.time_base = Fraction(1, 25)
    context.options = {"qmin": "3", "qmax": "3"}
    frame = picture.reformat(
        format="yuvj420p", src_color_range=ColorRange.MPEG, dst_color_range=ColorRange.JPEG
    )
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*context.encode(frame), *context.encode(None)))
