"""What a journal may show of a call's parameters."""

from __future__ import annotations

from typing import Any

import msgspec

from ivcdesk.api.actions.rules import MASK, secret_fields

LONGEST_LIST = 50  # items: thousands of channels would fill the memory with one call's parameters


def masked(structure: msgspec.Struct) -> dict[str, Any]:
    """Return a structure as plain data under its wire names, without secrets and what is unset."""
    secrets = secret_fields(type(structure))
    shown: dict[str, Any] = {}
    names = zip(structure.__struct_fields__, structure.__struct_encode_fields__, strict=True)
    for name, wire_name in names:
        value = getattr(structure, name)
        if value is not None:
            shown[wire_name] = MASK if name in secrets and value else _plain(value)
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return masked(value)
    if isinstance(value, list):
        shown = [_plain(item) for item in value[:LONGEST_LIST]]
        return shown if len(value) <= LONGEST_LIST else [*shown, f"… {len(value)} in all"]
    return value
