"""The tree of organisations, devices and channels, as a view shows and filters it.

The model keeps only a cache of keys in order; what a row says is read from the directory when it
is asked for. Rows are inserted, removed and moved, never reset while an account is shown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from ivcdesk.api.actions import ChannelId, Device, DeviceId, Organization, OrganizationId
from ivcdesk.services.directory import Change, Directory
from ivcdesk.ui.models.directory_order import Order, place_of, runs_of
from ivcdesk.ui.models.directory_rows import Kind, Marks, Role, told
from ivcdesk.ui.models.directory_search import Hits, Query, SearchIndex, Texts

MOST_RUNS = 200  # of rows that differ, beyond which a parent's rows are all exchanged

AnyIndex = QModelIndex | QPersistentModelIndex


class _Node:
    """One row, and the rows below it in their order; None until somebody looks."""

    __slots__ = ("key", "kind", "order", "parent", "rows", "serial")

    def __init__(
        self, kind: Kind, key: str, order: Order, parent: _Node | None, serial: int
    ) -> None:
        self.kind = kind
        self.key = key
        self.order = order
        self.parent = parent
        self.rows: list[_Node] | None = None
        self.serial = serial

    def row_of(self, child: _Node) -> int:
        """Return where a child stands. O(log n)."""
        return bisect_left(self.rows or (), child.order, key=_order)


class DirectoryModel(QAbstractItemModel):
    """Organisations with their sub-organisations and devices, devices with their channels.

    Rows below an organisation or a device exist from when somebody looks at them. ``dragged``
    makes what a channel looks like while it is dragged; without it nothing can be.

    Signals: ``channels_wanted`` with the id of a device whose channels nobody has asked for yet;
    ``outdated`` where the query might find something else by now.
    """

    channels_wanted = Signal(str)
    outdated = Signal()

    def __init__(
        self, parent: QObject | None = None, *, dragged: Callable[[str], QMimeData] | None = None
    ) -> None:
        super().__init__(parent)
        self._dragged = dragged
        self._directory: Directory | None = None
        self._index: SearchIndex | None = None
        self._query = Query()
        self._hits: Hits | None = None
        self._serials = count(1)
        self._root = _Node(Kind.ORGANIZATION, "", (0, "", ""), None, 0)
        self._root.rows = []
        self._nodes: dict[int, _Node] = {}
        self._by_key: dict[tuple[Kind, str], _Node] = {}
        self._marks = Marks()

    def attach(self, directory: Directory | None) -> None:
        """Show another account's directory, or none."""
        self.beginResetModel()
        self._directory = directory
        self._index = None if directory is None else SearchIndex(directory)
        self._nodes.clear()
        self._by_key.clear()
        self._marks.awaited.clear()
        self._root.rows = None
        self._search()
        self.endResetModel()

    def apply(self, change: Change) -> None:
        """Follow a change of the directory."""
        if self._directory is None or self._index is None:
            return
        self._index.update(change)
        if self._hits is not None and (change.organizations or change.devices):
            self._touch(change)
            self.outdated.emit()
            return
        stale: dict[int, _Node] = {}
        for organization in change.organizations:
            self._mark_stale(stale, Kind.ORGANIZATION, organization)
        for device in change.devices:
            self._mark_stale(stale, Kind.DEVICE, device)
            node = self._by_key.get((Kind.DEVICE, device))
            if node is not None and node.rows is not None:
                stale[node.serial] = node
        for node in stale.values():
            if node is self._root or node.serial in self._nodes:
                self._sync(node)
        self._touch(change)

    def set_query(self, query: Query) -> Hits | None:
        """Show only what is found, and what leads to it; returns the hits, None for no query.

        Another query brings rows of its own; the same one keeps those that are still found.
        """
        other, self._query = query != self._query, query
        self._search()
        self._bring_in_line(other=other)
        return self._hits

    def lend(self) -> Texts | None:
        """Return what a query can be searched in by another thread, None without an account."""
        return None if self._index is None else self._index.lend()

    def show_hits(self, query: Query, hits: Hits) -> None:
        """Show what another thread found."""
        other, self._query, self._hits = query != self._query, query, hits
        self._bring_in_line(other=other)

    @property
    def query(self) -> Query:
        """What is looked for."""
        return self._query

    @property
    def hits(self) -> Hits | None:
        """What the query found, None where there is no query."""
        return self._hits

    def set_playing(self, channels: Iterable[str]) -> None:
        """Mark the channels that are being played."""
        before, self._marks.playing = self._marks.playing, frozenset(channels)
        for key in before ^ self._marks.playing:
            self._change_of(Kind.CHANNEL, key)
            if self._directory and (device := self._directory.device_of(ChannelId(key))):
                self._change_of(Kind.DEVICE, device.device_id)

    def answered(self, device_id: str) -> None:
        """Note that the channels of a device were asked for, whatever came of it."""
        self._marks.awaited.discard(device_id)
        self._change_of(Kind.DEVICE, device_id)

    def index_of(self, key: str) -> QModelIndex:
        """Return the row of an organisation, device or channel; invalid where it isn't shown.

        The rows that lead to it are made where nobody has looked at them yet.
        """
        directory = self._directory
        if directory is None:
            return QModelIndex()
        self._rows(self._root)
        device = directory.devices.get(DeviceId(key)) or directory.device_of(ChannelId(key))
        home = directory.home_of(device) if device else OrganizationId(key)
        steps = [each.organization_id for each in directory.path(home)] if home else []
        for step in steps[: None if device else -1]:
            self._look_below(Kind.ORGANIZATION, step)
        if device is not None and device.device_id != key:
            self._look_below(Kind.DEVICE, device.device_id)
        for kind in Kind:
            if node := self._by_key.get((kind, key)):
                return self._index_of(node)
        return QModelIndex()

    def channels_in(self, index: AnyIndex) -> Iterator[str]:
        """Yield the ids of the channels at and below a row, in the order of the tree."""
        node = self._node(index)
        if node.kind is Kind.CHANNEL:
            yield node.key
            return
        for child in self._rows(node):
            yield from self.channels_in(self._index_of(child))

    def index(self, row: int, column: int, parent: AnyIndex = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own default
        """Return the index of a row."""
        rows = self._rows(self._node(parent))
        if column != 0 or not 0 <= row < len(rows):
            return QModelIndex()
        return self.createIndex(row, 0, rows[row].serial)

    def parent(self, index: AnyIndex) -> QModelIndex:  # type: ignore[override]  # QObject.parent() has the same name
        """Return the index of what a row lies in."""
        if not index.isValid():
            return QModelIndex()
        node = self._nodes.get(index.internalId())
        return QModelIndex() if node is None or node.parent is None else self._index_of(node.parent)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many rows are known below one; they are made by this."""
        return len(self._rows(self._node(parent)))

    def columnCount(self, _parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return 1: figures are painted at the right end of the same column."""
        return 1

    def hasChildren(self, parent: AnyIndex = QModelIndex()) -> bool:  # noqa: B008 - Qt's own default
        """Whether something lies below, known or not."""
        node = self._node(parent)
        if node.rows:
            return True
        return self._has_more(node) if node.rows is None else self._still_unknown(node)

    def canFetchMore(self, parent: AnyIndex) -> bool:
        """Whether a device has channels that nobody has asked for yet."""
        node = self._node(parent)
        return self._still_unknown(node) and node.key not in self._marks.awaited

    def fetchMore(self, parent: AnyIndex) -> None:
        """Have the channels of a device asked for."""
        if self.canFetchMore(parent):
            node = self._node(parent)
            self._marks.awaited.add(node.key)
            self.channels_wanted.emit(node.key)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Rows can be picked; channels have nothing below."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        node = self._node(index)
        if node.kind is Kind.CHANNEL:
            return flags | Qt.ItemFlag.ItemNeverHasChildren | Qt.ItemFlag.ItemIsDragEnabled
        if node.kind is Kind.DEVICE and self.data(index, Role.CHANNEL):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        """Return the formats of a dragged channel."""
        return [] if self._dragged is None else self._dragged("").formats()

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the first of the dragged channels."""
        channels = [key for index in indexes if (key := self.data(index, Role.CHANNEL))]
        if self._dragged is None or not channels:
            return QMimeData()
        return self._dragged(channels[0])

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a row tells; None where what it showed is gone."""
        if not index.isValid() or self._directory is None:
            return None
        node = self._nodes.get(index.internalId())
        if node is None:
            return None
        if role == Role.KIND:
            return node.kind
        if role == Role.ID:
            return node.key
        return told(self._directory, self._marks, node.kind, node.key, role)

    def _search(self) -> None:
        if self._index is None or self._query.empty:
            self._hits = None
        else:
            self._hits = self._index.texts.find(self._query)

    def _children(self, node: _Node) -> list[tuple[Kind, str, Order]]:
        """Return the rows that belong below one, in their order."""
        directory, hits = self._directory, self._hits
        if directory is None:
            return []
        found: list[tuple[Kind, str, Order]]
        if node.kind is Kind.DEVICE:
            device_id = DeviceId(node.key)
            some = hits.devices.get(device_id) if hits is not None else None
            held = directory.channels.get(device_id, ())
            # Recorders number their channels; that order is the one that people know.
            return [
                (Kind.CHANNEL, each.channel_id, (Kind.CHANNEL, f"{place:06}", each.channel_id))
                for place, each in enumerate(held)
                if some is None or each.channel_id in some
            ]
        below = directory.children(OrganizationId(node.key) if node is not self._root else None)
        found = [
            (Kind.ORGANIZATION, each.organization_id, place_of(Kind.ORGANIZATION, each))
            for each in below.organizations
            if hits is None or each.organization_id in hits.organizations
        ]
        found += [
            (Kind.DEVICE, each.device_id, place_of(Kind.DEVICE, each))
            for each in below.devices
            if hits is None or each.device_id in hits.devices
        ]
        found.sort(key=lambda each: each[2])
        return found

    def _has_more(self, node: _Node) -> bool:
        """Whether a row that nobody looked below has something there."""
        directory, hits = self._directory, self._hits
        if directory is None or node.kind is Kind.CHANNEL:
            return False
        if node.kind is Kind.DEVICE:
            held = directory.channels.get(DeviceId(node.key))
            return bool(held) if held is not None else self._still_unknown(node)
        if hits is None:
            return directory.size(OrganizationId(node.key)) > 0
        below = directory.children(OrganizationId(node.key))
        return any(
            each.organization_id in hits.organizations for each in below.organizations
        ) or any(each.device_id in hits.devices for each in below.devices)

    def _still_unknown(self, node: _Node) -> bool:
        """Whether a device has channels that have not been asked for."""
        directory = self._directory
        if directory is None or node.kind is not Kind.DEVICE:
            return False
        key = DeviceId(node.key)
        device = directory.devices.get(key)
        return device is not None and key not in directory.channels and device.channel_num > 0

    def _rows(self, node: _Node) -> list[_Node]:
        """Return the rows below one, made now where nobody has asked for them yet."""
        if node.rows is None:
            node.rows = [self._made(*each, node) for each in self._children(node)]
        return node.rows

    def _look_below(self, kind: Kind, key: str) -> None:
        if node := self._by_key.get((kind, key)):
            self._rows(node)

    def _mark_stale(self, stale: dict[int, _Node], kind: Kind, key: str) -> None:
        """Note the parents that a thing has come to, left, or changed its place in."""
        assert self._directory is not None
        node = self._by_key.get((kind, key))
        parent: str | None
        thing: Organization | Device | None
        if kind is Kind.ORGANIZATION:
            thing = self._directory.organizations.get(OrganizationId(key))
            parent = self._directory.parent_of(thing) if thing else None
        else:
            thing = self._directory.devices.get(DeviceId(key))
            parent = self._directory.home_of(thing) if thing else None
        there = None
        if thing is not None:
            there = self._root if parent is None else self._by_key.get((Kind.ORGANIZATION, parent))
        if node is not None and thing is not None and node.parent is there:
            moved = node.order != place_of(kind, thing)
            there = there if moved else None
            node = node if moved else None
        for each in (node.parent if node else None, there):
            if each is not None and each.rows is not None:
                stale[each.serial] = each

    def _bring_in_line(self, *, other: bool) -> None:
        """Make all rows that somebody looked at what they should be."""
        if other and self._root.rows:
            # Comparing what two queries have in common takes longer than beginning anew.
            self._remove(self._root, 0, len(self._root.rows))
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            if node.rows is None:
                continue
            if node is self._root or node.serial in self._nodes:
                self._sync(node)
                waiting += node.rows

    def _sync(self, node: _Node) -> None:
        """Make the rows below one what they should be: remove, move and insert what differs."""
        if node.rows is None:
            return
        wanted = self._children(node)
        places = {(kind, key): order for kind, key, order in wanted}
        rows = node.rows
        gone = runs_of(
            [row for row, each in enumerate(rows) if (each.kind, each.key) not in places]
        )
        have = {(each.kind, each.key) for each in rows}
        fresh = [each for each in wanted if each[:2] not in have]
        if len(gone) + len(fresh) > MOST_RUNS and len(gone) + _scattered(wanted, have) > MOST_RUNS:
            self._remove(node, 0, len(rows))
            self._insert(node, 0, wanted)
            return
        for first, last in reversed(gone):
            self._remove(node, first, last)
        self._move(node, places)
        start = 0
        while start < len(fresh):
            row = bisect_left(rows, fresh[start][2], key=_order)
            end = start + 1
            while end < len(fresh) and (row == len(rows) or fresh[end][2] < rows[row].order):
                end += 1
            self._insert(node, row, fresh[start:end])
            start = end

    def _move(self, node: _Node, places: dict[tuple[Kind, str], Order]) -> None:
        """Move what is ordered otherwise now, one row at a time."""
        rows = node.rows
        assert rows is not None
        parent = self._index_of(node)
        for child in [each for each in rows if places[each.kind, each.key] != each.order]:
            order = places[child.kind, child.key]
            old = rows.index(child)
            rest = rows[:old] + rows[old + 1 :]
            new = sum(1 for each in rest if each.order < order)
            if new == old:
                child.order = order
                continue
            self.beginMoveRows(parent, old, old, parent, new if new < old else new + 1)
            rows.pop(old)
            child.order = order
            rows.insert(new, child)
            self.endMoveRows()

    def _insert(self, node: _Node, row: int, made: Sequence[tuple[Kind, str, Order]]) -> None:
        if not made:
            return
        assert node.rows is not None
        self.beginInsertRows(self._index_of(node), row, row + len(made) - 1)
        node.rows[row:row] = [self._made(*each, node) for each in made]
        self.endInsertRows()

    def _remove(self, node: _Node, first: int, end: int) -> None:
        if end <= first:
            return
        assert node.rows is not None
        self.beginRemoveRows(self._index_of(node), first, end - 1)
        for child in node.rows[first:end]:
            self._forget(child)
        del node.rows[first:end]
        self.endRemoveRows()

    def _made(self, kind: Kind, key: str, order: Order, parent: _Node) -> _Node:
        node = _Node(kind, key, order, parent, next(self._serials))
        self._nodes[node.serial] = node
        self._by_key[kind, key] = node
        return node

    def _forget(self, node: _Node) -> None:
        for child in node.rows or ():
            self._forget(child)
        self._nodes.pop(node.serial, None)
        if self._by_key.get((node.kind, node.key)) is node:
            del self._by_key[node.kind, node.key]

    def _touch(self, change: Change) -> None:
        for organization in change.organizations:
            self._change_of(Kind.ORGANIZATION, organization)
        for device in change.devices:
            self._change_of(Kind.DEVICE, device)
            node = self._by_key.get((Kind.DEVICE, device))
            if node is not None and node.rows:
                # A device that went away takes the state of its channels along.
                first, last = node.rows[0], node.rows[-1]
                self.dataChanged.emit(self._index_of(first), self._index_of(last))

    def _change_of(self, kind: Kind, key: str) -> None:
        if node := self._by_key.get((kind, key)):
            index = self._index_of(node)
            self.dataChanged.emit(index, index)

    def _node(self, index: AnyIndex) -> _Node:
        return self._nodes.get(index.internalId(), self._root) if index.isValid() else self._root

    def _index_of(self, node: _Node) -> QModelIndex:
        if node.parent is None:
            return QModelIndex()
        return self.createIndex(node.parent.row_of(node), 0, node.serial)


def _order(node: _Node) -> Order:
    return node.order


def _scattered(wanted: Sequence[tuple[Kind, str, Order]], have: set[tuple[Kind, str]]) -> int:
    """Return in how many stretches the rows that are missing would come."""
    return len(runs_of([row for row, each in enumerate(wanted) if each[:2] not in have]))
