"""Small pictures of moments: which bytes are asked for, which picture comes, what is kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from ivcdesk.domain.intervals import Interval
from ivcdesk.media import thumbnails
from ivcdesk.media.thumbnails import SAME_SECONDS, Shelf, Thumbnails, Wish
from tests.media import streams
from tests.media.streams import body, number_of, web

pytestmark = pytest.mark.usefixtures("no_workers_left")

T0 = 1_700_000_000.0
WHOLE = Interval(T0, T0 + 20)
PATH = "/playback/c1/hls.m3u8"
BOX = QSize(160, 90)


@pytest.fixture
def made(qtbot, monkeypatch):
    monkeypatch.setattr(thumbnails, "IDLE_SECONDS", 0.3)
    one = Thumbnails()
    one.seen, one.errors = [], []
    one.ready.connect(lambda wish, image: one.seen.append((wish, image)))
    one.failed.connect(lambda wish, error: one.errors.append((wish, error)))
    yield one
    one.forget()


@pytest.fixture
def recording(server):
    """Ten segments of a second."""
    server.handlers[PATH] = body(streams.playlist(T0, list(range(10))))
    for index in range(10):
        server.handlers[f"/playback/c1/{index}.ts"] = body(streams.segment(index))
    return server


def wish(server, t: float, path: str = PATH, key: str = "c1") -> Wish:
    return Wish(key, t, server.url(path), WHOLE, (WHOLE,), BOX)


def paths(server) -> list[str]:
    return [path.partition("?")[0].rpartition("/")[2] for path in server.asked]


def test_only_the_segment_of_the_moment_is_opened(made, recording, qtbot):
    made.want(wish(recording, T0 + 3.65))
    qtbot.waitUntil(lambda: bool(made.seen))
    assert paths(recording) == ["hls.m3u8", "3.ts"]
    [(asked, image)] = made.seen
    assert asked.t == T0 + 3.65
    assert (image.width(), image.height()) == (160, 90)
    assert number_of(image) == 3 * streams.GOP, "the key frame before the moment"
    made.want(wish(recording, T0 + 7.95))
    qtbot.waitUntil(lambda: len(made.seen) == 2)
    assert paths(recording)[2:] == ["7.ts"], "the playlist is known by now"


def test_a_picture_is_kept_and_found_by_its_moments(made, recording, qtbot):
    made.want(wish(recording, T0 + 3.65))
    qtbot.waitUntil(lambda: bool(made.seen))
    assert made.shelf.find("c1", T0 + 3.25) is not None
    assert made.shelf.find("c1", T0 + 2.95) is None
    assert made.shelf.find("c1", T0 + 3 + SAME_SECONDS + 0.1) is None
    assert made.shelf.find("c2", T0 + 3.25) is None


def test_the_latest_wish_is_the_only_one_told_of(made, recording, qtbot):
    recording.handlers["/playback/c1/2.ts"] = streams.hang
    made.want(wish(recording, T0 + 2.25))
    qtbot.waitUntil(lambda: "2.ts" in paths(recording))
    for t in (4.05, 5.05, 6.05):
        made.want(wish(recording, T0 + t))
    qtbot.waitUntil(lambda: bool(made.seen))
    assert [asked.t for asked, _ in made.seen] == [T0 + 6.05]
    assert made.errors == []


def test_nothing_is_told_after_the_wish_was_taken_back(made, recording, qtbot):
    made.want(wish(recording, T0 + 2.25))
    made.cancel()
    made.want(wish(recording, T0 + 4.25))
    qtbot.waitUntil(lambda: bool(made.seen))
    assert [asked.t for asked, _ in made.seen] == [T0 + 4.25]


def test_an_expired_address_asks_for_a_new_one(made, recording, qtbot):
    async def refuse(_request):
        return web.Response(status=403)

    recording.handlers[PATH] = refuse
    made.want(wish(recording, T0 + 2.25))
    qtbot.waitUntil(lambda: bool(made.errors))
    [(_, error)] = made.errors
    assert error.wants_new_url
    assert "token" not in str(error)


def test_a_moment_between_recordings_has_no_picture(made, server, qtbot):
    listed = streams.playlist(T0, [0, 1, 2], breaks={1: 10.0})
    server.handlers[PATH] = body(listed)
    made.want(wish(server, T0 + 5))
    qtbot.waitUntil(lambda: bool(made.errors))
    assert paths(server) == ["hls.m3u8"]


def test_the_thread_ends_when_nobody_wishes(made, recording, qtbot):
    made.want(wish(recording, T0 + 1))
    qtbot.waitUntil(lambda: bool(made.seen))
    worker = made._worker
    qtbot.waitUntil(lambda: not worker.is_alive())
    made.want(wish(recording, T0 + 9))
    qtbot.waitUntil(lambda: len(made.seen) == 2)


def test_the_shelf_forgets_what_was_not_looked_at_for_longest():
    picture = QImage(100, 100, QImage.Format.Format_RGB32)
    shelf = Shelf(picture.sizeInBytes() * 3)
    for n in range(3):
        shelf.keep("a", n * 10.0, picture)
    assert shelf.find("a", 0.5) is not None
    shelf.keep("b", 5.0, picture)
    assert shelf.find("a", 10.5) is None
    assert shelf.find("a", 0.5) is not None
    assert shelf.size == picture.sizeInBytes() * 3
    assert len(shelf) == 3
    shelf.clear()
    assert shelf.find("b", 5.0) is None
    assert shelf.size == 0
