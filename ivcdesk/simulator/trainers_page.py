"""The page at ``/_sim/`` for trainers: the world, live pictures, the last calls, faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files

import msgspec
from aiohttp import web

from ivcdesk.simulator.cloud import Cloud

Picture = Callable[[str], Awaitable[bytes]]

_PARTS = {
    "/_sim/": ("index.html", "text/html"),
    "/_sim/page.css": ("page.css", "text/css"),
    "/_sim/page.js": ("page.js", "text/javascript"),
}
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"


class TrainersPage:
    """Serves the page and what only the page asks for; ``picture`` makes a JPEG of a channel."""

    def __init__(self, cloud: Cloud, picture: Picture) -> None:
        self._cloud = cloud
        self._picture = picture

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the server."""
        return [
            *(web.get(path, self._part) for path in _PARTS),
            web.get("/_sim/world", self._world),
            web.get("/_sim/devices/{device_id}", self._device),
            web.get("/_sim/pictures/{channel_id}.jpg", self._show),
        ]

    async def _part(self, request: web.Request) -> web.Response:
        name, kind = _PARTS[request.path]
        text = (files("ivcdesk.simulator") / "page" / name).read_text("utf-8")
        return web.Response(
            text=text, content_type=kind, headers={"Content-Security-Policy": _POLICY}
        )

    async def _world(self, _request: web.Request) -> web.Response:
        world = self._cloud.world
        places = [node for child in world.root.children for node in child.subtree()]
        return _json(
            {
                "scenario": self._cloud.scenario,
                "seed": self._cloud.seed,
                "now": self._cloud.now(),
                "organizations": [
                    {
                        "id": node.organization_id,
                        "name": node.name,
                        "level": node.level,
                        "total": node.counts()[0],
                        "online": node.counts()[1],
                    }
                    for node in places
                ],
                "devices": [
                    {
                        "id": device.device_id,
                        "name": device.name,
                        "code": device.code,
                        "status": int(device.status),
                        "organization": device.organization.organization_id,
                    }
                    for device in world.devices.values()
                ],
            }
        )

    async def _device(self, request: web.Request) -> web.Response:
        device = self._cloud.world.devices.get(request.match_info["device_id"])
        if device is None:
            return _json({"error": "there is no such device"}, status=404)
        return _json(
            {
                "status": int(device.status),
                "channels": [
                    {"id": channel.channel_id, "name": channel.name, "online": channel.online}
                    for channel in self._cloud.world.channels(device)
                ],
            }
        )

    async def _show(self, request: web.Request) -> web.Response:
        channel_id = request.match_info["channel_id"]
        if not self._cloud.streaming(channel_id):
            return _json({"error": "the channel sends no picture"}, status=404)
        body = await self._picture(channel_id)
        headers = {"Content-Type": "image/jpeg", "Cache-Control": "no-store"}
        return web.Response(body=body, headers=headers)


def _json(value: object, *, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value)
    return web.Response(status=status, body=body, content_type="application/json")
