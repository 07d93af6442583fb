"""The command palette: every action, organisation, device and channel by a few letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.widgets.palette import Palette
from ivcdesk.ui.widgets.palette_index import Entry, PaletteIndex

if TYPE_CHECKING:
    from ivcdesk.api.actions import Channel, Device, DeviceId, Organization, OrganizationId
    from ivcdesk.services.directory import Change
    from ivcdesk.services.session import Session

_SETTLE_MS = 300
_RECENT = 6


class CommandPalette(QObject):
    """Feeds the palette from the action table and the directory.

    ``actions`` returns what can be done at the moment, as entries of kind ``action``. The index
    of the directory is built in another thread, and only while the palette is wanted. Signals
    carry an id: ``action_chosen``, ``channel_chosen``, ``device_chosen``,
    ``organization_chosen``.
    """

    action_chosen = Signal(str)
    channel_chosen = Signal(str)
    device_chosen = Signal(str)
    organization_chosen = Signal(str)

    def __init__(self, window: QWidget, actions: Callable[[], Sequence[Entry]]) -> None:
        super().__init__(window)
        self._actions = actions
        self._session: Session | None = None
        self._leave: Callable[[], None] = lambda: None
        self._stale = True
        self._recent: list[Entry] = []
        self.tasks = TaskScope(self)
        self.face = Palette(window)
        self.face.chosen.connect(self._on_chosen)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)

    def attach(self, session: Session) -> None:
        """Find what this session's directory holds."""
        self.detach()
        self._session = session
        self._leave = session.directory.subscribe(self._on_change)
        self._on_settled()

    def detach(self) -> None:
        """Forget the directory."""
        self._leave()
        self._leave = lambda: None
        self.tasks.cancel()
        self._session = None
        self.face.set_index(PaletteIndex())
        self._recent.clear()
        self._stale = True

    async def close(self) -> None:
        """Stop building the index."""
        self.detach()
        self.face.shut()
        self._settle.stop()
        await self.tasks.finish()

    def open(self) -> None:
        """Show the palette with what is known now; what comes later is added."""
        self.face.set_commands(self._actions(), self._recent)
        self.face.open()
        if self._stale:
            self._on_settled()

    def toggle(self) -> None:
        """Open the palette, or close it."""
        if self.face.isVisible():
            self.face.shut()
        else:
            self.open()

    def _on_change(self, change: Change) -> None:
        if change.organizations or change.devices or change.channels:
            self._stale = True
            if not self._settle.isActive():
                self._settle.start()

    def _on_settled(self) -> None:
        if self._session is not None and self._stale and not self.tasks.busy:
            self.tasks.start(self._build(), name="palette.index")

    async def _build(self) -> None:
        session = self._session
        if session is None:
            return
        self._stale = False
        directory = session.directory
        # Copies, because the directory goes on changing while another thread reads them.
        organizations = tuple(directory.organizations.values())
        paths = {key: _path(directory.path(key)) for key in directory.organizations}
        devices = dict(directory.devices)
        channels = dict(directory.channels)
        index = await asyncio.get_running_loop().run_in_executor(
            None, _index, organizations, paths, devices, channels
        )
        self.face.set_index(index)
        if self._stale:
            self._settle.start()

    def _on_chosen(self, entry: Entry) -> None:
        signal = {
            "action": self.action_chosen,
            "channel": self.channel_chosen,
            "device": self.device_chosen,
            "organization": self.organization_chosen,
        }[entry.kind]
        if entry.kind == "channel":
            self._recent = [entry, *(each for each in self._recent if each.key != entry.key)]
            del self._recent[_RECENT:]
        signal.emit(entry.key)


def _path(organizations: Iterable[Organization]) -> str:
    return " / ".join(each.name for each in organizations)


def _index(
    organizations: Sequence[Organization],
    paths: Mapping[OrganizationId, str],
    devices: Mapping[DeviceId, Device],
    channels: Mapping[DeviceId, tuple[Channel, ...]],
) -> PaletteIndex:
    """Make the entries of a directory and index them."""
    places: list[Entry] = []
    for device_id, many in channels.items():
        device = devices.get(device_id)
        where = paths.get(device.organization_id, "") if device else ""
        home = f"{where} / {device.name}" if device else ""
        places += [
            Entry("channel", each.channel_id, each.name or each.channel_id, home, "channel", "", 2)
            for each in many
        ]
    for each in devices.values():
        name = each.name or each.code or each.device_id
        detail = " · ".join(part for part in (paths.get(each.organization_id), each.code) if part)
        places.append(Entry("device", each.device_id, name, detail, "device", "", 1))
    for node in organizations:
        path = paths.get(node.organization_id, "")
        places.append(Entry("organization", node.organization_id, node.name, path, "organization"))
    return PaletteIndex(places)
