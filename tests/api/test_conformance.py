"""Every action, field, type, limit, code and example against the machine-readable reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from ivcdesk.api import Pacing, ServiceError
from ivcdesk.api.actions import Wire
from ivcdesk.api.actions.rules import (
    LABEL_LETTERS,
    NAME_LETTERS,
    Between,
    Bytes,
    Count,
    Length,
    OneOf,
    rules_of,
    unwrapped,
)
from ivcdesk.api.decoding import decode
from ivcdesk.api.errors import service_error
from tests.api.reference import action_classes, needs_reference, newer, spec

SCALARS = {"Integer": int, "String": str, "Boolean": bool, "Float": float}

pytestmark = needs_reference


def actions_of_reference() -> dict[str, Any]:
    return spec().get("actions", {})


def plain(hint: Any) -> Any:
    return unwrapped(hint)[0]


def hints_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(kind)}


def fields_of(structure: str) -> list[dict[str, Any]]:
    known = spec()["structures"].get(structure)
    told = known["fields"] if known else newer()["structures_added"][structure]
    return told + newer()["fields_added"].get(structure, [])


def mismatches(where: str, told: str, hint: Any, covered: dict[type, set[str]]) -> Iterator[str]:
    """Yield where a field's type is not what the reference tells."""
    kind = plain(hint)
    if told.startswith("Array of "):
        if get_origin(kind) is not list:
            yield f"{where}: {told}, not {kind}"
            return
        yield from mismatches(f"{where}[]", told[9:], get_args(kind)[0], covered)
    elif told in SCALARS:
        fits = isinstance(kind, type) and issubclass(kind, SCALARS[told])
        if told == "Integer":
            fits = isinstance(kind, type) and (kind is float or issubclass(kind, int))
        if not fits or (told == "Integer" and kind is bool):
            yield f"{where}: {told}, not {kind}"
    elif not (isinstance(kind, type) and issubclass(kind, Wire)):
        yield f"{where}: {told}, not {kind}"
    elif told not in covered.setdefault(kind, set()):
        covered[kind].add(told)
        hints = hints_of(kind)
        for field in fields_of(told):
            place = f"{told}.{field['name']}"
            if field["name"] not in hints:
                yield f"{place} is missing in {kind.__name__}"
            else:
                yield from mismatches(place, field["type"], hints[field["name"]], covered)


def test_there_are_the_91_actions_of_the_reference():
    names = set(actions_of_reference())
    assert len(names) == 91
    assert names <= set(action_classes())
    assert set(action_classes()) - names == set(newer()["actions_added"])


def test_every_parameter_and_result_field_has_the_type_of_the_reference():
    wrong: list[str] = []
    covered: dict[type, set[str]] = {}
    for name, told in actions_of_reference().items():
        action = action_classes()[name]
        asked, answered = hints_of(action), hints_of(action.result)
        added = newer()["fields_added"].get(f"{name}Request", [])
        known = {parameter["name"] for parameter in [*told["params"], *added]}
        if set(asked) != known:
            wrong.append(f"{name}: {set(asked) ^ known}")
        if set(answered) != {field["name"] for field in told["response"]} | {"RequestId"}:
            wrong.append(f"{name} answers {set(answered)}")
        for group, hints in ((told["params"], asked), (told["response"], answered)):
            for field in group:
                place = f"{name}.{field['name']}"
                wrong.extend(mismatches(place, field["type"], hints[field["name"]], covered))
    # Two structures tell an id as a number, which becomes text when it is decoded.
    assert {mismatch.partition(":")[0] for mismatch in wrong} == {
        "AddDeviceData.OrganizationId",
        "UpdateDeviceData.OrganizationId",
    }
    reached = set().union(*covered.values())
    assert reached == set(spec()["structures"]) | {"SipCarrierEndpoints"}
    extra = {
        kind.__name__: names
        for kind, structures in covered.items()
        if (
            names := set(hints_of(kind))
            - {field["name"] for one in structures for field in fields_of(one)}
        )
    }
    assert not extra


