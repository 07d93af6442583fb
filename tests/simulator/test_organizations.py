"""Organisations as the API tells of them."""

from __future__ import annotations

from ivcdesk.api.actions import DescribeOrganization, DeviceStatus, ListDevices


def test_the_tree_hangs_together(asked):
    rows = {row.organization_id: row for row in asked(DescribeOrganization()).data}
    assert "0" not in rows
    assert all(organization_id.isdecimal() for organization_id in rows)
    for row in rows.values():
        assert row.app_id > 0
        above = row.parent_ids.split(",")
        assert above[0] == "0"
        assert above[-1] == row.parent_id
        assert row.level == len(above)
        if row.parent_id != "0":
            parent = rows[row.parent_id]
            assert row.parent_ids == f"{parent.parent_ids},{parent.organization_id}"
    assert {row.level for row in rows.values()} == {1, 2, 3}


def test_counts_agree_with_the_lists_of_devices(asked):
    asked.cloud.set_status(asked.device("PTZ Quay 12"), DeviceStatus.OFFLINE)
    for row in asked(DescribeOrganization()).data:
        everything = {"organization_id": row.organization_id, "is_contain_sub_level": True}
        assert asked(ListDevices(**everything)).total_count == row.total
        online = asked(ListDevices(**everything, status=DeviceStatus.ONLINE))
        assert online.total_count == row.online


def test_top_levels_hold_everything(asked):
    rows = asked(DescribeOrganization()).data
    whole = asked(ListDevices(organization_id="0", is_contain_sub_level=True))
    assert sum(row.total for row in rows if row.level == 1) == whole.total_count
