"""Live streams over RTMP, from the simulated cloud and from servers that do not behave."""

from __future__ import annotations

import contextlib
import dataclasses
import ssl
import struct

import pytest
from PySide6.QtCore import QSize

from ivcdesk.media import live_worker
from ivcdesk.media.errors import MediaError
from ivcdesk.media.live import LivePlayer
from ivcdesk.media.rtmp import RtmpReader, rtmp_target
from ivcdesk.simulator.media.rtmp import RtmpServer
from tests.media import rtmp_stage
from tests.media.rtmp_stage import SECRET, WAITS, RtmpStage, media
from tests.media.streams import Server, black_hole, number_of
from tests.media.test_simulated import burnt_in
from tests.media.tones import clip, heard
from tests.simulator.media import camera_stage

pytestmark = pytest.mark.usefixtures("no_workers_left")


class Ears:
    """Stands where the sound device would be."""

    def __init__(self) -> None:
        self.samples = bytearray()
        self.stamps: list[float] = []

    def write(self, samples: bytes, pts: float) -> None:
        self.samples += samples
        self.stamps.append(pts)

    def flush(self) -> None:
        self.samples.clear()


@pytest.fixture
def player(qtbot, monkeypatch):
    monkeypatch.setattr(live_worker, "FIRST_PAUSE", 0.1)
    made = LivePlayer()
    made.set_size(QSize(320, 180))
    yield made
    made.stop()
    assert made.wait_ended(1.0)


@pytest.fixture
def stage(server: Server) -> RtmpStage:
    return RtmpStage(server)


class Cameras:
    """The simulator's cameras behind its RTMP server."""

    def __init__(self) -> None:
        self.source = camera_stage.MemorySource()
        self.source.token = "verysecret123"
        first = self.source.cameras["c1"]
        self.source.cameras["c1"] = dataclasses.replace(first, codec="h265", sound="aac")
        self.source.cameras["c2"] = dataclasses.replace(self.source.cameras["c2"], sound="g711a")

    async def start(self) -> None:
        self._stack = contextlib.AsyncExitStack()
        self.stage = await self._stack.enter_async_context(camera_stage.served(self.source))
        self.rtmp = RtmpServer(self.source, self.stage.hub)
        await self.rtmp.start()

    async def stop(self) -> None:
        await self._stack.aclose()

    def url(self, channel: str) -> str:
        return f"rtmp://127.0.0.1:{self.rtmp.port}/live/{channel}?token={self.source.token}"


@pytest.fixture(scope="module")
def cameras(_one_server: Server):
    made = Cameras()
    _one_server.run(made.start())
    yield made
    _one_server.run(made.stop())


def failed(player: LivePlayer) -> bool:
    return player.state.kind == "failed"


