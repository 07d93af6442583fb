"""The cloud on its socket: what goes wrong there, and what holds."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from ivcdesk.simulator import mishaps
from ivcdesk.simulator.server import Simulator, is_loopback
from tests.api.authority import Authority

TREE = "DescribeOrganization"


def test_it_listens_on_loopback_alone():
    for host in ("0.0.0.0", "192.168.1.5", "example.com", "::"):
        with pytest.raises(ValueError, match="loopback"):
            Simulator(host=host)
        assert not is_loopback(host)
    for host in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"):
        assert is_loopback(host)


def test_the_ready_line_tells_how_to_call(served):
    ready = served.simulator.ready
    assert set(ready) == {"endpoint", "secret_id", "secret_key", "region", "media"}
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", ready["endpoint"])
    assert served.call(TREE, {})["Data"]


def test_keys_are_new_in_every_run():
    first, second = Simulator(), Simulator()
    assert first.secret_id != second.secret_id
    assert first.secret_key != second.secret_key


def refused(served, secret_id, secret_key, token=None):
    credential = Credential(secret_id, secret_key, token)
    client = served.kept(
        CommonClient("iss", "2023-05-17", credential, "ap-shanghai", served.profile())
    )
    with pytest.raises(TencentCloudSDKException) as problem:
        client.call_json(TREE, {})
    assert re.fullmatch(r"[0-9a-f-]{36}", problem.value.get_request_id())
    return problem.value.get_code()


def test_wrong_keys_are_refused(served):
    good = served.simulator
    assert refused(served, good.secret_id, "wrong") == "AuthFailure.SignatureFailure"
    assert refused(served, "AKIDwrong", good.secret_key) == "AuthFailure.SecretIdNotFound"
    token = refused(served, good.secret_id, good.secret_key, "token")
    assert token == "AuthFailure.TokenFailure"


def test_an_unsigned_request_is_refused(served):
    status, answer = served.http("POST", "/", {}, **{"X-TC-Action": TREE})
    assert status == 200
    assert answer["Response"]["Error"]["Code"] == "AuthFailure.InvalidAuthorization"


def test_a_clock_that_is_off_is_refused_and_shows_in_the_date(served):
    for skew in (400, -400):
        served.run(lambda skew=skew: setattr(served.cloud.clock, "skew", skew))
        assert served.code(TREE, {}) == "AuthFailure.SignatureExpire"
        host = urlsplit(served.simulator.endpoint).netloc
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("POST", "/", b"{}")
        date = parsedate_to_datetime(connection.getresponse().headers["Date"])
        connection.close()
        assert abs(date.timestamp() - time.time() - skew) < 30
    served.run(served.cloud.clock.reset)
    served.call(TREE, {})


def test_wrong_parameters_over_the_wire(served):
    assert served.code("ListDevices", {"OrganizationId": "0", "Bogus": 1}) == "UnknownParameter"
    assert served.code("ListDevices", {}) == "MissingParameter"
    assert served.code("ListDevices", {"OrganizationId": 0}) == "InvalidParameter"
    assert served.code("NoSuchAction", {}) == "InvalidAction"


def test_regions(served):
    world = served.cloud.world
    south = next(device for device in world.devices.values() if device.region == "ap-guangzhou")
    channel_id = served.run(lambda: world.channels(south)[0].channel_id)
    turn = {"ChannelId": channel_id, "Type": "left", "Speed": 1}
    assert served.code("ControlDevicePTZ", turn) == "RegionError.ResourceUnreachable"
    assert served.code("ControlDevicePTZ", turn, "ap-beijing") == "RegionError.ResourceUnreachable"
    assert served.code("ControlDevicePTZ", turn, "eu-frankfurt") == "UnsupportedRegion"
    assert served.code("ControlDevicePTZ", turn, "") == "MissingParameter"
    device = {"DeviceId": south.device_id}
    assert served.code("DeleteUserDevice", device) == "RegionError.ResourceUnreachable"
    assert served.call("ControlDevicePTZ", turn, "ap-guangzhou")
    assert served.call("ControlDeviceStream", {"ChannelId": channel_id}, "ap-shanghai")
    assert served.call(TREE, {}, "")


def test_the_twenty_first_call_of_a_second_is_refused(served):
    pace = served.simulator.reception._pace
    still = time.monotonic()
    pace._steady = lambda: still
    for _ in range(20):
        served.call(TREE, {})
    assert served.code(TREE, {}) == "RequestLimitExceeded"
    assert served.call("ListDevices", {"OrganizationId": "0"})
    assert served.call(TREE, {}, "ap-guangzhou")


def test_a_connection_serves_many_calls(served):
    connection = http.client.HTTPConnection(urlsplit(served.simulator.endpoint).netloc, timeout=10)
    ports = set()
    for _ in range(3):
        connection.request("POST", "/", b"{}", {"X-TC-Action": TREE})
        connection.getresponse().read()
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1


def test_answers_are_json_without_a_charset(served):
    connection = http.client.HTTPConnection(urlsplit(served.simulator.endpoint).netloc, timeout=10)
    connection.request("POST", "/", b"not json", {"X-TC-Action": TREE})
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.read())["Response"]["RequestId"]
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "192.168.1.7:80"},
        {"Origin": "https://attacker.example"},
    ],
)
def test_pages_elsewhere_can_not_reach_in(served, headers):
    for path in ("/_sim/credentials", "/"):
        assert served.http("GET", path, None, **headers)[0] == 403


def test_the_keys_stay_at_home_even_where_the_cloud_is_exposed(serving):
    with serving(host="0.0.0.0", exposed=True) as served:
        assert served.simulator.endpoint.startswith("http://127.0.0.1:")
        assert served.http("GET", "/_sim/credentials")[0] == 200
        elsewhere = {"Host": "192.168.1.7:80"}
        assert served.http("GET", "/_sim/credentials", None, **elsewhere)[0] == 403
        assert served.http("GET", "/", None, **elsewhere)[0] == 200


def test_https(serving, tmp_path):
    authority = Authority(tmp_path)
    with serving(certfile=authority.certificate, keyfile=authority.key) as served:
        assert served.simulator.endpoint.startswith("https://127.0.0.1:")
        profile = served.profile()
        profile.httpProfile.scheme = profile.httpProfile.protocol = "https"
        profile.httpProfile.endpoint = served.simulator.endpoint[8:]
        profile.httpProfile.certification = str(authority.root)
        client = served.kept(
            CommonClient("iss", "2023-05-17", served.credential(), "ap-shanghai", profile)
        )
        assert client.call_json(TREE, {})["Response"]["Data"]


def test_failures_within_are_internal_errors_and_are_kept(serving, monkeypatch):
    with serving() as served:
        monkeypatch.setattr(served.cloud, "world", None)
        assert served.code(TREE, {}) == "InternalError"
        failures = served.simulator.reception.failures
        assert isinstance(failures.pop(), AttributeError)


def test_stopping_twice_does_no_harm():
    async def twice():
        async with Simulator() as simulator:
            await simulator.stop()

    asyncio.run(twice())


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"kind": "error"}, "InternalError"),
        ({"kind": "error", "code": "FailedOperation"}, "FailedOperation"),
        ({"kind": "throttle"}, "RequestLimitExceeded"),
        ({"kind": "expire"}, "AuthFailure.SignatureExpire"),
        ({"kind": "http500"}, "ServerNetworkError"),
        ({"kind": "drop"}, "ClientNetworkError"),
        ({"kind": "reset"}, "ClientNetworkError"),
    ],
)
def test_faults_strike_calls(served, fault, problem):
    served.simulator.faults.arm([{"action": TREE, "count": 1, **fault}])
    assert served.code(TREE, {}) == problem
    assert served.call(TREE, {})["Data"]
    struck, fine = served.http("GET", "/_sim/calls")[1]
    assert struck["code"] == (
        problem if "." in problem or fault["kind"] in ("error", "throttle") else fault["kind"]
    )
    assert fine["code"] is None


def raw(served, path="/", method="POST"):
    connection = http.client.HTTPConnection(urlsplit(served.simulator.endpoint).netloc, timeout=10)
    try:
        connection.request(method, path, b"{}", {"X-TC-Action": TREE})
        return connection.getresponse().read()
    finally:
        connection.close()


def test_a_truncated_answer_breaks_off(served):
    served.simulator.faults.arm([{"kind": "truncate", "action": TREE, "bytes": 10}])
    with pytest.raises(http.client.IncompleteRead) as broken:
        raw(served)
    assert broken.value.partial == b'{"Response'


def test_garbage_is_no_json_and_just_as_long(served):
    clean = raw(served)
    served.simulator.faults.arm([{"kind": "garbage", "action": TREE, "bytes": 4}])
    noise = raw(served)
    assert len(noise) == len(clean)
    assert noise[:4] == clean[:4]
    with pytest.raises(ValueError):
        json.loads(noise)


def test_latency_comes_before_the_work(served, monkeypatch):
    waits = []

    async def noted(seconds):
        waits.append((seconds, len(served.simulator.reception.calls.since(0))))

    monkeypatch.setattr(mishaps, "pause", noted)
    served.simulator.faults.arm([{"kind": "latency", "action": TREE, "seconds": 0.3}])
    served.call(TREE, {})
    assert waits == [(0.3, 1)]


def test_a_throttled_answer_arrives_whole(served):
    served.simulator.faults.arm([{"kind": "throttle", "action": TREE, "bytes": 20_000}])
    assert len(served.call(TREE, {})["Data"]) == 20


def test_a_stalled_answer_goes_on_after_its_pause(served):
    served.simulator.faults.arm(
        [{"kind": "stall", "action": TREE, "bytes": 100, "seconds": 0.2, "count": 1}]
    )
    assert len(served.call(TREE, {})["Data"]) == 20


def test_a_server_stops_while_an_answer_is_stalled(serving):
    with serving() as served:
        served.simulator.faults.arm([{"kind": "stall", "action": TREE}])
        connection = http.client.HTTPConnection(
            urlsplit(served.simulator.endpoint).netloc, timeout=10
        )
        connection.request("POST", "/", b"{}", {"X-TC-Action": TREE})
        answer = connection.getresponse()
        assert answer.status == 200
    with pytest.raises((OSError, http.client.IncompleteRead)):
        answer.read()
    connection.close()


def test_faults_strike_media_addresses(served):
    served.simulator.faults.arm(
        [{"kind": "expire", "path": "/live/a"}, {"kind": "http500", "path": "/live/b"}]
    )
    assert served.http("GET", "/live/a.live.flv")[0] == 403
    assert served.http("GET", "/live/b.live.flv")[0] == 500
