"""Export: the button beside the timeline's range, and the way from there into the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.exports import USUAL_BYTES_PER_SECOND, Form, around, whole
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.opening import opened
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.playback_export_dialog import Camera, Choice, ExportDialog
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.widgets import timeline_words

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.downloads import Downloads
    from ivcdesk.services.downloads_jobs import Order
    from ivcdesk.services.recordings import Coverage
    from ivcdesk.services.session import Session
    from ivcdesk.ui.widgets.timeline import Timeline

BEFORE = 60.0
"""How long before the playhead a range begins where none is selected, s."""
AFTER = 240.0
"""How long it then goes on, s."""
_WIDE = 1120


class Playing(Protocol):
    """What an export wants to know of the playback page."""

    timeline: Timeline

    @property
    def channels(self) -> Sequence[ChannelId]:
        """The channels that are shown."""

    def now(self) -> float:
        """Return the cloud's time."""


class Exporter(QObject):
    """Asks what to export and orders it; ``button`` opens it, as :meth:`open` does.

    Signals: ``ordered`` (list of jobs) after files were put into the queue.
    """

    ordered = Signal(object)

    def __init__(
        self,
        context: Context,
        downloads: Downloads,
        playing: Playing,
        bar: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._downloads = downloads
        self._playing = playing
        self._bar = bar
        self._session: Session | None = None
        self._dialog: ExportDialog | None = None
        self.tasks = TaskScope(self, lambda error: context.notify(context.explain(error)))
        self.button = QPushButton()
        self.button.setObjectName("playback.export")
        self.button.setProperty("role", "primary")
        icons.bind(self.button, self.button.setIcon, "export", 16, "on_accent")
        bind(self.button, self.button.setToolTip, "Save recordings as files (Ctrl+E)")
        self.button.clicked.connect(self.open)
        layout = bar.layout()
        if layout is not None:
            layout.addWidget(self.button)
        bar.installEventFilter(self)
        playing.timeline.selection_changed.connect(self._show)
        refresh(self.button, self._show)

    def attach(self, session: Session) -> None:
        """Export from this account."""
        self._session = session

    def detach(self) -> None:
        """Forget the account."""
        self._session = None

    async def close(self) -> None:
        """Close what is open."""
        await self.tasks.finish()

    def open(self) -> None:
        """Ask what to export."""
        session = self._session
        if session is None or self._dialog is not None:
            return
        if not self._playing.channels:
            from ivcdesk.ui.context import Explanation

            words = tr("Choose a camera in the tree first")
            self._context.notify(Explanation(words, tr("Its recordings can then be exported.")))
            return
        self.tasks.start(self._ask_and_order(session), name="export")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say less where there is little room."""
        if watched is self._bar and event.type() == QEvent.Type.Resize:
            self._show()
        return super().eventFilter(watched, event)

    async def _ask_and_order(self, session: Session) -> None:
        recordings, zone = session.recordings, self._playing.timeline.zone

        async def ask(channel: ChannelId, window: Interval) -> Coverage:
            return await recordings.coverage(channel, window, sources=(Source.CLOUD,))

        dialog = self._dialog = ExportDialog(
            self._bar.window(),
            self._cameras(session),
            self._window(),
            zone,
            self._choice(),
            ask,
            self._rate,
        )
        try:
            accepted = await opened(dialog) == QDialog.DialogCode.Accepted
        finally:
            self._dialog = None
        if accepted:
            self._keep(dialog.choice)
            jobs = await self._downloads.add(self._orders(session, dialog))
            self.ordered.emit(jobs)

    def _cameras(self, session: Session) -> list[Camera]:
        """Return the channels that are shown, and those of the same devices."""
        directory = session.directory
        shown = list(self._playing.channels)
        beside: list[ChannelId] = []
        for channel in shown:
            device = directory.device_of(channel)
            held = directory.channels.get(device.device_id, ()) if device is not None else ()
            beside += [each.channel_id for each in held if each.channel_id not in (*shown, *beside)]
        return [
            Camera(channel, channel_name(directory, channel), channel in shown)
            for channel in (*shown, *beside)
        ]

    def _window(self) -> Interval:
        timeline = self._playing.timeline
        chosen = timeline.selection
        if chosen is not None:
            return whole(Interval(*chosen))
        now = self._playing.now()
        end = min(timeline.position + AFTER, now)
        return whole(Interval(min(timeline.position, end) - BEFORE, end))

    def _choice(self) -> Choice:
        settings = self._context.settings
        form: Form = "ts" if settings.export_form == "ts" else "mp4"
        folder = Path(settings.download_folder) if settings.download_folder else videos_folder()
        return Choice(form, settings.export_join, settings.export_g711, folder)

    def _keep(self, choice: Choice) -> None:
        settings = self._context.settings
        settings.export_form = choice.form
        settings.export_join, settings.export_g711 = choice.join, choice.g711
        folder = str(choice.folder)
        settings.download_folder = "" if choice.folder == videos_folder() else folder
        settings.save()

    def _rate(self, channel: ChannelId) -> float:
        """Return how many bytes a second of a channel takes, as far as earlier files tell."""
        jobs = [job for job in self._downloads.jobs if job.fetched]
        own = [job for job in jobs if job.order.details.get("channel_id") == channel] or jobs
        size = sum(each.size for job in own for each in job.fetched.values())
        seconds = sum(each.seconds for job in own for each in job.fetched.values())
        return size / seconds if seconds else float(USUAL_BYTES_PER_SECOND)

    def _orders(self, session: Session, dialog: ExportDialog) -> list[Order]:
        from ivcdesk.services.downloads_jobs import Order, Part
        from ivcdesk.services.downloads_sources import CLOUD

        choice, orders = dialog.choice, []
        for each in dialog.planned():
            channel = each.camera.channel_id
            details = {
                "channel_id": str(channel),
                "region": session.directory.region_of(channel) or "",
                "g711": choice.g711,
            }
            for clip in each.clips:
                parts = tuple(Part(part, around(each.recorded, part)) for part in clip.parts)
                orders.append(
                    Order(
                        CLOUD,
                        each.camera.name,
                        clip.name,
                        str(choice.folder),
                        choice.form,
                        clip.window,
                        parts,
                        choice.join,
                        details,
                    )
                )
        return orders

    def _show(self) -> None:
        chosen = self._playing.timeline.selection
        zone: tzinfo = self._playing.timeline.zone
        short = words = tr("Export")
        if chosen is not None:
            start, end = (timeline_words.time_at(t, zone) for t in chosen)
            words = tr("Export {start} \u2013 {end}", start=start, end=end)
        self.button.setText(words if self._bar.width() >= _WIDE else short)
        self.button.setAccessibleName(words)


def videos_folder() -> Path:
    """Return the folder that exports go to: the user's videos, in a folder of our own."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation)
    return Path(base or Path.home()) / "ivcdesk"
