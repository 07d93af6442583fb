"""FLV: header, script data and video tags."""

from __future__ import annotations

import struct

from ivcdesk.simulator.media.encoder import Format, Unit

VIDEO, SCRIPT = 9, 18
HEADER = b"FLV\x01\x01\x00\x00\x00\x09\x00\x00\x00\x00"


def tag(kind: int, ms: int, body: bytes) -> bytes:
    """Return a tag with the size field that follows it."""
    ms &= 0xFFFFFFFF
    return b"".join(
        (
            bytes((kind,)),
            len(body).to_bytes(3, "big"),
            (ms & 0xFFFFFF).to_bytes(3, "big"),
            bytes((ms >> 24,)),
            b"\0\0\0",
            body,
            (len(body) + 11).to_bytes(4, "big"),
        )
    )


def decoder_config(parameter_sets: tuple[bytes, ...]) -> bytes:
    """Return the AVCDecoderConfigurationRecord of one SPS and one PPS."""
    sps = next(nal for nal in parameter_sets if nal[0] & 31 == 7)
    pps = next(nal for nal in parameter_sets if nal[0] & 31 == 8)
    return b"".join(
        (
            bytes((1, sps[1], sps[2], sps[3], 0xFF, 0xE1)),
            struct.pack(">H", len(sps)),
            sps,
            b"\x01",
            struct.pack(">H", len(pps)),
            pps,
        )
    )


def metadata(stream: Format) -> bytes:
    """Return the body of an ``onMetaData`` script tag."""
    facts = {
        "width": stream.width,
        "height": stream.height,
        "framerate": stream.fps,
        "videodatarate": stream.bitrate / 1000,
        "videocodecid": 7,
    }
    body = [b"\x02", _name("onMetaData"), b"\x08", struct.pack(">I", len(facts))]
    body += [_name(key) + b"\x00" + struct.pack(">d", value) for key, value in facts.items()]
    return b"".join((*body, b"\x00\x00\x09"))


def opening(stream: Format) -> bytes:
    """Return what every FLV stream of a format begins with."""
    config = b"\x17\x00\x00\x00\x00" + decoder_config(stream.parameter_sets)
    return HEADER + tag(SCRIPT, 0, metadata(stream)) + tag(VIDEO, 0, config)


def video_body(unit: Unit) -> bytes:
    """Return the body of a video tag."""
    parts = [b"\x17" if unit.key else b"\x27", b"\x01\x00\x00\x00"]
    for nal in unit.nals:
        parts += (struct.pack(">I", len(nal)), nal)
    return b"".join(parts)


def video_tag(unit: Unit) -> bytes:
    """Return one picture as a tag."""
    return tag(VIDEO, unit.ms, video_body(unit))


def _name(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
