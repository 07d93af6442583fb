"""Every action once, in one working life, called by the official SDK and compared key by key."""

from __future__ import annotations

from ivcdesk.simulator.handlers import HANDLERS
from tests.simulator.life import Life
from tests.simulator.referee import Referee


def test_every_action_of_the_reference_is_answered_as_the_reference_says(served, monkeypatch):
    referee = Referee(served, monkeypatch)
    Life(referee).whole()
    assert referee.called == {name for name, (kind, _) in HANDLERS.items() if not kind.since}
    assert len(referee.called) == 91
