"""Organisations."""

from __future__ import annotations

from ivcdesk.api.actions import (
    DescribeOrganization,
    Organization,
    OrganizationId,
    OrganizationList,
)
from ivcdesk.simulator import state
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.table import handles


@handles(DescribeOrganization)
def describe_organization(cloud: Cloud, _action: DescribeOrganization) -> OrganizationList:
    """List every organisation below the root with the counts of its devices."""
    below = [node for child in cloud.world.root.children for node in child.subtree()]
    return OrganizationList(data=[_described(cloud, node) for node in below])


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
