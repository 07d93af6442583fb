"""Once a second: what the status bar shows, and how much is being pulled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer

from ivcdesk.app.settings import Settings
from ivcdesk.ui.widgets.status_bar import Facts, StatusBar

if TYPE_CHECKING:
    from ivcdesk.services.session import Session

_PERIOD_MS = 1000
_SAVE_EVERY = 60


class Puller(Protocol):
    """Something that pulls a stream."""

    @property
    def url(self) -> str:
        """The address that is being pulled, empty while nothing is."""

    @property
    def bytes_received(self) -> int:
        """Bytes pulled since it was made."""


class TrafficMeter:
    """Adds up what all pullers have received; they come and go."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def sample(self, pullers: Iterable[Puller]) -> tuple[int, int]:
        """Return how many streams are being pulled, and the bytes since the last sample."""
        seen: dict[int, int] = {}
        streams = fresh = 0
        for puller in pullers:
            total = puller.bytes_received
            seen[id(puller)] = total
            fresh += max(0, total - self._seen.get(id(puller), 0))
            streams += bool(puller.url)
        self._seen = seen
        return streams, fresh


class Pulse(QObject):
    """Keeps the status bar up to date while a session is open."""

    def __init__(
        self,
        bar: StatusBar,
        settings: Settings,
        session: Callable[[], Session | None],
        pullers: Callable[[], Iterable[Puller]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._settings = settings
        self._session = session
        self._pullers = pullers
        self._traffic = TrafficMeter()
        self._beats = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD_MS)
        self._timer.timeout.connect(self.beat)

    def start(self) -> None:
        """Begin to beat."""
        self._timer.start()
        self.beat()

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    def beat(self) -> None:
        """Measure and show."""
        streams, fresh = self._traffic.sample(self._pullers())
        today = self._settings.add_traffic(fresh, datetime.now().astimezone().date())
        self._beats += 1
        if self._beats % _SAVE_EVERY == 0:
            self._settings.save()
        session = self._session()
        if session is None:
            self._bar.set_facts(None)
            return
        client = session.client
        self._bar.set_facts(
            Facts(
                account=session.account,
                region=session.region,
                p50_ms=session.link.p50_ms,
                p95_ms=session.link.p95_ms,
                used=client.pacing.used(session.region),
                limit=client.pacing.limit,
                clock_offset_s=client.clock.offset if client.clock.known else None,
                streams=streams,
                mbit_s=fresh * 8 / 1e6,
                bytes_today=today,
            )
        )
