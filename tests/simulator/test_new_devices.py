"""Adding, changing and deleting devices."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AccessProtocol,
    AddUserDevice,
    ControlDeviceStream,
    DeleteDomain,
    DeleteUserDevice,
    DescribeDeviceChannel,
    DescribeDeviceRegion,
    DescribeOrganization,
    DescribeUserDevice,
    DeviceStatus,
    DeviceType,
    ListDevices,
    RefreshDeviceChannel,
    Transport,
    UpdateDeviceOrganization,
    UpdateDeviceStatus,
    UpdateUserDevice,
)

RTMP, GB = AccessProtocol.RTMP, AccessProtocol.GB28181
GATEWAY, IVCP = AccessProtocol.GATEWAY, AccessProtocol.IVCP


@pytest.fixture
def add(asked):
    """Add a device with sensible values but those given."""
    node = asked(DescribeOrganization()).data[2].organization_id
    cluster = asked(DescribeDeviceRegion()).data[0].value

    def build(protocol=GB, **given):
        fields = {
            "name": "新相机 (test)",
            "access_protocol": protocol,
            "type": DeviceType.IPC,
            "organization_id": node,
            "cluster_id": cluster,
        }
        if protocol in (GB, GATEWAY):
            fields["password"] = "secret-1"
        if protocol is GATEWAY:
            gateway = next(iter(asked.cloud.world.ledger.gateways))
            fields |= {"gateway_id": gateway, "protocol_type": 4, "ip": "192.168.1.9", "port": 80}
        return AddUserDevice(**{**fields, **given})

    return build


def channels(asked, device_id):
    return asked(DescribeDeviceChannel(device_id=device_id)).data


def test_service_nodes(asked):
    rows = asked(DescribeDeviceRegion()).data
    assert [row.region for row in rows] == ["ap-shanghai", "ap-guangzhou"]
    assert {device.cluster_id for device in asked.cloud.world.devices.values()} == {
        row.value for row in rows
    }


@pytest.mark.parametrize("protocol", [GB, GATEWAY, IVCP])
def test_a_new_device_is_listed_and_calls_in_after_a_while(asked, add, protocol):
    before = asked(ListDevices(organization_id="0", is_contain_sub_level=True)).total_count
    added = asked(add(protocol)).data
    assert added.status is DeviceStatus.UNREGISTERED
    page = asked(ListDevices(organization_id=added.organization_id, page_size=100))
    assert added.device_id in {row.device_id for row in page.data}
    whole = asked(ListDevices(organization_id="0", is_contain_sub_level=True))
    assert whole.total_count == before + 1
    assert channels(asked, added.device_id) == []
    asked.clock.advance(10)
    asked.cloud.agenda.settle()
    refresh = RefreshDeviceChannel(device_id=added.device_id)
    assert asked.refused(refresh) == "ResourceUnavailable.DevNoRegister"
    asked.clock.advance(30)
    asked.cloud.agenda.settle()
    detail = asked(DescribeUserDevice(device_id=added.device_id)).data
    assert detail.status is DeviceStatus.ONLINE
    assert detail.ip
    asked(refresh)
    (channel,) = channels(asked, added.device_id)
    assert asked(ControlDeviceStream(channel_id=channel.channel_id)).data.flv


def test_a_new_recorder_brings_its_channels_when_it_calls_in(asked, add):
    added = asked(add(type=DeviceType.NVR)).data
    asked.clock.advance(60)
    asked.cloud.agenda.settle()
    assert len(channels(asked, added.device_id)) == 8


def test_an_rtmp_device_waits_for_a_push(asked, add):
    added = asked(add(RTMP, app_name="site-1", stream_name="cam.1")).data
    asked.clock.advance(600)
    asked.cloud.agenda.settle()
    detail = asked(DescribeUserDevice(device_id=added.device_id)).data
    assert detail.status is DeviceStatus.UNREGISTERED
    assert detail.push_stream_url.endswith("/site-1/cam.1")
    again = add(RTMP, app_name="site-1", stream_name="cam.1")
    assert asked.refused(again) == "InvalidParameterValue.RTMPPushStreamParamRepeat"
    assert asked(add(RTMP)).data.code != added.code


def test_own_stream_names_need_a_push_domain(asked, add):
    push = next(d for d in asked.cloud.world.ledger.domains.values() if d.kind == 1)
    asked(DeleteDomain(id=push.domain_id))
    own = add(RTMP, app_name="a", stream_name="b")
    assert asked.refused(own) == "UnsupportedOperation.PushDomainNotExist"
    asked(add(RTMP))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": ""}, "InvalidParameterValue.InvalidName"),
        ({"name": "x" * 129}, "InvalidParameterValue.InvalidName"),
        ({"name": "a/b"}, "InvalidParameterValue.InvalidName"),
        ({"protocol": AccessProtocol(9)}, "InvalidParameterValue.UnSupportedAccessType"),
        ({"protocol": RTMP, "type": DeviceType.NVR}, "InvalidParameterValue.InvalidDeviceType"),
        ({"protocol": IVCP, "type": DeviceType.NVR}, "InvalidParameterValue.InvalidDeviceType"),
        ({"organization_id": "99"}, "ResourceNotFound"),
        ({"cluster_id": "no/cluster"}, "InvalidParameterValue.InvalidClusterId"),
        ({"cluster_id": "none"}, "ResourceNotFound.NotFoundCluster"),
        ({"description": "x" * 129}, "InvalidParameterValue.InvalidDescription"),
        ({"password": ""}, "InvalidParameterValue.InvalidDevicePasswordLength"),
        ({"password": "x" * 65}, "InvalidParameterValue.InvalidDevicePasswordLength"),
        ({"protocol": GATEWAY, "gateway_id": "none"}, "ResourceNotFound"),
        (
            {"protocol": GATEWAY, "protocol_type": 9},
            "InvalidParameterValue.InvalidGatewayProtocolType",
        ),
        (
            {"protocol": GATEWAY, "protocol_type": None},
            "InvalidParameterValue.InvalidGatewayProtocolType",
        ),
        ({"protocol": GATEWAY, "ip": "300.1.1.1"}, "InvalidParameterValue.InvalidIpv4"),
        ({"protocol": GATEWAY, "username": "a b"}, "InvalidParameterValue.InvalidUsername"),
        ({"protocol": RTMP, "app_name": "a/b"}, "InvalidParameterValue.InvalidRTMPAppName"),
        ({"protocol": RTMP, "stream_name": "a b"}, "InvalidParameterValue.InvalidRTMPStreamName"),
    ],
)
def test_wrong_devices_are_refused_and_leave_nothing(asked, add, wrong, code):
    before = set(asked.cloud.world.devices)
    assert asked.refused(add(**wrong)) == code
    assert set(asked.cloud.world.devices) == before


def test_a_device_is_added_in_the_region_of_its_service_node(asked, add):
    asked.cloud.caller_region = "ap-guangzhou"
    assert asked.refused(add()) == "RegionError.ResourceUnreachable"


def test_changes_are_seen_and_what_is_left_out_stays(asked):
    device = asked.device("Barrier cam")
    known = {"device_id": device.device_id}
    changed = asked(
        UpdateUserDevice(
            **known,
            name="Barrier 2",
            password="new",
            description="moved",
            transport_protocol=Transport.NONE,
            audio_switch=0,
        )
    ).data
    detail = asked(DescribeUserDevice(**known)).data
    for row in (changed, detail):
        assert (row.name, row.password, row.description) == ("Barrier 2", "new", "moved")
        assert row.transport_protocol is device.transport
    assert detail.audio_switch == 0
    assert detail.subscribe_switch == 1


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("Barrier cam", {"name": "a/b"}, "InvalidName"),
        ("Barrier cam", {"description": "x" * 129}, "InvalidDescription"),
        ("Barrier cam", {"password": "x" * 65}, "InvalidDevicePasswordLength"),
        ("Barrier cam", {"ip": "10.0.0.1"}, "UnSupportedAccessType"),
        ("Barrier cam", {"transport_protocol": Transport(9)}, "UnsupportedStreamProtocol"),
        ("Visitor lane", {"password": "x"}, "UnSupportedAccessType"),
        ("Lane 1 plate", {"ip": "10.0.0"}, "InvalidIpv4"),
        ("Lane 1 plate", {"username": "a b"}, "InvalidUsername"),
        ("Lane 1 plate", {"protocol_type": 77}, "InvalidGatewayProtocolType"),
    ],
)
def test_wrong_changes_change_nothing(asked, name, change, code):
    device = asked.device(name)
    before = asked(DescribeUserDevice(device_id=device.device_id))
    wrong = UpdateUserDevice(device_id=device.device_id, **{"audio_switch": 0, **change})
    assert asked.refused(wrong) == f"InvalidParameterValue.{code}"
    assert asked(DescribeUserDevice(device_id=device.device_id)) == before


def test_a_deleted_device_is_gone_with_its_channels(asked):
    device, channel = asked.device("Gate 3 NVR"), asked.channel("Gate 3 NVR")
    session = asked.cloud.open_session(channel, 1.0, 2.0)
    gone = DeleteUserDevice(device_id=device.device_id)
    asked(gone)
    assert session.stopped
    assert asked.refused(gone) == "ResourceNotFound"
    assert asked.refused(ControlDeviceStream(channel_id=channel.channel_id)) == "ResourceNotFound"
    for node in asked.cloud.world.root.children:
        for below in node.subtree():
            assert below.online == sum(d.online for d in below.devices.values())


def test_devices_are_disabled_and_enabled(asked):
    device = asked.device("Barrier cam")
    switch = {"device_id": device.device_id}
    asked(UpdateDeviceStatus(**switch, status=DeviceStatus.DISABLED))
    assert device.status is DeviceStatus.DISABLED
    asked(UpdateDeviceStatus(**switch, status=DeviceStatus.OFFLINE))
    assert device.status is DeviceStatus.OFFLINE
    asked.clock.advance(6)
    asked.cloud.agenda.settle()
    assert device.online
    asked(UpdateDeviceStatus(**switch, status=DeviceStatus.OFFLINE))
    assert device.online
    for wrong in (DeviceStatus.ONLINE, DeviceStatus.UNREGISTERED, DeviceStatus(8)):
        code = asked.refused(UpdateDeviceStatus(**switch, status=wrong))
        assert code == "InvalidParameterValue.InvalidDeviceStatus"


def test_a_disabled_device_that_never_registered_waits_again(asked):
    device = asked.device("Crane 2")
    asked.cloud.set_status(device, DeviceStatus.DISABLED)
    asked(UpdateDeviceStatus(device_id=device.device_id, status=DeviceStatus.OFFLINE))
    assert device.status is DeviceStatus.UNREGISTERED
    asked.clock.advance(60)
    asked.cloud.agenda.settle()
    assert device.online


def test_devices_move_together_or_not_at_all(asked):
    devices = [asked.device("Barrier cam"), asked.device("PTZ Quay 12")]
    ids = [device.device_id for device in devices]
    rows = {row.name: row for row in asked(DescribeOrganization()).data}
    target = rows["机房 Server rooms"]
    half = UpdateDeviceOrganization(
        device_ids=[*ids, "none"], organization_id=target.organization_id
    )
    assert asked.refused(half) == "InvalidParameterValue.InvalidDeviceId"
    assert devices[0].organization.name == "闸口 Gates"
    asked(UpdateDeviceOrganization(device_ids=ids, organization_id=target.organization_id))
    after = {row.name: row for row in asked(DescribeOrganization()).data}
    assert after["机房 Server rooms"].total == target.total + 2
    assert after["机房 Server rooms"].online == target.online + 2
    assert after["闸口 Gates"].total == rows["闸口 Gates"].total - 1
    nowhere = UpdateDeviceOrganization(device_ids=ids, organization_id="99")
    assert asked.refused(nowhere) == "ResourceNotFound"
