"""The application's own line icons, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ivcdesk.resource import resource
from ivcdesk.ui.tokens import theme, tokens


def icon(name: str, size: int = 20, color: str = "", *, checkable: bool = False) -> QIcon:
    """Return an icon of ``size`` px in the muted colour, or another one (``#rrggbb``).

    A ``checkable`` one is drawn in the accent while it is checked.
    """
    now = tokens()
    app = QGuiApplication.instance()
    scale = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    drawn = QIcon(pixmap(name, size, color or now.muted, scale))
    drawn.addPixmap(pixmap(name, size, now.line, scale), QIcon.Mode.Disabled)
    if checkable:
        accent = pixmap(name, size, now.accent, scale)
        drawn.addPixmap(accent, QIcon.Mode.Normal, QIcon.State.On)
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
    owner: QObject,
    setter: Callable[[QIcon], object],
    name: str,
    size: int = 20,
    role: str = "",
    *,
    checkable: bool = False,
) -> None:
    """Give ``owner`` an icon, drawn anew after each change of theme.

    ``role`` names the token that it is drawn with, such as ``text`` or ``on_accent``.
    """

    def show() -> None:
        color = getattr(tokens(), role) if role else ""
        setter(icon(name, size, color, checkable=checkable))

    show()
    connection = theme.changed.connect(show)
    owner.destroyed.connect(lambda: QObject.disconnect(connection))


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
