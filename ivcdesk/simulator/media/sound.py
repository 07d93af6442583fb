"""What a camera hears: a murmur of its place, and a pip on every second of the wall clock."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av
import numpy as np

from ivcdesk.simulator.media.encoder import Sound, Unit
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.source import CameraFacts, SoundCodec

PIP_SECONDS = 0.06
PIP_HERTZ = 1000

# Samples a second and in a frame. AAC frames are 1024 samples by definition.
_SHAPES: dict[str, tuple[int, int]] = {
    "aac": (16_000, 1024), "g711a": (8000, 320), "g711u": (8000, 320),
}  # fmt: skip
_ENCODERS = {"aac": "aac", "g711a": "pcm_alaw", "g711u": "pcm_mulaw"}
_LOOP_SECONDS = 7

# An encoder of AAC gives each frame back when it has got two more.
_FRAMES_HELD = {"aac": 2, "g711a": 0, "g711u": 0}


@functools.lru_cache(32)
def _murmur(seed: int, rate: int) -> Array:
    """Return soft noise that can be repeated end to end, as 16-bit amplitudes."""
    rng = np.random.default_rng([seed & 0xFFFFFFFF, 7])
    count = rate * _LOOP_SECONDS
    spectrum = np.fft.rfft(rng.normal(0, 1, count))
    hertz = np.fft.rfftfreq(count, 1 / rate)
    low = float(rng.uniform(180, 420))
    spectrum *= 1 / (1 + (hertz / low) ** 2)
    noise = np.fft.irfft(spectrum, count)
    seconds = np.arange(count) / rate
    swell = 1 + 0.4 * np.sin(2 * math.pi * seconds / _LOOP_SECONDS + float(rng.uniform(0, 6)))
    wave: Array = noise / np.abs(noise).max() * swell * 1500
    return wave


def heard(seed: int, rate: int, first: int, count: int) -> Array:
    """Return samples (int16) from the ``first`` since the epoch on; a pure function of time."""
    index = np.arange(first, first + count)
    murmur = _murmur(seed, rate)
    wave = murmur[index % len(murmur)]
    inside = index % rate
    pip = inside < round(PIP_SECONDS * rate)
    if not pip.any():
        return np.clip(wave, -32768, 32767).astype(np.int16)
    phase = inside * (2 * math.pi * PIP_HERTZ / rate)
    # The minute strikes an octave higher.
    octave = np.where(index // rate % 60 == 0, 2, 1)
    shape = np.sin(inside * (math.pi / (PIP_SECONDS * rate)))
    wave = wave + np.where(pip, np.sin(phase * octave) * shape * 5000, 0)
    return np.clip(wave, -32768, 32767).astype(np.int16)


class SoundEncoder:
    """Encodes one stream's sound in whole frames."""

    def __init__(self, codec: SoundCodec) -> None:
        self.rate, self.size = _SHAPES[codec]
        self.held = _FRAMES_HELD[codec] * self.size
        context = cast("av.AudioCodecContext", av.CodecContext.create(_ENCODERS[codec], "w"))
        context.sample_rate = self.rate
        context.layout = "mono"
        context.format = "fltp" if codec == "aac" else "s16"
        context.time_base = Fraction(1, self.rate)
        if codec == "aac":
            context.bit_rate = 32_000
        context.open()
        self._context = context
        self._float = codec == "aac"
        self.sound = Sound(codec, self.rate, bytes(context.extradata or b""))

    def encode(self, samples: Array, pts: int) -> list[tuple[int, bytes]]:
        """Encode a frame of samples; returns finished frames, each with its own time (samples)."""
        if self._float:
            data = (samples.astype(np.float32) / 32768)[None, :]
            frame = av.AudioFrame.from_ndarray(data, format="fltp", layout="mono")
        else:
            frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate = self.rate
        frame.pts = pts
        frame.time_base = Fraction(1, self.rate)
        return [(packet.pts or 0, bytes(packet)) for packet in self._context.encode(frame)]


class SoundTrack:
    """The sound beside a stream of pictures: asked after each picture, it catches up."""

    def __init__(self, facts: CameraFacts) -> None:
        self._seed = facts.seed
        self._encoder = SoundEncoder(facts.sound)
        self.sound = self._encoder.sound
        self._number = 0

    def until(self, ms: int, at: float, *, mute: bool = False) -> Iterator[Unit]:
        """Yield frames up to a picture's time ``ms``, at which the wall clock was ``at``.

        What an encoder holds is drawn that much earlier: no sound comes later than its picture.
        """
        rate, size, held = self._encoder.rate, self._encoder.size, self._encoder.held
        while (self._number * size - held) * 1000 < ms * rate:
            start = self._number * size
            first = round((at - ms / 1000) * rate) + start
            samples = np.zeros(size, np.int16) if mute else heard(self._seed, rate, first, size)
            self._number += 1
            for pts, data in self._encoder.encode(samples, start):
                if pts >= 0:
                    yield Unit(round(pts * 1000 / rate), False, (data,), sound=True)


def recorded_sound(facts: CameraFacts, start: int, end: int) -> tuple[Sound, list[Unit]]:
    """Return the sound between two moments (ms since the epoch), in times from the start.

    Frames lie on one grid for all recordings of a channel, so that segments join each other.
    """
    encoder = SoundEncoder(facts.sound)
    rate, size = encoder.rate, encoder.size
    first = -(-start * rate // (1000 * size))
    last = -(-end * rate // (1000 * size))
    units: list[Unit] = []
    # An encoder needs a frame or two to settle, and gives each back two frames later.
    for number in range(first - 2, last + 3):
        samples = heard(facts.seed, rate, number * size, size)
        for pts, data in encoder.encode(samples, number * size):
            if first * size <= pts < last * size:
                ms = round(pts * 1000 / rate) - start
                units.append(Unit(ms, False, (data,), sound=True))
    return encoder.sound, units
