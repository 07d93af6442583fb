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


@dataclass(slots=True)
class Texts:
    """Everything that is searched, by id. Nothing else is read, so any thread may search."""

    devices: dict[DeviceId, str] = field(default_factory=dict)
    states: dict[DeviceId, DeviceState] = field(default_factory=dict)
    protocols: dict[DeviceId, AccessProtocol] = field(default_factory=dict)
    homes: dict[DeviceId, OrganizationId] = field(default_factory=dict)
    channels: dict[ChannelId, str] = field(default_factory=dict)
    owners: dict[ChannelId, DeviceId] = field(default_factory=dict)
    names: dict[OrganizationId, str] = field(default_factory=dict)
    paths: dict[OrganizationId, str] = field(default_factory=dict)
    above: dict[OrganizationId, tuple[OrganizationId, ...]] = field(default_factory=dict)

    def copy(self) -> Texts:
        """Return what stays as it is now."""
        return Texts(*(getattr(self, name).copy() for name in self.__slots__))

    def find(self, query: Query) -> Hits:
        """Return what a query finds."""
        hits = Hits()
        admitted = self._admitted(query)
        if not query.words:
            hits.devices = dict.fromkeys(self.devices if admitted is None else admitted)
            self._lead(hits, hits.devices, opening=True)
            return hits
        self._take_subtrees(hits, query.words, admitted)
        devices, channels = self._with_all(query.words)
        if admitted is not None:
            devices &= admitted
        hits.devices.update(dict.fromkeys(devices))
        # A device that is shown with all its channels needs none of them named.
        some: dict[DeviceId, list[ChannelId]] = {}
        for channel in channels:
            owner = self.owners[channel]
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
            for key, state in self.states.items()
            if (not query.states or state in query.states)
            and (not query.protocols or self.protocols[key] in query.protocols)
        }

    def _take_subtrees(
        self, hits: Hits, words: tuple[str, ...], admitted: set[DeviceId] | None
    ) -> None:
        """Take organisations that have the words, with all that lies in them."""
        whole = {
            key
            for key, path in self.paths.items()
            if all(word in path for word in words)
            and any(word in self.names[key] for word in words)
        }
        if not whole:
            return
        inside = {key for key, above in self.above.items() if not whole.isdisjoint(above)}
        devices = [
            key
            for key, home in self.homes.items()
            if home in inside and (admitted is None or key in admitted)
        ]
        hits.devices.update(dict.fromkeys(devices))
        if admitted is None:
            hits.organizations |= inside
        else:
            self._lead(hits, devices, opening=False)
        for key in whole & hits.organizations:
            hits.organizations.update(self.above[key])
            hits.opened.update(self.above[key][:-1])

    def _with_all(self, words: tuple[str, ...]) -> tuple[set[DeviceId], set[ChannelId]]:
        """Return what has all the words, some of them perhaps in what it lies in."""
        own = [{key for key, text in self.devices.items() if word in text} for word in words]
        heard = [{key for key, text in self.channels.items() if word in text} for word in words]
        if len(words) == 1:
            return own[0], heard[0]
        # With each word: the devices that have it themselves or in the names of their places.
        around = [found | self._placed(word) for found, word in zip(own, words, strict=True)]
        devices = set.intersection(*around) & frozenset().union(*own)
        # A word that no place has must be a channel's own: that leaves few to look at closely.
        strict = [found for found, places in zip(heard, around, strict=True) if not places]
        channels = set.intersection(*strict) if strict else set().union(*heard)
        owners = self.owners
        for found, places in zip(heard, around, strict=True):
            if places:
                channels = {key for key in channels if key in found or owners[key] in places}
        return devices, channels

    def _placed(self, word: str) -> set[DeviceId]:
        """Return the devices that lie in an organisation whose path has a word."""
        places = {key for key, path in self.paths.items() if word in path}
        if not places:
            return set()
        return {key for key, home in self.homes.items() if home in places}

    def _lead(self, hits: Hits, devices: Iterable[DeviceId], *, opening: bool) -> None:
        """Add the organisations that lead to devices."""
        homes = {self.homes[key] for key in devices}
        leading = {each for home in homes for each in self.above.get(home, ())}
        hits.organizations |= leading
        if opening:
            hits.opened |= leading


class SearchIndex:
    """The texts of a directory; :meth:`update` keeps them in step with it."""

    def __init__(self, directory: Directory) -> None:
        self.texts = Texts()
        self._directory = directory
        self._owned: dict[DeviceId, tuple[ChannelId, ...]] = {}
        self._lent = False
        self._read_organizations()
        for device_id in directory.devices:
            self._read_device(device_id)

    def lend(self) -> Texts:
        """Return texts that do not change any more, for a search in another thread."""
        self._lent = True
        return self.texts

    def update(self, change: Change) -> None:
        """Read again what changed."""
        if self._lent:
            self.texts = self.texts.copy()
            self._lent = False
        if change.organizations:
            self._read_organizations()
        for device_id in change.devices:
            self._read_device(device_id)

    def _read_organizations(self) -> None:
        directory, texts = self._directory, self.texts
        texts.names = {key: each.name.casefold() for key, each in directory.organizations.items()}
        paths = {key: directory.path(key) for key in directory.organizations}
        texts.above = {
            key: tuple(each.organization_id for each in path) for key, path in paths.items()
        }
        texts.paths = {
            key: "\n".join(texts.names[each] for each in above)
            for key, above in texts.above.items()
        }

    def _read_device(self, device_id: DeviceId) -> None:
        texts = self.texts
        for channel_id in self._owned.pop(device_id, ()):
            # A channel that has come to another device belongs to that one now.
            if texts.owners.get(channel_id) == device_id:
                del texts.channels[channel_id], texts.owners[channel_id]
        device = self._directory.devices.get(device_id)
        if device is None:
            for known in (texts.devices, texts.states, texts.protocols, texts.homes):
                known.pop(device_id, None)
            return
        detail = self._directory.details.get(device_id)
        address = detail.ip if detail else ""
        text = f"{device.name}\n{device.code}\n{device_id}\n{address}"
        texts.devices[device_id] = text.casefold()
        texts.states[device_id] = state_of(device)
        texts.protocols[device_id] = device.access_protocol
        texts.homes[device_id] = device.organization_id
        held = self._directory.channels.get(device_id, ())
        self._owned[device_id] = tuple(channel.channel_id for channel in held)
        for channel in held:
            key = channel.channel_id
            texts.channels[key] = f"{channel.name}\n{channel.channel_code}\n{key}".casefold()
            texts.owners[key] = device_id
