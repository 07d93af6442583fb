"""Chance that is the same for the same seed, on every machine and in every process."""

from __future__ import annotations

import hashlib
from random import Random

_KINDS, _INDEXES, _PARTS = 16, 1 << 28, 1 << 16
_MASK = (1 << 48) - 1
_FACTOR, _SECOND = 0x9E3779B97F4B, 0x5851F42D4C95
_FACTOR_BACK, _SECOND_BACK = pow(_FACTOR, -1, 1 << 48), pow(_SECOND, -1, 1 << 48)

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def number(*key: object) -> int:
    """Return a number of 64 bits that depends on nothing but the key."""
    text = "\x1f".join(map(str, key)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def dice(*key: object) -> Random:
    """Return dice whose throws depend on nothing but the key."""
    return Random(number(*key))


class Identities:
    """Ids in the shape of UUIDs that carry what they name, so that nothing has to be stored.

    An id holds a kind (0..15), an index and a part (a channel's number on its device), scrambled
    by the seed and sealed by a checksum: an invented id is recognised as such.
    """

    def __init__(self, seed: int) -> None:
        self._key = hashlib.blake2b(str(seed).encode(), digest_size=16).digest()
        self._offset = int.from_bytes(self._key[:6], "big")
        self._sealing = hashlib.blake2b(digest_size=10, key=self._key)

    def make(self, kind: int, index: int, part: int = 0) -> str:
        """Return the id of the ``part`` of the ``index``-th thing of a ``kind``."""
        if not (0 <= kind < _KINDS and 0 <= index < _INDEXES and 0 <= part < _PARTS):
            raise ValueError("kind, index or part is out of range")
        mixed = ((kind << 44 | index << 16 | part) * _FACTOR + self._offset) & _MASK
        mixed ^= mixed >> 24
        mixed = mixed * _SECOND & _MASK
        mixed ^= mixed >> 24
        return self._written(mixed)

    def read(self, text: str) -> tuple[int, int, int] | None:
        """Return kind, index and part of an id, or None where this seed never made it."""
        try:
            mixed = int(text[:8] + text[9:13], 16)
        except ValueError:
            return None
        if text != self._written(mixed):
            return None
        mixed ^= mixed >> 24
        mixed = mixed * _SECOND_BACK & _MASK
        mixed ^= mixed >> 24
        plain = (mixed - self._offset) * _FACTOR_BACK & _MASK
        return plain >> 44, plain >> 16 & (_INDEXES - 1), plain & (_PARTS - 1)

    def _written(self, mixed: int) -> str:
        head = f"{mixed:012x}"
        sealing = self._sealing.copy()
        sealing.update(head.encode())
        seal = sealing.hexdigest()
        return f"{head[:8]}-{head[8:]}-4{seal[:3]}-{_VARIANT[seal[3]]}{seal[4:7]}-{seal[7:19]}"
