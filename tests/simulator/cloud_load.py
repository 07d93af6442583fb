"""What a full house asks of a cloud: viewers of live streams, players of recordings, API callers.

Run as a program of its own, so that the cloud under it has its cores for itself: it reads what to
do as JSON from its standard input and writes what it found, as JSON, to the standard output.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from ivcdesk.api.signing import CONTENT_TYPE, Credential, authorization, signing_key, utc_date

VERSION = "2023-05-17"
REGION = "ap-shanghai"
SEGMENT_SECONDS = 4.0
LANES = 8  # connections of the API callers
_PACKET = 188
_HOLD = 1 << 20  # bytes that a viewer may hold of a tag that is not yet whole


@dataclass
class Report:
    """What one viewer, player or crowd of callers found; times are in seconds."""

    kind: str
    pictures: int = 0
    bytes: int = 0
    longest_gap: float = 0.0
    ended: str = ""
    backwards: int = 0
    latencies: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Caller:
    """Calls the API over one kept connection, with as little work as a signed call needs."""

    def __init__(self, endpoint: str, secret_id: str, secret_key: str) -> None:
        self._credential = Credential(secret_id, secret_key)
        self._address = urlsplit(endpoint)
        self._key: tuple[str, bytes] = ("", b"")
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, action: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the response of an action, an error as it came."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                self._address.hostname, self._address.port
            )
        reader, writer = self._streams
        writer.write(self._request(action, params))
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        response: dict[str, Any] = json.loads(await reader.readexactly(length))["Response"]
        return response

    def _request(self, action: str, params: dict[str, Any]) -> bytes:
        now = int(time.time())
        date = utc_date(now)
        if self._key[0] != date:
            self._key = date, signing_key(self._credential.secret_key, date)
        body = json.dumps(params).encode()
        host = self._address.netloc
        proof = authorization(
            self._credential, action=action, host=host, body=body, timestamp=now, key=self._key[1]
        )
        return (
            f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: {CONTENT_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nAuthorization: {proof}\r\nX-TC-Action: {action}\r\n"
            f"X-TC-Version: {VERSION}\r\nX-TC-Timestamp: {now}\r\nX-TC-Region: {REGION}\r\n\r\n"
        ).encode() + body

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Viewer(asyncio.Protocol):
    """Watches an FLV stream: parses its tags and checks that their times rise without a gap."""

    def __init__(self, address: str) -> None:
        self.report = Report("viewer")
        self.gone = asyncio.get_running_loop().create_future()
        self._address = urlsplit(address)
        self._held = bytearray()
        self._opened = False
        self._last_ms = -1
        self._last_seen = time.monotonic()

    async def watch(self, settle: float, seconds: float) -> Report:
        """Watch for a time, or until the cloud ends the stream, which is a fault of its own.

        What happens before it has settled is not counted.
        """
        loop = asyncio.get_running_loop()
        loop.call_later(settle, self._begin)
        where = (self._address.hostname, self._address.port)
        transport, _ = await loop.create_connection(lambda: self, *where)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.gone), settle + seconds)
            self.report.ended = self.report.ended or "the stream ended"
        self._note_gap()
        transport.abort()
        return self.report

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the way players of HTTP/1.0 do: the answer is the stream and nothing else."""
        assert isinstance(transport, asyncio.Transport)
        address = f"{self._address.path}?{self._address.query}"
        transport.write(f"GET {address} HTTP/1.0\r\nHost: {self._address.netloc}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Take what has come and pass over all tags that are whole."""
        self.report.bytes += len(data)
        held = self._held
        held += data
        place = 0
        if not self._opened:
            place = held.find(b"\r\n\r\n") + 4
            if place < 4 or len(held) < place + 13:
                return
            if b" 200 " not in held[:16] or held[place : place + 3] != b"FLV":
                self.report.ended = held[:40].decode(errors="replace")
                return
            self._opened = True
            place += 13
        while len(held) >= place + 11:
            size = int.from_bytes(held[place + 1 : place + 4], "big")
            if len(held) < place + size + 15:
                break
            ms = int.from_bytes(held[place + 4 : place + 7], "big") | held[place + 7] << 24
            if held[place] == 9:
                self._picture(ms)
            place += size + 15
        del held[:place]
        if len(held) > _HOLD:
            self.report.ended = "no tag ends"

    def connection_lost(self, _problem: Exception | None) -> None:
        """Note the end."""
        if not self.gone.done():
            self.gone.set_result(None)

    def _begin(self) -> None:
        self.report = Report("viewer", ended=self.report.ended)

    def _picture(self, ms: int) -> None:
        self.report.pictures += 1
        if ms < self._last_ms:
            self.report.backwards += 1
        self._last_ms = ms
        self._note_gap()

    def _note_gap(self) -> None:
        now = time.monotonic()
        self.report.longest_gap = max(self.report.longest_gap, now - self._last_seen)
        self._last_seen = now


class Player:
    """Plays an HLS recording at its own pace, over and over, and checks each segment's times."""

    def __init__(self, address: str) -> None:
        self.report = Report("player")
        self._address = address

    async def play(self, settle: float, seconds: float) -> Report:
        """Play for a time; the gap is how long the picture stood still for want of a segment.

        What happens before it has settled is not counted.
        """
        asyncio.get_running_loop().call_later(settle, self._begin)
        end = time.monotonic() + settle + seconds
        try:
            while time.monotonic() < end:
                text = (await self._get(self._address)).decode()
                await self._play_once([x for x in text.splitlines() if x and x[0] != "#"], end)
        except (OSError, ValueError, asyncio.IncompleteReadError) as problem:
            self.report.ended = f"{type(problem).__name__}: {problem}"
        return self.report

    def _begin(self) -> None:
        self.report = Report("player")

    async def _play_once(self, segments: list[str], end: float) -> None:
        begun, last = time.monotonic(), -1
        for number, segment in enumerate(segments):
            # Players keep one segment in hand, and play late what came late.
            wait = begun + (number - 1) * SEGMENT_SECONDS - time.monotonic()
            if wait > end - time.monotonic():
                await asyncio.sleep(max(end - time.monotonic(), 0))
                return
            await asyncio.sleep(max(wait, 0))
            data = await self._get(urljoin(self._address, segment))
            still = max(time.monotonic() - begun - number * SEGMENT_SECONDS, 0)
            begun += still
            if number:
                self.report.longest_gap = max(self.report.longest_gap, still)
            for ms in picture_times(data):
                self.report.pictures += 1
                self.report.backwards += ms < last
                last = ms

    async def _get(self, address: str) -> bytes:
        parts = urlsplit(address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(
                f"GET {parts.path}?{parts.query} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head[:16]:
                raise ValueError(head[:40].decode(errors="replace"))
            body = await reader.read(-1)
        finally:
            writer.close()
        self.report.bytes += len(body)
        return body


def picture_times(data: bytes) -> Iterator[int]:
    """Yield the times (ms) of the pictures of a transport stream; ValueError where it is none."""
    if len(data) % _PACKET:
        raise ValueError("a segment that is no whole number of packets")
    for place in range(0, len(data), _PACKET):
        if data[place] != 0x47:
            raise ValueError("a packet without its first byte")
        if data[place + 1] != 0x41 or data[place + 2]:
            continue
        payload = place + 4
        if data[place + 3] & 0x20:
            payload += 1 + data[payload]
        stamp = data[payload + 9 : payload + 14]
        ticks = (stamp[0] >> 1 & 7) << 30 | (stamp[1] << 7 | stamp[2] >> 1) << 15
        yield (ticks | stamp[3] << 7 | stamp[4] >> 1) // 90


async def call_steadily(task: dict[str, Any], settle: float, seconds: float) -> Report:
    """Call one after the other, at a task's ``rate``/s whatever the answers take, on a few lanes.

    How long the answers take is not noted before it has settled.
    """
    report = Report("callers")
    free: asyncio.Queue[Caller] = asyncio.Queue()
    callers = [_caller(task) for _ in range(LANES)]
    for caller in callers:
        free.put_nowait(caller)

    async def one(action: str, params: dict[str, Any]) -> None:
        asked = time.monotonic()
        caller = await free.get()
        try:
            response = await caller.call(action, params)
            if asked > begun + settle:
                report.latencies.append(time.monotonic() - asked)
            if "Error" in response:
                report.refused.append(f"{action}: {response['Error']['Code']}")
        except (OSError, asyncio.IncompleteReadError) as problem:
            report.refused.append(f"{action}: {type(problem).__name__}")
            caller.close()
        finally:
            free.put_nowait(caller)

    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number, (action, params) in enumerate(itertools.cycle(task["calls"])):
            due = begun + number / task["rate"]
            if due > begun + settle + seconds:
                break
            await asyncio.sleep(max(due - time.monotonic(), 0))
            group.create_task(one(action, params))
    for caller in callers:
        caller.close()
    return report


async def found(
    task: dict[str, Any], channels: int, recordings: int, at: int, devices: int | None = None
) -> dict[str, Any]:
    """Return what a house of so many channels asks for: streams, recordings, and calls.

    The channels lie evenly over all of the first ``devices`` that show a picture. Two people
    watch each: both the sub stream, as a wall of tiles does, but one of every eighth channel's
    the main stream. ``at`` (s since the epoch) is when the recordings begin; they are ten minutes
    long, and each begins a little later than the one before.
    """
    caller = _caller(task)
    roots = await caller.call("DescribeOrganization", {})
    top = [row["OrganizationId"] for row in roots["Data"] if row["Level"] == 1]
    listed: list[dict[str, Any]] = []
    for organization in top:
        page = {"OrganizationId": organization, "IsContainSubLevel": True, "PageSize": 500}
        listed += (await caller.call("ListDevices", page))["Data"]
    shown: list[dict[str, Any]] = []
    for number, device in enumerate([row for row in listed if row["Status"] == 1][:devices]):
        asked = {"DeviceId": device["DeviceId"]}
        rows = (await caller.call("DescribeDeviceChannel", asked))["Data"]
        shown += [row for row in rows if row["Status"] == 1]
        if number % 18 == 17:
            await asyncio.sleep(1)  # more than 20 calls of one action a second are refused
    chosen = [shown[number * len(shown) // channels] for number in range(channels)]
    watched, played = [], []
    for number, row in enumerate(chosen):
        for viewer in range(2):
            kind = "1" if viewer and number % 8 == 0 else "2"
            asked = {"ChannelId": row["ChannelId"], "StreamType": kind}
            data = (await caller.call("ControlDeviceStream", asked))["Data"]
            watched.append(data["Flv"])
        if number % 9 == 8:
            await asyncio.sleep(1)
    for row in chosen:
        if len(played) < recordings and row["Region"] == REGION:
            start = at + 60 * len(played)
            asked = {"ChannelId": row["ChannelId"], "StartTime": start, "EndTime": start + 600}
            data = (await caller.call("DescribeRecordPlaybackUrl", asked))["Data"]
            played.append(data["Hls"])
    caller.close()
    return {"watch": watched, "play": played, "calls": list(_calls(chosen, top[0]))}


def _calls(chosen: list[dict[str, Any]], organization: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the calls of a desk at work; no action more often than every fifth time."""
    page = {"PageNumber": 1, "PageSize": 100}
    for row in chosen:
        device, channel = {"DeviceId": row["DeviceId"]}, {"ChannelId": row["ChannelId"]}
        yield "ListDevices", {"OrganizationId": organization, "IsContainSubLevel": True}
        yield "DescribeUserDevice", device
        yield "DescribeDeviceChannel", device
        yield "ControlDeviceStream", {**channel, "StreamType": "2"}
        yield "DescribeOrganization", {}
        yield "ListOrganizationChannels", {"OrganizationId": organization, **page}
        yield "DescribeVideoBitRate", {"ChannelIds": [row["ChannelId"]]}


async def run(task: dict[str, Any]) -> list[Report]:
    """Do what a task says for ``settle`` and then ``seconds`` more: watch, play, and call."""
    times = (task["settle"], task["seconds"])
    work = [Viewer(address).watch(*times) for address in task.get("watch", ())]
    work += [Player(address).play(*times) for address in task.get("play", ())]
    if task.get("rate"):
        work.append(call_steadily(task, *times))
    return list(await asyncio.gather(*work))


def _caller(task: dict[str, Any]) -> Caller:
    return Caller(task["endpoint"], task["secret_id"], task["secret_key"])


if __name__ == "__main__":
    reports = asyncio.run(run(json.load(sys.stdin)))
    json.dump([asdict(report) for report in reports], sys.stdout)
