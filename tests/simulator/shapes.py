"""Whether an answer has the keys and types that the reference gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.api.reference import newer, spec

KINDS: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}
# left out by the examples of the reference too, where nobody asked for them
OPTIONAL = {("RecordTimeLine", "HlsUrl")}


def misfits(action: str, response: dict[str, Any]) -> list[str]:
    """Return what an answer has too much, too little or of another type.

    Without the machine-readable reference beside the repository there is nothing to compare with.
    """
    if not spec():
        return []
    known = spec()["actions"].get(action) or newer()["actions_added"][action]
    fields = known["response"]
    rest = {key: value for key, value in response.items() if key != "RequestId"}
    return list(_compared(rest, fields, action))


def _compared(value: dict[str, Any], fields: list[dict[str, Any]], path: str) -> Iterator[str]:
    known = {field["name"]: field for field in fields}
    structure = path.rpartition(".")[2]
    for name in value.keys() - known.keys():
        yield f"{path}.{name} is not in the reference"
    for name, field in known.items():
        if name in value:
            yield from _checked(value[name], field["type"], f"{path}.{name}")
        elif (structure, name) not in OPTIONAL:
            yield f"{path}.{name} is missing"


def _checked(value: Any, kind: str, path: str) -> Iterator[str]:
    if value is None:
        return
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for item in value:
            yield from _checked(item, kind.removeprefix("Array of "), path)
        return
    if kind in KINDS:
        wrong = isinstance(value, bool) and kind != "Boolean"
        if wrong or not isinstance(value, KINDS[kind]):
            yield f"{path} is {value!r}, not {kind}"
        return
    if not isinstance(value, dict):
        yield f"{path} is no structure"
        return
    structure = spec()["structures"].get(kind)
    fields = structure["fields"] if structure else newer()["structures_added"][kind]
    yield from _compared(value, fields, f"{path}.{kind}")
