"""Finds out why a channel shows no picture: asks the cloud, then follows the stream itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol, TypeVar

from ivcdesk.api import AuthError, CloudClient, IvcError
from ivcdesk.api.actions import (
    AccessProtocol,
    Action,
    ChannelId,
    ControlDeviceStream,
    DescribeDeviceChannel,
    DescribeGateway,
    DescribeGBDeviceAddr,
    DescribeUserDevice,
    DescribeVideoBitRate,
    DeviceDetail,
    DeviceId,
    GatewayStatus,
    Result,
    StreamUrls,
)
from ivcdesk.domain.devices import DeviceState
from ivcdesk.domain.diagnosis import PLAUSIBLE_CLOCK_SECONDS, Check, Finding, Verdict
from ivcdesk.services.directory import Directory, state_of
from ivcdesk.services.live import STREAM_TYPES, Quality

R = TypeVar("R", bound=Result)


class Probe(Protocol):
    """Follows one address in a thread; media has one."""

    def run(self) -> None:
        """Go through all steps, blocking."""

    def interrupt(self) -> None:
        """End soon, from any thread."""


MakeProbe = Callable[[str, Callable[[Finding], object]], Probe]


async def diagnose(
    client: CloudClient,
    directory: Directory,
    channel_id: ChannelId,
    quality: Quality,
    make_probe: MakeProbe,
) -> AsyncIterator[Finding]:
    """Give one finding for each :class:`Check`, as soon as it is known.

    Nothing is raised: an error is a finding. Leaving the iteration ends what is under way.
    """
    device_id = _device_of(directory, channel_id)
    detail: DeviceDetail | None = None
    if device_id:
        finding, detail = await _device(client, device_id)
        yield finding
        yield await _channel(client, device_id, channel_id)
    else:
        yield Finding(Check.DEVICE, Verdict.FAILED, "unknown")
        yield Finding(Check.CHANNEL, Verdict.FAILED, "unknown")
    yield await _address(client, detail)
    yield await _gateway(client, detail)
    yield await _bit_rate(client, channel_id)
    issued, urls = await _issued(client, channel_id, quality)
    yield issued
    proxy = Finding(Check.PROXY, Verdict.SKIPPED, "no address")
    missing = {check: Finding(check, Verdict.SKIPPED, "no address") for check in _OF_STREAM}
    if address := urls.flv or urls.hls or urls.rtmp:
        async for finding in _follow(address, make_probe):
            missing.pop(finding.check, None)
            if finding.check is not Check.PROXY:
                yield finding
            else:
                proxy = finding
    for finding in missing.values():
        yield finding
    yield _clock(client)
    yield proxy


_OF_STREAM = (
    Check.RESOLVE,
    Check.CONNECT,
    Check.TLS,
    Check.HTTP,
    Check.CONTAINER,
    Check.CODEC,
    Check.KEY_FRAME,
)


async def _device(client: CloudClient, device_id: DeviceId) -> tuple[Finding, DeviceDetail | None]:
    answer = await _ask(client, Check.DEVICE, DescribeUserDevice(device_id=device_id))
    if isinstance(answer, Finding):
        return answer, None
    state = state_of(answer.data)
    verdict = Verdict.FINE if state is DeviceState.ONLINE else Verdict.FAILED
    if state is DeviceState.UNKNOWN:
        verdict = Verdict.DOUBTFUL
    facts = {"device": answer.data.name or device_id}
    return (
        _finding(Check.DEVICE, verdict, state.value, "DescribeUserDevice", answer, **facts),
        answer.data,
    )


async def _channel(client: CloudClient, device_id: DeviceId, channel_id: ChannelId) -> Finding:
    action = DescribeDeviceChannel(device_id=device_id)
    answer = await _ask(client, Check.CHANNEL, action)
    if isinstance(answer, Finding):
        return answer
    channel = next((c for c in answer.data if c.channel_id == channel_id), None)
    if channel is None:
        return _finding(Check.CHANNEL, Verdict.FAILED, "gone", action.action_name, answer)
    verdict = Verdict.FINE if channel.state == 1 else Verdict.FAILED
    what = "online" if channel.state == 1 else "offline"
    name = channel.name or channel_id
    return _finding(Check.CHANNEL, verdict, what, action.action_name, answer, channel=name)


async def _address(client: CloudClient, detail: DeviceDetail | None) -> Finding:
    if detail is None or detail.access_protocol is not AccessProtocol.GB28181:
        return Finding(Check.ADDRESS, Verdict.SKIPPED, "not gb")
    action = DescribeGBDeviceAddr(device_ids=[detail.device_id])
    answer = await _ask(client, Check.ADDRESS, action)
    if isinstance(answer, Finding):
        return answer
    rows = answer.data.remote_addrs
    seen = next((row.addr for row in rows if row.device_id == detail.device_id), "")
    verdict, what = (Verdict.FINE, "seen") if seen else (Verdict.DOUBTFUL, "unseen")
    return _finding(Check.ADDRESS, verdict, what, action.action_name, answer, address=seen)


async def _gateway(client: CloudClient, detail: DeviceDetail | None) -> Finding:
    if detail is None or not detail.gateway_id:
        return Finding(Check.GATEWAY, Verdict.SKIPPED, "no gateway")
    action = DescribeGateway(gateway_id=detail.gateway_id)
    answer = await _ask(client, Check.GATEWAY, action)
    if isinstance(answer, Finding):
        return answer
    name = answer.data.name or detail.gateway_name or detail.gateway_id
    online = answer.data.status is GatewayStatus.ONLINE
    verdict = Verdict.FINE if online else Verdict.FAILED
    what = "online" if online else "offline"
    return _finding(Check.GATEWAY, verdict, what, action.action_name, answer, gateway=name)


async def _bit_rate(client: CloudClient, channel_id: ChannelId) -> Finding:
    action = DescribeVideoBitRate(channel_ids=[channel_id])
    answer = await _ask(client, Check.BIT_RATE, action)
    if isinstance(answer, Finding):
        return answer
    rows = answer.data.bit_rates
    kbps = next((row.bitrate for row in rows if row.channel_id == channel_id), 0.0)
    # Channels send on demand: nothing is no fault while nobody watches.
    verdict, what = (Verdict.FINE, "sends") if kbps > 0 else (Verdict.SKIPPED, "silent")
    return _finding(Check.BIT_RATE, verdict, what, action.action_name, answer, kbps=round(kbps))


async def _issued(
    client: CloudClient, channel_id: ChannelId, quality: Quality
) -> tuple[Finding, StreamUrls]:
    action = ControlDeviceStream(channel_id=channel_id, stream_type=STREAM_TYPES[quality])
    answer = await _ask(client, Check.ISSUED, action)
    if isinstance(answer, Finding):
        return answer, StreamUrls()
    urls = answer.data
    given = [
        face for face, url in (("FLV", urls.flv), ("HLS", urls.hls), ("RTMP", urls.rtmp)) if url
    ]
    verdict, what = (Verdict.FINE, "given") if given else (Verdict.FAILED, "none")
    kinds = ", ".join(given)
    return _finding(Check.ISSUED, verdict, what, action.action_name, answer, kinds=kinds), urls


async def _follow(address: str, make_probe: MakeProbe) -> AsyncIterator[Finding]:
    """Give what the probe tells, in the moment it does."""
    loop = asyncio.get_running_loop()
    found: asyncio.Queue[Finding | None] = asyncio.Queue()

    def tell(finding: Finding | None) -> None:
        loop.call_soon_threadsafe(found.put_nowait, finding)

    def run() -> None:
        try:
            probe.run()
        finally:
            tell(None)

    probe = make_probe(address, tell)
    work = loop.run_in_executor(None, run)
    try:
        while (finding := await found.get()) is not None:
            yield finding
    finally:
        probe.interrupt()
        await work


def _clock(client: CloudClient) -> Finding:
    offset = client.clock.offset
    if not client.clock.known:
        return Finding(Check.CLOCK, Verdict.SKIPPED, "unknown")
    wrong = abs(offset) > PLAUSIBLE_CLOCK_SECONDS
    verdict = Verdict.DOUBTFUL if wrong else Verdict.FINE
    return Finding(Check.CLOCK, verdict, "off" if wrong else "right", {"seconds": round(-offset)})


async def _ask(client: CloudClient, check: Check, action: Action[R]) -> R | Finding:
    """Return the answer, or a finding that tells the error."""
    try:
        return await client.call(action)
    except IvcError as error:
        what = "signature" if isinstance(error, AuthError) else "refused"
        doubtful = check in (Check.ADDRESS, Check.BIT_RATE, Check.GATEWAY)
        verdict = Verdict.DOUBTFUL if doubtful else Verdict.FAILED
        request_id = error.request_id
        return Finding(
            check, verdict, what, error=error, action=action.action_name, request_id=request_id
        )


def _finding(
    check: Check, verdict: Verdict, what: str, action: str, answer: Result, **facts: object
) -> Finding:
    return Finding(check, verdict, what, facts, action=action, request_id=answer.request_id)


def _device_of(directory: Directory, channel_id: ChannelId) -> DeviceId:
    device = directory.device_of(channel_id)
    return DeviceId("") if device is None else device.device_id