def test_the_newer_actions_have_the_fields_and_types_of_their_sdk():
    wrong: list[str] = []
    covered: dict[type, set[str]] = {}
    for name, told in newer()["actions_added"].items():
        action = action_classes()[name]
        asked, answered = hints_of(action), hints_of(action.result)
        assert action.since == "3.1"
        assert set(asked) == {field["name"] for field in told["params"]}, name
        assert set(answered) == {field["name"] for field in told["response"]} | {"RequestId"}, name
        for group, hints in ((told["params"], asked), (told["response"], answered)):
            for field in group:
                place = f"{name}.{field['name']}"
                wrong.extend(mismatches(place, field["type"], hints[field["name"]], covered))
    assert not wrong
    reached = set().union(*covered.values())
    assert reached >= set(newer()["structures_added"])


@pytest.mark.parametrize("name", sorted(actions_of_reference()))
def test_what_is_required_must_be_given_and_nothing_else(name):
    action = action_classes()[name]
    required = {field.encode_name for field in msgspec.structs.fields(action) if field.required}
    told = actions_of_reference()[name]["params"]
    assert required == {field["name"] for field in told if field["required"]}


@pytest.mark.parametrize("name", sorted(actions_of_reference()))
def test_habits_follow_the_reference(name):
    action = action_classes()[name]
    assert action.regional == actions_of_reference()[name]["region_required"]
    asks = name.startswith(("Describe", "List", "Query")) or name in (
        "ControlDeviceStream",
        "ControlRecordTimeline",
    )
    assert action.reads == asks


def test_every_action_has_the_rate_limit_that_the_pacing_keeps():
    limits = {told["rate_limit_per_second"] for told in actions_of_reference().values()}
    assert limits == {Pacing.limit}


def test_each_action_lies_in_the_file_of_its_group():
    files = {
        "organization": "organizations",
        "device": "devices",
        "device_control": "control",
        "live": "live",
        "playback": "playback",
        "record_plan": "record_plans",
        "record_template": "record_templates",
        "record_task": "record_tasks",
        "ai": "ai",
        "gateway": "gateways",
        "task": "tasks",
        "operations": "operations",
        "snapshot": "snapshots",
        "service_config": "domains",
    }
    for name, told in actions_of_reference().items():
        assert action_classes()[name].__module__.endswith(f".{files[told['group']]}"), name


def examples() -> list[Any]:
    return [
        pytest.param(name, example, id=f"{name}-{index}")
        for name, told in actions_of_reference().items()
        for index, example in enumerate(told["examples"])
    ]


def test_there_are_133_examples():
    assert len(examples()) == 133


@pytest.mark.parametrize(("name", "example"), examples())
def test_every_example_is_decoded_and_comes_back_the_same(name, example):
    action = action_classes()[name]
    body = msgspec.json.encode(example["response"])
    error = example["response"]["Response"].get("Error")
    if error is not None:
        with pytest.raises(ServiceError) as caught:
            decode(body, action.result, action=name)
        assert caught.value.code == error["Code"]
        return
    result = decode(body, action.result, action=name)
    again = decode(b'{"Response":%s}' % msgspec.json.encode(result), action.result, action=name)
    assert again == result
    assert not lost(example["response"]["Response"], msgspec.to_builtins(again), action.result)


