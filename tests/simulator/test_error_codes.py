"""Which of the documented error codes can be provoked, and why the others can't."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import ivcdesk.simulator
from ivcdesk.api.actions import (
    ControlRecord,
    DeleteUserDevice,
    DescribeDevicePreset,
    DescribeRecordSlice,
    DeviceStatus,
    ListSubTasks,
    QueryForbidPlayChannelList,
    RefreshDeviceChannel,
    TaskStatus,
    UpdateDeviceStatus,
    UpdateGateway,
    UpdateOrganization,
    UpdateUserDevice,
)
from ivcdesk.simulator.handlers import HANDLERS
from ivcdesk.simulator.jobs import Batch, Step
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.wire import read_action
from tests.api.reference import needs_reference, spec

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890ab"
README = Path(ivcdesk.simulator.__file__).with_name("README.md")
ENOUGH = 350


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (DeleteUserDevice(device_id="?"), "InvalidParameterValue.InvalidDeviceId"),
        (RefreshDeviceChannel(device_id="?"), "InvalidParameterValue.InvalidDeviceId"),
        (RefreshDeviceChannel(device_id=UNKNOWN), "ResourceNotFound"),
        (
            UpdateDeviceStatus(device_id="?", status=DeviceStatus.DISABLED),
            "InvalidParameterValue.InvalidDeviceId",
        ),
        (UpdateDeviceStatus(device_id=UNKNOWN, status=DeviceStatus.DISABLED), "ResourceNotFound"),
        (UpdateUserDevice(device_id="?"), "InvalidParameterValue.InvalidDeviceId"),
        (UpdateUserDevice(device_id=UNKNOWN), "ResourceNotFound"),
        (UpdateGateway(gateway_id="?"), "InvalidParameterValue.InvalidGatewayId"),
        (UpdateGateway(gateway_id=UNKNOWN), "ResourceNotFound"),
        (DescribeDevicePreset(channel_id="?"), "InvalidParameterValue.InvalidChannelId"),
        (
            QueryForbidPlayChannelList(user_id="me", page_size=1, page_number=1),
            "InvalidParameterValue.InvalidUserParam",
        ),
    ],
)
def test_ids_that_name_nothing(asked, action, code):
    assert asked.refused(action) == code


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        ("Gate 3 NVR", 13, "ResourceUnavailable.ChannelOffline"),
        ("Packing table", 0, "ResourceUnavailable.DevOffline"),
        ("Bicycle shed", 0, "ResourceUnavailable.DevDisable"),
        ("Crane 2", 0, "ResourceUnavailable.DevNoRegister"),
    ],
)
def test_what_is_out_of_reach(asked, name, place, code):
    channel = asked.channel(name, place)
    assert asked.refused(DescribeDevicePreset(channel_id=channel.channel_id)) == code
    if code.rpartition(".")[2].startswith("Dev"):
        steer = {"channel_id": channel.channel_id, "session": "s", "control_action": "play"}
        assert asked.refused(ControlRecord(**steer)) == code
        refresh = RefreshDeviceChannel(device_id=channel.device.device_id)
        assert asked.refused(refresh) == code


def test_what_only_pushes(asked):
    channel = asked.channel("Visitor lane")
    code = "InvalidParameterValue.UnSupportedAccessType"
    steer = {"channel_id": channel.channel_id, "session": "s", "control_action": "play"}
    assert asked.refused(ControlRecord(**steer)) == code
    assert asked.refused(RefreshDeviceChannel(device_id=channel.device.device_id)) == code


def test_the_rest(asked, noon):
    nodes = [node for node in asked.cloud.world.organizations.values() if node.parent]
    same = UpdateOrganization(organization_id=nodes[0].organization_id, name=nodes[1].name)
    assert asked.refused(same) == "InvalidParameterValue.OrgNameRepeat"
    channel_id = asked.channel("PTZ Quay 12").channel_id
    empty = DescribeRecordSlice(channel_id=channel_id, start_time=int(noon), end_time=int(noon))
    assert asked.refused(empty) == "InvalidParameterValue.StartTimeGreaterThanOrEqualEndTime"
    steps = [Step("s", "d", "n", 0.0, 1.0)]
    asked.cloud.world.ledger.batches["t"] = Batch("t", "BatchEnableDevice", noon, 0.0, steps)
    for wrong, code in (
        ({"page_number": 0}, "InvalidParameterValue.InvalidPageParameter"),
        ({"status": TaskStatus(9)}, "InvalidParameterValue.InvalidStatus"),
    ):
        assert asked.refused(ListSubTasks(task_id="t", **wrong)) == code


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_parameters_are_checked_at_the_border(name, seen_refusals):
    kind = HANDLERS[name][0]
    with pytest.raises(Refusal) as refusal:
        read_action(kind, {"Bogus": 1})
    assert refusal.value.code == "UnknownParameter"
    fields = msgspec.structs.fields(kind)
    if any(field.required for field in fields):
        with pytest.raises(Refusal) as refusal:
            read_action(kind, {})
        assert refusal.value.code == "MissingParameter"
    if fields:
        with pytest.raises(Refusal) as refusal:
            read_action(kind, {field.encode_name: object() for field in fields})
        assert refusal.value.code == "InvalidParameter"
        seen_refusals.add((name, refusal.value.code))


def excused() -> dict[str, set[str]]:
    """Return the codes that the README excuses, with the actions it names (none: all)."""
    table: dict[str, set[str]] = {}
    for line in README.read_text("utf-8").splitlines():
        row = re.fullmatch(r"\| `([A-Za-z.]+)` \| ([^|]*) \| [^|]+ \|", line)
        if row:
            table[row[1]] = set(re.findall(r"`(\w+)`", row[2]))
    return table


@needs_reference
def test_every_documented_code_is_provoked_or_excused(seen_refusals):
    if len(seen_refusals) < ENOUGH:
        pytest.skip("only a part of the tests was run, so most codes were not provoked")
    table = excused()
    documented = {
        (name, code) for name, action in spec()["actions"].items() for code in action["errors"]
    }
    open_ends = sorted(
        (name, code)
        for name, code in documented - seen_refusals
        if code not in table or (table[code] and name not in table[code])
    )
    assert open_ends == []
    needless = sorted(
        (name, code)
        for name, code in documented & seen_refusals
        if code in table and name in table[code]
    )
    assert needless == []
