"""The API inspector: every call of the session, and what to quote of it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api import VERSION, Call, Journal
from ivcdesk.ui import icons
from ivcdesk.ui.models.calls import CALL, CallsFilter, CallsModel
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.widgets.clear_button import offer_clearing

if TYPE_CHECKING:
    from ivcdesk.services.session import Session

_WIDTHS = (104, 196, 104, 76, 200)


class InspectorPanel(QWidget):
    """Shows the calls of a journal; nothing in it is a secret."""

    def __init__(self, journal: Journal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self._endpoint = ""
        self.model = CallsModel(parent=self)
        self._filter = CallsFilter(self)
        self._filter.setSourceModel(self.model)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._make_table())
        split.addWidget(self._make_details())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([760, 240])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_tools())
        column.addWidget(split, 1)
        self.setMinimumHeight(120)
        refresh(self, self._show_details)
        self.model.watch(journal)

    def attach(self, session: Session) -> None:
        """Copy commands for the endpoint of this session from now on."""
        self._endpoint = session.client.endpoint

    def detach(self) -> None:
        """Keep what was seen: it may tell why the session ended."""

    async def close(self) -> None:  # type: ignore[override]  # a panel's goodbye is awaited
        """Let go of the journal."""
        self.model.watch(None)

    def _make_tools(self) -> QHBoxLayout:
        self._failed = QToolButton()
        self._failed.setObjectName("inspector.failed")
        self._failed.setProperty("role", "chip")
        self._failed.setCheckable(True)
        self._failed.toggled.connect(self._filter.show_failed_only)
        bind(self._failed, self._failed.setText, "Failed only")
        word = QLineEdit()
        word.setObjectName("inspector.search")
        offer_clearing(word)
        word.setFixedWidth(220)
        word.textChanged.connect(self._filter.show_matching)
        bind(word, word.setPlaceholderText, "Action, code or request id")
        bind(word, word.setAccessibleName, "Action, code or request id")
        self._copy_id = _tool("inspector.copyId", "copy")
        self._copy_id.clicked.connect(self._on_copy_id)
        bind(self._copy_id, self._copy_id.setText, "Copy request id")
        self._copy_curl = _tool("inspector.copyCurl", "terminal")
        self._copy_curl.clicked.connect(self._on_copy_curl)
        bind(self._copy_curl, self._copy_curl.setText, "Copy as curl")
        clear = _tool("inspector.clear", "trash")
        clear.clicked.connect(self.model.clear)
        bind(clear, clear.setText, "Clear")
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._failed)
        row.addWidget(word)
        row.addStretch(1)
        for button in (self._copy_id, self._copy_curl, clear):
            row.addWidget(button)
        return row

    def _make_table(self) -> QTableView:
        table = self._table = QTableView()
        table.setObjectName("inspector.table")
        table.setModel(self._filter)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._on_menu_requested)
        table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._filter.rowsAboutToBeInserted.connect(self._on_rows_coming)
        self._filter.rowsInserted.connect(self._on_rows_came)
        self._follows = True
        bind(table, table.setAccessibleName, "Calls of this session")
        return table

    def _make_details(self) -> QPlainTextEdit:
        self._details = QPlainTextEdit()
        self._details.setObjectName("inspector.details")
        self._details.setReadOnly(True)
        self._details.setProperty("role", "mono")
        self._details.setTabChangesFocus(True)
        bind(self._details, self._details.setAccessibleName, "Details of the call")
        return self._details

    def _chosen(self) -> Call | None:
        call = self._table.currentIndex().data(CALL)
        return call if isinstance(call, Call) else None

    def _show_details(self) -> None:
        call = self._chosen()
        for button in (self._copy_id, self._copy_curl):
            button.setEnabled(call is not None)
        self._details.setPlainText(details(call) if call else tr("Choose a call to see it whole."))

    def _on_rows_coming(self) -> None:
        bar = self._table.verticalScrollBar()
        self._follows = bar.value() >= bar.maximum() - 1

    def _on_rows_came(self) -> None:
        if self._follows:
            self._table.scrollToBottom()

    def _on_selection_changed(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self._show_details()

    def _on_menu_requested(self, at: QPoint) -> None:
        index: QModelIndex = self._table.indexAt(at)
        if not index.isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Copy request id"), self._on_copy_id)
        menu.addAction(tr("Copy as curl"), self._on_copy_curl)
        menu.addAction(tr("Copy details"), self._on_copy_details)
        menu.popup(self._table.viewport().mapToGlobal(at))

    def _on_copy_id(self) -> None:
        if call := self._chosen():
            QGuiApplication.clipboard().setText(call.request_id)

    def _on_copy_curl(self) -> None:
        if call := self._chosen():
            QGuiApplication.clipboard().setText(curl(call, self._endpoint))

    def _on_copy_details(self) -> None:
        if call := self._chosen():
            QGuiApplication.clipboard().setText(details(call))


def details(call: Call) -> str:
    """Return everything that the journal knows of a call, as lines of text."""
    times = tr(
        "{total} ms: waited {queue} for its turn, {connect} for the connection, "
        "{wait} for the answer, {decode} to read it",
        total=round(call.total_ms),
        queue=round(call.queue_ms),
        connect=round(call.connect_ms),
        wait=round(call.wait_ms),
        decode=round(call.decode_ms),
    )
    amounts = tr(
        "{sent} bytes sent, {received} received, attempts: {attempts}",
        sent=call.sent_bytes,
        received=call.received_bytes,
        attempts=call.attempts,
    )
    head = f"{call.action} · {call.region} · {call.code or tr('ok')}"
    body = json.dumps(call.parameters, indent=2, ensure_ascii=False)
    return "\n".join((head, call.request_id or "–", times, amounts, "", body))


def curl(call: Call, endpoint: str) -> str:
    """Return a command line for the call; the signature is left for the reader to fill in."""
    body = json.dumps(call.parameters, ensure_ascii=False, separators=(",", ":"))
    headers = (
        "Authorization: TC3-HMAC-SHA256 Credential=•••, Signature=•••",
        "Content-Type: application/json",
        f"X-TC-Action: {call.action}",
        f"X-TC-Version: {VERSION}",
        f"X-TC-Region: {call.region}",
        f"X-TC-Timestamp: {int(call.time)}",
    )
    parts = ["curl", "-X", "POST", shlex.quote(endpoint + "/")]
    for header in headers:
        parts += ["-H", shlex.quote(header)]
    return " ".join([*parts, "-d", shlex.quote(body)])


def _tool(name: str, picture: str) -> QPushButton:
    button = QPushButton()
    button.setObjectName(name)
    button.setProperty("role", "flat")
    icons.bind(button, button.setIcon, picture, 16)
    return button
