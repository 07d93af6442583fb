"""How the program's memory is handed out: so that many threads do not leave it full of holes."""

from __future__ import annotations

import ctypes
import sys

# The parameters of glibc's mallopt, from its malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MOST_ARENAS = -1, -3, -8

# Above what drawing one picture takes for a moment: fetching that again and again cost much.
_LARGE = 4 << 20
_SPARE = 32 << 20
_ARENAS = 2


def keep_compact() -> None:
    """Give large blocks back as soon as they are free, where the C library is glibc.

    Left to itself it soon takes pictures and encoders for small blocks and lays what is kept for
    long between them: with two dozen cameras more than half of the memory was holes. To be called
    once, before there are threads; elsewhere it does nothing.
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return
    mallopt(_MOST_ARENAS, _ARENAS)
    mallopt(_MMAP_THRESHOLD, _LARGE)
    mallopt(_TRIM_THRESHOLD, _SPARE)
