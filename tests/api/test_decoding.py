"""Answers as the cloud really gives them: null, missing, renamed, and of the wrong type."""

from __future__ import annotations

import msgspec
import pytest

from ivcdesk.api import HttpStatusError, InternalError, NotFound, ResponseError, ServiceError
from ivcdesk.api.actions import (
    AccessProtocol,
    DescribeAITaskResult,
    DeviceAnswer,
    DevicePage,
    DeviceStatus,
    GatewayAnswer,
    ListRecordPlans,
    OrganizationList,
    RecordFileAnswer,
)
from ivcdesk.api.decoding import decode


def read(response: object, result, **options):
    body = response if isinstance(response, bytes) else msgspec.json.encode({"Response": response})
    return decode(body, result, action="Some", **options)


def test_unknown_fields_are_skipped_and_missing_ones_have_defaults():
    page = read({"Data": [{"DeviceId": "d", "Novelty": {"a": [1]}}], "More": 1}, DevicePage)
    assert page.data[0].device_id == "d"
    assert page.data[0].name == ""
    assert page.total_count == 0


@pytest.mark.parametrize(
    "response",
    [
        {"Data": None},
        {},
        {"Data": [None], "TotalCount": None},
        {"Data": []},
        {"Data": "", "TotalCount": ""},
    ],
)
def test_null_is_nothing(response):
    assert read(response, DevicePage).data == []


def test_null_inside_structures_is_the_default():
    answer = read({"Data": {"AIResults": None, "TaskId": None}}, DescribeAITaskResult.result)
    assert answer.data.ai_results.body == []
    answer = read({"Data": {"AIResults": {"Body": [None, {"BodyInfo": None}]}}}, type(answer))
    assert answer.data.ai_results.body[0].body_info == []
    assert read({"Data": None}, ListRecordPlans.result).data == []
    assert read({"Data": {"List": None}}, RecordFileAnswer).data.list_ == []


def test_ids_are_text_whatever_they_were():
    answer = read({"Data": {"DeviceId": 7, "OrganizationId": 237}}, DeviceAnswer)
    assert (answer.data.device_id, answer.data.organization_id) == ("7", "237")


def test_numbers_may_be_texts_and_floats():
    device = {"Status": "1", "ChannelNum": 4.0, "AccessProtocol": 2.0, "Name": None}
    page = read({"Data": [device], "TotalCount": "1"}, DevicePage)
    assert page.data[0].status is DeviceStatus.ONLINE
    assert page.data[0].channel_num == 4
    assert page.data[0].access_protocol is AccessProtocol.GB28181
    assert page.total_count == 1


def test_a_number_without_a_meaning_is_unknown():
    states = [{"Status": 77, "AccessProtocol": "99"}, {"Status": "sleeping"}]
    page = read({"Data": states}, DevicePage)
    assert page.data[0].status is DeviceStatus.UNKNOWN
    assert page.data[0].access_protocol is AccessProtocol.UNKNOWN
    assert page.data[1].status is DeviceStatus.UNKNOWN


def test_a_name_in_another_encoding_costs_its_letters_only():
    body = '{"Response":{"Data":[{"DeviceId":"d","Name":"摄像机"}]}}'.encode("gbk")
    page = read(body, DevicePage)
    assert page.data[0].device_id == "d"
    assert "\ufffd" in page.data[0].name


def test_what_does_not_fit_names_its_place_and_not_its_value():
    with pytest.raises(ResponseError) as caught:
        read({"Data": [{}, {"ChannelNum": "secret"}], "RequestId": "r"}, DevicePage)
    error = caught.value
    assert error.json_path == "$.Response.Data[1].ChannelNum"
    assert (error.action, error.request_id) == ("Some", "r")
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("response", "path"),
    [
        ({"Data": {}}, "$.Response.Data"),
        ({"Data": [[]]}, "$.Response.Data[0]"),
        ({"Data": [{"Name": {"a": 1}}]}, "$.Response.Data[0].Name"),
        ({"TotalCount": 1.5}, "$.Response.TotalCount"),
    ],
)
def test_a_wrong_shape_is_told(response, path):
    with pytest.raises(ResponseError) as caught:
        read(response, DevicePage)
    assert caught.value.json_path == path


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b'{"Response":[]}',
        b'{"Response":7}',
        b"[" * 100_000,
        b'{"Response":' * 10_000,
        b"\x1f\x8b\x08garbage",
        b"\xef\xbb\xbf<html>",
    ],
)
def test_what_is_no_answer_is_told(body):
    with pytest.raises(ResponseError):
        read(body, OrganizationList)


def test_an_answer_behind_a_byte_order_mark_is_read():
    body = b'\xef\xbb\xbf{"Response":{"Data":[{"OrganizationId":"1"}]}}'
    assert read(body, OrganizationList).data[0].organization_id == "1"


@pytest.mark.parametrize("status", [200, 401, 500])
def test_the_code_inside_decides_whatever_the_status(status):
    refusal = {"Error": {"Code": "ResourceNotFound", "Message": "gone"}, "RequestId": "r"}
    with pytest.raises(NotFound) as caught:
        read(refusal, DevicePage, status=status)
    assert caught.value.request_id == "r"


def test_a_refusal_in_a_large_answer_is_found():
    refusal = {"Error": {"Code": "InternalError", "Message": "x" * 10_000}}
    with pytest.raises(InternalError):
        read(refusal, DevicePage)


@pytest.mark.parametrize(
    "error", [{"Code": None, "Message": None}, {}, "failed", {"Code": 5, "Message": {}}, []]
)
def test_a_crippled_refusal_is_still_a_refusal(error):
    with pytest.raises(ServiceError):
        read({"Error": error, "RequestId": 5}, DevicePage)


def test_a_device_named_error_is_no_refusal():
    assert read({"Data": [{"Name": '"Error"'}]}, DevicePage).data[0].name == '"Error"'
    assert read({"Data": [], "Error": None}, DevicePage).data == []


def test_a_status_without_a_reason():
    with pytest.raises(HttpStatusError) as caught:
        read(b"<html>Bad gateway</html>", DevicePage, status=502)
    assert caught.value.status == 502
    with pytest.raises(HttpStatusError):
        read({"Data": []}, DevicePage, status=503)


def test_the_version_of_a_gateway_may_be_null():
    assert read({"Data": {"Version": None}}, GatewayAnswer).data.version == []
