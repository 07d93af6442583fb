"""States and protocols in the few letters that lists and chips have room for."""

from __future__ import annotations

from ivcdesk.api.actions import AccessProtocol, Device, DeviceDetail
from ivcdesk.domain.devices import DeviceState
from ivcdesk.ui.text import mark, tr

STATES = {
    DeviceState.ONLINE: mark("Online"),
    DeviceState.OFFLINE: mark("Offline"),
    DeviceState.UNREGISTERED: mark("Unregistered"),
    DeviceState.DISABLED: mark("Disabled"),
    DeviceState.UNKNOWN: mark("State unknown"),
}

PROTOCOLS = {
    AccessProtocol.RTMP: mark("RTMP"),
    AccessProtocol.GB28181: mark("GB/T 28181"),
    AccessProtocol.GATEWAY: mark("Gateway"),
    AccessProtocol.IVCP: mark("IVCP"),
    AccessProtocol.UNKNOWN: mark("Protocol unknown"),
}

LONGEST_TAG = 6  # letters

_TAGS = {
    AccessProtocol.RTMP: "RTMP",
    AccessProtocol.GB28181: "GB",
    AccessProtocol.GATEWAY: "GW",
    AccessProtocol.IVCP: "IVCP",
}

_NOTES = {
    DeviceState.OFFLINE: mark("offline"),
    DeviceState.UNREGISTERED: mark("unregistered"),
    DeviceState.DISABLED: mark("disabled"),
    DeviceState.UNKNOWN: mark("unknown"),
}


def state_words(state: DeviceState) -> str:
    """Return a state as a word of its own."""
    return tr(STATES[state])


def state_note(state: DeviceState) -> str:
    """Return a state as the small word behind a name; nothing where all is well."""
    note = _NOTES.get(state)
    return tr(note) if note else ""


def protocol_words(protocol: AccessProtocol) -> str:
    """Return a protocol's full name."""
    return tr(PROTOCOLS[protocol])


def protocol_tag(device: Device, detail: DeviceDetail | None) -> str:
    """Return the letters of a device's protocol; behind a gateway, what the gateway speaks.

    A name that is too long for a tag is left to the tool tip.
    """
    if device.access_protocol is AccessProtocol.GATEWAY and detail is not None:
        spoken = detail.protocol_type_name
        if spoken.isascii() and 0 < len(spoken) <= LONGEST_TAG:
            return spoken
    return _TAGS.get(device.access_protocol, "")
