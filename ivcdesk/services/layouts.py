"""Arrangements of live pictures that were given a name, for each account, kept on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ivcdesk.api.actions import ChannelId
from ivcdesk.services.readable_file import ReadableFile

MOST = 200
"""How many layouts an account can have."""
LONGEST_NAME = 60


class Place(msgspec.Struct, frozen=True):
    """What one place of the grid shows: "" for nothing.

    ``name`` is what the channel was called when the layout was saved, for the day when it is
    gone from the directory.
    """

    channel: ChannelId = ChannelId("")
    quality: Literal["main", "sub"] = "sub"
    name: str = ""


class Layout(msgspec.Struct, frozen=True):
    """A named arrangement of the grid, and what its places show, the first one first."""

    name: str
    arrangement: str
    places: tuple[Place, ...] = ()


class TooMany(Exception):
    """The account has as many layouts as it can have."""


class _Shelf(msgspec.Struct):
    layouts: list[Layout] = []
    last: str = ""


_Book = dict[str, _Shelf]
_decoder = msgspec.json.Decoder(_Book)


class Layouts:
    """The layouts of one account (``scope``) in the one readable file of all accounts.

    ``path`` None keeps them in memory. The file is written whole or not at all; what other
    accounts keep in it stays; one that can't be read is moved aside.
    """

    def __init__(self, path: Path | None, scope: str) -> None:
        self._scope = scope
        self._book: _Book = {}
        self._file = ReadableFile(path, "the layouts", _decoder, self._take, lambda: self._book)

    @property
    def all(self) -> Sequence[Layout]:
        """The layouts, by name as people sort names."""
        return sorted(self._shelf.layouts, key=lambda each: each.name.casefold())

    @property
    def last(self) -> Layout | None:
        """The one that was used last, None where it is gone or there was none."""
        return self.named(self._shelf.last)

    def named(self, name: str) -> Layout | None:
        """Return the layout of this name; capitals make no difference."""
        wanted = _key(name)
        return next((each for each in self._shelf.layouts if _key(each.name) == wanted), None)

    async def load(self) -> None:
        """Read the file, once; whoever comes meanwhile waits for the same reading."""
        await self._file.load()

    def save(self, layout: Layout) -> Layout:
        """Keep a layout, instead of one of the same name, and return it as it is kept.

        Raises ValueError where its name is empty, TooMany where there is no room.
        """
        name = clean_name(layout.name)
        if not name:
            raise ValueError("a layout has a name")
        kept = msgspec.structs.replace(layout, name=name)
        others = [each for each in self._shelf.layouts if _key(each.name) != _key(name)]
        if len(others) >= MOST:
            raise TooMany
        self._shelf.layouts = [*others, kept]
        self._shelf.last = name
        self._file.save_soon()
        return kept

    def rename(self, name: str, other: str) -> Layout:
        """Call a layout something else. Raises KeyError, or ValueError where that can't be."""
        layout, other = self.named(name), clean_name(other)
        if layout is None:
            raise KeyError(name)
        taken = self.named(other)
        if not other or (taken is not None and taken is not layout):
            raise ValueError("a layout has a name, and one of its own")
        renamed = msgspec.structs.replace(layout, name=other)
        shelf = self._shelf
        shelf.layouts = [renamed if each is layout else each for each in shelf.layouts]
        if _key(shelf.last) == _key(name):
            shelf.last = other
        self._file.save_soon()
        return renamed

    def delete(self, name: str) -> None:
        """Forget a layout; one that is not there is no trouble."""
        shelf = self._shelf
        shelf.layouts = [each for each in shelf.layouts if _key(each.name) != _key(name)]
        if _key(shelf.last) == _key(name):
            shelf.last = ""
        self._file.save_soon()

    def use(self, name: str) -> None:
        """Remember which one is used, "" for none, for the next start."""
        if name != self._shelf.last:
            self._shelf.last = name
            self._file.save_soon()

    async def close(self) -> None:
        """Wait until everything is on the disk."""
        await self._file.close()

    @property
    def _shelf(self) -> _Shelf:
        return self._book.setdefault(self._scope, _Shelf())

    def _take(self, found: _Book) -> None:
        mine = self._book.get(self._scope)
        self._book = found
        if mine is not None:
            # What was done while the file was being read is newer than the file.
            shelf = self._shelf
            names = {_key(each.name) for each in mine.layouts}
            older = [each for each in shelf.layouts if _key(each.name) not in names]
            shelf.layouts = [*older, *mine.layouts]
            shelf.last = mine.last or shelf.last


def clean_name(name: str) -> str:
    """Return a name as it is kept: on one line, without spaces around it, not too long."""
    return " ".join(name.split())[:LONGEST_NAME].strip()


def _key(name: str) -> str:
    return name.casefold()
