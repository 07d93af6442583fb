"""Gateways as the API tells of them."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    DeleteGateway,
    DescribeGateway,
    DescribeGatewayMonitor,
    DescribeGatewayProtocol,
    DescribeGatewayVersion,
    DeviceStatus,
    GatewayStatus,
    ListGatewayDevices,
    ListGateways,
    UpdateGateway,
    UpgradeGateway,
)

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890ab"


@pytest.fixture
def gateway(asked):
    return asked.device("Lane 1 plate").gateway


def test_gateways_and_their_devices_agree(asked):
    listed = asked(ListGateways(page_size=100)).data
    assert listed.total_count == len(listed.list_) >= 5
    for row in listed.list_:
        detail = asked(DescribeGateway(gateway_id=row.gateway_id)).data
        assert (detail.name, detail.device_num) == (row.name, row.device_num)
        behind = asked(ListGatewayDevices(gateway_id=row.gateway_id, page_size=100)).data
        assert behind.total_count == row.device_num
        health = asked(DescribeGatewayMonitor(gateway_id=row.gateway_id)).data
        assert health.device_total == row.device_num
        assert health.device_online + health.device_offline == health.device_total
        assert health.channel_total == sum(device.channel_num for device in behind.list_)
        assert health.channel_pull + health.channel_un_pull == health.channel_total
        assert bool(health.up_flow) == bool(health.channel_pull)


def test_traffic_moves_and_stops_with_the_devices(asked, gateway):
    ask = DescribeGatewayMonitor(gateway_id=gateway.gateway_id)
    flows = set()
    for _ in range(5):
        flows.add(asked(ask).data.up_flow)
        asked.clock.advance(10)
    assert len(flows) > 2
    for device in list(gateway.devices.values()):
        asked.cloud.set_status(device, DeviceStatus.OFFLINE)
    assert asked(ask).data.up_flow == 0


def test_filters(asked, gateway):
    assert asked(ListGateways(name=gateway.name[-4:])).data.list_[0].name == gateway.name
    assert asked(ListGateways(status=GatewayStatus.OFFLINE)).data.total_count == 0
    there = asked(ListGateways(cluster_id=gateway.cluster_id)).data
    assert 0 < there.total_count < asked(ListGateways()).data.total_count


def test_changes(asked, gateway):
    known = {"gateway_id": gateway.gateway_id}
    changed = asked(UpdateGateway(**known, name="港口_1", description="")).data
    assert changed.created_at > 0
    assert asked(DescribeGateway(**known)).data.name == "港口_1"
    for wrong, code in (
        ({"name": ""}, "Name"),
        ({"name": "a b"}, "Name"),
        ({"description": "?"}, "Description"),
    ):
        refused = asked.refused(UpdateGateway(**known, **wrong))
        assert refused == f"InvalidParameterValue.Invalid{code}"


def test_an_upgrade_takes_its_time(asked, gateway):
    gateway.versions["网关管理服务"] = "v1.0"
    ask = DescribeGatewayVersion(gateway_id=gateway.gateway_id)
    assert any(row.is_update and row.upgrade_info for row in asked(ask).data.services)
    asked(UpgradeGateway(gateway_id=gateway.gateway_id))
    assert any(row.is_update for row in asked(ask).data.services)
    asked.clock.advance(30)
    asked.cloud.agenda.settle()
    assert not any(row.is_update for row in asked(ask).data.services)


def test_only_a_gateway_without_devices_is_deleted(asked, gateway):
    gone = DeleteGateway(gateway_id=gateway.gateway_id)
    assert asked.refused(gone) == "FailedOperation"
    for device in list(gateway.devices.values()):
        asked.cloud.world.remove_device(device)
    asked(gone)
    assert asked.refused(gone) == "ResourceNotFound"


def test_protocols(asked):
    assert [row.value for row in asked(DescribeGatewayProtocol()).data] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "action",
    [
        DescribeGateway,
        DescribeGatewayMonitor,
        DescribeGatewayVersion,
        ListGatewayDevices,
        UpgradeGateway,
    ],
)
def test_unknown_gateways(asked, action):
    assert asked.refused(action(gateway_id=UNKNOWN)) == "ResourceNotFound"
    assert asked.refused(action(gateway_id="*")) == "InvalidParameterValue.InvalidGatewayId"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "a b"}, "InvalidParameterValue.InvalidName"),
        ({"cluster_id": "?"}, "InvalidParameterValue.InvalidClusterId"),
        ({"status": GatewayStatus(5)}, "InvalidParameterValue"),
        ({"page_number": 0}, "InvalidParameterValue"),
        ({"page_size": 0}, "InvalidParameterValue"),
    ],
)
def test_wrong_questions(asked, wrong, code):
    assert asked.refused(ListGateways(**wrong)) == code
