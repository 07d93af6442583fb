"""An encoder that pushes over RTMP until it is told to stop, in a process of its own.

It can't be a thread of the test: the library holds the interpreter while it connects. The processes
come from one that has loaded the libraries already.
"""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Self

import av
import numpy as np

COLOURS = {"red": (254, 0, 0), "blue": (0, 0, 254)}
FPS, RATE = 10, 8000
_PATIENCE = 20.0  # s; only a hung one takes so long

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


def push(address: str, codec: str, sound: str, colour: str, end: Event) -> None:
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


def push_in_turn(addresses: list[str], codec: str, sound: str, colour: str, end: Event) -> None:
    """Push until told to stop; ends with 1 where every address refused it or broke off."""
    for address in addresses:
        try:
            push(address, codec, sound, colour, end)
        except OSError:
            continue
        return
    raise SystemExit(1)


class Pusher:
    """Pushes to the first address that lets it, until the block ends."""

    def __init__(
        self, *addresses: str, codec: str = "libx264", sound: str = "aac", colour: str = "red"
    ) -> None:
        self._end = _processes.Event()
        self._process = _processes.Process(
            target=push_in_turn, args=(list(addresses), codec, sound, colour, self._end)
        )
        self._process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Push no more; may be called twice."""
        self._end.set()
        self._process.join(_PATIENCE)
        self._process.kill()
        self._process.join()

    def refused(self) -> bool:
        """Wait until it is done by itself; whether all its addresses refused it or broke off."""
        self._process.join(_PATIENCE)
        return self._process.exitcode == 1
