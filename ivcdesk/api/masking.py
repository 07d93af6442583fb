"""What a journal or a message may show of a call's parameters."""

from __future__ import annotations

from typing import Any

import msgspec

MASK = "•••"

# Whole values that are secrets, by their wire names; the input of CallISAPI is a device's own
# language, in which passwords are changed.
_SECRETS = frozenset({"Password", "InputData", "PullSecretKey", "PushSecretKey", "Token"})
# Addresses whose query is a signature.
_ADDRESS = "://"


def masked(action: msgspec.Struct) -> dict[str, Any]:
    """Return an action's parameters under their wire names, without secrets."""
    shown: dict[str, Any] = masked_value(msgspec.to_builtins(action))
    return shown


def masked_value(value: Any) -> Any:
    """Return plain data without secrets."""
    if isinstance(value, dict):
        return {
            key: MASK if key in _SECRETS and item else masked_value(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [masked_value(item) for item in value]
    if isinstance(value, str) and _ADDRESS in value:
        return value.partition("?")[0].rpartition("@")[2] if "?" in value else value
    return value
