"""Cameras draw in turns: in the order of arrival, those that are due before the others."""

from __future__ import annotations

import threading
import time

from ivcdesk.simulator.media.turns import Turns


def order_of(arrivals: list[tuple[str, bool]]) -> list[str]:
    """Return who drew when, of those who came in this order while somebody was drawing."""
    turns, drawn = Turns(), []

    def draw(name: str, urgent: bool) -> None:
        turns.wait(urgent=urgent)
        drawn.append(name)
        turns.end()

    turns.wait(urgent=True)
    threads = [threading.Thread(target=draw, args=arrival) for arrival in arrivals]
    for count, thread in enumerate(threads, 1):
        thread.start()
        while turns.waiting < count:
            time.sleep(0.001)
    turns.end()
    for thread in threads:
        thread.join()
    assert turns.waiting == 0
    turns.wait(urgent=False)
    turns.end()
    return drawn


def test_who_comes_first_draws_first() -> None:
    assert order_of([(name, True) for name in "abc"]) == ["a", "b", "c"]


def test_the_urgent_pass_the_patient() -> None:
    assert order_of([("p", False), ("a", True), ("q", False), ("b", True)]) == ["a", "b", "p", "q"]


def test_the_patient_are_not_kept_for_ever() -> None:
    names = [f"u{number}" for number in range(12)]
    drawn = order_of([("p", False), *((name, True) for name in names)])
    assert drawn.index("p") == 2
    assert [name for name in drawn if name != "p"] == names
