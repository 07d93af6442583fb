"""Domains, and how addresses of streams are guarded."""

from __future__ import annotations

import re

from ivcdesk.api.actions import (
    AddStreamAuth,
    ClusterId,
    CnameAnswer,
    DeleteDomain,
    DescribeCNAME,
    DescribeDomain,
    DescribeDomainRegion,
    DescribeStreamAuth,
    Domain,
    DomainId,
    DomainList,
    DomainType,
    Result,
    ServiceNode,
    ServiceNodeList,
    StreamAuth,
    StreamAuthAnswer,
)
from ivcdesk.simulator.belongings import cname_of
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.codes import CLUSTERS
from ivcdesk.simulator.handlers.checking import VALUE
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal

_SECRET = re.compile(r"[0-9A-Za-z]{0,10}")


@handles(DescribeDomain)
def describe_domain(cloud: Cloud, _action: DescribeDomain) -> DomainList:
    """List the account's domains."""
    return DomainList(
        data=[
            Domain(
                id=DomainId(domain.domain_id),
                play_domain=domain.name,
                internal_domain=domain.cname,
                have_cert=int(bool(domain.cert_id)),
                cluster_id=ClusterId(cloud.world.cluster_id(domain.region)),
                cluster_name=CLUSTERS[domain.region][0],
                app_id=cloud.world.app_id,
                cert_id=domain.cert_id,
                domain_type=DomainType(domain.kind),
            )
            for domain in cloud.world.ledger.domains.values()
        ]
    )


@handles(DescribeDomainRegion)
def describe_domain_region(cloud: Cloud, _action: DescribeDomainRegion) -> ServiceNodeList:
    """List the service nodes that domains can be bound to."""
    return ServiceNodeList(
        data=[
            ServiceNode(label=name, value=ClusterId(cloud.world.cluster_id(region)), region=region)
            for region, (name, _) in CLUSTERS.items()
        ]
    )


@handles(DescribeCNAME)
def describe_cname(cloud: Cloud, action: DescribeCNAME) -> CnameAnswer:
    """Tell what the CNAME of a domain must say."""
    kind = DomainType.PULL if action.domain_type is None else action.domain_type
    if kind is DomainType.UNKNOWN:
        raise Refusal(f"{VALUE}InvalidDomainType", "DomainType is 0 or 1")
    region = cloud.world.region_of_cluster(action.cluster_id)
    if region is None:
        raise Refusal("ResourceNotFound", "there is no such service node")
    return CnameAnswer(data=cname_of(cloud.world, region, int(kind)))


@handles(DeleteDomain)
def delete_domain(cloud: Cloud, action: DeleteDomain) -> Result:
    """Unbind a domain."""
    if cloud.world.ledger.domains.pop(action.id, None) is None:
        raise Refusal("ResourceNotFound", "there is no such domain")
    return Result()


@handles(DescribeStreamAuth)
def describe_stream_auth(cloud: Cloud, _action: DescribeStreamAuth) -> StreamAuthAnswer:
    """Tell how addresses are guarded."""
    return StreamAuthAnswer(data=_guard(cloud))


@handles(AddStreamAuth)
def add_stream_auth(cloud: Cloud, action: AddStreamAuth) -> StreamAuthAnswer:
    """Set how addresses are guarded; new live addresses live as long as it says."""
    guard = cloud.world.ledger.stream_auth
    if action.id != guard.auth_id:
        raise Refusal("ResourceNotFound", "there is no such setting")
    if action.pull_state not in (0, 1):
        raise Refusal(f"{VALUE}InvalidPullState", "PullState is 0 or 1")
    if action.push_state not in (0, 1):
        raise Refusal(f"{VALUE}InvalidPushState", "PushState is 0 or 1")
    for secret in (action.pull_secret, action.push_secret):
        if not _SECRET.fullmatch(secret):
            raise Refusal(f"{VALUE}InvalidSecret", "a key has at most 10 letters and digits")
    if action.pull_expired < 0 or action.push_expired < 0:
        raise Refusal("InvalidParameter", "lifetimes are minutes")
    guard.pull_state, guard.push_state = action.pull_state, action.push_state
    guard.pull_secret, guard.push_secret = action.pull_secret, action.push_secret
    guard.pull_minutes, guard.push_minutes = action.pull_expired, action.push_expired
    guard.open_domains = [str(known) for known in action.exclude_push_domain_ids or ()]
    return StreamAuthAnswer(data=_guard(cloud))


def _guard(cloud: Cloud) -> StreamAuth:
    guard = cloud.world.ledger.stream_auth
    return StreamAuth(
        id=guard.auth_id,
        pull_state=guard.pull_state,
        pull_secret=guard.pull_secret,
        pull_expired=guard.pull_minutes,
        push_state=guard.push_state,
        push_secret=guard.push_secret,
        push_expired=guard.push_minutes,
        app_id=cloud.world.app_id,
        exclude_push_domain_ids=[DomainId(known) for known in guard.open_domains],
    )
