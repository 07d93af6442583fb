"""The application's own line icons, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ivcdesk.resource import resource
from ivcdesk.ui.tokens import theme, tokens

_SCALES = (1.0, 2.0, 3.0)


def icon(name: str, size: int = 20, color: str = "", on: str = "") -> QIcon:
    """Return an icon of ``size`` px; ``color`` and ``on`` (checked) are ``#rrggbb``.

    Without colours it is drawn in the muted one, and in the accent where it is checked.
    """
    now = tokens()
    drawn = QIcon()
    for state, ink in (
        (QIcon.State.Off, color or now.muted),
        (QIcon.State.On, on or color or now.accent),
    ):
        for scale in _SCALES:
            drawn.addPixmap(pixmap(name, size, ink, scale), QIcon.Mode.Normal, state)
            faded = pixmap(name, size, now.line, scale)
            drawn.addPixmap(faded, QIcon.Mode.Disabled, state)
    return drawn


@lru_cache(maxsize=512)
def pixmap(name: str, size: int, color: str, scale: float = 1.0) -> QPixmap:
    """Return one picture of an icon, ``size`` px at a device pixel ratio of ``scale``."""
    source = _source(name).replace("currentColor", color)
    picture = QPixmap(QSize(size, size) * scale)
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer = QSvgRenderer(QByteArray(source.encode()))
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def bind(
    owner: QObject, setter: Callable[[QIcon], object], name: str, size: int = 20, role: str = ""
) -> None:
    """Give ``owner`` an icon, drawn anew after each change of theme.

    ``role`` names the token that it is drawn with, such as ``text`` or ``on_accent``.
    """

    def show() -> None:
        setter(icon(name, size, getattr(tokens(), role) if role else ""))

    show()
    connection = theme.changed.connect(show)
    owner.destroyed.connect(lambda: QObject.disconnect(connection))


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