def lost(told: Any, kept: Any, kind: Any, path: str = "$") -> list[str]:
    """Return what a result does not hold although the answer told it and the class knows it."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(told, dict):
        names = hints_of(kind)
        return [
            miss
            for name, value in told.items()
            if name in names
            for miss in lost(value, kept.get(name), plain(names[name]), f"{path}.{name}")
        ]
    if get_origin(kind) is list and isinstance(told, list):
        item = plain(get_args(kind)[0])
        return [
            miss
            for index, value in enumerate(told)
            for miss in lost(value, kept[index], item, f"{path}[{index}]")
        ]
    if kept is None or told in (None, "", 0, False, []):
        return []
    return [] if str(told) == str(kept) or told == kept else [f"{path}: {told!r} became {kept!r}"]


def test_every_code_of_the_reference_has_a_class():
    bare = {
        code
        for code in spec()["error_codes"]
        if type(service_error(code, "", action="", request_id="")) is ServiceError
    }
    assert {code.partition(".")[0] for code in bare} <= {"FailedOperation", "DryRunOperation"}


LENGTHS = re.compile(r"长度(?:不能)?(?:不超过|不能超过|为1-|超过)(\d+)\s*(?:个|位|字节)")


def inputs() -> Iterator[tuple[str, type[msgspec.Struct], dict[str, Any]]]:
    """Yield every field that is sent: its place, its class and what the reference says of it."""
    done: set[str] = set()

    def of(told: list[dict[str, Any]], kind: Any) -> Iterator[Any]:
        hints = hints_of(kind)
        for field in told:
            yield f"{kind.__name__}.{field['name']}", kind, field
            structure = field["type"].removeprefix("Array of ")
            if structure in spec()["structures"] and structure not in done:
                done.add(structure)
                inner = plain(hints[field["name"]])
                inner = plain(get_args(inner)[0]) if get_origin(inner) is list else inner
                yield from of(spec()["structures"][structure]["fields"], inner)

    for name, told in actions_of_reference().items():
        yield from of(told["params"], action_classes()[name])


def test_limits_that_the_reference_states_are_declared_with_the_field():
    missing = []
    seen = 0
    for place, kind, field in inputs():
        text = " ".join(field["description"].split()).replace(" ", "")
        own = next(f.name for f in msgspec.structs.fields(kind) if f.encode_name == field["name"])
        rules = rules_of(kind, own)
        for pattern, fits in LIMITS:
            found = pattern.search(text)
            if found is None or (place, pattern.pattern) in BEYOND:
                continue
            seen += 1
            if not any(fits(rule, found) for rule in rules):
                missing.append(f"{place}: {found.group()} against {[str(r) for r in rules]}")
    assert not missing
    assert seen >= 70


def _number(text: str) -> int:
    return int(text)


LIMITS: list[tuple[re.Pattern[str], Any]] = [
    (
        re.compile(r"长度(?:不能|为1-)?(?:不)?(?:超过)?(\d+)(?:个字符|位)"),
        lambda rule, found: isinstance(rule, Length) and rule.high == _number(found[1]),
    ),
    (
        re.compile(r"长度不(?:能)?超过(\d+)个?字节"),
        lambda rule, found: isinstance(rule, Bytes) and rule.high == _number(found[1]),
    ),
    (
        re.compile(r"(?:单页最大|最大为|最大)(\d+)(?:条|，|个|$)"),
        lambda rule, found: isinstance(rule, Between) and rule.high == _number(found[1]),
    ),
    (
        re.compile(r"(?:可选值范围|可选值|范围|支持)(\d+)[-～~](\d+)"),
        lambda rule, found: (
            isinstance(rule, Between)
            and rule.low == _number(found[1])
            and rule.high == _number(found[2])
        ),
    ),
    (
        re.compile(r"最小(?:值是|为)?(\d+)(?:秒|天)[，,]最大(?:值是|为)?(\d+)(?:秒|天)"),
        lambda rule, found: (
            isinstance(rule, Between)
            and rule.low == _number(found[1])
            and rule.high == _number(found[2])
        ),
    ),
    (
        re.compile(
            r"(?:一次最多可以设置|总数不超过|总数量不超过|限制|最多包含|一个任务最多|最多一次支持)(\d+)(?:个|组)"
        ),
        lambda rule, found: isinstance(rule, Count) and rule.high == _number(found[1]),
    ),
    (
        re.compile(r"支持中文、英文、数字、空格"),
        lambda rule, found: rule is NAME_LETTERS,
    ),
    (
        re.compile(r"支持中文、英文、数字、_"),
        lambda rule, found: rule is LABEL_LETTERS,
    ),
    (
        re.compile(r"（(0)[:：][^；;，,]+[；;，,](1)[:：]?[^）2-9]*）"),
        lambda rule, found: isinstance(rule, OneOf) and rule.values == (0, 1),
    ),
]

# Organisations are counted together with the channels, which only the cloud can add up.
BEYOND = {
    (place, pattern.pattern)
    for place in (
        "AddRecordPlan.OrganizationId",
        "RecordPlanChange.OrganizationId",
        "AddRecordBackupPlan.OrganizationId",
        "BackupPlanChange.OrganizationId",
    )
    for pattern, _ in LIMITS
}
