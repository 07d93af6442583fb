"""The border between JSON and actions."""

from __future__ import annotations

import json

import pytest

from ivcdesk.api.actions import (
    ControlRecord,
    Device,
    DeviceAnswer,
    DeviceDetail,
    DevicePage,
    ListDevices,
    Organization,
    OrganizationList,
    RecordFileAnswer,
    RecordFiles,
    RecordTimeLine,
    Result,
    Timeline,
    TimelineList,
)
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.wire import (
    masked,
    read_action,
    write_refusal,
    write_result,
)


def refused(kind, params):
    with pytest.raises(Refusal) as refusal:
        read_action(kind, params)
    return refusal.value.code


def test_parameters_become_actions():
    action = read_action(ListDevices, {"OrganizationId": "0", "PageSize": 5, "Status": 1})
    assert (action.organization_id, action.page_size, action.status) == ("0", 5, 1)


def test_whole_numbers_will_do_for_fractions():
    params = {"ChannelId": "c", "Session": "s", "ControlAction": "play", "Scale": 2}
    assert read_action(ControlRecord, params).scale == 2.0


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"OrganizationId": "0", "Bogus": 1}, "UnknownParameter"),
        ({"organizationId": "0"}, "UnknownParameter"),
        ({}, "MissingParameter"),
        ({"PageSize": 3}, "MissingParameter"),
        ({"OrganizationId": "0", "PageSize": "3"}, "InvalidParameter"),
        ({"OrganizationId": "0", "PageSize": 3.5}, "InvalidParameter"),
        ({"OrganizationId": "0", "IsContainSubLevel": "true"}, "InvalidParameter"),
        ({"OrganizationId": "0", "Keyword": 7}, "InvalidParameter"),
        ({"OrganizationId": ["0"]}, "InvalidParameter"),
        ({"OrganizationId": None}, "InvalidParameter"),
        ({"OrganizationId": "0", "Status": "online"}, "InvalidParameter"),
    ],
)
def test_wrong_parameters(params, code):
    assert refused(ListDevices, params) == code


def answer(result, action="Anything"):
    return json.loads(write_result(action, result, "r-1"))["Response"]


def test_every_key_is_written_zeros_and_empty_texts_included():
    assert answer(OrganizationList(data=[Organization(name="港口")]))["Data"] == [
        {
            "OrganizationId": "",
            "Name": "港口",
            "ParentId": "",
            "Level": 0,
            "AppId": 0,
            "ParentIds": "",
            "Total": 0,
            "Online": 0,
        }
    ]
    listed = answer(DevicePage(data=[Device()], total_count=0))
    assert listed["TotalCount"] == 0
    assert len(listed["Data"][0]) >= 13
    assert listed["Data"][0]["Status"] == 0


def test_one_class_is_written_as_the_structure_that_the_action_has():
    device = DeviceAnswer(data=DeviceDetail(name="n", organization_id="237"))
    short = answer(device, "AddUserDevice")["Data"]
    assert short["OrganizationId"] == 237
    assert "SipId" not in short
    whole = answer(device, "DescribeUserDevice")["Data"]
    assert whole["OrganizationId"] == "237"
    assert whole["SipId"] == ""
    assert not {"AppId", "SipFQDN", "TimeSyncSwitch"} & set(whole)


def test_answers_name_their_request():
    assert answer(Result()) == {"RequestId": "r-1"}


def test_empty_lists_are_null_where_the_reference_has_null():
    assert answer(TimelineList())["Data"] is None
    assert answer(TimelineList(data=[Timeline(begin=1, end=2)]))["Data"] == [{"Begin": 1, "End": 2}]
    assert answer(RecordFileAnswer())["Data"] == {"Tips": 0, "List": None}
    assert answer(OrganizationList())["Data"] == []


def test_addresses_are_left_out_where_nobody_asked_for_them():
    rows = [RecordTimeLine(begin=1, end=2), RecordTimeLine(begin=2, end=3, hls_url="u")]
    written = answer(RecordFileAnswer(data=RecordFiles(list_=rows)))["Data"]["List"]
    assert written == [{"Begin": 1, "End": 2}, {"Begin": 2, "End": 3, "HlsUrl": "u"}]


def test_refusals():
    assert json.loads(write_refusal(Refusal("A.B", "no"), "r-2")) == {
        "Response": {"Error": {"Code": "A.B", "Message": "no"}, "RequestId": "r-2"}
    }


def test_secrets_are_masked_wherever_they_are():
    params = {"Password": "p", "Devices": [{"Secret": "s", "Name": "n"}], "Token": "t", "Page": 1}
    assert masked(params) == {
        "Password": "***",
        "Devices": [{"Secret": "***", "Name": "n"}],
        "Token": "***",
        "Page": 1,
    }
