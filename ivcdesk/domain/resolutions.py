"""The picture sizes that a channel offers, as its codes tell them."""

from __future__ import annotations

NAMES = {"1": "QCIF", "2": "CIF", "3": "4CIF", "4": "D1", "5": "720P", "6": "1080P"}
"""The codes with names of their own; other codes hold the width and the height."""


def choices(told: str) -> tuple[str, ...]:
    """Return the codes of a channel's ``resolution``, such as ``6/3``, in its order."""
    return tuple(dict.fromkeys(code.strip() for code in told.split("/") if code.strip()))


def name_of(code: str) -> str:
    """Return what people call a code: ``19201080`` is ``1920×1080``.

    A code that can't be read is returned as it is.
    """
    if code in NAMES:
        return NAMES[code]
    if not code.isdecimal() or len(code) < 6:
        return code
    # 1280720 has a digit less for its height.
    cut = (len(code) + 1) // 2
    return f"{int(code[:cut])}×{int(code[cut:])}"
