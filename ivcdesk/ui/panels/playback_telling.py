"""Says over the picture what playing has come to: gaps left out, ends, and what was refused."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.playback_ensemble import Ensemble
from ivcdesk.ui.panels.playback_note import Note
from ivcdesk.ui.panels.playback_places import Nowhere, Place
from ivcdesk.ui.panels.playback_words import jump_words, nowhere_words, play_words
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets.timeline import Timeline

BEFORE_GAP = 10.0
"""How long before a gap its beginning is shown, s."""


class Telling(QObject):
    """Puts what an ensemble tells into words; ``go_to`` plays from a moment that is offered."""

    def __init__(
        self,
        context: Context,
        ensemble: Ensemble,
        timeline: Timeline,
        note: Note,
        now: Callable[[], float],
        go_to: Callable[[float], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._ensemble = ensemble
        self._timeline = timeline
        self._note = note
        self._now = now
        self._go_to = go_to
        ensemble.changed.connect(self._on_changed)
        ensemble.jumped.connect(self._on_jumped)
        ensemble.nowhere.connect(self._on_nowhere)
        ensemble.refused.connect(self._on_refused)

    def _on_changed(self) -> None:
        if self._ensemble.state == "ended":
            self._note.tell(lambda: tr("This is the end of what is recorded so far"))

    def _on_jumped(self, place: Place) -> None:
        self._timeline.reveal(place.t)
        self._note.tell(lambda: jump_words(place, self._timeline.zone))

    def _on_nowhere(self, found: Nowhere) -> None:
        """Say why there is nothing, and offer what is nearest."""
        timeline = self._timeline

        def words() -> str:
            return nowhere_words(found, timeline.tracks, timeline.zone, self._now())

        if found.before is None:
            self._note.offer(words, None, None)
            return
        nearest = max(found.before - BEFORE_GAP, 0.0)
        self._note.offer(
            words, lambda: self._go_to(nearest), lambda: play_words(nearest, timeline.zone)
        )

    def _on_refused(self, error: BaseException) -> None:
        self._note.tell(lambda: self._context.explain(error).title)
