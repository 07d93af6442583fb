"""How a session begins, what happens when its link or its cloud fails, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from ivcdesk.app.child import SimulatorFailed
from ivcdesk.app.demo import DemoCloud
from ivcdesk.app.options import Options
from ivcdesk.app.secrets import Keyring
from ivcdesk.app.settings import Account, Settings
from ivcdesk.app.window import MainWindow
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.panels.signin import SignInPanel
from ivcdesk.ui.panels.signin_values import SignInValues
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import language, mark, tr
from ivcdesk.ui.widgets.waiting import Waiting

if TYPE_CHECKING:
    from ivcdesk.api import IvcError, Journal
    from ivcdesk.app.link import Condition, LinkWatch
    from ivcdesk.app.panels import Panels
    from ivcdesk.app.sign_in import Opened, SignIn
    from ivcdesk.services.session import Session

log = logging.getLogger(__name__)

_RESTARTS = 3
_RESTART_SPAN = 60.0


class House(Protocol):
    """What the entrance needs of the application around it."""

    options: Options
    settings: Settings
    keyring: Keyring
    demo: DemoCloud
    window: MainWindow

    async def tree_made(self) -> Panels:
        """Return the panels once the tree is there."""

    async def panels_made(self) -> Panels:
        """Return the panels once they are all there."""

    async def importable(self) -> None:
        """Wait until signing in does not block the window with imports."""

    def explain(self, error: BaseException) -> Explanation:
        """Make words of an error."""


class Entrance(QObject):
    """Opens and closes sessions.

    Signals: ``changed`` after another session, or none, is open; ``accounts_changed`` (list) when
    other accounts are remembered.
    """

    changed = Signal()
    accounts_changed = Signal(object)

    def __init__(self, house: House) -> None:
        super().__init__()
        self.session: Session | None = None
        self._house = house
        self._opened: Opened | None = None
        self._ways: SignIn | None = None
        self._journal: Journal | None = None
        self._watch: LinkWatch | None = None
        self._restarts: list[float] = []
        self._say: Callable[[], tuple[str, str]] | None = None
        self._act: Callable[[], None] = lambda: None
        self.tasks = TaskScope(self, self._on_failure)
        self._watching = TaskScope(self)
        self._farewells = TaskScope(self)
        self._farewell: asyncio.Task[None] | None = None
        self.panel = SignInPanel()
        self.panel.submitted.connect(self._on_submitted)
        self.panel.reused.connect(self._on_reused)
        self.panel.demo_requested.connect(self.enter_demo)
        self.panel.cancelled.connect(self._on_cancelled)
        self._waiting = Waiting()
        self._waiting.cancelled.connect(self._on_cancelled)
        house.demo.died.connect(self._on_demo_died)
        house.window.banner.acted.connect(lambda: self._act())
        language.changed.connect(self._on_language_changed)

    @property
    def in_demo(self) -> bool:
        """Whether the session is the demo's."""
        return self._opened is not None and self._opened.origin.value == "demo"

    @property
    def journal(self) -> Journal:
        """The journal of all sessions; it exists from the first time that it is asked for."""
        if self._journal is None:
            from ivcdesk.api import Journal

            self._journal = Journal()
        return self._journal

    def show_first(self) -> None:
        """Show what the first paint shows: a word about what is coming, or sign-in."""
        options, accounts = self._house.options, self._house.settings.accounts
        self.panel.set_accounts(accounts)
        self._house.window.stand_in(self.panel)
        if options.demo:
            self._wait_for(mark("Starting the demo's cloud …"))
        elif options.simulator:
            self._wait_for(mark("Entering the simulator …"))
        elif accounts and accounts[0].signs_in:
            self._wait_for(mark("Signing in …"))
        else:
            self.panel.focus_first()

    def begin(self) -> None:
        """Sign in where the command line or the last time says so."""
        options, accounts = self._house.options, self._house.settings.accounts
        if options.demo:
            self.enter_demo()
        elif options.simulator:
            url = options.simulator
            self._enter(lambda: self._sign_in().to_simulator(url))
        elif accounts and accounts[0].signs_in:
            self._reuse(accounts[0])
        self.tasks.start(self._probe_keyring(), name="keyring.probe")

    def enter_demo(self) -> None:
        """Leave what is open and enter the demo's cloud."""
        self._restarts.clear()
        self._wait_for(mark("Starting the demo's cloud …"))
        self._enter(lambda: self._sign_in().to_demo())

    def leave(self) -> None:
        """Sign out by choice."""
        self.tasks.cancel()
        self.tasks.start(self._leave(), name="sign out")

    def forget(self, account: Account) -> None:
        """Delete an account and its key."""
        self.tasks.start(self._forget(account), name="forget account")

    async def close(self) -> None:
        """End the session and all that was on the way."""
        language.changed.disconnect(self._on_language_changed)
        await self.tasks.finish()
        await self._end()
        if self._ways is not None:
            await self._ways.close()

    def _sign_in(self) -> SignIn:
        if self._ways is None:
            from ivcdesk.app.sign_in import SignIn

            house = self._house
            self._ways = SignIn(house.settings, house.keyring, house.demo, self.journal)
        return self._ways

    def _wait_for(self, words: str) -> None:
        self._waiting.say(words)
        self._house.window.stand_in(self._waiting)

    def _on_submitted(self, values: SignInValues) -> None:
        self._enter(lambda: self._sign_in().with_key(values))

    def _on_reused(self, account: Account, values: SignInValues) -> None:
        self._reuse(Account(account.secret_id, values.region, account.endpoint))

    def _reuse(self, account: Account) -> None:
        self._enter(lambda: self._sign_in().with_kept(account))

    def _enter(self, way: Callable[[], Awaitable[Opened | None]]) -> None:
        self.tasks.cancel()
        self.tasks.start(self._entering(way), name="sign in")

    async def _entering(self, way: Callable[[], Awaitable[Opened | None]]) -> None:
        self.panel.set_busy(True)
        try:
            await self._house.importable()
            opened = await self._tried(way)
        finally:
            self.panel.set_busy(False)
        if opened is not None:
            try:
                panels = await self._house.tree_made()
            except asyncio.CancelledError:
                await opened.session.close()
                raise
            self._attach(opened, panels)

    async def _tried(self, way: Callable[[], Awaitable[Opened | None]]) -> Opened | None:
        """Go one way to a session; where it leads to none, sign-in says why."""
        from ivcdesk.api import IvcError

        try:
            if self._opened is not None:
                self._house.window.set_signed_in(False)
                await self._end()
            opened = await way()
        except (IvcError, SimulatorFailed) as error:
            await self._house.panels_made()
            self._show_sign_in()
            self.panel.show_error(self._house.explain(error))
            return None
        if opened is None:
            self._show_sign_in()
            self.panel.set_kept(None)
            self.panel.focus_first()
        return opened

    def _attach(self, opened: Opened, panels: Panels) -> None:
        from ivcdesk.app.link import LinkWatch

        self._opened = opened
        self.session = opened.session
        panels.attach(opened.session)
        window = self._house.window
        window.top.show_account(opened.session.account, opened.session.region, demo=self.in_demo)
        window.set_signed_in(True)
        self._hush()
        self._watch = LinkWatch(opened.session, self._on_condition)
        self._watching.start(self._watch.run(), name="link")
        self.accounts_changed.emit(self._house.settings.accounts)
        self.changed.emit()

    async def _end(self) -> None:
        """Close the session that is open, if any; a farewell once begun is always finished."""
        await self._watching.finish()
        self._watch = None
        opened, self._opened = self._opened, None
        if opened is not None:
            self._farewell = self._farewells.start(self._part(opened.session), name="farewell")
        if self._farewell is not None:
            await asyncio.shield(self._farewell)

    async def _part(self, session: Session) -> None:
        panels = await self._house.tree_made()
        await panels.detach()
        self.session = None
        self.changed.emit()
        await session.close()

    async def _leave(self) -> None:
        opened = self._opened
        window = self._house.window
        if opened is not None and opened.account is not None:
            self._sign_in().signed_out(opened.account)
        self.panel.set_accounts(self._house.settings.accounts)
        self._show_sign_in()
        window.set_signed_in(False)
        window.top.show_account("", "", demo=False)
        self._hush()
        self.panel.focus_first()
        await self._end()
        if opened is not None and opened.origin.value == "demo":
            await self._house.demo.close()

    async def _forget(self, account: Account) -> None:
        await self._sign_in().forget(account)
        accounts = self._house.settings.accounts
        self.panel.set_accounts(accounts)
        self.accounts_changed.emit(accounts)

    async def _probe_keyring(self) -> None:
        await self._house.keyring.probe()
        self._show_keeping()

    def _show_keeping(self) -> None:
        from ivcdesk.app.messages import keeping_note

        self.panel.set_keyring_note(keeping_note(self._house.keyring.keeping))

    def _show_sign_in(self) -> None:
        self._house.window.stand_in(self.panel)

    def _on_cancelled(self) -> None:
        self.tasks.cancel()
        self._show_sign_in()
        self.panel.set_busy(False)
        self.panel.focus_first()

    def _on_failure(self, error: BaseException) -> None:
        self._on_cancelled()
        asyncio.get_running_loop().call_exception_handler(
            {"message": "signing in failed unexpectedly", "exception": error}
        )

    def _on_language_changed(self) -> None:
        if self._say is not None:
            self._house.window.banner.say(*self._say())
        if self._house.keyring.keeping.keyring or self._house.keyring.keeping.obstacle:
            self._show_keeping()

    def _on_condition(self, condition: Condition, error: IvcError | None) -> None:
        """Say quietly that the link is down or the key refused, until it is good again."""
        if error is None:
            self._hush()
            return
        if condition.value == "down":
            self._announce(
                lambda: (
                    tr(
                        "{problem}. Trying again by itself.",
                        problem=self._house.explain(error).title,
                    ),
                    tr("Try now"),
                ),
                self._on_try_now,
            )
        else:
            self._announce(
                lambda: (self._house.explain(error).title, tr("Sign in again")), self.leave
            )

    def _on_try_now(self) -> None:
        if self._watch is not None:
            self._watch.try_now()

    def _announce(self, say: Callable[[], tuple[str, str]], act: Callable[[], None]) -> None:
        self._say, self._act = say, act
        self._house.window.banner.say(*say())

    def _hush(self) -> None:
        self._say = None
        self._house.window.banner.hide()

    def _on_demo_died(self) -> None:
        if not self.in_demo:
            return
        now = asyncio.get_running_loop().time()
        self._restarts = [at for at in self._restarts if now - at < _RESTART_SPAN]
        if len(self._restarts) >= _RESTARTS:
            self._announce(
                lambda: (tr("The demo's cloud has stopped again and again."), tr("Start again")),
                self.enter_demo,
            )
            return
        self._restarts.append(now)
        self._announce(
            lambda: (tr("The demo's cloud has stopped. Starting it again …"), ""), self.enter_demo
        )
        self.tasks.start(self._restart_demo(), name="restart demo")

    async def _restart_demo(self) -> None:
        """Enter a new demo cloud while the window keeps what it shows, then swap."""
        from ivcdesk.api import IvcError

        await self._watching.finish()
        panels = await self._house.tree_made()
        shown = panels.shown()
        try:
            opened = await self._sign_in().to_demo()
        except (IvcError, SimulatorFailed) as error:
            explanation = self._house.explain(error)
            self._announce(lambda: (explanation.title, tr("Start again")), self.enter_demo)
            return
        await self._end()
        self._attach(opened, panels)
        panels.show_again(shown)
