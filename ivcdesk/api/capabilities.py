"""What the cloud does not offer to this account, as its own answers tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ivcdesk.api.actions.base import Action
from ivcdesk.api.errors import IvcError, ServiceError

_CODES = (
    "ActionOffline",
    "AuthFailure.UnauthorizedOperation",
    "InvalidAction",
    "NoSuchVersion",
    "OperationDenied.NoWhitelist",
    "UnauthorizedOperation",
    "UnsupportedRegion",
)


class Capabilities:
    """Remembers for the session which actions an account is refused, by region.

    A mark stops nothing: calling the action again is the way to try again, and takes the mark
    off when it works. So a right that was just granted needs no new sign-in.
    """

    def __init__(self) -> None:
        self._refused: dict[tuple[str, str], ServiceError] = {}
        self._listeners: list[Callable[[str, str], None]] = []

    def refusal(self, action: type[Action[Any]], region: str) -> ServiceError | None:
        """Return why an action is not offered in a region, or None as far as is known."""
        return self._refused.get((action.action_name, region))

    def observe(self, action: str, region: str, error: IvcError | None) -> None:
        """Learn from the end of a call."""
        key = (action, region)
        if isinstance(error, ServiceError) and _says_no(error.code):
            known = self._refused.get(key)
            self._refused[key] = error
            changed = known is None or known.code != error.code
        else:
            # Whatever else went wrong, an action that the cloud looks into is offered.
            worked = error is None or isinstance(error, ServiceError)
            changed = worked and self._refused.pop(key, None) is not None
        if changed:
            for listener in tuple(self._listeners):
                listener(action, region)

    def forget(self) -> None:
        """Take all marks off, as after a change of the account's rights."""
        marks, self._refused = self._refused, {}
        for action, region in marks:
            for listener in tuple(self._listeners):
                listener(action, region)

    def subscribe(self, listener: Callable[[str, str], None]) -> Callable[[], None]:
        """Tell ``listener`` an action and region whose mark changed, until unsubscribed."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe


def _says_no(code: str) -> bool:
    return any(code == known or code.startswith(f"{known}.") for known in _CODES)
