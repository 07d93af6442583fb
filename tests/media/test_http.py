"""The HTTP reader over real sockets: what it gives, what it says, and how fast it lets go."""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import threading
import time

import pytest

from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.http import HttpReader
from tests.media.streams import Server, black_hole, body, hang, web

QUERY = "token=verysecret123&expires=1"


@pytest.fixture
def reader():
    made = HttpReader(connect_seconds=2, stall_seconds=2)
    yield made
    made.close()


def failure(reader: HttpReader, url: str) -> MediaError:
    with pytest.raises(MediaError) as caught:
        reader.fetch(url)
    error = caught.value
    shown = str(error) + repr(error) + repr(error.__cause__) + str(error.args)
    assert "verysecret" not in shown
    assert error.__suppress_context__ or error.__context__ is None
    return error


def test_a_body_with_a_length_and_one_in_chunks(server, reader):
    async def chunks(request):
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(5):
            await response.write(b"x" * 1000)
        return response

    server.handlers |= {"/length": body(b"a" * 100_000), "/chunks": chunks, "/none": body(b"")}
    assert reader.fetch(server.url(f"/length?{QUERY}")) == b"a" * 100_000
    assert reader.fetch(server.url("/chunks")) == b"x" * 5000
    assert reader.fetch(server.url("/none")) == b""
    assert server.asked == [f"/length?{QUERY}", "/chunks", "/none"]
    assert reader.bytes_received > 105_000


def test_the_connection_is_kept_and_made_anew_when_the_server_has_closed_it(server, reader):
    ports = []

    async def answer(request):
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(text="ok")

    server.handlers["/a"] = answer
    for _ in range(3):
        assert reader.fetch(server.url("/a")) == b"ok"
    server.drop_all()
    assert reader.fetch(server.url("/a")) == b"ok"
    assert len(set(ports[:3])) == 1
    assert ports[3] != ports[0]


def test_redirects_are_followed_but_not_for_ever(server, reader):
    def to(where: str):
        async def answer(_request):
            return web.Response(status=302, headers={"Location": where})

        return answer

    server.handlers |= {
        "/a": to(f"/b?{QUERY}"),
        "/b": to("c"),
        "/c": body(b"here"),
        "/loop": to("/loop"),
        "/odd": to("ftp://127.0.0.1/x"),
    }
    assert reader.fetch(server.url("/a")) == b"here"
    assert reader.url == server.url("/c")
    assert failure(reader, server.url("/loop")).status == 302
    assert failure(reader, server.url("/odd")).kind == "garbage"


@pytest.mark.parametrize("status", [400, 403, 404, 410, 416, 500, 503])
def test_statuses(server, reader, status):
    async def answer(request):
        return web.Response(status=status, text=f"you asked {request.url}")

    server.handlers["/a"] = answer
    error = failure(reader, server.url(f"/a?{QUERY}"))
    assert (error.kind, error.status) == ("http", status)
    assert str(status) in str(error)
    assert error.wants_new_url == (status in (403, 404, 410))


def test_bodies_that_are_cut_short(server, reader):
    async def short(request):
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 10)
        request.transport.close()
        return response

    async def short_chunk(request):
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        request.transport.write(b"ff\r\nabc")
        request.transport.close()
        return response

    server.handlers |= {"/short": short, "/chunk": short_chunk}
    assert failure(reader, server.url("/short")).kind == "ended"
    assert failure(reader, server.url("/chunk")).kind == "ended"


