"""Pictures that GB/T 28181 devices take on demand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, ChannelId, DeviceId, Listing, Result, Wire
from ivcdesk.api.actions.rules import (
    GIVEN,
    Between,
    Breach,
    DaysKept,
    PageNumber,
    SecretText,
    in_order,
)


class ControlDeviceSnapshot(Action[Result], frozen=True, kw_only=True):
    """Have a device take 1 to 10 pictures, 1 to 1800 s apart; they are kept 7 days or longer.

    The answer's ``request_id`` is the ``session_id`` of the pictures when they arrive.
    """

    regional: ClassVar[bool] = True
    channel_bound: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    snap_num: Annotated[int, Between(1, 10)]
    interval: Annotated[int, Between(1, 1800, "s")]
    expire: DaysKept | None = None


class Snapshot(Wire, frozen=True, kw_only=True):
    """A picture; its addresses are empty once it is no longer kept.

    ``image_size`` is bytes, times are local texts such as ``2025-01-30 15:20:00``.
    """

    file_name: str = ""
    download_url: SecretText = ""
    image_size: int = 0
    created_time: str = ""
    received_time: str = ""
    preview_url: SecretText = ""
    session_id: str = ""


class SnapshotPage(Listing[Snapshot], frozen=True, kw_only=True):
    """One page of pictures; ``total_count`` counts all pages."""

    data: list[Snapshot] = []
    total_count: int = 0


class ListDeviceSnapshots(Action[SnapshotPage], frozen=True, kw_only=True):
    """List a channel's pictures, today's unless a stretch (seconds) is given.

    At most 2000 a page (else 200). The cloud does not look at ``device_id`` yet.
    """

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    channel_id: Annotated[ChannelId, GIVEN]
    device_id: DeviceId | None = None
    start: int | None = None
    end: int | None = None
    page_number: PageNumber | None = None
    page_size: Annotated[int, Between(1, 2000)] | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty."""
        if self.start is not None and self.end is not None:
            yield from in_order(self.start, self.end)
