"""Devices and channels as the API tells of them."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AccessProtocol,
    DescribeDeviceChannel,
    DescribeUserDevice,
    DeviceStatus,
    DeviceType,
    ListDevices,
)


def everything(**filters):
    return ListDevices(organization_id="0", is_contain_sub_level=True, page_size=1000, **filters)


def test_an_organisation_lists_its_own_devices_unless_asked_for_those_below(asked):
    port = asked.device("PTZ Quay 12").organization.parent
    own = asked(ListDevices(organization_id=port.organization_id))
    assert {row.name for row in own.data} == {device.name for device in port.devices.values()}
    below = asked(ListDevices(organization_id=port.organization_id, is_contain_sub_level=True))
    assert below.total_count > own.total_count


@pytest.mark.parametrize(
    ("filters", "read"),
    [
        ({"status": DeviceStatus.OFFLINE}, lambda row: row.status),
        ({"access_protocol": AccessProtocol.IVCP}, lambda row: row.access_protocol),
        ({"type": DeviceType.NVR}, lambda row: row.type),
    ],
)
def test_filters(asked, filters, read):
    found = asked(everything(**filters))
    assert {read(row) for row in found.data} == set(filters.values())
    whole = asked(everything())
    assert found.total_count == sum(read(row) in filters.values() for row in whole.data)


def test_keywords_are_found_in_names_codes_and_ids_in_any_case(asked):
    device = asked.device("PTZ Gate North")
    for word in ("gate north", device.code[-6:], device.device_id[:13]):
        assert device.device_id in {row.device_id for row in asked(everything(keyword=word)).data}
    assert asked(everything(keyword="堆场")).total_count == 4
    assert asked(everything(keyword="no such camera")).data == []


def test_clusters(asked):
    device = asked.device("Charging bay")
    rows = asked(everything(cluster_id=device.cluster_id)).data
    assert {row.cluster_name for row in rows} == {device.cluster_name}
    assert len(rows) < asked(everything()).total_count


def test_pages_are_apart_and_complete(asked):
    whole = [row.device_id for row in asked(everything()).data]
    paged = []
    for number in range(1, 9):
        page = asked(
            ListDevices(
                organization_id="0", is_contain_sub_level=True, page_number=number, page_size=9
            )
        )
        assert page.total_count == len(whole)
        paged += [row.device_id for row in page.data]
    assert paged == whole
    assert len(asked(ListDevices(organization_id="0", is_contain_sub_level=True)).data) == 20


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"organization_id": "99"}, "InvalidOrganizationId"),
        ({"organization_id": "port"}, "InvalidOrganizationId"),
        ({"page_number": 0}, "InvalidPageNumber"),
        ({"page_number": -3}, "InvalidPageNumber"),
        ({"page_size": 0}, "InvalidPageSize"),
        ({"page_size": 10_001}, "InvalidPageSize"),
        ({"access_protocol": AccessProtocol(9)}, "InvalidAccessProtocol"),
        ({"type": DeviceType(3)}, "InvalidDeviceType"),
        ({"status": DeviceStatus(7)}, "InvalidDeviceStatus"),
        ({"cluster_id": "not/one"}, "InvalidClusterId"),
        ({"keyword": "x" * 200}, "InvalidKeyword"),
    ],
)
def test_wrong_questions(asked, wrong, code):
    assert asked.refused(ListDevices(**{"organization_id": "0", **wrong})) == (
        f"InvalidParameterValue.{code}"
    )


def test_details_agree_with_the_list(asked):
    for row in asked(everything()).data:
        detail = asked(DescribeUserDevice(device_id=row.device_id)).data
        for name in ("code", "name", "status", "organization_id", "access_protocol", "password"):
            assert getattr(detail, name) == getattr(row, name)
        assert detail.region in ("ap-shanghai", "ap-guangzhou")


def test_each_protocol_has_its_own_details(asked):
    details = [
        asked(DescribeUserDevice(device_id=row.device_id)).data for row in asked(everything()).data
    ]
    for detail in details:
        assert bool(detail.sip_id) == (detail.access_protocol is AccessProtocol.GB28181)
        assert bool(detail.push_stream_url) == (detail.access_protocol is AccessProtocol.RTMP)
        assert bool(detail.gateway_id) == (detail.access_protocol is AccessProtocol.GATEWAY)
        assert bool(detail.protocol_type_name) == bool(detail.gateway_id)


@pytest.mark.parametrize("device_id", ["", "AoiPcid9U", "66666666-****-****", "x" * 65])
def test_unknown_devices(asked, device_id):
    code = "InvalidParameterValue.InvalidDeviceId"
    assert asked.refused(DescribeUserDevice(device_id=device_id)) == code


def test_channels_belong_to_their_device(asked):
    device = asked.device("Gate 3 NVR")
    rows = asked(DescribeDeviceChannel(device_id=device.device_id)).data
    assert len(rows) == device.channel_num == 16
    assert {row.device_id for row in rows} == {device.device_id}
    assert [row.state for row in rows].count(0) == 1
    assert sum(row.ptz_type for row in rows) == 3
    assert {row.status for row in rows if row.state} == {1}
    assert {row.resolution for row in rows} == {"6/3"}


def test_channels_of_an_absent_device_are_offline(asked):
    device = asked.device("Gate 3 NVR")
    asked.cloud.set_status(device, DeviceStatus.OFFLINE)
    rows = asked(DescribeDeviceChannel(device_id=device.device_id)).data
    assert {(row.state, row.status) for row in rows} == {(0, 0)}


def test_a_channel_nobody_records_is_transmitted_while_it_is_watched(asked):
    device, channel = asked.device("Town hall"), asked.channel("Town hall")
    ask = DescribeDeviceChannel(device_id=device.device_id)
    assert asked(ask).data[0].status == 0
    asked.cloud.viewers = {channel.channel_id: 2}.__getitem__
    assert asked(ask).data[0].status == 1


def test_channels_of_unknown_devices(asked):
    unknown = DescribeDeviceChannel(device_id="12345678-abcd-efgh-ijkl-1234567890abcd")
    assert asked.refused(unknown) == "ResourceNotFound"
    assert asked.refused(DescribeDeviceChannel(device_id="*")) == (
        "InvalidParameterValue.InvalidDeviceId"
    )
