"""Clips whose every picture bears its number, with a tone beside it, and ears to hear it again."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache

import av
import numpy as np

from ivcdesk.media.sound import RATE
from tests.media.streams import FPS, GOP, HEIGHT, WIDTH, X264, X265, picture

HERTZ = 1000
LOUD = 8000


@cache
def clip(kind: str, codec: str = "libx264", sound: str = "aac", seconds: int = 3) -> bytes:
    """So many seconds of numbered pictures and of a tone, in a container of this kind."""
    out = io.BytesIO()
    rate = 16_000 if sound == "aac" else 8000
    with av.open(out, "w", format=kind) as container:
        video = container.add_stream(codec, rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = video.codec_context
        context.time_base, context.gop_size, context.thread_count = Fraction(1, FPS), GOP, 1
        params = {"x265-params": X265} if codec == "libx265" else {"x264-params": X264.format(0)}
        context.options = {"preset": "ultrafast", "tune": "zerolatency", **params}
        voice = container.add_stream(sound, rate=rate)
        voice.layout = "mono"
        step = 1024 if sound == "aac" else 320
        packets = []
        for number in range(seconds * FPS):
            frame = picture(number)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            packets += video.encode(frame)
        packets += video.encode(None)
        for first in range(0, seconds * rate, step):
            wave = LOUD * np.sin(np.arange(first, first + step) * (2 * np.pi * HERTZ / rate))
            tone = av.AudioFrame.from_ndarray(
                wave.astype(np.int16)[None, :], format="s16", layout="mono"
            )
            tone.sample_rate, tone.pts, tone.time_base = rate, first, Fraction(1, rate)
            packets += voice.encode(tone)
        packets += voice.encode(None)
        for packet in sorted(packets, key=lambda p: float(p.dts * p.time_base)):
            container.mux(packet)
    return out.getvalue()


def heard(samples: bytes) -> tuple[float, float]:
    """The strongest frequency, Hz, and the root mean square of stereo samples at 48 kHz."""
    wave = np.frombuffer(samples, np.int16).astype(np.float64)
    left, right = wave[0::2], wave[1::2]
    assert np.array_equal(left, right)
    spectrum = np.abs(np.fft.rfft(left * np.hanning(len(left))))
    return (
        float(np.fft.rfftfreq(len(left), 1 / RATE)[spectrum.argmax()]),
        float(np.sqrt(np.mean(left**2))),
    )
