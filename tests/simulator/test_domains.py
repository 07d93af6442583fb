"""Domains and guarded addresses."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AddStreamAuth,
    ControlDeviceStream,
    DeleteDomain,
    DescribeCNAME,
    DescribeDomain,
    DescribeDomainRegion,
    DescribeStreamAuth,
    DomainType,
)


def guard(asked, **changes):
    known = asked(DescribeStreamAuth()).data
    fields = {
        name: getattr(known, name)
        for name in ("id", "pull_state", "pull_secret", "pull_expired", "push_state")
    }
    fields |= {"push_secret": known.push_secret, "push_expired": known.push_expired}
    return AddStreamAuth(**{**fields, **changes})


def test_domains_are_listed_and_deleted(asked):
    rows = asked(DescribeDomain()).data
    assert {row.domain_type for row in rows} == {DomainType.PULL, DomainType.PUSH}
    for row in rows:
        ask = DescribeCNAME(cluster_id=row.cluster_id, domain_type=row.domain_type)
        assert asked(ask).data == row.internal_domain
    gone = DeleteDomain(id=rows[0].id)
    asked(gone)
    assert [row.id for row in asked(DescribeDomain()).data] == [rows[1].id]
    assert asked.refused(gone) == "ResourceNotFound"


def test_cnames_of_nowhere(asked):
    node = asked(DescribeDomainRegion()).data[0].value
    assert asked(DescribeCNAME(cluster_id=node)).data
    assert asked.refused(DescribeCNAME(cluster_id="none")) == "ResourceNotFound"
    wrong = DescribeCNAME(cluster_id=node, domain_type=DomainType(7))
    assert asked.refused(wrong) == "InvalidParameterValue.InvalidDomainType"


def test_addresses_live_as_long_as_the_guard_says(asked):
    channel = asked.channel("PTZ Quay 12")
    asked(guard(asked, pull_state=1, pull_expired=2, pull_secret="abc123"))
    assert asked(DescribeStreamAuth()).data.pull_secret == "abc123"
    urls = asked(ControlDeviceStream(channel_id=channel.channel_id)).data
    query = dict(pair.split("=") for pair in urls.flv.partition("?")[2].split("&"))
    path = urls.flv.partition("?")[0]
    assert asked.cloud.admits(path, query)
    asked.clock.advance(121)
    assert not asked.cloud.admits(path, query)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"id": "none"}, "ResourceNotFound"),
        ({"pull_state": 2}, "InvalidParameterValue.InvalidPullState"),
        ({"push_state": -1}, "InvalidParameterValue.InvalidPushState"),
        ({"pull_secret": "x" * 11}, "InvalidParameterValue.InvalidSecret"),
        ({"push_secret": "a b"}, "InvalidParameterValue.InvalidSecret"),
        ({"pull_expired": -1}, "InvalidParameter"),
    ],
)
def test_wrong_guards(asked, wrong, code):
    before = asked(DescribeStreamAuth())
    assert asked.refused(guard(asked, **wrong)) == code
    assert asked(DescribeStreamAuth()) == before
