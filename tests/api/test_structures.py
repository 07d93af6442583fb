"""What holds for every structure, with or without the reference at hand."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import Action, Result, wire_name
from ivcdesk.api.decoding import decode
from tests.api.reference import action_classes, structure_classes


def test_there_are_114_actions_that_know_their_names_and_results():
    assert len(action_classes()) == 114
    for name, kind in action_classes().items():
        assert kind.__name__ == kind.action_name == name
        assert issubclass(kind.result, Result)
        assert kind.seconds in (5.0, 20.0, 30.0)


@pytest.mark.parametrize(
    ("field", "wire"),
    [
        ("organization_id", "OrganizationId"),
        ("sn_code", "SNCode"),
        ("ptz_type", "PTZType"),
        ("ai_result_count", "AIResultCount"),
        ("vl_plan_id", "VLPlanId"),
        ("f_mp4", "FMp4"),
        ("list_", "List"),
    ],
)
def test_names_are_spelt_as_the_cloud_spells_them(field, wire):
    assert wire_name(field) == wire


def test_actions_are_values():
    jog = action_classes()["ControlDevicePTZ"]
    one, other = (jog(channel_id="c", type="up", speed=speed) for speed in (1, 2))
    assert one == jog(channel_id="c", type="up", speed=1) != other
    assert hash(one) == hash(jog(channel_id="c", type="up", speed=1))
    with pytest.raises(AttributeError):
        one.speed = 3
    with pytest.raises(TypeError):
        jog(channel_id="c")
    assert isinstance(one, Action)


def test_no_two_structures_share_a_name_and_all_have_a_docstring():
    kinds = structure_classes()
    assert len({kind.__name__ for kind in kinds}) == len(kinds)
    assert all(kind.__doc__ for kind in kinds)


@pytest.mark.parametrize("kind", structure_classes(), ids=lambda kind: kind.__name__)
def test_every_result_field_may_be_missing(kind):
    if issubclass(kind, Result):
        assert decode(b'{"Response":{"RequestId":"r"}}', kind, action="") == kind(request_id="r")
