"""The simulated cloud on a socket: the API at ``/``, the streams, and the control plane."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from aiohttp import web

from ivcdesk.simulator.auth import Account, new_account
from ivcdesk.simulator.clock import Clock
from ivcdesk.simulator.cloud import MOST_DOWNLOADS, Cloud
from ivcdesk.simulator.control_plane import ControlPlane
from ivcdesk.simulator.envelopes import LARGEST_BODY, LARGEST_QUERY
from ivcdesk.simulator.faults import Faults
from ivcdesk.simulator.media.live import LiveHub
from ivcdesk.simulator.media.routes import media_routes
from ivcdesk.simulator.media.rtmp import RtmpServer
from ivcdesk.simulator.mishaps import Mishaps
from ivcdesk.simulator.ptz import PtzBehaviour
from ivcdesk.simulator.reception import Reception
from ivcdesk.simulator.seed import Scenario
from ivcdesk.simulator.trainers_page import TrainersPage
from ivcdesk.simulator.visits import Visits

REGION = "ap-shanghai"
KEEPALIVE_SECONDS = 75.0
SHUTDOWN_SECONDS = 1.0
TICK_SECONDS = 0.5
_EVERYWHERE = ("0.0.0.0", "::")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(host: str) -> bool:
    """Whether a host name or address can be nothing but this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Simulator:
    """A whole cloud of its own: ``async with Simulator() as sim: sim.endpoint, sim.cloud``.

    The keys are new in every run. It listens on loopback alone and answers only requests that
    were addressed to loopback; ValueError for any other ``host`` unless it is ``exposed``. Even
    then the control plane, which gives the keys away, answers this machine alone.
    """

    def __init__(
        self,
        scenario: Scenario = "demo",
        seed: int = 1,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        exposed: bool = False,
        devices: int | None = None,
        ptz: PtzBehaviour | str = PtzBehaviour.BOUNDED,
        certfile: Path | str | None = None,
        keyfile: Path | str | None = None,
        clock: Clock | None = None,
        account: Account | None = None,
        most_downloads: int = MOST_DOWNLOADS,
    ) -> None:
        if not exposed and not is_loopback(host):
            raise ValueError(f"the simulator listens on loopback only, not on {host}")
        self.cloud = Cloud(scenario, seed, devices, PtzBehaviour(ptz), clock)
        self.cloud.most_downloads = most_downloads
        self.account = account or new_account()
        self.region = REGION
        self.faults = Faults(seed)
        self._host = host
        self._port = port
        self._tls = _server_context(certfile, keyfile)
        self._visits = Visits()
        self._mishaps = Mishaps(self.faults)
        self.reception = Reception(self.cloud, self.account, self.faults, self._mishaps)
        self._runner: web.AppRunner | None = None
        self._hub: LiveHub | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def secret_id(self) -> str:
        """The id of this run's key pair."""
        return self.account.secret_id

    @property
    def secret_key(self) -> str:
        """The key of this run's key pair."""
        return self.account.secret_key

    @property
    def endpoint(self) -> str:
        """The address of the API, such as ``http://127.0.0.1:40001``; empty before the start."""
        return self.cloud.links.base

    @property
    def ready(self) -> dict[str, str]:
        """What whoever started the simulator needs to know."""
        return {
            "endpoint": self.endpoint,
            "secret_id": self.secret_id,
            "secret_key": self.secret_key,
            "region": self.region,
            "media": self.endpoint,
        }

    @property
    def requests(self) -> int:
        """How many requests are being answered."""
        return self._visits.under_way

    def load_cameras(self) -> None:
        """Load what draws and encodes before it is asked for; for a thread of its own."""
        if self._hub is not None:
            self._hub.studio.load()

    async def start(self) -> None:
        """Listen; OSError where the port is taken."""
        application = web.Application(
            middlewares=[
                self._visits.middleware(),
                self._guard(),
                self._mishaps.middleware(),
            ],
            client_max_size=LARGEST_BODY + 1,
        )
        plane = ControlPlane(self.cloud, self.reception.calls, self.faults, lambda: self.ready)
        application.add_routes(
            [web.post("/", self.reception.receive), web.get("/", self.reception.receive)]
        )
        application.add_routes(plane.routes())
        application.add_routes(self._media_routes())
        application.on_response_prepare.append(self._set_date)
        application.on_response_prepare.append(self._mishaps.on_prepare)
        runner = web.AppRunner(
            application,
            access_log=None,
            keepalive_timeout=KEEPALIVE_SECONDS,
            shutdown_timeout=SHUTDOWN_SECONDS,
            max_line_size=2 * LARGEST_QUERY,
        )
        self._runner = runner
        await runner.setup()
        await web.TCPSite(runner, self._host, self._port, ssl_context=self._tls).start()
        port = runner.addresses[0][1]
        host = "127.0.0.1" if self._host in _EVERYWHERE else self._host
        host = f"[{host}]" if ":" in host else host
        await self._rtmp.start(self._host)
        self.cloud.links.rtmp_base = f"rtmp://{host}:{self._rtmp.port}"
        self._ticking = asyncio.create_task(self._tick())
        scheme = "https" if self._tls else "http"
        self.cloud.links.base = f"{scheme}://{host}:{port}"

    async def stop(self) -> None:
        """End all streams and connections; may be called twice."""
        runner, self._runner = self._runner, None
        self._visits.closing = True
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        if self._hub is not None:
            await self._hub.close()
        self._mishaps.stop()
        if runner is not None:
            await runner.cleanup()
        await self._visits.end()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _media_routes(self) -> list[web.RouteDef]:
        hub = self._hub = LiveHub(self.cloud, self.cloud.studio)
        self._rtmp = RtmpServer(self.cloud, hub)
        self.cloud.viewers = hub.viewers
        self.cloud.dismiss = hub.kick
        self.cloud.downloading = lambda: hub.downloads
        self.cloud.measured = hub.rate
        page = TrainersPage(self.cloud, partial(self._picture, hub))
        return [*media_routes(self.cloud, hub), *page.routes()]

    async def _picture(self, hub: LiveHub, channel_id: str) -> bytes:
        facts = self.cloud.camera(channel_id)
        if facts is None:
            raise web.HTTPNotFound(text="no such channel")
        relay = hub.relayed(channel_id)
        pushed = await asyncio.to_thread(relay.picture) if relay else None
        if pushed is not None:
            return pushed
        pose, now = self.cloud.pose(channel_id), self.cloud.now()
        return await asyncio.to_thread(hub.studio.still, facts, pose, now)

    def _guard(self) -> Any:
        """Return what refuses requests that a web page elsewhere could send through a visitor."""
        loopback = is_loopback(self._host)

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            local = is_loopback(_host_of(f"//{request.host}"))
            local = local and (origin is None or is_loopback(_host_of(origin)))
            local = local and is_loopback(request.remote or "")
            if local or not (loopback or request.path.startswith("/_sim")):
                return await handler(request)
            return web.Response(status=403, text="loopback only")

        return guard

    async def _tick(self) -> None:
        """Let happen what comes due while nobody calls."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.cloud.agenda.settle()

    async def _set_date(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self.cloud.now(), usegmt=True)


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _server_context(
    certfile: Path | str | None, keyfile: Path | str | None
) -> ssl.SSLContext | None:
    if certfile is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certfile, keyfile)
    return context
