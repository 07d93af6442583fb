"""The account's organisations, devices and channels: the truth that every list shows.

Listeners hear which ids changed, in bursts small enough that a window stays alive while a
hundred thousand devices arrive.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ivcdesk.api import CloudClient, IvcError, NotFound, Priority
from ivcdesk.api.actions import (
    ROOT_ORGANIZATION,
    AccessProtocol,
    Channel,
    ChannelId,
    DescribeDeviceChannel,
    DescribeOrganization,
    DescribeUserDevice,
    Device,
    DeviceDetail,
    DeviceId,
    DevicePage,
    DeviceStatus,
    ListDevices,
    Organization,
    OrganizationId,
)
from ivcdesk.domain import devices as rules
from ivcdesk.domain.devices import DeviceState, Obstacle
from ivcdesk.services.filling import GRACE_SECONDS, Filling
from ivcdesk.services.store import Delta, Store, without_secrets

State = Literal["empty", "loading", "ready", "failed"]

PAGE_SIZE = 2000  # devices; about 0.8 MB, decoded within 4 ms
BURST = 400  # devices that listeners are told of at once
FLUSH_SECONDS = 0.05  # how long small changes are gathered

_TOP = OrganizationId("")

_STATES = {
    DeviceStatus.ONLINE: DeviceState.ONLINE,
    DeviceStatus.OFFLINE: DeviceState.OFFLINE,
    DeviceStatus.UNREGISTERED: DeviceState.UNREGISTERED,
    DeviceStatus.DISABLED: DeviceState.DISABLED,
}


@dataclass(frozen=True, slots=True)
class Change:
    """The ids that are new, other or gone.

    ``devices`` holds those whose own record, detail or list of channels changed; ``channels``
    the channels among them.
    """

    organizations: frozenset[OrganizationId]
    devices: frozenset[DeviceId]
    channels: frozenset[ChannelId]
    state: State


class Children(NamedTuple):
    """What is filed directly under an organisation, in no promised order."""

    organizations: tuple[Organization, ...]
    devices: tuple[Device, ...]


def state_of(device: Device | DeviceDetail) -> DeviceState:
    """Return a device's state in the program's own terms."""
    return _STATES.get(device.status, DeviceState.UNKNOWN)


class Directory:
    """Everything that is filed under one account in one region.

    ``state`` is "empty" before anything was asked, "loading" while a listing runs, then "ready"
    or "failed" (``error`` says why). What was known stays known in every state. ``cached_at`` is
    when the shown data was kept (epoch seconds) until the cloud has confirmed it, then None.
    ``progress`` is (devices listed, devices in all) of the listing that runs.
    """

    def __init__(self, client: CloudClient, *, store: Store | None = None, scope: str = "") -> None:
        self.organizations: dict[OrganizationId, Organization] = {}
        self.devices: dict[DeviceId, Device] = {}
        self.channels: dict[DeviceId, tuple[Channel, ...]] = {}
        self.details: dict[DeviceId, DeviceDetail] = {}
        self.state: State = "empty"
        self.error: IvcError | None = None
        self.cached_at: float | None = None
        self.progress: tuple[int, int] = (0, 0)
        self.by_state: Counter[DeviceState] = Counter()
        self.by_protocol: Counter[AccessProtocol] = Counter()
        self.filling = Filling(self)
        self._client = client
        self._store = store
        self._scope = scope
        self._listeners: list[Callable[[Change], None]] = []
        self._members: dict[OrganizationId, set[DeviceId]] = {}
        self._below: dict[OrganizationId, set[OrganizationId]] = {}
        self._channels: dict[ChannelId, Channel] = {}
        self._owners: dict[ChannelId, DeviceId] = {}
        self._refreshing: asyncio.Task[None] | None = None
        self._noted_organizations: set[OrganizationId] = set()
        self._noted_devices: set[DeviceId] = set()
        self._noted_channels: set[ChannelId] = set()
        self._flush_due = False
        self._unsaved: dict[DeviceId, None] = {}

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``listener`` with each change until the returned function is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def channel(self, channel_id: ChannelId) -> Channel | None:
        """Return a channel, or None while it isn't known."""
        return self._channels.get(channel_id)

    def device_of(self, channel_id: ChannelId) -> Device | None:
        """Return the device that a channel belongs to, or None while it isn't known."""
        owner = self._owners.get(channel_id)
        return None if owner is None else self.devices.get(owner)

    def region_of(self, channel_id: ChannelId) -> str | None:
        """Return the region that calls about a channel run in, None for the session's own."""
        channel = self._channels.get(channel_id)
        if channel is None:
            return None
        detail = self.details.get(channel.device_id)
        return channel.region or (detail.region if detail else "") or None

    def state_of_channel(self, channel: Channel) -> DeviceState:
        """Return a channel's state; it is online only while its device is."""
        device = self.devices.get(self._owners.get(channel.channel_id, channel.device_id))
        state = state_of(device) if device else DeviceState.UNKNOWN
        return rules.channel_state(state, channel.state == 1)

    def obstacle(self, channel_id: ChannelId) -> Obstacle | None:
        """Return why a channel can't be shown or turned, the gravest reason first, or None."""
        channel, device = self._channels.get(channel_id), self.device_of(channel_id)
        if channel is None or device is None:
            return Obstacle.GONE
        return rules.obstacle(
            state_of(device), online=channel.state == 1, turns=channel.ptz_type == 1
        )

    def home_of(self, device: Device) -> OrganizationId | None:
        """Return the organisation that a device is filed under, None at the top."""
        home = device.organization_id
        return home if home in self.organizations else None

    def parent_of(self, organization: Organization) -> OrganizationId | None:
        """Return the organisation above, None at the top."""
        parent = organization.parent_id
        if parent == organization.organization_id or parent not in self.organizations:
            return None
        return parent

    def children(self, organization_id: OrganizationId | None) -> Children:
        """Return what is filed directly under an organisation; None asks for the top."""
        below = self._below.get(organization_id or _TOP, set())
        if organization_id is not None:
            members = self._members.get(organization_id, set())
        else:
            strays = (ids for key, ids in self._members.items() if key not in self.organizations)
            members = set().union(*strays)
        return Children(
            tuple(self.organizations[each] for each in below),
            tuple(self.devices[each] for each in members),
        )

    def size(self, organization_id: OrganizationId) -> int:
        """Return how many organisations and devices are filed directly under one."""
        below, members = (
            self._below.get(organization_id, ()),
            self._members.get(organization_id, ()),
        )
        return len(below) + len(members)

    def path(self, organization_id: OrganizationId) -> tuple[Organization, ...]:
        """Return the organisations from the top down to this one; empty where it isn't known."""
        found: dict[OrganizationId, Organization] = {}
        step: OrganizationId | None = organization_id
        while step is not None and step not in found and step in self.organizations:
            found[step] = self.organizations[step]
            step = self.parent_of(found[step])
        return tuple(reversed(found.values()))

    async def refresh(self, *, priority: Priority = Priority.USER) -> None:
        """List everything anew. A failure is told by ``state`` and ``error``, and raises nothing.

        Several callers share one listing; cancelling one of them doesn't end it.
        """
        await self._shared(None, priority)

    async def begin(self, organizations: Iterable[Organization]) -> None:
        """Refresh with the organisations that signing in has brought already."""
        await self._shared(tuple(organizations), Priority.USER)

    async def restore(self) -> bool:
        """Show the directory of the last session until the cloud's own has come."""
        snapshot = await self._store.directory(self._scope) if self._store else None
        if snapshot is None or self.devices or self.state == "ready":
            return False
        self.cached_at = snapshot.saved
        self._take_organizations(snapshot.organizations)
        details = {detail.device_id: detail for detail in snapshot.details}
        for count, device in enumerate(snapshot.devices, 1):
            if device.device_id in self.devices:
                continue  # the cloud was quicker
            self._take_device(device)
            self._take_channels(device.device_id, snapshot.channels.get(device.device_id))
            if detail := details.get(device.device_id):
                self.details[device.device_id] = detail
            if count % BURST == 0:
                self._flush()
                await asyncio.sleep(0)
        self._unsaved.clear()
        self._flush()
        return True

    async def load_channels(
        self, device_id: DeviceId, priority: Priority = Priority.USER
    ) -> tuple[Channel, ...]:
        """Ask for the channels of one device. Raises IvcError; what was known stays known."""
        answer = await self._client.call(
            DescribeDeviceChannel(device_id=device_id), priority=priority
        )
        if device_id in self.devices:
            self.filling.answered(device_id)
            self._take_channels(device_id, tuple(answer.data))
            self._flush_soon()
        return tuple(answer.data)

    async def load_detail(
        self, device_id: DeviceId, priority: Priority = Priority.USER
    ) -> DeviceDetail:
        """Ask for everything about one device. Raises IvcError."""
        answer = await self._client.call(DescribeUserDevice(device_id=device_id), priority=priority)
        if device_id in self.devices and self.details.get(device_id) != answer.data:
            self.details[device_id] = answer.data
            self._note(device_id)
            self._flush_soon()
        return answer.data

    async def fill(self) -> None:
        """Load the channels and details that are missing or out of date, in the background.

        Raises IvcError where going on is of no use now; calling again goes on from there.
        """
        await self.filling.run()

    async def locate(self, channel_id: ChannelId) -> Channel:
        """Return a channel, waiting while it may still turn up.

        Raises NotFound, or the IvcError that keeps it from turning up.
        """

        def decided() -> bool:
            listed = self.state in ("ready", "failed")
            return channel_id in self._channels or (listed and self.filling.settled)

        if not decided():
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            leave = self.subscribe(
                lambda _change: (
                    waiting.set_result(None) if decided() and not waiting.done() else None
                )
            )
            try:
                await waiting
            finally:
                leave()
        if channel := self._channels.get(channel_id):
            return channel
        if error := self.error or self.filling.error:
            raise error
        raise NotFound("ResourceNotFound", "no device has this channel")

    def announce(self) -> None:
        """Tell the listeners of the state again, though nothing else has changed."""
        self._flush(always=True)

    async def save(self) -> None:
        """Keep what changed since the last time, for the next start."""
        unsaved, self._unsaved = self._unsaved, {}
        if self._store is None or not unsaved:
            return
        await self._store.keep_directory(
            self._scope,
            Delta(
                organizations=tuple(self.organizations.values()),
                devices=[self.devices[each] for each in unsaved if each in self.devices],
                channels={each: self.channels[each] for each in unsaved if each in self.channels},
                details=[self.details[each] for each in unsaved if each in self.details],
                gone=[each for each in unsaved if each not in self.devices],
            ),
        )

    async def close(self) -> None:
        """End what runs; what is known stays readable."""
        await self.filling.stop()
        if self._refreshing is not None:
            _, late = await asyncio.wait([self._refreshing], timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
                await asyncio.wait([task])
        await self.save()
        self._listeners.clear()

    async def _shared(
        self, organizations: tuple[Organization, ...] | None, priority: Priority
    ) -> None:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.get_running_loop().create_task(
                self._refresh(organizations, priority), name="directory.refresh"
            )
        await asyncio.shield(self._refreshing)

    async def _refresh(
        self, organizations: tuple[Organization, ...] | None, priority: Priority
    ) -> None:
        self._enter("loading", None)
        try:
            if organizations is None:
                answer = await self._client.call(DescribeOrganization(), priority=priority)
                organizations = tuple(answer.data)
            self._take_organizations(organizations)
            self._flush()
            await self._list_devices(priority)
        except IvcError as error:
            self._enter("failed", error)
            return
        self.cached_at = None
        if self.filling.automatic:
            self.filling.start()
        self._enter("ready", None)
        await self.save()

    async def _list_devices(self, priority: Priority) -> None:
        seen: set[DeviceId] = set()
        total = 0
        self.progress = (0, len(self.devices))
        async with contextlib.aclosing(self._pages(priority)) as stream:
            async for page in stream:
                total = page.total_count
                for start in range(0, len(page.data), BURST):
                    for device in page.data[start : start + BURST]:
                        seen.add(device.device_id)
                        self._take_device(device, confirmed=True)
                    self.progress = (len(seen), max(len(seen), total))
                    self._flush()
                    await asyncio.sleep(0)
        if len(seen) < total:
            return  # the listing moved under the pages; what was not seen may still be there
        for device_id in [each for each in self.devices if each not in seen]:
            self._drop_device(device_id)

    async def _pages(self, priority: Priority) -> AsyncGenerator[DevicePage, None]:
        """Yield the pages of all devices, the next being fetched while one is read."""

        def fetch(number: int) -> asyncio.Task[DevicePage]:
            action = ListDevices(
                organization_id=ROOT_ORGANIZATION,
                is_contain_sub_level=True,
                page_number=number,
                page_size=PAGE_SIZE,
            )
            return asyncio.get_running_loop().create_task(
                self._client.call(action, priority=priority), name=f"directory.page{number}"
            )

        number = 1
        ahead: asyncio.Task[DevicePage] | None = fetch(number)
        try:
            while ahead is not None:
                page = await ahead
                ahead = None
                if page.data and number * PAGE_SIZE < page.total_count:
                    number += 1
                    ahead = fetch(number)
                yield page
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.wait([ahead])

    def _take_organizations(self, organizations: Iterable[Organization]) -> None:
        fresh = {each.organization_id: each for each in organizations}
        known = self.organizations
        appeared = fresh.keys() - known.keys()
        gone = known.keys() - fresh.keys()
        changed = {key for key in fresh.keys() & known.keys() if fresh[key] != known[key]}
        self.organizations = fresh
        self._below = {}
        for each in fresh.values():
            parent = self.parent_of(each) or _TOP
            self._below.setdefault(parent, set()).add(each.organization_id)
        self._noted_organizations |= appeared | gone | changed
        for key in appeared | gone:
            # Its devices move between their place and the top of the tree.
            self._noted_devices |= self._members.get(key, set())
            self._noted_organizations |= {
                each.organization_id for each in fresh.values() if each.parent_id == key
            }

    def _take_device(self, device: Device, *, confirmed: bool = False) -> None:
        key = device.device_id
        known = self.devices.get(key)
        self.devices[key] = device
        if confirmed:
            self.filling.confirm(key, changed=known != device and known is not None)
        if known is not None:
            if known == device or known == without_secrets(device):
                return
            self._count(known, -1)
            self._members[known.organization_id].discard(key)
        self._count(device, 1)
        self._members.setdefault(device.organization_id, set()).add(key)
        self._note(key)

    def _take_channels(self, device_id: DeviceId, channels: tuple[Channel, ...] | None) -> None:
        if channels is None or self.channels.get(device_id) == channels:
            return
        before = {each.channel_id: each for each in self.channels.get(device_id, ())}
        after = {each.channel_id: each for each in channels}
        self.channels[device_id] = channels
        self._forget_channels(device_id, before.keys() - after.keys())
        self._channels.update(after)
        self._owners.update(dict.fromkeys(after, device_id))
        self._noted_channels |= {
            key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
        }
        self._note(device_id)

    def _drop_device(self, device_id: DeviceId) -> None:
        device = self.devices.pop(device_id)
        self._count(device, -1)
        self._members[device.organization_id].discard(device_id)
        gone = {each.channel_id for each in self.channels.pop(device_id, ())}
        self._forget_channels(device_id, gone)
        self._noted_channels |= gone
        self.details.pop(device_id, None)
        self.filling.forget(device_id)
        self._note(device_id)

    def _forget_channels(self, device_id: DeviceId, gone: AbstractSet[ChannelId]) -> None:
        for key in gone:
            if self._owners.get(key) == device_id:
                del self._owners[key], self._channels[key]

    def _count(self, device: Device, step: int) -> None:
        self.by_state[state_of(device)] += step
        self.by_protocol[device.access_protocol] += step

    def _note(self, device_id: DeviceId) -> None:
        self._noted_devices.add(device_id)
        self._unsaved[device_id] = None

    def _enter(self, state: State, error: IvcError | None) -> None:
        self.state, self.error = state, error
        self._flush(always=True)

    def _flush_soon(self) -> None:
        if not self._flush_due:
            self._flush_due = True
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush)

    def _flush(self, *, always: bool = False) -> None:
        self._flush_due = False
        change = Change(
            frozenset(self._noted_organizations),
            frozenset(self._noted_devices),
            frozenset(self._noted_channels),
            self.state,
        )
        if not (always or change.organizations or change.devices or change.channels):
            return
        self._noted_organizations.clear()
        self._noted_devices.clear()
        self._noted_channels.clear()
        for listener in tuple(self._listeners):
            listener(change)
