"""From a gap on the timeline to what fills it: fetched from the device, or out of the archive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QDialog, QMenu, QPushButton

from ivcdesk.api.actions import ChannelId, DownloadTask
from ivcdesk.api.errors import IvcError
from ivcdesk.domain.backfill import Backup, Chance, best_first
from ivcdesk.domain.exports import whole
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context, Explanation
from ivcdesk.ui.dialogs.opening import opened
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.playback_export import AFTER, BEFORE, videos_folder
from ivcdesk.ui.panels.playback_export_dialog import Camera
from ivcdesk.ui.panels.playback_fetch_dialog import FetchChoice, FetchDialog, FetchFound
from ivcdesk.ui.panels.playback_fetch_orders import is_same, range_orders, task_order
from ivcdesk.ui.panels.playback_gaps import archived_gap, device_gap
from ivcdesk.ui.panels.playback_retrieve_dialog import RetrieveChoice, RetrieveDialog
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import refresh, tr
from ivcdesk.ui.widgets.timeline_lanes import Track

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.downloads import Downloads
    from ivcdesk.services.downloads_jobs import Job, Order
    from ivcdesk.services.recordings import Coverage
    from ivcdesk.services.retrievals import Retrievals
    from ivcdesk.services.session import Session
    from ivcdesk.ui.panels.playback import PlaybackPanel
    from ivcdesk.ui.panels.playback_places import Nowhere, Place
    from ivcdesk.ui.panels.playback_seat import PlaybackSeat

AROUND = 1800.0
"""So much before and after a moment is retrieved unless a range is selected, s."""
_WIDE = 1180


class PlaybackFetch(QObject):
    """Offers what can be done about the gap at the playhead: by ``button``, menu and commands.

    Signals: ``ordered`` (list of jobs) after files were put into the queue, ``retrieving`` after
    tasks of the archive were made.
    """

    ordered = Signal(object)
    retrieving = Signal()

    def __init__(
        self,
        context: Context,
        downloads: Downloads,
        playback: PlaybackPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._downloads = downloads
        self._playback = playback
        self._session: Session | None = None
        self._retrievals: Retrievals | None = None
        self._leave: Callable[[], object] = _nothing
        self._dialog: QDialog | None = None
        self._choice = FetchChoice()
        self._wish = RetrieveChoice()
        self._offer = ""
        self._filling: asyncio.Task[None] | None = None
        self.tasks = TaskScope(self, lambda error: context.notify(context.explain(error)))
        self.button = QPushButton()
        self.button.setObjectName("playback.fetch")
        icons.bind(self.button, self.button.setIcon, "device", 16)
        self.button.clicked.connect(self.open_offered)
        layout = playback.bar.layout()
        if layout is not None:
            layout.addWidget(self.button)
        playback.bar.installEventFilter(self)
        playback.timeline.installEventFilter(self)
        playback.timeline.selection_changed.connect(self._show)
        playback.timeline.seek_committed.connect(self._show)
        playback.timeline.window_moved.connect(self._show)
        playback.ensemble.moved.connect(self._show)
        playback.ensemble.nowhere.connect(self._on_nowhere)
        playback.ensemble.jumped.connect(self._on_jumped)
        playback.grid.focused.connect(self._show)
        playback.grid.seat_made.connect(self._on_seat_made)
        for seat in playback.grid.seats:
            self._on_seat_made(seat)
        refresh(self.button, self._show_again)

    # What the application calls

    def attach(self, session: Session, retrievals: Retrievals) -> None:
        """Work with an account."""
        self._session, self._retrievals = session, retrievals
        self._leave = retrievals.on_restored(self._on_restored)

    def detach(self) -> None:
        """Forget the account."""
        self._leave()
        self._leave, self._session, self._retrievals = _nothing, None, None
        if self._dialog is not None:
            self._dialog.reject()

    async def close(self) -> None:
        """Close what is open."""
        await self.tasks.finish()

    def open_offered(self) -> None:
        """Do what the button offers: fill the gap at the playhead, or fetch a range."""
        if self._offer == "retrieve":
            self.open_retrieve()
        elif self._offer == "backfill":
            self.fill_gap()
        else:
            self.open_fetch()

    def open_fetch(self) -> None:
        """Ask what is to be fetched from devices: the selection, or some minutes."""
        if self._may_ask() and self._session is not None:
            lacking = self._choice.lacking
            work = self._ask_and_fetch(self._session, self._window(), lacking, None)
            self.tasks.start(work, name="fetch")

    def fill_gap(self, t: float | None = None, which: int | None = None) -> None:
        """Have the gap at a moment (the playhead's) that only the device has fetched at once.

        Where a backup plan is going to fetch it, that is said first. What is in the queue already
        is not ordered again, but shown.
        """
        t = self._playback.timeline.position if t is None else t
        track, channel = self._track(which), self._channel(which)
        if which is None and (seat := self._fillable(t)) is not None:
            track, channel = seat.track, seat.channel
        gap = device_gap(track, t) if track is not None else None
        under_way = self._filling is not None and not self._filling.done()
        if under_way or not self._may_ask() or self._session is None:
            return
        if gap is None or channel is None:
            words = tr("There is no gap here that the device could fill")
            hint = tr("Put the playhead on a stretch that is marked “device only”.")
            self._context.notify(Explanation(words, hint))
            return
        self._filling = self.tasks.start(self._fill(self._session, gap, channel), name="fill")

    def open_retrieve(self, t: float | None = None, which: int | None = None) -> None:
        """Ask what is to be retrieved: the selection, or the hour about a moment."""
        if not self._may_ask() or self._session is None or self._retrievals is None:
            return
        timeline = self._playback.timeline
        track = self._track(which)
        at = timeline.position if t is None else t
        if timeline.selection is not None and t is None:
            window = Interval(*timeline.selection)
        else:
            found = archived_gap(track, at) if track is not None else None
            around = Interval(at - AROUND, min(at + AROUND, self._playback.now()))
            window = around
            if found is not None:
                window = Interval(max(found.start, around.start), min(found.end, around.end))
        channel = self._channel(which)
        work = self._ask_and_retrieve(self._session, self._retrievals, whole(window), channel)
        self.tasks.start(work, name="retrieve")

    def save(self, tasks: Sequence[DownloadTask]) -> None:
        """Put the files of tasks that are in the cloud already into the queue."""
        if self._session is not None:
            self.tasks.start(self._save(tasks), name="fetch.save")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the menu of the timeline, and say less where there is little room."""
        if watched is self._playback.bar and event.type() == QEvent.Type.Resize:
            self._show_again()
        elif watched is self._playback.timeline and isinstance(event, QContextMenuEvent):
            self._open_menu(event)
            return True
        return super().eventFilter(watched, event)

    # The timeline

    def _on_seat_made(self, seat: PlaybackSeat) -> None:
        seat.learned.connect(self._show)

    def _track(self, which: int | None = None) -> Track | None:
        """Return a track of the timeline by its number, or that of the channel in focus."""
        tracks = self._playback.timeline.tracks
        if which is not None and 0 <= which < len(tracks):
            return tracks[which]
        return self._playback.grid.focus.track

    def _channel(self, which: int | None) -> ChannelId | None:
        """Return the channel of a track by its number; others may take its place later."""
        shown = self._playback.channels
        return shown[which] if which is not None and 0 <= which < len(shown) else None

    def _fillable(self, t: float) -> PlaybackSeat | None:
        """Return whose gap at a moment its device could fill: the one in focus, or the first."""
        grid = self._playback.grid
        seats = sorted(grid.shown(), key=lambda seat: seat is not grid.focus)
        known = ((seat, seat.track) for seat in seats if seat.track is not None)
        return next((seat for seat, track in known if device_gap(track, t) is not None), None)

    def _open_menu(self, event: QContextMenuEvent) -> None:
        timeline = self._playback.timeline
        if self._session is None or not self._playback.channels:
            return
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        t = timeline.position if by_key else timeline.scale.t(event.pos().x())
        which = None if by_key else timeline.pointed_track
        track = self._track(which)
        menu = QMenu(timeline)
        menu.setObjectName("playback.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        gap = device_gap(track, t) if track is not None else None
        cold = archived_gap(track, t) if track is not None else None
        fill = menu.addAction(tr("Fill this gap from the device"))
        fill.setObjectName("playback.menu.backfill")
        fill.setEnabled(gap is not None)
        fill.triggered.connect(lambda: self.fill_gap(t, which))
        retrieve = menu.addAction(tr("Retrieve from the archive …"))
        retrieve.setObjectName("playback.menu.retrieve")
        retrieve.setEnabled(cold is not None)
        retrieve.triggered.connect(lambda: self.open_retrieve(t, which))
        menu.addSeparator()
        fetch = menu.addAction(tr("Fetch from the device …"))
        fetch.setObjectName("playback.menu.fetch")
        fetch.triggered.connect(self.open_fetch)
        x = round(timeline.scale.x(t))
        at = QPoint(x, timeline.height() // 2) if by_key else event.pos()
        menu.popup(timeline.mapToGlobal(at))

    def _show(self) -> None:
        """Offer what can be done about the moment at the playhead."""
        timeline = self._playback.timeline
        track = self._track()
        offer = "fetch"
        if track is not None and len(track.archived):
            self._watch()
        if track is not None and timeline.selection is None:
            if archived_gap(track, timeline.position) is not None:
                offer = "retrieve"
            elif self._fillable(timeline.position) is not None:
                offer = "backfill"
        if offer != self._offer:
            self._offer = offer
            self._show_again()

    def _show_again(self) -> None:
        words, tip = {
            "retrieve": (
                tr("Retrieve …"),
                tr("Get this out of the archive, so that it can be played (Ctrl+Shift+R)"),
            ),
            "backfill": (
                tr("Fill gap"),
                tr("Only the device has this: have the cloud fetch it (Ctrl+Shift+B)"),
            ),
        }.get(
            self._offer,
            (tr("From device …"), tr("Have recordings fetched from the device (Ctrl+Shift+E)")),
        )
        self.button.setText(words if self._playback.bar.width() >= _WIDE else "")
        self.button.setAccessibleName(words)
        self.button.setToolTip(tip)

    def _watch(self) -> None:
        """Follow retrievals that are under way, as soon as an archive is seen at all."""
        retrievals = self._retrievals
        if retrievals is not None and not retrievals.watched:
            retrievals.watch()

    def _on_nowhere(self, found: Nowhere) -> None:
        self._offer_archived(found.t)

    def _on_jumped(self, place: Place) -> None:
        if place.skipped is not None:
            self._offer_archived(place.skipped)

    def _offer_archived(self, t: float) -> None:
        """Say over the picture that what can't be played lies in the archive, where it does."""
        track = self._track()
        if track is not None and archived_gap(track, t) is not None:
            self._playback.note.offer(
                lambda: tr("This lies in the archive: it plays once it is retrieved"),
                lambda: self.open_retrieve(t),
                lambda: tr("Retrieve …"),
            )

    def _on_restored(self, channel_id: ChannelId, window: Interval) -> None:
        for seat in self._playback.grid.shown():
            if seat.channel == channel_id and seat.book is not None:
                seat.book.renew(window)

    # Asking

    def _may_ask(self) -> bool:
        if self._session is None or self._dialog is not None:
            return False
        if not self._playback.channels:
            words = tr("Choose a camera in the tree first")
            hint = tr("What its device or the archive has can then be fetched.")
            self._context.notify(Explanation(words, hint))
            return False
        return True

    def _window(self) -> Interval:
        timeline = self._playback.timeline
        if timeline.selection is not None:
            return whole(Interval(*timeline.selection))
        end = min(timeline.position + AFTER, self._playback.now())
        return whole(Interval(min(timeline.position, end) - BEFORE, end))

    def _cameras(self, session: Session, chosen: ChannelId | None) -> list[Camera]:
        """Return the channels that are shown; chosen is one of them, or with None all."""
        return [
            Camera(
                channel,
                channel_name(session.directory, channel),
                chosen=chosen is None or channel == chosen,
            )
            for channel in self._playback.channels
        ]

    async def _ask_and_fetch(
        self, session: Session, window: Interval, lacking: bool, chosen: ChannelId | None
    ) -> None:
        async def ask(channel: ChannelId, span: Interval) -> Coverage:
            return await session.recordings.coverage(channel, span)

        async def plans(camera: Camera) -> list[Backup] | None:
            return await self._backups(session, camera)

        dialog = FetchDialog(
            self._playback.window(),
            self._cameras(session, chosen),
            window,
            self._playback.timeline.zone,
            replace(self._ready_choice(), lacking=lacking),
            ask,
            plans,
            lambda error: self._context.explain(error).title,
            self._playback.now,
        )
        if await self._answered(dialog):
            self._choice = dialog.choice
            orders = self._orders(session, dialog.choice, dialog.planned())
            self.ordered.emit(await self._downloads.add(orders))

    async def _ask_and_retrieve(
        self,
        session: Session,
        retrievals: Retrievals,
        window: Interval,
        chosen: ChannelId | None,
    ) -> None:
        from ivcdesk.services.retrievals import PartlyAdded

        cameras = self._cameras(session, chosen)
        name = next((camera.name for camera in cameras if camera.chosen), "")
        dialog = RetrieveDialog(
            self._playback.window(),
            cameras,
            window,
            self._playback.timeline.zone,
            replace(self._wish, name=name[:20]),
        )
        if not await self._answered(dialog):
            return
        wish = self._wish = dialog.choice
        try:
            await retrievals.add(
                dialog.window_,
                [camera.channel_id for camera in dialog.chosen()],
                name=wish.name,
                days=wish.days,
                describe=wish.describe,
            )
        except PartlyAdded as partly:
            said = self._context.explain(partly.cause)
            title = tr("{made} of {count} tasks were made", made=partly.made, count=partly.of)
            self._context.notify(Explanation(title, said.title, said.code, said.request_id))
        self.retrieving.emit()

    async def _answered(self, dialog: QDialog) -> bool:
        self._dialog = dialog
        try:
            return await opened(dialog) == QDialog.DialogCode.Accepted
        finally:
            self._dialog = None

    # Ordering

    async def _fill(self, session: Session, gap: Interval, channel: ChannelId) -> None:
        camera = Camera(channel, channel_name(session.directory, channel), chosen=True)
        plans = await self._backups(session, camera) or ()
        found = best_first(plans, gap, self._playback.now())
        if found and found[0].chance is Chance.COMING:
            await self._ask_and_fetch(session, gap, True, channel)
            return
        gap_alone = [FetchFound(camera, (gap,))]
        await self._order(self._orders(session, self._ready_choice(), gap_alone))

    async def _backups(self, session: Session, camera: Camera) -> list[Backup] | None:
        """Return the backup plans that hold a camera, None where that can't be known."""
        from ivcdesk.services.backfill import TooManyPlans, backups_of

        try:
            return await backups_of(session.client, camera.channel_id, camera.name)
        except (TooManyPlans, IvcError):
            return None

    def _orders(
        self, session: Session, choice: FetchChoice, found: Sequence[FetchFound]
    ) -> list[Order]:
        zone = self._playback.timeline.zone
        return range_orders(choice, found, zone, session.directory.region_of)

    async def _order(self, orders: Sequence[Order]) -> None:
        """Put what is not in the queue yet into it, and tell of all."""
        unfailed = [job for job in self._downloads.jobs if job.state != "failed"]
        jobs: list[Job] = []
        fresh: list[Order] = []
        for order in orders:
            same = next((job for job in unfailed if is_same(job.order, order)), None)
            if same is None:
                fresh.append(order)
            else:
                jobs.append(same)
        self.ordered.emit([*jobs, *await self._downloads.add(fresh)])

    async def _save(self, tasks: Sequence[DownloadTask]) -> None:
        zone, now = self._playback.timeline.zone, self._playback.now()
        folder = self._ready_choice().folder
        await self._order([task_order(task, zone, folder, now) for task in tasks])

    def _ready_choice(self) -> FetchChoice:
        """Return how it was fetched the last time, into the folder of the settings."""
        folder = self._context.settings.download_folder
        return replace(self._choice, folder=Path(folder) if folder else videos_folder())


def _nothing() -> None:
    """Stand in for the end of a subscription that was never begun."""
