"""The addresses of one live stream: to copy, to open elsewhere, or to read with a phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api.actions import StreamUrls
from ivcdesk.api.errors import IvcError
from ivcdesk.domain.resolutions import name_of
from ivcdesk.ui import icons
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets.elided_label import ElidedLabel
from ivcdesk.ui.widgets.qr_code import QrCode

KINDS: tuple[tuple[str, str], ...] = (("flv", "FLV"), ("hls", "HLS"), ("rtmp", "RTMP"))
"""The kinds of address that the cloud gives, and their names."""

_COPIED_MS = 2000


class Wish(NamedTuple):
    """Which stream is wanted: ``main``, ``sub`` or a code of a picture size; and from where."""

    stream: str
    internal: bool


class AddressesDialog(QDialog):
    """Asks for addresses with ``ask`` and shows them without the signed part.

    ``sizes`` are the channel's codes of picture sizes, ``stream`` is what is shown now.
    """

    def __init__(
        self,
        parent: QWidget | None,
        name: str,
        sizes: Sequence[str],
        stream: str,
        ask: Callable[[Wish], Awaitable[StreamUrls]],
        explain: Callable[[BaseException], Explanation],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("addresses")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._sizes, self._ask, self._explain = tuple(sizes), ask, explain
        self._urls = StreamUrls()
        self._shown = "flv"
        self._asked = ""
        self.tasks = TaskScope(self)
        self._texts: dict[str, ElidedLabel] = {}
        self._copies: dict[str, QPushButton] = {}
        self._codes: dict[str, QToolButton] = {}
        bind(self, self.setWindowTitle, "Addresses of the stream")
        title = QLabel()
        title.setProperty("role", "heading")
        refresh(title, lambda: title.setText(tr("Addresses of {name}", name=name)))
        self._told = QLabel()
        self._told.setObjectName("addresses.told")
        self._told.setProperty("role", "muted")
        self._told.setWordWrap(True)
        self._told.setMinimumHeight(5 * GRID)
        self._qr = QrCode()
        self._qr.setObjectName("addresses.qr")
        left = QVBoxLayout()
        left.setSpacing(2 * GRID)
        left.addLayout(self._make_choices(stream))
        left.addLayout(self._make_rows())
        left.addWidget(self._told)
        left.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(3 * GRID)
        body.addLayout(left, 1)
        body.addWidget(self._qr, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(title)
        column.addLayout(body)
        column.addLayout(self._make_buttons())
        self.setMinimumWidth(720)
        refresh(self, self._show)
        self.renew()

    @property
    def wish(self) -> Wish:
        """What is asked for."""
        return Wish(self._stream.currentData(), self._internal.isChecked())

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self.tasks.busy

    def renew(self) -> None:
        """Ask for new addresses."""
        self.tasks.cancel()
        self._urls, self._asked = StreamUrls(), ""
        self._show()
        self.tasks.start(self._renew(self.wish), name="addresses")

    def done(self, code: int) -> None:
        """Ask no more, and forget the addresses."""
        self.tasks.cancel()
        self._urls = StreamUrls()
        super().done(code)

    def _make_choices(self, stream: str) -> QHBoxLayout:
        box = self._stream = QComboBox()
        box.setObjectName("addresses.stream")
        bind(box, box.setAccessibleName, "Stream")
        bind(box, box.setToolTip, "Which of the camera's pictures is sent")
        for code in ("main", "sub", *self._sizes):
            box.addItem("", code)
        refresh(box, self._name_streams)
        box.setCurrentIndex(max(0, box.findData(stream)))
        box.activated.connect(self.renew)
        inside = self._internal = QCheckBox()
        inside.setObjectName("addresses.internal")
        bind(inside, inside.setText, "Inside the cloud's network")
        bind(
            inside,
            inside.setToolTip,
            "Addresses for machines in the cloud itself: they cost no traffic, but this computer "
            "can't reach them",
        )
        inside.clicked.connect(self.renew)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(box)
        row.addWidget(inside)
        row.addStretch(1)
        return row

    def _name_streams(self) -> None:
        names = {"main": tr("Main stream"), "sub": tr("Sub stream")}
        for index in range(self._stream.count()):
            code = self._stream.itemData(index)
            self._stream.setItemText(index, names.get(code) or name_of(code))

    def _make_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        for row, (kind, face) in enumerate(KINDS):
            label = QLabel(face)
            label.setProperty("role", "strong")
            text = self._texts[kind] = ElidedLabel()
            text.setObjectName(f"addresses.{kind}")
            text.setProperty("role", "mono")
            text.setMinimumWidth(240)
            copy = self._copies[kind] = QPushButton()
            copy.setObjectName(f"addresses.copy.{kind}")
            copy.clicked.connect(partial(self._on_copy, kind))
            code = self._codes[kind] = QToolButton()
            code.setObjectName(f"addresses.code.{kind}")
            code.setCheckable(True)
            code.setAutoExclusive(True)
            code.setText("QR")
            code.setChecked(kind == self._shown)
            code.clicked.connect(partial(self._on_code, kind))
            for column, widget in enumerate((label, text, copy, code)):
                grid.addWidget(widget, row, column)
        return grid

    def _make_buttons(self) -> QHBoxLayout:
        again, close = QPushButton(), QPushButton()
        again.setObjectName("addresses.renew")
        again.setShortcut(QKeySequence("F5"))
        again.clicked.connect(self.renew)
        icons.bind(again, again.setIcon, "refresh", 16, "text")
        bind(again, again.setText, "New addresses")
        bind(again, again.setToolTip, "Ask the cloud for new ones, when these have expired · F5")
        close.setObjectName("addresses.close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        bind(close, close.setText, "Close")
        row = QHBoxLayout()
        row.addWidget(again)
        row.addStretch(1)
        row.addWidget(close)
        return row

    async def _renew(self, wish: Wish) -> None:
        try:
            urls = await self._ask(wish)
        except IvcError as error:
            said = self._explain(error)
            self._asked = " · ".join(p for p in ("✕ " + said.title, said.hint, said.footnote) if p)
        else:
            self._urls = urls
            now = datetime.now().astimezone()
            self._asked = tr(
                "Given at {time}. They are signed: whoever has one can watch until it expires.",
                time=f"{now:%H:%M:%S}",
            )
        self._show()

    def _show(self) -> None:
        for kind, face in KINDS:
            url = getattr(self._urls, kind)
            self._texts[kind].setText(_without_query(url) if url else "–")
            self._copies[kind].setText(tr("Copy"))
            self._copies[kind].setEnabled(bool(url))
            self._codes[kind].setEnabled(bool(url))
            words = tr("Copy the {kind} address", kind=face)
            self._copies[kind].setToolTip(words)
            self._copies[kind].setAccessibleName(words)
            words = tr("Show the {kind} address as a QR code, for a phone", kind=face)
            self._codes[kind].setToolTip(words)
            self._codes[kind].setAccessibleName(words)
        self._told.setText(self._asked or tr("Asking the cloud …"))
        face = dict(KINDS)[self._shown]
        self._qr.set_text(getattr(self._urls, self._shown))
        self._qr.setAccessibleName(tr("QR code of the {kind} address", kind=face))

    def _on_copy(self, kind: str) -> None:
        QGuiApplication.clipboard().setText(getattr(self._urls, kind))
        button = self._copies[kind]
        button.setText(tr("Copied"))
        QTimer.singleShot(_COPIED_MS, button, lambda: button.setText(tr("Copy")))

    def _on_code(self, kind: str) -> None:
        self._shown = kind
        self._show()


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    signed = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{signed}"
