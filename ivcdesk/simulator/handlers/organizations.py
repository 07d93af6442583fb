"""Organisations."""

from __future__ import annotations

from ivcdesk.api.actions import (
    AddOrganization,
    DeleteOrganization,
    DescribeOrganization,
    Organization,
    OrganizationAnswer,
    OrganizationId,
    OrganizationList,
    Result,
    UpdateOrganization,
)
from ivcdesk.simulator import state
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import check_name
from ivcdesk.simulator.handlers.finding import find_organization
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal

DEEPEST = 6
_NAME_LENGTH = 64


@handles(DescribeOrganization)
def describe_organization(cloud: Cloud, _action: DescribeOrganization) -> OrganizationList:
    """List every organisation below the root with the counts of its devices."""
    below = [node for child in cloud.world.root.children for node in child.subtree()]
    return OrganizationList(data=[_described(cloud, node) for node in below])


@handles(AddOrganization)
def add_organization(cloud: Cloud, action: AddOrganization) -> OrganizationAnswer:
    """Add an organisation, at most six levels deep."""
    _check_name(cloud, action.name)
    parent = find_organization(cloud, action.parent_id, unknown="ResourceNotFound")
    if parent.level >= DEEPEST:
        raise Refusal("OperationDenied.ExceededMaximumDepth", f"the tree is {DEEPEST} levels deep")
    node = cloud.world.add_organization(action.name, parent)
    return OrganizationAnswer(data=_described(cloud, node))


@handles(UpdateOrganization)
def update_organization(cloud: Cloud, action: UpdateOrganization) -> OrganizationAnswer:
    """Rename an organisation."""
    node = _changeable(cloud, action.organization_id)
    if action.name != node.name:
        _check_name(cloud, action.name)
    node.name = action.name
    return OrganizationAnswer(data=_described(cloud, node))


@handles(DeleteOrganization)
def delete_organization(cloud: Cloud, action: DeleteOrganization) -> Result:
    """Remove an organisation that holds neither organisations nor devices."""
    node = _changeable(cloud, action.organization_id)
    if node.children:
        raise Refusal("UnsupportedOperation.OrgLinkOrg", "there are organisations below it")
    if node.devices:
        raise Refusal("UnsupportedOperation.OrgLinkDev", "there are devices in it")
    cloud.world.remove_organization(node)
    return Result()


def _changeable(cloud: Cloud, organization_id: str) -> state.Organization:
    node = find_organization(cloud, organization_id, unknown="ResourceNotFound")
    if node.parent is None:
        raise Refusal("ResourceNotFound", "the root is not an organisation of the account")
    return node


def _check_name(cloud: Cloud, name: str) -> None:
    check_name(name, _NAME_LENGTH, "InvalidParameterValue.InvalidOrgName")
    if any(node.name == name for node in cloud.world.organizations.values()):
        raise Refusal("InvalidParameterValue.OrgNameRepeat", "the name is taken")


def _described(cloud: Cloud, node: state.Organization) -> Organization:
    total, online = node.counts()
    ancestors = [above.organization_id for above in node.ancestors()]
    return Organization(
        organization_id=OrganizationId(node.organization_id),
        name=node.name,
        parent_id=OrganizationId(ancestors[-1]),
        level=node.level,
        app_id=cloud.world.app_id,
        parent_ids=",".join(ancestors),
        total=total,
        online=online,
    )
