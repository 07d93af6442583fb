"""The ways to a session and out of it: a typed key, a kept one, the demo, a running simulator."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ivcdesk.api import DIRECT, AuthError, Credential, Forbidden, Journal
from ivcdesk.app import redaction
from ivcdesk.app.child import CloudAddress
from ivcdesk.app.demo import DemoCloud, running_simulator
from ivcdesk.app.secrets import Keyring, Secret
from ivcdesk.app.settings import Account, Settings
from ivcdesk.ui.panels.signin_values import SignInValues, short_id

if TYPE_CHECKING:
    from ivcdesk.services.session import Session
    from ivcdesk.services.store import Store


class Origin(Enum):
    """Where a session comes from."""

    ACCOUNT = "account"
    DEMO = "demo"
    SIMULATOR = "simulator"


class Opened(NamedTuple):
    """A session that has just been opened."""

    session: Session
    origin: Origin
    account: Account | None = None


class SignIn:
    """Opens one session at a time. Its coroutines raise what the cloud raised.

    ``journal`` writes down the calls of all sessions, also of those that were refused.
    """

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        demo: DemoCloud,
        journal: Journal,
    ) -> None:
        self._settings = settings
        self._keyring = keyring
        self._demo = demo
        self._journal = journal
        self._store: Store | None = None

    async def with_key(self, values: SignInValues) -> Opened:
        """Sign in with what was typed, and keep the key where the user wished."""
        account = Account(
            secret_id=values.secret_id,
            region=values.region,
            endpoint=values.endpoint,
            signs_in=values.remember,
        )
        secret = Secret(values.secret_key, values.token)
        session = await self._open(account, secret)
        try:
            kept = await self._keep(account, secret, values.remember)
        except BaseException:
            await session.close()
            raise
        self._settings.remember(
            Account(account.secret_id, account.region, account.endpoint, signs_in=kept)
        )
        return Opened(session, Origin.ACCOUNT, account)

    async def with_kept(self, account: Account) -> Opened | None:
        """Sign in with a key that is kept; None where there is none any more.

        After a refusal the account does not sign in by itself again.
        """
        secret = await self._keyring.read(account.key)
        if secret is None:
            return None
        try:
            session = await self._open(account, secret)
        except (AuthError, Forbidden):
            self._settings.remember(Account(account.secret_id, account.region, account.endpoint))
            raise
        self._settings.remember(
            Account(account.secret_id, account.region, account.endpoint, signs_in=True)
        )
        return Opened(session, Origin.ACCOUNT, account)

    async def to_demo(self) -> Opened:
        """Enter the demo's cloud, starting it if need be. Raises SimulatorFailed."""
        address = await self._demo.address()
        return Opened(await self._enter(address, "demo"), Origin.DEMO)

    async def to_simulator(self, url: str) -> Opened:
        """Enter a simulator that runs already. Raises SimulatorFailed."""
        address = await running_simulator(url)
        return Opened(await self._enter(address, "simulator"), Origin.SIMULATOR)

    def signed_out(self, account: Account) -> None:
        """Note that the user left by choice: the account does not sign in by itself next time."""
        self._settings.remember(Account(account.secret_id, account.region, account.endpoint))

    async def forget(self, account: Account) -> None:
        """Delete an account and its secret."""
        self._settings.forget(account)
        await self._keyring.forget(account.key)

    async def close(self) -> None:
        """Close what the sessions shared; none is open any more."""
        if self._store is not None:
            await self._store.close()
            self._store = None

    async def _keep(self, account: Account, secret: Secret, remember: bool) -> bool:
        """Keep a secret as the user wished, and tell whether the keyring has it."""
        if not remember:
            self._keyring.hold(account.key, secret)
            return False
        return (await self._keyring.write(account.key, secret)).obstacle is None

    async def _open(self, account: Account, secret: Secret) -> Session:
        from ivcdesk.services.session import Session
        from ivcdesk.services.store import Store

        if self._store is None:
            self._store = await Store.open(self._settings.folder / "cache.sqlite3")
        redaction.remember(secret.secret_key, secret.token)
        return await Session.open(
            Credential(account.secret_id, secret.secret_key, secret.token or None),
            account.region,
            account.endpoint,
            account=short_id(account.secret_id),
            store=self._store,
            journal=self._journal,
        )

    async def _enter(self, address: CloudAddress, label: str) -> Session:
        """Enter a simulator; its world is another one each time, so nothing of it is kept."""
        from ivcdesk.services.session import Session

        return await Session.open(
            Credential(address.secret_id, address.secret_key),
            address.region,
            address.endpoint,
            account=label,
            journal=self._journal,
            proxy=DIRECT,
        )