@pytest.mark.parametrize(
    ("channel", "codec"), [("c1", "H.265"), ("c2", "H.264")], ids=["h265-aac", "h264-g711"]
)
def test_pictures_and_sound_of_a_camera(qtbot, cameras, player, channel, codec):
    ears = Ears()
    player.set_sound(ears)
    apart, clocks = [], []

    def look() -> None:
        clocks.append((burnt_in(player.take().image), cameras.source.now()))
        if ears.stamps:
            apart.append(player._holder.worker._picture.time - ears.stamps[-1])

    player.frame_ready.connect(look)
    player.play(cameras.url(channel))
    qtbot.waitUntil(lambda: len(apart) > 8 and player.facts.kbps > 0, timeout=15_000)
    assert player.transport == "RTMP"
    assert player.facts.codec == codec
    assert player.facts.delay_ms is not None
    assert player.bytes_received > 3000
    assert ears.stamps == sorted(ears.stamps)
    assert abs(sorted(apart)[len(apart) // 2]) < 0.2
    assert heard(bytes(ears.samples))[1] > 5
    assert all(shown is not None and now - shown < 5 for shown, now in clocks)


def test_an_address_that_has_expired_asks_for_another(qtbot, cameras, player):
    wishes = []
    player.needs_url.connect(lambda: wishes.append(player.state.error))
    player.play(cameras.url("c2").replace("secret", "secret-old-"))
    qtbot.waitUntil(lambda: bool(wishes), timeout=5000)
    assert (wishes[0].kind, wishes[0].status) == ("http", 404)
    assert str(wishes[0]).endswith(": NetStream.Play.StreamNotFound")
    player.renew(cameras.url("c2"))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=15_000)


def test_what_is_asked_and_what_comes(qtbot, stage, player):
    stage.window = 4000
    with stage.listening() as port:
        player.play(f"rtmp://127.0.0.1:{port}/live/c1?{SECRET}")
        with qtbot.waitSignal(player.frame_ready, timeout=5000):
            pass
        assert number_of(player.take().image) <= 30
    connect = stage.asked[0][2]
    assert connect["app"] == "live"
    assert connect["tcUrl"] == f"rtmp://127.0.0.1:{port}/live"
    assert [values[0] for values in stage.asked] == ["connect", "createStream", "play"]
    assert stage.asked[2][3] == f"c1?{SECRET}"


def test_a_server_hears_of_what_arrives_and_that_somebody_is_there(server):
    stage = RtmpStage(server)
    stage.window = 4000
    told = []

    async def ask(reader, writer):
        writer.write(rtmp_stage.rtmp.chunks(2, 4, 0, struct.pack(">HI", 6, 99)))
        writer.write(rtmp_stage.rtmp.chunks(2, 6, 0, struct.pack(">IB", 4000, 2)))
        messages = rtmp_stage.rtmp.MessageReader(reader)
        while {3, 4, 5} - {message.kind for message in told}:
            told.append(await messages.next())

    stage.ending = ask
    with stage.listening() as port:
        reader = RtmpReader()
        read_whole(reader, f"rtmp://127.0.0.1:{port}/live/c1")
        size = reader.bytes_received
        reader.close()
    by_kind = {message.kind: message.body for message in told}
    assert by_kind[4] == struct.pack(">HI", 7, 99)
    assert by_kind[5] == struct.pack(">I", 4000)
    assert 4000 < struct.unpack(">I", by_kind[3])[0] <= size


def test_the_bytes_are_the_flv_that_was_sent(server):
    stage = RtmpStage(server)
    data = clip("flv")

    async def more(_reader, writer):
        writer.write(b"".join(media(0, data)))
        await writer.drain()

    stage.pictures, stage.ending = 0, more
    with stage.listening() as port:
        reader = RtmpReader()
        reader.open(f"rtmp://127.0.0.1:{port}/live/c1")
        read = b""
        while part := reader.read(1000):
            read += part
        reader.close()
    tags = data[13:]
    assert read[:9] == b"FLV\x01\x01\x00\x00\x00\x09"
    assert read.endswith(tags)


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("NetStream.Play.StreamNotFound", "http", 404),
        ("NetConnection.Connect.Rejected", "http", 403),
        ("NetConnection.Connect.InvalidApp", "http", 404),
        ("NetStream.Play.Failed", "refused", None),
        (f"no {SECRET}", "refused", None),
    ],
)
@pytest.mark.parametrize("step", ["connect", "play"])
def test_refusals_are_told_with_the_servers_code(server, code, kind, status, step):
    stage = RtmpStage(server)
    if step == "connect":
        stage.connect_code = code
    else:
        stage.code = code
    with stage.listening() as port:
        error = failure(f"rtmp://127.0.0.1:{port}/live/c1?{SECRET}")
    assert (error.kind, error.status) == (kind, status)
    assert error.wants_new_url == (status is not None)
    assert ("verysecret" in code) or str(error).endswith(code)


def read_whole(reader: RtmpReader, url: str) -> bytes:
    reader.open(url)
    return b"".join(iter(reader.read, b""))


def failure(url: str, **how: object) -> MediaError:
    """The error of a stream, in which nothing of its key is."""
    reader = RtmpReader(**how)
    with pytest.raises(MediaError) as caught:
        read_whole(reader, url)
    reader.close()
    error = caught.value
    assert "verysecret" not in repr(error) + str(error) + repr(error.__cause__) + repr(error.args)
    assert error.__suppress_context__ or error.__context__ is None
    return error


