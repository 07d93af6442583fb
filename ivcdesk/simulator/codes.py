"""Codes and names that the cloud gives by fixed rules."""

from __future__ import annotations

CLUSTERS = {
    "ap-shanghai": ("上海一区 Shanghai 1", "31011500"),
    "ap-guangzhou": ("广州一区 Guangzhou 1", "44010600"),
}
GATEWAY_PROTOCOLS = {1: "海康SDK", 2: "大华SDK", 3: "宇视SDK", 4: "Onvif", 5: "GB28181"}

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [first + second for first in _BASE62 for second in _BASE62]


def gb_code(area: str, kind: int, serial: int) -> str:
    """Return a GB/T 28181 code: 8 digits of area, 2 of trade, 3 of kind, 7 of serial."""
    return f"{area}00{kind}{serial % 10**7:07d}"


def short_code(chance: int) -> str:
    """Return ten letters and digits, as devices that push their stream are coded."""
    return "".join([_PAIRS[chance // 3844**place % 3844] for place in range(5)])
