"""Codes of picture sizes in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.resolutions import choices, name_of


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("6", "1080P"),
        ("1", "QCIF"),
        ("19201080", "1920×1080"),
        ("12800960", "1280×960"),
        ("640480", "640×480"),
        ("1280720", "1280×720"),
        ("99", "99"),
        ("fine", "fine"),
    ],
)
def test_names(code, name):
    assert name_of(code) == name


def test_choices_keep_their_order_and_come_once():
    assert choices("6/3/6") == ("6", "3")
    assert choices("12800960/640480") == ("12800960", "640480")
    assert choices("") == choices(" / ") == ()


@given(st.text())
def test_any_text_has_choices_with_names(told):
    assert all(name_of(code) for code in choices(told))
