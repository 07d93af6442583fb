"""An encoder that pushes over RTMP until its standard input is closed; a program of its own.

It can't be a thread of the test: the library holds the interpreter while it connects.
"""

from __future__ import annotations

import sys
import threading
import time

import av
import numpy as np

COLOURS = {"red": (254, 0, 0), "blue": (0, 0, 254)}
FPS, RATE = 10, 8000


def push(address: str, codec: str, sound: str, colour: str, end: threading.Event) -> None:
    """Send pictures of one colour, and silence where ``sound`` names a codec."""
    picture = np.full((180, 320, 3), COLOURS[colour], np.uint8)
    quiet = np.zeros((1, RATE // FPS), np.int16)
    with av.open(address, "w", format="flv", timeout=10) as out:
        video = out.add_stream(codec, rate=FPS, options={"preset": "ultrafast", "bf": "2"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        video.codec_context.gop_size = FPS // 2
        audio = out.add_stream(sound, rate=RATE, layout="mono") if sound else None
        began = time.monotonic()
        number = 0
        while not end.wait(max(began + number / FPS - time.monotonic(), 0)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            out.mux(video.encode(frame))
            if audio:
                heard = av.AudioFrame.from_ndarray(quiet, format="s16", layout="mono")
                heard.sample_rate, heard.pts = RATE, number * RATE // FPS
                out.mux(audio.encode(heard))
            number += 1


def main() -> int:
    """Push until told to stop; 1 where the other side wants no more."""
    end = threading.Event()

    def watch() -> None:
        sys.stdin.buffer.read()
        end.set()

    threading.Thread(target=watch, daemon=True).start()
    try:
        push(*sys.argv[1:5], end)
    except OSError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