@contextlib.contextmanager
def raw_server(answer: bytes | None):
    """Listens, answers with these bytes (None: never accepts), and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                peer, _ = listening.accept()
                with peer:
                    peer.recv(1000)
                    peer.sendall(answer or b"")

        thread = threading.Thread(target=serve, name="pytest-raw")
        if answer is not None:
            thread.start()
        yield listening.getsockname()[1]
        if answer is not None:
            with contextlib.suppress(OSError):
                socket.create_connection(listening.getsockname(), 1).close()
            thread.join(5)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "garbage"),
        (b"", "ended"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000, "garbage"),
    ],
)
def test_servers_that_speak_something_else(reader, answer, kind):
    with raw_server(answer) as port:
        assert failure(reader, f"http://127.0.0.1:{port}/a?{QUERY}").kind == kind


def test_refused_and_unknown_names_and_wrong_addresses(reader, server):
    server.close()
    error = failure(reader, server.url(f"/a?{QUERY}"))
    assert (error.kind, f":{server.port}" in str(error)) == ("refused", True)
    assert failure(reader, f"http://no-such-host.invalid/?{QUERY}").kind == "resolve"
    for url in ("", "x", "file:///etc/passwd", "http://[bad/?verysecret", "http://a:b/?verysecret"):
        assert failure(reader, url).kind == "garbage"


def test_silence_is_noticed_and_then_ends_in_a_timeout(server):
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await hang(request)

    server.handlers |= {"/hang": hang, "/stall": answer}
    quiet = []
    reader = HttpReader(stall_seconds=0.4, quiet_seconds=0.1, on_quiet=lambda: quiet.append(1))
    assert failure(reader, server.url("/hang")).kind == "timeout"
    reader.open(server.url("/stall"))
    assert reader.read() == b"x"
    with pytest.raises(MediaError, match="nothing came") as caught:
        reader.read()
    assert caught.value.kind == "timeout"
    assert len(quiet) == 2
    reader.close()


@pytest.mark.parametrize("where", ["answer", "body", "connect", "handshake", "name"])
def test_interrupting_ends_every_wait(server, where, monkeypatch):
    asked = threading.Event()

    async def stall(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        asked.set()
        await hang(request)

    async def silent(request):
        asked.set()
        await hang(request)

    server.handlers |= {"/body": stall, "/answer": silent}
    release = threading.Event()
    if where == "name":

        def slow(*_args, **_options):
            asked.set()
            release.wait(10)
            raise socket.gaierror(-2, "unknown")

        monkeypatch.setattr(socket, "getaddrinfo", slow)
    reader = HttpReader(connect_seconds=30, stall_seconds=30)
    ended = []

    def read(url: str) -> None:
        try:
            reader.fetch(url)
        except Interrupted:
            ended.append(time.monotonic())

    with raw_server(None) as port, black_hole() as hole:
        url = {
            "connect": f"http://127.0.0.1:{hole}/",
            "handshake": f"https://127.0.0.1:{port}/",
            "name": "http://camera.example/",
        }.get(where, server.url(f"/{where}"))
        thread = threading.Thread(target=read, args=(url,), name="pytest-reading")
        thread.start()
        if where in ("body", "answer", "name"):
            assert asked.wait(5)
        reader.interrupt()
        thread.join(5)
        release.set()
    assert ended
    with pytest.raises(Interrupted):
        reader.fetch(url)
    reader.close()


@pytest.fixture
def secure_server(authority):
    made = Server(tls=authority[0])
    yield made
    made.stop()


def test_an_unknown_authority_is_refused(secure_server, reader):
    secure_server.handlers["/a"] = body(b"secret")
    error = failure(reader, secure_server.url(f"/a?{QUERY}"))
    assert error.kind == "tls"
    assert "certificate" in str(error)
    assert secure_server.asked == []


def test_a_known_authority_is_trusted_for_its_own_name_only(secure_server, authority):
    secure_server.handlers["/a"] = body(b"x" * 300_000)
    context = ssl.create_default_context(cafile=str(authority[1]))
    reader = HttpReader(context=context)
    assert reader.fetch(secure_server.url("/a")) == b"x" * 300_000
    wrong = secure_server.url("/a").replace("127.0.0.1", "localhost")
    assert failure(reader, wrong).kind == "tls"
    reader.close()


def test_a_protected_address_never_leads_to_an_unprotected_one(secure_server, server, authority):
    async def answer(_request):
        return web.Response(status=302, headers={"Location": server.url("/b")})

    secure_server.handlers["/a"] = answer
    server.handlers["/b"] = body(b"no")
    reader = HttpReader(context=ssl.create_default_context(cafile=str(authority[1])))
    assert failure(reader, secure_server.url("/a")).kind == "tls"
    assert server.asked == []
    reader.close()


def test_plain_http_on_a_tls_port_and_the_other_way_round(server, reader, secure_server):
    assert failure(reader, server.url("/a").replace("http:", "https:")).kind == "tls"
    assert failure(reader, secure_server.url("/a").replace("https:", "http:")).kind in (
        "ended",
        "http",
        "garbage",
    )


def test_the_environments_proxy_carries_streams_except_to_this_machine(server, reader, monkeypatch):
    seen = []
    with raw_server(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as port:
        monkeypatch.setenv("http_proxy", f"http://me:pw@127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        server.handlers["/a"] = body(b"direct")
        assert reader.fetch(server.url("/a")) == b"direct"
        error = failure(reader, f"http://camera.example/a?{QUERY}")
    assert (error.kind, "407" in str(error)) == ("refused", True)
    assert not seen
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    assert failure(reader, "http://camera.example/a").kind == "refused"


def test_compressed_bodies_are_not_asked_for(server, reader):
    async def answer(request):
        assert "gzip" not in request.headers.get("Accept-Encoding", "")
        return web.Response(body=gzip.compress(b"x"))

    server.handlers["/a"] = answer
    assert gzip.decompress(reader.fetch(server.url("/a"))) == b"x"
