"""Organisations as the API tells of them."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AddOrganization,
    DeleteOrganization,
    DescribeOrganization,
    DeviceStatus,
    ListDevices,
    UpdateOrganization,
)


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


def names(asked):
    return {row.name: row for row in asked(DescribeOrganization()).data}


def test_what_is_added_is_listed_renamed_and_deleted(asked):
    port = names(asked)["上海港 Port of Shanghai"]
    added = asked(AddOrganization(name="新区 (North)", parent_id=port.organization_id)).data
    assert (added.level, added.parent_ids) == (3, f"0,{port.parent_id},{port.organization_id}")
    assert (added.total, added.online) == (0, 0)
    assert names(asked)["新区 (North)"] == added
    known = {"organization_id": added.organization_id}
    assert asked(UpdateOrganization(**known, name="旧区")).data.name == "旧区"
    assert asked(UpdateOrganization(**known, name="旧区")).data.name == "旧区"
    asked(DeleteOrganization(**known))
    assert not {"新区 (North)", "旧区"} & set(names(asked))
    assert asked.refused(DeleteOrganization(**known)) == "ResourceNotFound"
    assert asked.refused(UpdateOrganization(**known, name="x")) == "ResourceNotFound"


def test_the_tree_is_six_levels_deep(asked):
    parent_id = "0"
    for level in range(1, 7):
        added = asked(AddOrganization(name=f"level-{level}", parent_id=parent_id)).data
        assert added.level == level
        parent_id = added.organization_id
    seventh = AddOrganization(name="level-7", parent_id=parent_id)
    assert asked.refused(seventh) == "OperationDenied.ExceededMaximumDepth"


@pytest.mark.parametrize("name", ["", "x" * 65, "a/b", "a\nb", "emoji 📷"])
def test_names_have_a_form(asked, name):
    code = "InvalidParameterValue.InvalidOrgName"
    assert asked.refused(AddOrganization(name=name, parent_id="0")) == code
    first = asked(DescribeOrganization()).data[0].organization_id
    assert asked.refused(UpdateOrganization(organization_id=first, name=name)) == code


def test_names_are_unique_and_parents_exist(asked):
    taken = AddOrganization(name="总部 Head office", parent_id="0")
    assert asked.refused(taken) == "InvalidParameterValue.OrgNameRepeat"
    assert asked.refused(AddOrganization(name="new", parent_id="99")) == "ResourceNotFound"


def test_only_empty_organisations_are_deleted(asked):
    rows = names(asked)
    above = DeleteOrganization(organization_id=rows["华东 East China"].organization_id)
    assert asked.refused(above) == "UnsupportedOperation.OrgLinkOrg"
    holding = DeleteOrganization(organization_id=rows["闸口 Gates"].organization_id)
    assert asked.refused(holding) == "UnsupportedOperation.OrgLinkDev"
    assert asked.refused(DeleteOrganization(organization_id="0")) == "ResourceNotFound"
