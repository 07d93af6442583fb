"""Chunks of RTMP in all their forms, cut anywhere; and the values in its commands."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.media import amf
from ivcdesk.media.rtmp import flv_tag, parts_of
from ivcdesk.media.rtmp_chunks import LARGEST, ChunkReader, Message, chunks

TIMES = st.sampled_from([0, 1, 40, 0xFFFFFE, 0xFFFFFF, 0x1000000, 0xFFFFFFF0])


@dataclass
class Sent:
    """What a chunk stream has sent last."""

    ms: int = 0
    step: int = -1
    length: int = -1
    kind: int = -1
    stream: int = -1


class Writer:
    """Writes messages as briefly as it may: each chunk leaves unsaid what the last one said."""

    def __init__(self, size: int, *, repeats: bool = True) -> None:
        self.size = size
        self.repeats = repeats
        self._sent: dict[int, Sent] = {}

    def start(self) -> bytes:
        return b"\x02" + bytes(3) + b"\0\0\x04\x01" + bytes(4) + struct.pack(">I", self.size)

    def pieces(self, number: int, message: Message, brief: bool) -> list[bytes]:
        """The chunks of a message, one by one."""
        sent = self._sent.setdefault(number, Sent())
        kind, stream, ms, body = message
        step = ms - sent.ms & 0xFFFFFFFF
        form = 0
        if brief and sent.stream == stream:
            form = 1
            if (sent.length, sent.kind) == (len(body), kind):
                form = 3 if step == sent.step else 2
        told = ms if form == 0 else step
        self._sent[number] = Sent(ms, told, len(body), kind, stream)
        field = min(told, 0xFFFFFF)
        extended = struct.pack(">I", told) if field == 0xFFFFFF else b""
        head = struct.pack(">I", field)[1:] + struct.pack(">I", len(body))[1:] + bytes((kind,))
        head += struct.pack("<I", stream)
        first = self._basic(form, number) + head[: (11, 7, 3, 0)[form]] + extended
        out = [first + body[: self.size]]
        again = self._basic(3, number) + (extended if self.repeats else b"")
        rest = range(self.size, len(body), self.size)
        return [*out, *(again + body[place : place + self.size] for place in rest)]

    def _basic(self, form: int, number: int) -> bytes:
        if number < 64:
            return bytes((form << 6 | number,))
        if number < 320:
            return bytes((form << 6, number - 64))
        return bytes((form << 6 | 1,)) + struct.pack("<H", number - 64)


def read(data: bytes, step: int) -> list[Message]:
    reader = ChunkReader()
    found = []
    for place in range(0, len(data), step):
        found += reader.feed(data[place : place + step])
    return found


messages = st.builds(
    Message,
    st.sampled_from([8, 9, 18, 20]),
    st.sampled_from([0, 1, 70_000]),
    TIMES,
    st.sampled_from([b"", b"a", b"bc" * 40, bytes(range(256))]),
)


@given(
    talk=st.lists(st.tuples(st.sampled_from([3, 64, 319, 320, 65_000]), messages, st.booleans())),
    size=st.sampled_from([1, 2, 100, 128, 70_000]),
    step=st.sampled_from([1, 2, 3, 7, 100, 1 << 20]),
)
def test_messages_come_back_however_they_are_chunked_and_cut(talk, size, step):
    writer = Writer(size)
    parts = [writer.start()]
    for number, message, brief in talk:
        parts += writer.pieces(number, message, brief)
    assert read(b"".join(parts), step) == [message for _, message, _ in talk]


@given(
    first=messages,
    second=messages,
    order=st.lists(st.booleans(), max_size=20),
    repeats=st.booleans(),
)
def test_messages_of_two_chunk_streams_may_be_mixed(first, second, order, repeats):
    writer = Writer(40, repeats=repeats)
    queues = [writer.pieces(4, first, False), writer.pieces(6, second, False)]
    data = writer.start()
    for choice in [*order, *[False] * 20, *[True] * 20]:
        if queues[choice]:
            data += queues[choice].pop(0)
    assert sorted(read(data, 5)) == sorted([first, second])


def test_a_message_that_is_given_up_leaves_nothing():
    writer = Writer(10)
    begun = writer.pieces(4, Message(9, 1, 5, bytes(25)), False)
    abort = b"\x02" + bytes(3) + b"\0\0\x04\x02" + bytes(4) + struct.pack(">I", 4)
    whole = writer.pieces(4, Message(8, 1, 6, b"x"), False)
    assert read(writer.start() + begun[0] + abort + whole[0], 3) == [Message(8, 1, 6, b"x")]


def test_what_can_not_be_is_refused():
    with pytest.raises(ValueError, match="head"):
        read(b"\xc4abc", 9)
    with pytest.raises(ValueError, match="long"):
        read(b"\x04" + bytes(3) + b"\xff\xff\xff\x09" + bytes(4), 99)


def test_only_so_much_may_be_begun():
    part = LARGEST // 4
    reader = ChunkReader()
    list(reader.feed(Writer(part).start()))
    begun = (2 * part).to_bytes(3, "big") + b"\x09" + bytes(4 + part)
    for number in (4, 5, 6, 7):
        assert list(reader.feed(bytes((number, 0, 0, 0)) + begun)) == []
    refused = False
    try:
        list(reader.feed(bytes((8, 0, 0, 0)) + begun))
    except ValueError:
        refused = True
    assert refused


@given(st.binary(max_size=400))
def test_rubbish_gives_messages_or_an_error_and_nothing_else(data):
    try:
        found = read(data, 7)
    except ValueError:
        return
    assert sum(len(message.body) for message in found) <= len(data)


@given(body=st.binary(max_size=400), number=st.integers(2, 63))
def test_own_messages_can_be_read(body, number):
    assert read(chunks(number, 20, 3, body), 9) == [Message(20, 3, 0, body)]


values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.lists(values, max_size=5))
def test_values_come_back_as_they_were(some):
    assert amf.unpack(amf.pack(*some)) == some


@given(st.binary(max_size=100))
def test_rubbish_is_values_or_a_value_error(data):
    try:
        amf.unpack(data)
    except ValueError:
        return


def test_longer_and_rarer_values():
    assert amf.unpack(amf.pack("é" * 70_000)) == ["é" * 70_000]
    date = b"\x0b" + struct.pack(">dh", 5.0, 0)
    hinted = b"\x08\0\0\0\x01\0\x01a\x06\0\0\x09"
    assert amf.unpack(date + hinted + b"\x05") == [5.0, {"a": None}, None]
    with pytest.raises(ValueError, match="deep"):
        amf.unpack(b"\x0a\0\0\0\x01" * 10)


def test_a_message_of_many_is_taken_apart():
    inner = flv_tag(9, 1000, b"picture") + flv_tag(18, 1000, b"data") + flv_tag(8, 1040, b"sound")
    found = list(parts_of(Message(22, 1, 5000, inner)))
    assert found == [Message(9, 1, 5000, b"picture"), Message(8, 1, 5040, b"sound")]
    with pytest.raises(ValueError, match="cut"):
        list(parts_of(Message(22, 1, 0, inner[:15])))
