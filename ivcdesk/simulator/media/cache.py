"""A store of the most recently used things, bounded by their size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteCache(Generic[K, V]):
    """Keeps values up to a number of bytes; safe to share between threads."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return a value and make it the most recent, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value of ``size`` bytes and let the oldest go."""
        with self._lock:
            if key in self._kept:
                self.used -= self._kept.pop(key)[1]
            self._kept[key] = (value, size)
            self.used += size
            while self.used > self.budget and len(self._kept) > 1:
                _, (_, freed) = self._kept.popitem(last=False)
                self.used -= freed

    def obtain(self, key: K, make: Callable[[], tuple[V, int]]) -> V:
        """Return a value, making it (value and bytes) where it is not there."""
        found = self.get(key)
        if found is None:
            found, size = make()
            self.put(key, found, size)
        return found
