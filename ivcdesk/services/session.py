"""One account in one region, from signing in to signing out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from ivcdesk.api import AuthError, Call, CloudClient, Credential, Forbidden, Journal, Priority
from ivcdesk.api.actions import DescribeOrganization, Organization
from ivcdesk.services.bans import Bans
from ivcdesk.services.directory import Change, Directory
from ivcdesk.services.link import LinkMeter
from ivcdesk.services.live import Live
from ivcdesk.services.patrol import Patrols
from ivcdesk.services.presets import Presets
from ivcdesk.services.ptz import Ptz
from ivcdesk.services.ptz_store import PtzStore
from ivcdesk.services.recordings import Recordings
from ivcdesk.services.store import Store

REFRESH_SECONDS = 20.0  # between two listings of the directory
LISTING_SHARE = 10  # a listing that took long is repeated after so many times its duration
FIRST_RETRY = 2.0  # s, doubled with each failure
LAST_RETRY = 8.0  # s, beyond which it isn't doubled any more
REFUSED_SECONDS = 300.0  # a refused credential is not tried again and again: accounts get locked

_LISTING = ("DescribeOrganization", "ListDevices")


class Session:
    """What the panels work with. ``account`` is its label; ``link`` measures the answers.

    While it is open it keeps the directory up to date by itself.
    """

    def __init__(self, client: CloudClient, *, account: str, store: Store | None = None) -> None:
        scope = scope_of(client)
        self.client = client
        self.account = account
        self.directory = Directory(client, store=store, scope=scope)
        self.live = Live(client)
        self.bans = Bans(client)
        kept = store.path if store is not None else None
        self._ptz_store = PtzStore(kept.with_name("ptz.sqlite3") if kept else None)
        self.ptz = Ptz(client, self.directory, store=self._ptz_store, scope=scope)
        self.presets = Presets(self._ptz_store, scope, kept.parent if kept else None)
        self.patrols = Patrols(self.ptz, self._ptz_store, scope)
        self.recordings = Recordings(client, self.directory, store=store, scope=scope)
        self.link = LinkMeter(client.journal)
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    @classmethod
    async def open(
        cls,
        credential: Credential,
        region: str,
        endpoint: str,
        *,
        account: str,
        store: Store | None = None,
        journal: Journal | None = None,
        proxy: str | None = None,
    ) -> Session:
        """Sign in: the credential is tried with DescribeOrganization. Raises IvcError.

        The directory then arrives in the background, the last session's first.
        """
        client = CloudClient(credential, region, endpoint, proxy=proxy, journal=journal)
        try:
            session = cls(client, account=account, store=store)
            answer = await client.call(DescribeOrganization())
        except BaseException:
            await client.aclose()
            raise
        session._begin(answer.data)
        return session

    @property
    def region(self) -> str:
        """The region that calls go to unless a channel lies in another."""
        return self.client.region

    async def close(self) -> None:
        """Sign out: cameras are let go of first, then everything ends. Twice does no harm."""
        if self._closed:
            return
        self._closed = True
        self.ptz.release_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.patrols.close()
        await self.ptz.close()
        await self._ptz_store.close()
        await self.recordings.close()
        await self.directory.close()
        self.link.close()
        await self.client.aclose()

    def _begin(self, organizations: Sequence[Organization]) -> None:
        self.directory.filling.automatic = True
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._restore(), name="session.restore"),
            loop.create_task(self._keep_fresh(organizations), name="session.refresh"),
        ]

    async def _restore(self) -> None:
        await self.directory.restore()

    async def _keep_fresh(self, organizations: Sequence[Organization]) -> None:
        directory, loop = self.directory, asyncio.get_running_loop()
        began = loop.time()
        await directory.begin(organizations)
        failures = 0
        while True:
            spent = loop.time() - began
            failures = failures + 1 if directory.state == "failed" else 0
            while not await self._rests(self._pause(failures, spent)):
                failures = max(failures, 1)
            began = loop.time()
            directory.filling.renew_preferred()
            await directory.refresh(priority=Priority.BACKGROUND)

    def _pause(self, failures: int, spent: float) -> float:
        """Return how long to wait for the next listing, s; the last one has taken ``spent``."""
        if self.directory.state != "failed":
            return max(REFRESH_SECONDS, LISTING_SHARE * spent)
        if isinstance(self.directory.error, AuthError | Forbidden):
            return REFUSED_SECONDS
        return min(FIRST_RETRY * 2.0 ** (max(failures, 1) - 1), LAST_RETRY)

    async def _rests(self, pause: float) -> bool:
        """Wait; False where the pause is to be thought over, because a listing has failed.

        While it fails, any other call that goes through ends the pause: the cloud is back.
        """
        news: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def tell(due: bool) -> None:
            if not news.done():
                news.set_result(due)

        def on_change(change: Change) -> None:
            if change.state == "failed" and not failed:
                tell(False)

        def on_call(call: Call) -> None:
            if failed and call.code is None and call.action not in _LISTING:
                tell(True)

        failed = self.directory.state == "failed"
        leave = (self.directory.subscribe(on_change), self.client.journal.subscribe(on_call))
        try:
            async with asyncio.timeout(pause):
                due = await news
            if due:
                await asyncio.sleep(min(pause, FIRST_RETRY))
            return due
        except TimeoutError:
            return True
        finally:
            for each in leave:
                each()


def scope_of(client: CloudClient) -> str:
    """Return the name that an account's kept data goes by; it tells nothing about the account."""
    parts = (client.endpoint, client.region, client.credential.secret_id)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
