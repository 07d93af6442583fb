"""Finds what the user means among a hundred thousand names, a few milliseconds at a time."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LIMIT = 60
"""How many results are worth showing."""

_CANDIDATES = 800
_SAMPLE = 200_000
_SLICE = 3000


class Entry(NamedTuple):
    """Something that can be chosen: ``kind`` and ``key`` say what, the rest is for the eye.

    ``weight`` lifts a whole kind above the others where the match is equally good.
    """

    kind: str
    key: str
    title: str
    detail: str = ""
    icon: str = ""
    shortcut: str = ""
    weight: int = 0


class Match(NamedTuple):
    """An entry with its rank; smaller ranks come first."""

    rank: tuple[int, int, int, int]
    entry: Entry


class PaletteIndex:
    """An unchanging list of entries that can be searched by substrings and by scattered letters."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.entries = tuple(entries)
        lines = [f"{e.title}\t{e.detail} {e.key}".casefold().replace("\n", " ") for e in entries]
        self._lines = lines
        self._text = "\n" + "\n".join(lines) + "\n"
        self._starts: list[int] = []
        position = 1
        for line in lines:
            self._starts.append(position)
            position += len(line) + 1

    def search(self, query: str) -> list[Match]:
        """Return entries that hold every word of the query, best first."""
        words = query.casefold().split()
        if not words:
            return []
        seen: dict[int, Match] = {}
        # The rarest word leaves the fewest lines to look at; a sample tells well enough which.
        pivot = min(words, key=lambda word: (self._text.count(word, 0, _SAMPLE), -len(word)))
        if pivot not in self._text:
            return []
        for pattern in ("\n" + words[0], " " + pivot, pivot):
            for number in self._holding(pattern):
                if number not in seen and all(word in self._lines[number] for word in words):
                    seen[number] = Match(self._rank(number, words), self.entries[number])
            if len(seen) >= LIMIT:
                break
        return sorted(seen.values())[:LIMIT]

    def scattered(self, query: str) -> Iterator[list[Match]]:
        """Yield, slice by slice, entries whose title has the query's letters in this order."""
        letters = "".join(query.casefold().split())
        if len(letters) < 2:
            return
        steps = "".join(f"[^{re.escape(letter)}\\n\\t]*+{re.escape(letter)}" for letter in letters)
        pattern = re.compile(f"^{steps}", re.MULTILINE)
        for first in range(0, len(self._starts), _SLICE):
            start = self._starts[first]
            last = min(first + _SLICE, len(self._starts))
            end = self._starts[last] if last < len(self._starts) else len(self._text)
            found = []
            for match in pattern.finditer(self._text, start, end):
                number = bisect_right(self._starts, match.start()) - 1
                entry = self.entries[number]
                found.append(Match((9, match.end() - match.start(), -entry.weight, number), entry))
            yield sorted(found)[:LIMIT]

    def _holding(self, pattern: str) -> Iterator[int]:
        """Yield the numbers of lines that hold a text, up to a bound."""
        position = 0
        for _ in range(_CANDIDATES):
            position = self._text.find(pattern, position)
            if position < 0:
                return
            number = bisect_right(self._starts, position + 1) - 1
            yield number
            position = self._starts[number] + len(self._lines[number])

    def _rank(self, number: int, words: Sequence[str]) -> tuple[int, int, int, int]:
        title, _, detail = self._lines[number].partition("\t")
        entry = self.entries[number]
        whole = " ".join(words)
        if title == whole:
            quality = 0
        elif title.startswith(whole):
            quality = 1
        elif f" {whole}" in title:
            quality = 2
        elif all(word in title for word in words):
            quality = 3
        elif all(word in title or f" {word}" in f" {detail}" for word in words):
            quality = 4
        else:
            quality = 5
        return quality, -entry.weight, len(title), number
