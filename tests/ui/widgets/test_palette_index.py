from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.ui.widgets.palette_index import LIMIT, Entry, PaletteIndex

ENTRIES = [
    Entry("action", "live", "Live", weight=3),
    Entry("action", "full_screen", "Full screen", weight=3),
    Entry("channel", "c1", "PTZ Gate North", "Port of Shanghai / Gate 3 NVR", weight=2),
    Entry("channel", "c2", "Gate", "Port of Shanghai / Gate 3 NVR", weight=2),
    Entry("channel", "c3", "堆场 Yard dome", "Port of Shanghai / Yard", weight=2),
    Entry("device", "d1", "Gate 3 NVR", "Port of Shanghai · GB-0042", weight=1),
    Entry("organization", "o1", "Port of Shanghai", "East / Port of Shanghai"),
]
INDEX = PaletteIndex(ENTRIES)


def keys(query: str) -> list[str]:
    return [match.entry.key for match in INDEX.search(query)]


def scattered(query: str) -> list[str]:
    return [match.entry.key for found in INDEX.scattered(query) for match in found]


def test_whole_names_come_before_beginnings_before_insides():
    assert keys("gate") == ["c2", "d1", "c1"]


def test_all_words_count_in_any_order_and_place():
    assert keys("north gate") == ["c1"]
    assert keys("gate shanghai") == ["c2", "c1", "d1"]
    assert keys("0042") == ["d1"]
    assert keys("堆场") == ["c3"]


def test_case_does_not_matter_and_spaces_do_not_either():
    assert keys("  FULL   Screen ") == ["full_screen"]


def test_ids_are_found():
    assert keys("c3")[0] == "c3"


def test_nothing_is_found_where_nothing_is():
    assert keys("") == []
    assert keys("zzz") == []
    assert scattered("zzz") == []
    assert PaletteIndex().search("a") == []
    assert list(PaletteIndex().scattered("ab")) == []


def test_scattered_letters_are_found_in_order_within_a_title():
    assert scattered("pgn") == ["c1"]
    assert scattered("ngp") == []
    assert scattered("ful scr") == ["full_screen"]


def test_no_more_than_can_be_looked_at():
    many = PaletteIndex([Entry("channel", str(n), f"Camera {n}") for n in range(5000)])
    assert len(many.search("camera")) == LIMIT
    assert many.search("camera 4999")[0].entry.key == "4999"
    assert sum(1 for _ in many.scattered("cmr")) > 1


@given(st.text(max_size=30), st.lists(st.text(max_size=20), max_size=30))
def test_no_text_upsets_it(query, titles):
    index = PaletteIndex([Entry("channel", str(n), title) for n, title in enumerate(titles)])
    found = [match.entry for match in index.search(query)]
    assert all(
        all(
            word in f"{e.title} {e.key}".casefold().replace("\n", " ")
            for word in query.casefold().split()
        )
        for e in found
    )
    for part in index.scattered(query):
        assert all(match.entry in index.entries for match in part)


@given(st.sampled_from(ENTRIES), st.data())
def test_any_part_of_a_name_finds_it(entry, data):
    start = data.draw(st.integers(0, len(entry.title) - 1))
    end = data.draw(st.integers(start + 1, len(entry.title)))
    part = entry.title[start:end]
    if part.strip():
        assert entry.key in keys(part)
