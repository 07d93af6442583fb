"""FLV: header, script data, tags of video and sound."""

from __future__ import annotations

import struct

from ivcdesk.simulator.media.encoder import Format, Sound, Unit, nal_kind

AUDIO, VIDEO, SCRIPT = 8, 9, 18

_AAC = b"\xaf"
# Sound format, 16 bit, mono; the rate field means nothing for G.711, which has one rate.
_G711 = {"g711a": b"\x72", "g711u": b"\x82"}
_SOUND_IDS = {"aac": 10, "g711a": 7, "g711u": 8}
_HVC1 = b"hvc1"
_HVC1_ID = int.from_bytes(_HVC1, "big")


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


def header(stream: Format) -> bytes:
    """Return the file's header; it claims sound only where there is some."""
    return b"FLV\x01" + (b"\x05" if stream.sound else b"\x01") + b"\x00\x00\x00\x09\x00\x00\x00\x00"


def decoder_config(stream: Format) -> bytes:
    """Return the decoder configuration record of H.264 (avcC) or H.265 (hvcC)."""
    return _avcc(stream) if stream.codec == "h264" else _hvcc(stream)


def _avcc(stream: Format) -> bytes:
    sps = next(nal for nal in stream.parameter_sets if nal[0] & 31 == 7)
    pps = next(nal for nal in stream.parameter_sets if nal[0] & 31 == 8)
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


def _hvcc(stream: Format) -> bytes:
    sps = next(nal for nal in stream.parameter_sets if nal_kind("h265", nal) == 33)
    # Two bytes of NAL header and one of ids, then profile, tier and level.
    profile = sps.replace(b"\0\0\3", b"\0\0")[3:15]
    parts = [
        b"\x01",
        profile,
        # No segmentation, no parallelism said; 4:2:0; 8 bit; one layer; lengths of four bytes.
        b"\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f",
        bytes((len(stream.parameter_sets),)),
    ]
    parts += [
        struct.pack(">BHH", 0x80 | nal_kind("h265", nal), 1, len(nal)) + nal
        for nal in stream.parameter_sets
    ]
    return b"".join(parts)


def metadata(stream: Format) -> bytes:
    """Return the body of an ``onMetaData`` script tag."""
    facts: dict[str, float] = {
        "width": stream.width,
        "height": stream.height,
        "framerate": stream.fps,
        "videodatarate": stream.bitrate / 1000,
        "videocodecid": 7 if stream.codec == "h264" else _HVC1_ID,
    }
    if stream.sound:
        facts["audiocodecid"] = _SOUND_IDS[stream.sound.codec]
        facts["audiosamplerate"] = stream.sound.rate
    body = [b"\x02", _name("onMetaData"), b"\x08", struct.pack(">I", len(facts))]
    body += [_name(key) + b"\x00" + struct.pack(">d", value) for key, value in facts.items()]
    return b"".join((*body, b"\x00\x00\x09"))


def first_tags(stream: Format) -> list[tuple[int, bytes]]:
    """Return kind and body of the tags that every stream of a format begins with."""
    config = decoder_config(stream)
    picture = b"\x17\x00\x00\x00\x00" if stream.codec == "h264" else b"\x90" + _HVC1
    tags = [(SCRIPT, metadata(stream)), (VIDEO, picture + config)]
    if stream.sound and stream.sound.codec == "aac":
        tags.append((AUDIO, _AAC + b"\x00" + stream.sound.config))
    return tags


def opening(stream: Format) -> bytes:
    """Return the bytes that every FLV stream of a format begins with."""
    return header(stream) + b"".join(tag(kind, 0, body) for kind, body in first_tags(stream))


def body(stream: Format, unit: Unit) -> tuple[int, bytes]:
    """Return kind and body of a unit's tag."""
    if unit.sound:
        return AUDIO, _sound_head(stream.sound) + unit.nals[0]
    delay = unit.delay.to_bytes(3, "big", signed=True)
    if stream.codec == "h264":
        parts = [b"\x17" if unit.key else b"\x27", b"\x01", delay]
    elif unit.delay:
        parts = [b"\x91" if unit.key else b"\xa1", _HVC1, delay]
    else:
        # The enhanced form: a coded frame without a composition time.
        parts = [b"\x93" if unit.key else b"\xa3", _HVC1]
    for nal in unit.nals:
        parts += (struct.pack(">I", len(nal)), nal)
    return VIDEO, b"".join(parts)


def unit_tag(stream: Format, unit: Unit) -> bytes:
    """Return one picture, or frame of sound, as a tag."""
    kind, content = body(stream, unit)
    return tag(kind, unit.ms, content)


def _sound_head(sound: Sound | None) -> bytes:
    if sound is None or sound.codec == "aac":
        return _AAC + b"\x01"
    return _G711[sound.codec]


def _name(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
