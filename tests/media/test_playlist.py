"""Playlists as they come: with dates and without, broken, inherited signatures, other lists."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivcdesk.media.errors import MediaError
from ivcdesk.media.playlist import find, inherited, parse, timed

BASE = "https://cam.example:8443/playback/c1/hls.m3u8?token=s3cret&expires=9"
T0 = 1_700_000_000.0


def listed(*lines: str, base: str = BASE):
    return parse("\n".join(("#EXTM3U", *lines)), base)


def test_segments_with_their_durations_and_addresses():
    playlist = listed(
        "#EXT-X-TARGETDURATION:6",
        "#EXT-X-MEDIA-SEQUENCE:7",
        "#EXTINF:5.5,a title, with commas",
        "a/1.ts",
        "",
        "# a remark",
        "#EXTINF:4",
        "https://other.example/2.ts",
        "#EXT-X-ENDLIST",
    )
    first, second = playlist.segments
    assert (playlist.target, playlist.ended) == (6, True)
    assert (first.duration, first.sequence) == (5.5, 7)
    assert first.url == "https://cam.example:8443/playback/c1/a/1.ts?token=s3cret&expires=9"
    assert (second.duration, second.sequence, second.url) == (4, 8, "https://other.example/2.ts")
    assert "s3cret" not in repr(playlist)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("x.ts", "https://cam.example:8443/playback/c1/x.ts?token=s3cret&expires=9"),
        ("x.ts?own=1", "https://cam.example:8443/playback/c1/x.ts?own=1"),
        ("/x.ts", "https://cam.example:8443/x.ts?token=s3cret&expires=9"),
        ("//cdn.example/x.ts", "https://cdn.example/x.ts"),
        ("http://cam.example:8443/x.ts", "http://cam.example:8443/x.ts"),
    ],
)
def test_signatures_are_inherited_within_the_place_only(address, expected):
    assert inherited(address, BASE) == expected


def test_a_list_of_lists():
    playlist = listed(
        "#EXT-X-STREAM-INF:BANDWIDTH=1", "low.m3u8", "#EXT-X-STREAM-INF:X=2", "hi.m3u8"
    )
    assert [url.partition("?")[0][-8:] for url in playlist.variants] == ["low.m3u8", "/hi.m3u8"]


def test_fragments_parts_and_encryption():
    playlist = listed(
        '#EXT-X-MAP:URI="init.mp4"',
        "#EXT-X-BYTERANGE:100@50",
        "all.mp4",
        "#EXT-X-BYTERANGE:30",
        "all.mp4",
        "#EXT-X-KEY:METHOD=NONE",
        "next.mp4",
    )
    assert [segment.part for segment in playlist.segments] == [(50, 100), (150, 30), None]
    assert "init.mp4?token" in playlist.segments[0].init
    with pytest.raises(MediaError) as caught:
        listed('#EXT-X-KEY:METHOD=AES-128,URI="k"', "1.ts")
    assert caught.value.kind == "codec"


@pytest.mark.parametrize(
    "text",
    ["", "<html>", "#EXTM3U\n#EXTINF:x,\n1.ts", "#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:soon\n1.ts"],
)
def test_what_is_no_playlist(text):
    with pytest.raises(MediaError) as caught:
        parse(text, BASE)
    assert caught.value.kind == "garbage"


def dated(*moments: str | None, breaks: tuple[int, ...] = ()):
    lines = []
    for index, moment in enumerate(moments):
        if index in breaks:
            lines.append("#EXT-X-DISCONTINUITY")
        if moment:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment}")
        lines += ["#EXTINF:10,", f"{index}.ts"]
    return listed(*lines).segments


def starts(segments, start=T0, end=T0 + 3600, spans=()):
    return [segment.start - T0 for segment in timed(segments, start, end, spans)]


@pytest.mark.parametrize(
    "moment",
    [
        "2023-11-14T22:13:25Z",
        "2023-11-14T22:13:25.000+00:00",
        "2023-11-15T06:13:25+0800",
        "2023-11-14T22:13:25",
        "2023-11-15T06:13:25",
    ],
)
def test_dates_in_every_shape(moment):
    assert starts(dated(moment, None)) == [5, 15]


def test_dates_in_the_middle_place_what_comes_before():
    assert starts(dated(None, "2023-11-14T22:13:50Z", None)) == [20, 30, 40]


def test_dates_that_make_no_sense_are_not_believed():
    assert starts(dated("1970-01-01T00:00:00Z", None)) == [0, 10]


def test_breaks_go_to_the_next_of_what_is_known_to_be_recorded():
    spans = [(T0, T0 + 20), (T0 + 100, T0 + 110), (T0 + 200, T0 + 300)]
    segments = dated(None, None, None, None, None, breaks=(2, 3))
    assert starts(segments, spans=spans) == [0, 10, 100, 200, 210]
    assert starts(segments) == [0, 10, 20, 30, 40]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.1, 10), st.floats(0, 100)), min_size=1, max_size=30),
    st.floats(-100, 3000),
)
def test_finding_a_moment(pieces, offset):
    from dataclasses import replace

    blank = dated(None)[0]
    segments, here = [], T0
    for duration, gap in pieces:
        here += gap
        segments.append(replace(blank, start=here, duration=duration))
        here += duration
    moment = T0 + offset
    index = find(segments, moment)
    expected = next((i for i, s in enumerate(segments) if s.end > moment), None)
    assert index == expected
