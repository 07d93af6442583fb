"""Following an address step by step, over real sockets."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest

from ivcdesk.domain.diagnosis import Check, Finding, Verdict
from ivcdesk.media.probe import StreamProbe
from tests.media.rtmp_stage import RtmpStage
from tests.media.streams import GOP, black_hole, body, hang, live, muxed, playlist

QUERY = "?sign=verysecret123"
STEPS = [
    Check.RESOLVE,
    Check.CONNECT,
    Check.TLS,
    Check.HTTP,
    Check.CONTAINER,
    Check.CODEC,
    Check.KEY_FRAME,
]


def probed(url: str) -> dict[Check, Finding]:
    """Everything that a probe tells, each check once, and no secret in it."""
    told: list[Finding] = []
    StreamProbe(url, told.append).run()
    assert len({finding.check for finding in told}) == len(told)
    assert "verysecret" not in repr(told)
    return {finding.check: finding for finding in told}


def failed(found: dict[Check, Finding]) -> list[Check]:
    return [check for check in STEPS if found[check].verdict is Verdict.FAILED]


def test_a_sound_stream_is_fine_at_every_step(server):
    server.handlers["/x.flv"] = live()
    found = probed(server.url("/x.flv" + QUERY))
    assert [found[check].verdict for check in STEPS] == [
        Verdict.FINE,
        Verdict.FINE,
        Verdict.SKIPPED,
        Verdict.FINE,
        Verdict.FINE,
        Verdict.FINE,
        Verdict.FINE,
    ]
    assert found[Check.CODEC].facts == {"codec": "H.264", "size": "320×180"}
    assert found[Check.PROXY].what == "none"


def test_rtmp_is_followed_too(server):
    stage = RtmpStage(server)
    with stage.listening() as port:
        found = probed(f"rtmp://127.0.0.1:{port}/live/c1{QUERY}")
        assert failed(found) == []
        assert found[Check.HTTP].facts == {"protocol": "RTMP"}
        assert found[Check.CODEC].facts == {"codec": "H.264", "size": "320×180"}
        stage.code = "NetStream.Play.StreamNotFound"
        found = probed(f"rtmp://127.0.0.1:{port}/live/c1{QUERY}")
    assert failed(found) == [Check.HTTP]
    assert found[Check.HTTP].facts["status"] == 404


def test_hls_is_followed_to_its_first_piece(server):
    server.handlers["/live.m3u8"] = body(
        playlist(0, [0, 1, 2], ended=False), "application/vnd.apple.mpegurl"
    )
    for index in range(3):
        server.handlers[f"/{index}.ts"] = body(
            muxed("mpegts", index * GOP, (index + 1) * GOP), "video/mp2t"
        )
    found = probed(server.url("/live.m3u8" + QUERY))
    assert failed(found) == []
    assert found[Check.CONTAINER].facts["format"] == "MPEGTS"


def test_a_port_where_nobody_listens():
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        found = probed(f"http://127.0.0.1:{taken.getsockname()[1]}/x.flv{QUERY}")
    assert failed(found) == [Check.CONNECT]
    assert found[Check.RESOLVE].verdict is Verdict.FINE
    assert found[Check.KEY_FRAME].what == "not reached"


def test_a_name_that_nobody_knows():
    found = probed(f"http://no-such-host.invalid/x.flv{QUERY}")
    assert failed(found) == [Check.RESOLVE]


def test_an_address_that_has_expired(server):
    found = probed(server.url("/gone.flv" + QUERY))
    assert failed(found) == [Check.HTTP]
    assert found[Check.HTTP].facts["status"] == 404


def test_a_page_instead_of_a_stream(server):
    server.handlers["/x.flv"] = body("<html>Please sign in</html>" * 200, "text/html")
    found = probed(server.url("/x.flv" + QUERY))
    assert failed(found) == [Check.CONTAINER]


def test_a_stream_that_stops_before_its_first_key_frame(server):
    server.handlers["/x.flv"] = live(keys=False, cached=3, then="close", after=6)
    found = probed(server.url("/x.flv" + QUERY))
    assert failed(found) == [Check.KEY_FRAME]
    assert found[Check.CODEC].verdict is Verdict.DOUBTFUL


def test_something_that_is_no_address():
    assert failed(probed("file:///etc/passwd")) == [Check.CONTAINER]


@pytest.mark.parametrize("where", ["hang", "black hole"])
def test_an_interruption_ends_it_at_once(server, where):
    server.handlers["/hang.flv"] = hang
    told: list[Finding] = []
    with black_hole() as port:
        urls = {"hang": server.url("/hang.flv"), "black hole": f"https://127.0.0.1:{port}/x.flv"}
        probe = StreamProbe(urls[where], told.append)
        thread = threading.Thread(target=probe.run)
        thread.start()
        reached = {"hang": Check.CONNECT, "black hole": Check.RESOLVE}[where]
        while not any(finding.check is reached for finding in told):
            thread.join(0.01)
            assert thread.is_alive()
        probe.interrupt()
        thread.join(3)
    assert not thread.is_alive()
    assert Check.KEY_FRAME not in {finding.check for finding in told}
