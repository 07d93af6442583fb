"""All items of a listing as one stream, the next page being fetched while this one is read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from ivcdesk.api.actions.base import Action, Listing
from ivcdesk.api.pacing import Priority

if TYPE_CHECKING:
    from ivcdesk.api.client import CloudClient

T = TypeVar("T")


async def pages(
    client: CloudClient,
    action: Action[Listing[T]],
    *,
    page_size: int = 200,
    region: str | None = None,
    priority: Priority = Priority.USER,
) -> AsyncIterator[list[T]]:
    """Yield the items page by page, from the action's own page number (1 unless given) on.

    Raises what a call raises. The page after the one being read is already on its way; leaving the
    loop early needs ``contextlib.aclosing`` to drop it at once.
    """
    number = cast("int | None", getattr(action, "page_number", None)) or 1

    def fetch(page: int) -> asyncio.Task[Listing[T]]:
        asked: Any = msgspec.structs.replace(action, page_number=page, page_size=page_size)
        return asyncio.create_task(client.call(asked, region=region, priority=priority))

    ahead: asyncio.Task[Listing[T]] | None = fetch(number)
    try:
        while ahead is not None:
            page = await ahead
            ahead = None
            items = page.items
            seen = number * page_size
            number += 1
            if items and (seen < page.total or (page.total == 0 and len(items) == page_size)):
                ahead = fetch(number)
            yield items
    finally:
        if ahead is not None:
            ahead.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await ahead


async def items(
    client: CloudClient,
    action: Action[Listing[T]],
    *,
    page_size: int = 200,
    region: str | None = None,
    priority: Priority = Priority.USER,
) -> AsyncIterator[T]:
    """Yield every item of a listing; see :func:`pages`."""
    stream = pages(client, action, page_size=page_size, region=region, priority=priority)
    async with contextlib.aclosing(cast("Any", stream)):
        async for page in stream:
            for item in page:
                yield item
