"""What the rows of the directory tell a view: names, states, tags, figures and tooltips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import Qt

from ivcdesk.api.actions import (
    Channel,
    ChannelId,
    Device,
    DeviceId,
    Organization,
    OrganizationId,
)
from ivcdesk.domain.devices import DeviceState
from ivcdesk.services.directory import Directory, state_of
from ivcdesk.ui.models.device_words import (
    protocol_tag,
    protocol_words,
    state_note,
    state_words,
)
from ivcdesk.ui.text import tr


class Kind(IntEnum):
    """What a row is; rows of one parent are in this order."""

    ORGANIZATION = 0
    DEVICE = 1
    CHANNEL = 2


class Role(IntEnum):
    """What a row tells beside its name."""

    KIND = Qt.ItemDataRole.UserRole + 1
    ID = Qt.ItemDataRole.UserRole + 2
    STATE = Qt.ItemDataRole.UserRole + 3  # DeviceState, None for an organisation
    PROTOCOL = Qt.ItemDataRole.UserRole + 4  # the letters of its tag, or nothing
    TURNS = Qt.ItemDataRole.UserRole + 5  # whether a channel can be turned
    FIGURES = Qt.ItemDataRole.UserRole + 6  # what stands at the right end
    NOTE = Qt.ItemDataRole.UserRole + 7  # its state in a small word, if it is not well
    PLAYING = Qt.ItemDataRole.UserRole + 8
    LOADING = Qt.ItemDataRole.UserRole + 9
    CHANNEL = Qt.ItemDataRole.UserRole + 10  # the channel that playing this row plays, or nothing
    FACE = Qt.ItemDataRole.UserRole + 11  # all that is painted, as a Face


class Face(NamedTuple):
    """All that is painted of a row; asking for it at once is ten times faster."""

    kind: Kind
    name: str
    state: DeviceState | None
    protocol: str
    turns: bool
    figures: str
    note: str
    playing: bool
    loading: bool


_FACE = (
    Role.STATE,
    Role.PROTOCOL,
    Role.TURNS,
    Role.FIGURES,
    Role.NOTE,
    Role.PLAYING,
    Role.LOADING,
)


@dataclass(slots=True)
class Marks:
    """What the rows show that the directory doesn't know.

    ``playing`` are channels that are being played, ``awaited`` devices whose channels were asked
    for.
    """

    playing: frozenset[str] = frozenset()
    awaited: set[str] = field(default_factory=set)


def told(directory: Directory, marks: Marks, kind: Kind, key: str, role: int) -> Any:
    """Return what a row tells; None where what it showed is gone."""
    tell: Callable[[int], Any]
    if kind is Kind.ORGANIZATION:
        organization = directory.organizations.get(OrganizationId(key))
        if organization is None:
            return None
        tell = partial(_of_organization, organization)
    elif kind is Kind.DEVICE:
        device = directory.devices.get(DeviceId(key))
        if device is None:
            return None
        tell = partial(_of_device, directory, device, marks)
    else:
        channel = directory.channel(ChannelId(key))
        if channel is None:
            return None
        tell = partial(_of_channel, directory, channel, marks)
    if role != Role.FACE:
        return tell(role)
    return Face(kind, tell(Qt.ItemDataRole.DisplayRole), *(tell(each) for each in _FACE))


def _of_organization(organization: Organization, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return organization.name or organization.organization_id
        case Role.FIGURES:
            return f"{organization.online}/{organization.total}"
        case Role.PROTOCOL | Role.NOTE | Role.CHANNEL:
            return ""
        case Role.TURNS | Role.PLAYING | Role.LOADING:
            return False
        case Qt.ItemDataRole.ToolTipRole:
            return _lines(
                organization.name,
                tr(
                    "{online} of {total} devices online",
                    online=organization.online,
                    total=organization.total,
                ),
                tr("Id {id}", id=organization.organization_id),
            )
        case Qt.ItemDataRole.AccessibleTextRole:
            online = tr(
                "{online} of {total} devices online",
                online=organization.online,
                total=organization.total,
            )
            return f"{organization.name}, {online}"
    return None


def _of_device(directory: Directory, device: Device, marks: Marks, role: int) -> Any:
    key = device.device_id
    held = directory.channels.get(key)
    detail = directory.details.get(key)
    single = held[0] if held is not None and len(held) == 1 else None
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return device.name or device.code or key
        case Role.STATE:
            return state_of(device)
        case Role.PROTOCOL:
            return protocol_tag(device, detail)
        case Role.NOTE:
            return state_note(state_of(device))
        case Role.TURNS:
            return single is not None and single.ptz_type == 1
        case Role.FIGURES:
            number = device.channel_num if held is None else len(held)
            return tr("{count} ch", count=number) if number > 1 else ""
        case Role.PLAYING:
            return any(each.channel_id in marks.playing for each in held or ())
        case Role.LOADING:
            return key in marks.awaited
        case Role.CHANNEL:
            return single.channel_id if single else ""
        case Qt.ItemDataRole.ToolTipRole:
            return _lines(
                device.name,
                tr("Code {code}", code=device.code) if device.code else "",
                tr("Id {id}", id=key),
                tr("Address {ip}", ip=detail.ip) if detail and detail.ip else "",
                " · ".join(
                    part
                    for part in (
                        protocol_words(device.access_protocol),
                        detail.protocol_type_name if detail else "",
                        state_words(state_of(device)),
                    )
                    if part
                ),
                device.description,
            )
        case Qt.ItemDataRole.AccessibleTextRole:
            return f"{device.name}, {state_words(state_of(device))}"
    return None


def _of_channel(directory: Directory, channel: Channel, marks: Marks, role: int) -> Any:
    key = channel.channel_id
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return channel.name or channel.channel_code or key
        case Role.STATE:
            return directory.state_of_channel(channel)
        case Role.NOTE:
            return state_note(directory.state_of_channel(channel))
        case Role.TURNS:
            return channel.ptz_type == 1
        case Role.PLAYING:
            return key in marks.playing
        case Role.CHANNEL:
            return key
        case Role.PROTOCOL | Role.FIGURES:
            return ""
        case Role.LOADING:
            return False
        case Qt.ItemDataRole.ToolTipRole:
            state = directory.state_of_channel(channel)
            device = directory.device_of(key)
            return _lines(
                channel.name,
                tr("Channel of {device}", device=device.name) if device else "",
                tr("Code {code}", code=channel.channel_code) if channel.channel_code else "",
                tr("Id {id}", id=key),
                state_words(state),
                tr("Can be turned (PTZ)") if channel.ptz_type == 1 else tr("Fixed camera"),
            )
        case Qt.ItemDataRole.AccessibleTextRole:
            words = [channel.name, state_words(directory.state_of_channel(channel))]
            if channel.ptz_type == 1:
                words.append(tr("PTZ"))
            if key in marks.playing:
                words.append(tr("playing"))
            return ", ".join(words)
    return None


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
