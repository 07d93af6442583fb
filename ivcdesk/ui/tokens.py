"""The design tokens: the few colours and sizes that everything is drawn with."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

GRID = 8
"""The grid that spacing follows, px."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Colours are ``#rrggbb``; status colours always go with a shape or a word."""

    name: str
    background: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    ok: str
    warn: str
    bad: str
    off: str
    picture: str
    cloud: str
    device: str
    gap_device_only: str
    gap_nowhere: str
    small: int = 11
    body: int = 13
    heading: int = 16


DARK = Tokens(
    name="dark",
    background="#0e1116",
    panel="#151a21",
    raised="#1c232c",
    line="#28313c",
    text="#e6edf3",
    muted="#93a0ad",
    accent="#4c9aff",
    on_accent="#06121f",
    selection="#1d3350",
    ok="#3fb950",
    warn="#d9a32b",
    bad="#f0655b",
    off="#7d8994",
    picture="#05070a",
    cloud="#2f81e0",
    device="#2f8f6b",
    gap_device_only="#d9a32b",
    gap_nowhere="#f0655b",
)

LIGHT = Tokens(
    name="light",
    background="#f4f6f9",
    panel="#ffffff",
    raised="#eef1f5",
    line="#d3dae2",
    text="#17202a",
    muted="#566370",
    accent="#1663d6",
    on_accent="#ffffff",
    selection="#d6e6fd",
    ok="#1a7f37",
    warn="#9a6700",
    bad="#c0342b",
    off="#6a7681",
    picture="#0b0e12",
    cloud="#2f7de0",
    device="#2b8a66",
    gap_device_only="#b97f10",
    gap_nowhere="#c9433a",
)


class _Theme(QObject):
    """The tokens in use. Signals: ``changed`` after another theme was chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens = DARK


theme = _Theme()


def tokens() -> Tokens:
    """Return the tokens to draw with; painters ask anew at every paint."""
    return theme.tokens


def use(chosen: Tokens) -> None:
    """Draw with other tokens from now on."""
    theme.tokens = chosen
    theme.changed.emit()
