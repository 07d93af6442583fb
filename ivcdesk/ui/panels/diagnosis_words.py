"""The checks of a diagnosis in words: their names, what they found, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ivcdesk.domain.diagnosis import Check, Finding, Verdict
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import mark, tr

Explain = Callable[[BaseException], Explanation]

TITLES: Mapping[Check, str] = {
    Check.DEVICE: mark("Device"),
    Check.CHANNEL: mark("Channel"),
    Check.ADDRESS: mark("Address of the device"),
    Check.GATEWAY: mark("Gateway"),
    Check.BIT_RATE: mark("Bit rate at the cloud"),
    Check.ISSUED: mark("Stream address"),
    Check.RESOLVE: mark("Name of the media server"),
    Check.CONNECT: mark("Connection to it"),
    Check.TLS: mark("Encryption"),
    Check.HTTP: mark("Its answer"),
    Check.CONTAINER: mark("Container"),
    Check.CODEC: mark("Codec"),
    Check.KEY_FRAME: mark("First whole picture"),
    Check.CLOCK: mark("Clock of this computer"),
    Check.PROXY: mark("Proxy"),
}

VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.FINE: ("✓", mark("fine")),
    Verdict.DOUBTFUL: ("△", mark("doubtful")),
    Verdict.FAILED: ("✕", mark("failed")),
    Verdict.SKIPPED: ("–", mark("not needed")),
}

_FOUND: Mapping[tuple[Check, str], str] = {
    (Check.DEVICE, "online"): mark("{device} is online"),
    (Check.DEVICE, "offline"): mark("{device} does not talk to the cloud"),
    (Check.DEVICE, "unregistered"): mark("{device} has never registered with the cloud"),
    (Check.DEVICE, "disabled"): mark("{device} is disabled in the cloud"),
    (Check.DEVICE, "unknown"): mark("its state is not known"),
    (Check.CHANNEL, "online"): mark("{channel} is online"),
    (Check.CHANNEL, "offline"): mark("the device says that {channel} is offline"),
    (Check.CHANNEL, "gone"): mark("the device has no such channel any more"),
    (Check.CHANNEL, "unknown"): mark("no device in the tree has it"),
    (Check.ADDRESS, "seen"): mark("the cloud sees it at {address}"),
    (Check.ADDRESS, "unseen"): mark("the cloud does not see it anywhere"),
    (Check.ADDRESS, "not gb"): mark("only GB/T 28181 devices have one"),
    (Check.GATEWAY, "online"): mark("{gateway} is online"),
    (Check.GATEWAY, "offline"): mark("{gateway} is offline, and all devices behind it"),
    (Check.GATEWAY, "no gateway"): mark("the device is not behind a gateway"),
    (Check.BIT_RATE, "sends"): mark("{kbps} kbit/s arrive"),
    (Check.BIT_RATE, "silent"): mark("nothing arrives, as is usual while nobody watches"),
    (Check.ISSUED, "given"): mark("the cloud gives {kinds}"),
    (Check.ISSUED, "none"): mark("the cloud gives no address"),
    (Check.RESOLVE, "resolved"): mark("{host} is {addresses}"),
    (Check.CONNECT, "connected"): mark("{where} answers after {ms} ms"),
    (Check.TLS, "trusted"): mark("the certificate of {host} is trusted"),
    (Check.TLS, "plain"): mark("the address is not an encrypted one"),
    (Check.HTTP, "answered"): mark("HTTP {status}, {type}"),
    (Check.HTTP, "not http"): mark("{protocol} does without"),
    (Check.CONTAINER, "opened"): mark("{format} is understood"),
    (Check.CODEC, "decoded"): mark("{codec}, {size}"),
    (Check.CODEC, "undecoded"): mark("{codec} arrives, but no picture could be made of it"),
    (Check.KEY_FRAME, "shown"): mark("after {seconds} s"),
    (Check.KEY_FRAME, "late"): mark("only after {seconds} s"),
    (Check.KEY_FRAME, "none"): mark("none within {seconds} s"),
    (Check.CLOCK, "right"): mark("right within a minute"),
    (Check.CLOCK, "off"): mark("{seconds} s from the cloud's"),
    (Check.CLOCK, "unknown"): mark("no answer has told the cloud's time"),
    (Check.PROXY, "none"): mark("streams are fetched directly"),
    (Check.PROXY, "used"): mark("streams go through {host}"),
}

_SKIPPED = {
    "no address": mark("there is no address to follow"),
    "not reached": mark("not reached: a check before it failed"),
}

_ADVICE: Mapping[tuple[Check, str], str] = {
    (Check.DEVICE, "offline"): mark(
        "Check its power and its network, and whether it still has the cloud's SIP address, "
        "id and password."
    ),
    (Check.DEVICE, "unregistered"): mark(
        "Type the access parameters of this device into it: its page shows them."
    ),
    (Check.DEVICE, "disabled"): mark("Enable it again on the devices page."),
    (Check.DEVICE, "unknown"): mark("Reload the tree: the device may have been deleted or moved."),
    (Check.CHANNEL, "offline"): mark(
        "The recorder is there but its camera is not: check the camera and the cable to it."
    ),
    (Check.CHANNEL, "gone"): mark("Have the cloud list the device's channels again."),
    (Check.ADDRESS, "unseen"): mark("The device may be behind a firewall that drops SIP."),
    (Check.GATEWAY, "offline"): mark("Check the gateway's power and network first."),
    (Check.ISSUED, "signature"): mark("Check this computer's date, then sign in again."),
    (Check.RESOLVE, "resolve"): mark(
        "This computer's name service does not know the media server. Check DNS and network."
    ),
    (Check.CONNECT, "refused"): mark(
        "The media server refuses. A firewall between here and there may close its port."
    ),
    (Check.CONNECT, "timeout"): mark(
        "The media server does not answer. A firewall may swallow what is sent to its port."
    ),
    (Check.TLS, "tls"): mark(
        "Something in between may be reading along, or this computer's date is wrong."
    ),
    (Check.HTTP, "http"): mark(
        "An address is refused after it has expired or where the channel is banned. Try again; "
        "then look at the bans."
    ),
    (Check.CODEC, "codec"): mark("Set the camera to H.264 or H.265."),
    (Check.CODEC, "undecoded"): mark(
        "Set the camera to H.264 or H.265 without the maker's extras."
    ),
    (Check.KEY_FRAME, "none"): mark(
        "The link may be too slow: try the sub stream. Else shorten the camera's interval of "
        "key frames."
    ),
    (Check.KEY_FRAME, "late"): mark("Shorten the camera's key frame interval to 2 s."),
    (Check.KEY_FRAME, "timeout"): mark(
        "The device has stopped sending. Try the sub stream, or restart the device."
    ),
    (Check.KEY_FRAME, "ended"): mark("The media server has closed the stream. Try again."),
    (Check.CONTAINER, "garbage"): mark(
        "What arrives is no video. A proxy or a login page may have answered."
    ),
    (Check.CONTAINER, "timeout"): mark(
        "The cloud gets nothing from the device. Restart the device's stream or the device."
    ),
    (Check.CLOCK, "off"): mark("Set this computer's clock: signatures are refused otherwise."),
    (Check.PROXY, "refused"): mark("Streams need an HTTP proxy, or none."),
}


def found_words(finding: Finding, explain: Explain) -> str:
    """Say what a check found."""
    known = _FOUND.get((finding.check, finding.what)) or _SKIPPED.get(finding.what)
    if known is not None:
        return tr(known, **finding.facts)
    if finding.error is not None:
        said = explain(finding.error)
        detail = str(finding.facts.get("detail", ""))
        return " · ".join(part for part in (said.title, detail, said.code) if part)
    return finding.what


def cause_words(cause: Finding | None, explain: Explain) -> tuple[str, str]:
    """Say the likeliest cause, and what can be done about it."""
    if cause is None:
        return (
            tr("✓ Nothing is wrong now"),
            tr("The picture should come. If it does not, try it again or copy the report."),
        )
    title = tr("{check}: {found}", check=tr(TITLES[cause.check]), found=found_words(cause, explain))
    advice = _ADVICE.get((cause.check, cause.what))
    hint = tr(advice) if advice else ""
    if not hint and cause.error is not None:
        hint = explain(cause.error).hint
    return f"{VERDICTS[cause.verdict][0]} {title}", hint


def report(
    heading: Sequence[str], findings: Sequence[Finding], cause: str, explain: Explain
) -> str:
    """Return the whole diagnosis as text to send to somebody; it holds no secret."""
    lines = [*heading, ""]
    for finding in findings:
        shape, verdict = VERDICTS[finding.verdict]
        found = found_words(finding, explain)
        line = f"{shape} {tr(TITLES[finding.check])} ({tr(verdict)}): {found}"
        if finding.request_id:
            line += f" [{finding.action} {finding.request_id}]"
        lines.append(line)
    return "\n".join([*lines, "", cause])
