"""The live page in restless hands, for long: ``IVCDESK_PAGE`` sequences (40) of 60 deeds each."""

from __future__ import annotations

import os

import pytest

from tests.ui.panels.conftest import desk_of_live
from tests.ui.panels.live_hands import Hands

__all__ = ["desk_of_live"]

SEQUENCES = int(os.environ.get("IVCDESK_PAGE", "40"))


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_only_what_is_seen_is_pulled_whatever_the_hands_do(desk_of_live, aio, seed):
    aio(Hands(desk_of_live, seed).work(60), 120)
