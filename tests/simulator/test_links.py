"""Signed addresses."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from ivcdesk.simulator.links import Links


@pytest.fixture
def links(asked):
    return Links(asked.clock)


def signed(links, path="/playback/abc/hls.m3u8", **query):
    found = urlsplit(links.address(path, 60, query))
    return found.path, dict(parse_qsl(found.query))


def test_an_address_is_good_until_it_expires(asked, links):
    path, query = signed(links)
    assert links.admits(path, query)
    asked.clock.advance(61)
    assert not links.admits(path, query)


def test_parts_of_a_stream_are_admitted_with_its_query(links):
    _, query = signed(links, starttime=5, endtime=9)
    assert links.admits("/playback/abc/7.ts", query)
    assert not links.admits("/playback/abd/7.ts", query)
    assert not links.admits("/live/abc/7.ts", query)


@pytest.mark.parametrize(
    "change", [{"endtime": "10"}, {"expires": "9999999999"}, {"token": "0" * 32}]
)
def test_a_changed_query_is_refused(links, change):
    path, query = signed(links, starttime=5, endtime=9)
    assert links.admits(path, query)
    assert not links.admits(path, {**query, **change})


@pytest.mark.parametrize("missing", ["endtime", "expires", "token"])
def test_a_shortened_query_is_refused(links, missing):
    path, query = signed(links, starttime=5, endtime=9)
    del query[missing]
    assert not links.admits(path, query)


def test_queries_are_good_in_their_own_run_alone(asked, links):
    assert not Links(asked.clock).admits(*signed(links))


def test_odd_queries_are_refused_and_break_nothing(links):
    for query in ({}, {"token": "é"}, {"token": "", "expires": "soon"}):
        assert not links.admits("/live/abc.live.flv", query)
