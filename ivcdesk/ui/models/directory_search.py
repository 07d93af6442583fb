"""Finds devices, channels and organisations by words, states and protocols, as fast as one types.

Every word must be found: in the thing's own name, code, id or address, or in the name of what it
lies in. At least one must be its own, so that the name of a site brings the site and not a copy
of each thing in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ivcdesk.api.actions import AccessProtocol, ChannelId, DeviceId, OrganizationId
from ivcdesk.domain.devices import DeviceState
from ivcdesk.services.directory import Change, Directory, state_of


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. Empty sets let every state and every protocol pass."""

    words: tuple[str, ...] = ()
    states: frozenset[DeviceState] = frozenset()
    protocols: frozenset[AccessProtocol] = frozenset()

    @classmethod
    def of(
        cls,
        text: str,
        states: Iterable[DeviceState] = (),
        protocols: Iterable[AccessProtocol] = (),
    ) -> Query:
        """Make a query of what was typed."""
        return cls(tuple(text.casefold().split()), frozenset(states), frozenset(protocols))

    @property
    def empty(self) -> bool:
        """Whether everything passes."""
        return not (self.words or self.states or self.protocols)


@dataclass(slots=True)
class Hits:
    """What a query found. A device's value is None where all its channels are shown.

    ``organizations`` holds also those that only lead to a hit; ``opened`` the ids below which
    something was found that is not the thing itself.
    """

    organizations: set[OrganizationId] = field(default_factory=set)
    devices: dict[DeviceId, list[ChannelId] | None] = field(default_factory=dict)
    opened: set[OrganizationId | DeviceId] = field(default_factory=set)
    channels: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.organizations or self.devices)


class SearchIndex:
    """The texts of a directory, ready to be searched; :meth:`update` keeps them in step."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._devices: dict[DeviceId, str] = {}
        self._channels: dict[ChannelId, str] = {}
        self._owned: dict[DeviceId, tuple[ChannelId, ...]] = {}
        self._owners: dict[ChannelId, DeviceId] = {}
        self._paths: dict[OrganizationId, str] = {}
        self._names: dict[OrganizationId, str] = {}
        self._read_organizations()
        for device_id in directory.devices:
            self._read_device(device_id)

    def update(self, change: Change) -> None:
        """Read again what changed."""
        if change.organizations:
            self._read_organizations()
        for device_id in change.devices:
            self._read_device(device_id)

    def find(self, query: Query) -> Hits:
        """Return what a query finds. 10,000 devices with 30,000 channels take some 15 ms."""
        hits = Hits()
        admitted = self._admitted(query)
        if not query.words:
            hits.devices = dict.fromkeys(self._devices if admitted is None else admitted)
            self._lead(hits, hits.devices, opening=True)
            return hits
        whole = self._organizations(query.words)
        if whole:
            self._take_subtrees(hits, whole, admitted)
        devices, channels = self._with_all(query.words)
        if admitted is not None:
            devices &= admitted
        hits.devices.update(dict.fromkeys(devices))
        # A device that is shown with all its channels needs none of them named.
        owners = self._owners
        some: dict[DeviceId, list[ChannelId]] = {}
        for channel in channels:
            owner = owners[channel]
            if owner not in hits.devices and (admitted is None or owner in admitted):
                some.setdefault(owner, []).append(channel)
        for owner, held in some.items():
            hits.devices[owner] = held
            hits.channels += len(held)
        hits.opened.update(some)
        self._lead(hits, [*devices, *some], opening=True)
        return hits

    def _admitted(self, query: Query) -> set[DeviceId] | None:
        """Return the devices that the chips let pass, None where they let all."""
        if not (query.states or query.protocols):
            return None
        return {
            key
            for key, device in self._directory.devices.items()
            if (not query.states or state_of(device) in query.states)
            and (not query.protocols or device.access_protocol in query.protocols)
        }

    def _organizations(self, words: tuple[str, ...]) -> set[OrganizationId]:
        return {
            key
            for key, path in self._paths.items()
            if all(word in path for word in words)
            and any(word in self._names[key] for word in words)
        }

    def _take_subtrees(
        self, hits: Hits, whole: set[OrganizationId], admitted: set[DeviceId] | None
    ) -> None:
        """Take organisations that were found, with all that lies in them."""
        directory = self._directory
        waiting = list(whole)
        inside: set[OrganizationId] = set()
        while waiting:
            key = waiting.pop()
            if key in inside:
                continue
            inside.add(key)
            below = directory.children(key)
            waiting += [each.organization_id for each in below.organizations]
            for device in below.devices:
                if admitted is None or device.device_id in admitted:
                    hits.devices[device.device_id] = None
        if admitted is None:
            hits.organizations |= inside
        else:
            self._lead(hits, hits.devices, opening=False)
        for key in whole:
            above = [each.organization_id for each in directory.path(key)[:-1]]
            if key in hits.organizations:
                hits.organizations.update(above)
                hits.opened.update(above)

    def _with_all(self, words: tuple[str, ...]) -> tuple[set[DeviceId], set[ChannelId]]:
        """Return what has all the words, some of them perhaps in what it lies in."""
        own = [{key for key, text in self._devices.items() if word in text} for word in words]
        heard = [{key for key, text in self._channels.items() if word in text} for word in words]
        if len(words) == 1:
            return own[0], heard[0]
        # With each word: the devices that have it themselves or in the names of their places.
        around = [found | self._placed(word) for found, word in zip(own, words, strict=True)]
        devices = set.intersection(*around) & frozenset().union(*own)
        # A word that no place has must be a channel's own: that leaves few to look at closely.
        strict = [found for found, places in zip(heard, around, strict=True) if not places]
        channels = set.intersection(*strict) if strict else set().union(*heard)
        owners = self._owners
        for found, places in zip(heard, around, strict=True):
            if places:
                channels = {key for key in channels if key in found or owners[key] in places}
        return devices, channels

    def _placed(self, word: str) -> set[DeviceId]:
        """Return the devices that lie in an organisation whose path has a word."""
        directory = self._directory
        return {
            device.device_id
            for key, path in self._paths.items()
            if word in path
            for device in directory.children(key).devices
        }

    def _lead(self, hits: Hits, devices: Iterable[DeviceId], *, opening: bool) -> None:
        """Add the organisations that lead to devices."""
        known = self._directory.devices
        homes = {known[key].organization_id for key in devices if key in known}
        for home in homes:
            for each in self._directory.path(home):
                hits.organizations.add(each.organization_id)
                if opening:
                    hits.opened.add(each.organization_id)

    def _read_organizations(self) -> None:
        directory = self._directory
        self._names = {key: each.name.casefold() for key, each in directory.organizations.items()}
        self._paths = {
            key: "\n".join(each.name.casefold() for each in directory.path(key))
            for key in directory.organizations
        }

    def _read_device(self, device_id: DeviceId) -> None:
        for channel_id in self._owned.pop(device_id, ()):
            self._channels.pop(channel_id, None)
            self._owners.pop(channel_id, None)
        device = self._directory.devices.get(device_id)
        if device is None:
            self._devices.pop(device_id, None)
            return
        detail = self._directory.details.get(device_id)
        address = detail.ip if detail else ""
        text = f"{device.name}\n{device.code}\n{device_id}\n{address}"
        self._devices[device_id] = text.casefold()
        held = self._directory.channels.get(device_id, ())
        self._owned[device_id] = tuple(channel.channel_id for channel in held)
        for channel in held:
            key = channel.channel_id
            self._channels[key] = f"{channel.name}\n{channel.channel_code}\n{key}".casefold()
            self._owners[key] = device_id
