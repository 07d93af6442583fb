"""Both signature methods, and the ways in which parameters travel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from ivcdesk.api.actions import ListDevices, SetForbidPlayChannels
from ivcdesk.simulator.auth import Account, Envelope, verify_form
from ivcdesk.simulator.envelopes import open_envelope, unflattened
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.wire import read_action

STARS = "*" * 32
EXAMPLE = {
    "Action": "DescribeInstances",
    "InstanceIds.0": "ins-09dx96dg",
    "Limit": "20",
    "Nonce": "11886",
    "Offset": "0",
    "Region": "ap-guangzhou",
    "SecretId": f"AKID{STARS}",
    "Timestamp": "1465185768",
    "Version": "2017-03-12",
    "Signature": "7RAM2xfNMO9EiVTNmPg06MRnCvQ=",
}


def check(form, method="GET", token="", now=1_465_185_768):
    envelope = Envelope(method, "", {"host": "cvm.tencentcloudapi.com"}, b"")
    verify_form(Account(f"AKID{STARS}", STARS, token), envelope, form, now)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"Limit": "21"}, "SignatureFailure"),
        ({"Signature": ""}, "InvalidAuthorization"),
        ({"SecretId": "AKIDother"}, "SecretIdNotFound"),
        ({"Timestamp": "1465180000"}, "SignatureExpire"),
        ({"Timestamp": "x"}, "InvalidAuthorization"),
        ({"SignatureMethod": "HmacSHA256"}, "SignatureFailure"),
    ],
)
def test_the_older_worked_example_of_the_reference(change, code):
    if code is None:
        check(EXAMPLE)
        return
    with pytest.raises(Refusal) as refusal:
        check({**EXAMPLE, **change})
    assert refusal.value.code == f"AuthFailure.{code}"


def sdk(served, sign, method):
    profile = served.profile()
    profile.signMethod = sign
    profile.httpProfile.reqMethod = method
    return served.kept(
        CommonClient("iss", "2023-05-17", served.credential(), "ap-shanghai", profile)
    )


@pytest.mark.parametrize(
    ("sign", "method"),
    [
        ("TC3-HMAC-SHA256", "POST"),
        ("TC3-HMAC-SHA256", "GET"),
        ("HmacSHA1", "POST"),
        ("HmacSHA1", "GET"),
        ("HmacSHA256", "POST"),
        ("HmacSHA256", "GET"),
    ],
)
def test_the_sdk_may_sign_and_send_as_it_likes(served, sign, method):
    client = sdk(served, sign, method)
    asked = {"OrganizationId": "0", "IsContainSubLevel": True, "PageSize": 3, "Status": 1}
    if sign != "TC3-HMAC-SHA256" or method == "GET":
        # forms carry texts alone: the SDK writes True as Python does
        asked["IsContainSubLevel"] = "true"
    answer = client.call_json("ListDevices", asked)["Response"]
    assert len(answer["Data"]) == 3
    with pytest.raises(TencentCloudSDKException) as problem:
        client.call_json("ListDevices", {**asked, "PageSize": 0})
    assert problem.value.get_code() == "InvalidParameterValue.InvalidPageSize"
    with pytest.raises(TencentCloudSDKException) as problem:
        client.call_json("ListDevices", {**asked, "PageSize": "many"})
    assert problem.value.get_code() == "InvalidParameter"
    with pytest.raises(TencentCloudSDKException) as problem:
        client.call_json("ListDevices", {**asked, "Bogus": "x"})
    assert problem.value.get_code() == "UnknownParameter"
    calls = served.http("GET", "/_sim/calls")[1]
    assert {call["action"] for call in calls} == {"ListDevices"}
    assert "Signature" not in str(calls)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_lists_of_structures_travel_in_forms(served, method):
    world = served.cloud.world
    device = next(iter(world.devices.values()))
    channel_id = served.run(lambda: world.channels(device)[0].channel_id)
    client = sdk(served, "HmacSHA256", method)
    bans = [{"ChannelId": channel_id, "Enable": "true"}]
    asked = {"UserId": "100001234567", "Channels": bans}
    assert client.call_json("SetForbidPlayChannels", asked)["Response"]["RequestId"]
    assert channel_id in world.ledger.bans["100001234567"]


def test_flat_parameters_become_nested_ones():
    flat = {"UserId": "12345", "Channels.1.Enable": "true", "Channels.0.Enable": "false"}
    flat |= {"Channels.0.ChannelId": "a", "Channels.1.ChannelId": "b"}
    action = read_action(SetForbidPlayChannels, unflattened(flat), loose=True)
    assert [(ban.channel_id, ban.enable) for ban in action.channels] == [("a", False), ("b", True)]
    assert read_action(ListDevices, {"OrganizationId": "0", "Status": "1"}, loose=True).status == 1


@given(st.dictionaries(st.text("ab.01", max_size=8), st.text(max_size=3), max_size=6))
def test_odd_flat_parameters_break_nothing(pairs):
    unflattened(pairs)


@given(
    st.sampled_from(("GET", "POST")),
    st.text(max_size=40),
    st.sampled_from(("", "application/json", "application/x-www-form-urlencoded")),
    st.binary(max_size=60),
)
def test_odd_requests_are_opened_without_an_error(method, query, kind, body):
    open_envelope(Envelope(method, query, {"content-type": kind}, body))


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b'"x"', b"\xff"])
def test_bodies_that_are_no_objects(body):
    opened = open_envelope(Envelope("POST", "", {"content-type": "application/json"}, body))
    assert opened.problem is not None
    assert opened.problem.code == "InvalidParameter"
    assert opened.params == {}


def test_too_much_is_refused(served):
    client = sdk(served, "HmacSHA1", "POST")
    with pytest.raises(TencentCloudSDKException) as problem:
        client.call_json("ListDevices", {"OrganizationId": "0", "Keyword": "x" * (1 << 20)})
    assert problem.value.get_code() == "RequestSizeLimitExceeded"
    body = {"OrganizationId": "0", "Keyword": "x" * (10 << 20)}
    assert served.code("ListDevices", body) == "RequestSizeLimitExceeded"
