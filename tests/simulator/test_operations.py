"""Rates and addresses."""

from __future__ import annotations

from ivcdesk.api.actions import DescribeGBDeviceAddr, DescribeVideoBitRate


def rates(asked, *channels):
    ids = [channel.channel_id for channel in channels]
    return [row.bitrate for row in asked(DescribeVideoBitRate(channel_ids=ids)).data.bit_rates]


def test_rates_move_and_are_zero_where_nothing_is_sent(asked):
    busy, idle = asked.channel("PTZ Gate North"), asked.channel("Town hall")
    gone = asked.channel("Packing table")
    first = rates(asked, busy, idle, gone)
    asked.clock.advance(60)
    second = rates(asked, busy, idle, gone)
    assert first[0] != second[0]
    assert 400 < first[0] < 800
    assert first[1:] == second[1:] == [0.0, 0.0]


def test_limits_and_unknown_channels(asked):
    many = DescribeVideoBitRate(channel_ids=["x"] * 3001)
    assert asked.refused(many) == "LimitExceeded.ChannelNumExceeded"
    for ids in (["x"], ["*"]):
        code = asked.refused(DescribeVideoBitRate(channel_ids=ids))
        assert code == "InvalidParameterValue.ContainInvalidChannelId"
    assert asked.refused(DescribeVideoBitRate(channel_ids=[])) == "InvalidParameterValue"


def test_addresses_of_gb_devices(asked):
    near, away = asked.device("PTZ Gate North"), asked.device("Packing table")
    ask = DescribeGBDeviceAddr(device_ids=[near.device_id, away.device_id])
    rows = asked(ask).data.remote_addrs
    assert [bool(row.addr) for row in rows] == [True, False]
    for wrong in (asked.device("Visitor lane").device_id, "none", "*"):
        code = asked.refused(DescribeGBDeviceAddr(device_ids=[wrong]))
        assert code == "InvalidParameterValue.ContainInvalidDeviceId"
    many = DescribeGBDeviceAddr(device_ids=["x"] * 501)
    assert asked.refused(many) == "LimitExceeded.GBDeviceNumExceeded"
    assert asked.refused(DescribeGBDeviceAddr(device_ids=[])) == "InvalidParameterValue"
