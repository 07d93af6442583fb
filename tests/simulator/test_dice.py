"""Ids that carry what they name."""

from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.simulator.dice import Identities, dice, number

parts = st.tuples(st.integers(0, 15), st.integers(0, (1 << 28) - 1), st.integers(0, (1 << 16) - 1))


@given(st.integers(0, 1 << 40), parts)
def test_an_id_is_a_uuid_that_tells_what_it_was_made_of(seed, made_of):
    identities = Identities(seed)
    text = identities.make(*made_of)
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text
    )
    assert uuid.UUID(text).version == 4
    assert identities.read(text) == made_of


@given(parts, parts)
def test_different_things_have_different_ids(first, second):
    identities = Identities(1)
    assert (identities.make(*first) == identities.make(*second)) == (first == second)


@given(st.one_of(st.text(max_size=40), st.uuids().map(str)))
def test_an_invented_id_is_recognised(text):
    assert Identities(1).read(text) is None


def test_another_seed_reads_nothing():
    assert Identities(2).read(Identities(1).make(1, 5, 0)) is None


def test_chance_depends_on_the_key_alone():
    assert number("a", 1) == number("a", 1) != number("a", 2)
    assert dice("a", 1).random() == dice("a", 1).random() != dice("b", 1).random()