@pytest.mark.parametrize("where", WAITS)
def test_silence_ends_in_a_timeout_in_every_state(server, where):
    stage = RtmpStage(server)
    stage.silent_at = where
    told = []
    with stage.listening() as port:
        error = failure(
            f"rtmp://127.0.0.1:{port}/live/c1?{SECRET}",
            connect_seconds=0.2,
            stall_seconds=0.2,
            quiet_seconds=0.05,
            on_quiet=lambda: told.append(1),
        )
    assert error.kind == "timeout"
    assert len(told) == (where == "stream")


def test_a_server_that_only_asks_whether_somebody_is_there_has_stalled(server):
    stage = RtmpStage(server)
    told = []

    async def ask_on(reader, writer):
        while True:
            writer.write(rtmp_stage.rtmp.chunks(2, 4, 0, struct.pack(">HI", 6, 1)))
            await reader.readexactly(18)

    stage.ending = ask_on
    with stage.listening() as port:
        error = failure(
            f"rtmp://127.0.0.1:{port}/live/c1",
            stall_seconds=0.3,
            quiet_seconds=0.1,
            on_quiet=lambda: told.append(1),
        )
    assert error.kind == "timeout"
    assert told == [1]


@pytest.mark.parametrize("where", [*WAITS, "tcp", "playing"])
def test_stopping_ends_the_thread_at_once_in_every_state(qtbot, server, stage, player, where):
    stage.silent_at = where
    with contextlib.ExitStack() as stack:
        if where == "tcp":
            port = stack.enter_context(black_hole())
        else:
            port = stack.enter_context(stage.listening())
        player.play(f"rtmp://127.0.0.1:{port}/live/c1?{SECRET}")
        if where in WAITS:
            assert stage.reached[where].wait(5)
        if where in ("stream", "playing"):
            qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
        player.stop()
        assert player.wait_ended(1.0)
        qtbot.waitUntil(lambda: stage.open_connections == 0, timeout=5000)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("reset", "ended"), ("half_close", "ended"), ("garbage", "garbage"), ("say_the_end", "ended")],
)
def test_a_stream_that_breaks_is_made_anew(qtbot, stage, player, ending, kind):
    stage.ending = getattr(rtmp_stage, ending)
    states = []
    player.frame_ready.connect(player.take)
    player.state_changed.connect(lambda state: states.append(state))
    with stage.listening() as port:
        player.play(f"rtmp://127.0.0.1:{port}/live/c1?{SECRET}")
        qtbot.waitUntil(lambda: [s.kind for s in states].count("playing") > 1, timeout=8000)
        player.stop()
    broke = states[2]
    assert (broke.kind, broke.error.kind) == ("stalled", kind)
    assert stage.connections >= 2
    assert "verysecret" not in repr(states)


def test_what_is_no_rtmp_at_all(server):
    page = server.url("/x").replace("http:", "rtmp:")
    assert failure(f"{page}/live/c1?{SECRET}").kind in ("garbage", "ended", "timeout")
    for url in ("rtmp://127.0.0.1/live", "rtmp://127.0.0.1:x/live/c1", "http://127.0.0.1/a/b"):
        with pytest.raises(MediaError, match="RTMP"):
            rtmp_target(url)
    server.close()
    assert failure(page + "/live/c1").kind == "refused"


def test_where_addresses_lead():
    target = rtmp_target(f"rtmps://Media.example/live/room/c1?{SECRET}")
    assert (target.where, target.secure) == ("media.example:443", True)
    assert (target.app, target.name) == ("live/room", f"c1?{SECRET}")
    assert rtmp_target("rtmp://[::1]/live/c1").where == "[::1]:1935"


def test_certificates_are_verified(stage, authority):
    with stage.listening(ssl=authority[0]) as port:
        url = f"rtmps://127.0.0.1:{port}/live/c1?{SECRET}"
        error = failure(url)
        assert error.kind == "tls"
        assert "certificate" in str(error)
        assert stage.asked == []
        reader = RtmpReader(context=ssl.create_default_context(cafile=str(authority[1])))
        reader.open(url)
        assert reader.read(3) == b"FLV"
        reader.close()
