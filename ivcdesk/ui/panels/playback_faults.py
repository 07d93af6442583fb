"""What was wrong with a device's list of recordings, in words."""

from __future__ import annotations

from ivcdesk.domain.coverage import Untidy
from ivcdesk.ui.text import mark, tr

_WORDS = {
    Untidy.INCOMPLETE: mark("cut short"),
    Untidy.MANY: mark("thousands of pieces"),
    Untidy.OVERLAPPING: mark("overlapping"),
    Untidy.UNSORTED: mark("out of order"),
    Untidy.EMPTY: mark("empty pieces"),
    Untidy.OUTSIDE: mark("pieces of other times"),
}


def fault_words(faults: Untidy) -> str:
    """Return what was put right, empty where the lists were in order."""
    found = [tr(words) for fault, words in _WORDS.items() if fault in faults]
    if not found:
        return ""
    return tr("the device's list was put right: {faults}", faults=", ".join(found))
