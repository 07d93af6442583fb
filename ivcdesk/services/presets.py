"""What this computer knows of presets beyond the device: their pictures, names and order."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivcdesk.api.actions import ChannelId
from ivcdesk.services.ptz_store import PtzStore

PRESETS = range(1, 11)
LARGEST_PICTURE = 64 << 10  # bytes of one JPEG
MOST_PICTURES = 3000  # on the disk; the oldest make way
LONGEST_NAME = 40

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Album:
    """What is known of one channel's presets, each by its number (1 to 10).

    ``pictures`` are JPEG files as bytes; ``order`` holds all ten numbers as they are to be shown.
    """

    names: dict[int, str] = field(default_factory=dict)
    pictures: dict[int, bytes] = field(default_factory=dict)
    order: tuple[int, ...] = tuple(PRESETS)


class Presets:
    """The albums of one account. ``folder`` None keeps pictures in memory alone."""

    def __init__(self, store: PtzStore, scope: str, folder: Path | None) -> None:
        self._store = store
        self._scope = scope
        self._folder = None if folder is None else folder / "presets" / scope
        self._in_memory: dict[ChannelId, dict[int, bytes]] = {}

    async def album(self, channel_id: ChannelId) -> Album:
        """Return what is known of a channel's presets."""
        names = await self._store.names(self._scope, channel_id)
        order = await self._store.order(self._scope, channel_id)
        folder = self._folder_of(channel_id)
        if folder is None:
            pictures = dict(self._in_memory.get(channel_id, {}))
        else:
            pictures = await asyncio.to_thread(_read_pictures, folder)
        return Album(names, pictures, whole_order(order))

    async def rename(self, channel_id: ChannelId, number: int, name: str) -> None:
        """Give a preset a name on this computer; an empty one leaves it the device's."""
        await self._store.keep_name(
            self._scope, channel_id, number, " ".join(name.split())[:LONGEST_NAME]
        )

    async def arrange(self, channel_id: ChannelId, order: Sequence[int]) -> None:
        """Show a channel's presets in another order."""
        await self._store.keep_order(self._scope, channel_id, whole_order(order))

    async def keep_picture(self, channel_id: ChannelId, number: int, jpeg: bytes) -> bool:
        """Keep a preset's picture; False where it is too large or can't be written."""
        if len(jpeg) > LARGEST_PICTURE:
            return False
        folder = self._folder_of(channel_id)
        if folder is None:
            self._in_memory.setdefault(channel_id, {})[number] = jpeg
            return True
        return await asyncio.to_thread(_write_picture, folder, number, jpeg)

    async def forget(self, channel_id: ChannelId, number: int) -> None:
        """Forget name and picture of a preset that was deleted."""
        await self._store.keep_name(self._scope, channel_id, number, "")
        self._in_memory.get(channel_id, {}).pop(number, None)
        if (folder := self._folder_of(channel_id)) is not None:
            await asyncio.to_thread(_remove_picture, folder, number)

    def _folder_of(self, channel_id: ChannelId) -> Path | None:
        if self._folder is None:
            return None
        # an id may hold what no file system takes
        return self._folder / hashlib.sha256(channel_id.encode()).hexdigest()[:24]


def whole_order(numbers: Iterable[int]) -> tuple[int, ...]:
    """Return all ten numbers, those that are named first and as they were."""
    known = dict.fromkeys(number for number in numbers if number in PRESETS)
    return (*known, *(number for number in PRESETS if number not in known))


def moved(order: Sequence[int], number: int, place: int) -> tuple[int, ...]:
    """Return the order with a preset moved to a place (0 to 9); the others close the gap."""
    rest = [other for other in order if other != number]
    rest.insert(min(max(place, 0), len(rest)), number)
    return tuple(rest)


def _read_pictures(folder: Path) -> dict[int, bytes]:
    found = {}
    for number in PRESETS:
        try:
            path = folder / f"{number}.jpg"
            if path.stat().st_size <= LARGEST_PICTURE:
                found[number] = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            _log.warning("a preset's picture can't be read: %s", error.strerror)
    return found


def _write_picture(folder: Path, number: int, jpeg: bytes) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".picture.")
        scratch = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(jpeg)
            scratch.replace(folder / f"{number}.jpg")
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
        _make_room(folder.parent.parent)
    except OSError as error:
        _log.warning("a preset's picture can't be kept: %s", error.strerror)
        return False
    return True


def _remove_picture(folder: Path, number: int) -> None:
    try:
        (folder / f"{number}.jpg").unlink(missing_ok=True)
    except OSError as error:
        _log.warning("a preset's picture can't be removed: %s", error.strerror)


def _make_room(folder: Path) -> None:
    """Remove the oldest pictures of all accounts where there are too many."""
    pictures = list(folder.glob("*/*/*.jpg"))
    if len(pictures) > MOST_PICTURES:
        pictures.sort(key=lambda path: path.stat().st_mtime)
        for path in pictures[: len(pictures) - MOST_PICTURES]:
            path.unlink(missing_ok=True)
