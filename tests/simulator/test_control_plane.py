"""What stands behind the API."""

from __future__ import annotations

import pytest


def test_credentials(served):
    assert served.http("GET", "/_sim/credentials") == (200, served.simulator.ready)


def test_calls_are_told_in_order_with_their_parameters_and_codes(served):
    served.call("DescribeOrganization", {})
    served.code("ListDevices", {"OrganizationId": "0", "PageSize": 0})
    status, calls = served.http("GET", "/_sim/calls")
    assert status == 200
    assert [(call["n"], call["action"], call["code"]) for call in calls] == [
        (1, "DescribeOrganization", None),
        (2, "ListDevices", "InvalidParameterValue.InvalidPageSize"),
    ]
    assert calls[1]["params"] == {"OrganizationId": "0", "PageSize": 0}
    assert calls[0]["region"] == "ap-shanghai"
    assert calls[0]["time"] <= calls[1]["time"]
    assert calls[0]["request_id"] != calls[1]["request_id"]
    assert [call["n"] for call in served.http("GET", "/_sim/calls?since=1")[1]] == [2]
    assert served.http("GET", "/_sim/calls?since=x")[0] == 400


def test_the_log_holds_no_secrets(served):
    served.code("AddUserDevice", {"Name": "x", "Password": "open sesame"})
    text = str(served.http("GET", "/_sim/calls"))
    assert "open sesame" not in text
    assert served.simulator.secret_key not in text


def test_a_channels_pose_follows_ptz_calls(served):
    world = served.cloud.world
    device = next(d for d in world.devices.values() if d.name == "PTZ Gate North")
    channel_id = served.run(lambda: world.channels(device)[0].channel_id)
    path = f"/_sim/channels/{channel_id}"
    before = served.http("GET", path)[1]
    assert set(before) >= {"pan", "tilt", "zoom", "focus", "iris", "presets", "viewers"}
    assert before["presets"][0]["index"] == 1
    assert before["viewers"] == 0
    turn = {"ChannelId": channel_id, "Type": "left", "Speed": 5}
    served.call("ControlDevicePTZ", turn)
    served.http("POST", "/_sim/clock", {"advance": 5})
    after = served.http("GET", path)[1]
    assert after["pan"] < before["pan"]
    assert served.http("GET", path)[1] == after


def test_unknown_things(served):
    assert served.http("GET", "/_sim/channels/none")[0] == 404
    assert served.http("POST", "/_sim/devices/none", {"status": 1})[0] == 404
    assert served.http("GET", "/_sim/nothing")[0] == 404


def test_faults_are_armed_listed_and_cleared(served):
    status, ids = served.http("POST", "/_sim/faults", [{"kind": "error", "action": "ListDevices"}])
    assert (status, len(ids)) == (200, 1)
    assert served.http("GET", "/_sim/faults")[1][0]["kind"] == "error"
    assert served.code("ListDevices", {"OrganizationId": "0"}) == "InternalError"
    assert served.http("DELETE", "/_sim/faults")[0] == 200
    assert "TotalCount" in served.call("ListDevices", {"OrganizationId": "0"})
    assert served.http("POST", "/_sim/faults", [{"kind": "magic"}])[0] == 400
    assert served.http("POST", "/_sim/faults")[0] == 400


def test_the_clock_is_moved(served):
    now = served.http("GET", "/_sim/clock")[1]["now"]
    assert served.http("POST", "/_sim/clock", {"advance": 100})[1]["now"] >= now + 100
    assert served.http("POST", "/_sim/clock", {"skew": -5000})[1]["now"] < now
    assert served.code("DescribeOrganization", {}) == "AuthFailure.SignatureExpire"
    served.http("POST", "/_sim/reset", {})
    assert served.call("DescribeOrganization", {})
    for wrong in ({}, {"advance": -1}, {"advance": "x"}, {"back": 1}, []):
        assert served.http("POST", "/_sim/clock", wrong)[0] == 400


@pytest.mark.parametrize("status", [0, 1, 2, 3])
def test_devices_are_plugged_and_unplugged(served, status):
    device = next(iter(served.cloud.world.devices.values()))
    path = f"/_sim/devices/{device.device_id}"
    assert served.http("POST", path, {"status": status}) == (
        200,
        {"device_id": device.device_id, "status": status},
    )
    detail = served.call("DescribeUserDevice", {"DeviceId": device.device_id})["Data"]
    assert detail["Status"] == status
    for wrong in ({"status": 4}, {"status": -1}, {"status": "1"}, {"state": 1}, {}, [1]):
        assert served.http("POST", path, wrong)[0] == 400


def test_reset_goes_back_to_the_seed(served):
    device = next(d for d in served.cloud.world.devices.values() if d.online)
    served.http("POST", f"/_sim/devices/{device.device_id}", {"status": 2})
    served.http("POST", "/_sim/faults", [{"kind": "error"}])
    assert served.http("POST", "/_sim/reset")[0] == 200
    detail = served.call("DescribeUserDevice", {"DeviceId": device.device_id})["Data"]
    assert detail["Status"] == 1
    assert served.http("GET", "/_sim/faults")[1] == []
    assert [call["action"] for call in served.http("GET", "/_sim/calls")[1]] == [
        "DescribeUserDevice"
    ]
