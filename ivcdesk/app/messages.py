"""Errors in the user's words: what happened, what can be done next, and what to quote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ivcdesk.api import errors
from ivcdesk.app.child import SimulatorFailed
from ivcdesk.app.messages_codes import BY_CODE, Words
from ivcdesk.app.secrets import Keeping, Obstacle
from ivcdesk.media.errors import MediaError
from ivcdesk.services.recordings import NothingRecorded
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import mark, tr

BY_CLASS: Mapping[type[BaseException], Words] = {
    errors.InvalidArgument: Words(
        mark("This value can't be sent"),
        mark("{field} must be {rule}. Nothing was sent."),
    ),
    errors.ConnectError: Words(
        mark("The cloud can't be reached"),
        mark("Check the network connection and the endpoint. Nothing was sent."),
    ),
    errors.TlsError: Words(
        mark("The cloud's certificate is not trusted"),
        mark(
            "Something between this computer and the cloud may be reading along, or the "
            "computer's date is wrong. Nothing was sent."
        ),
    ),
    errors.ProxyError: Words(
        mark("The proxy can't be used"),
        mark("Check the system's proxy settings and whether the proxy wants a password."),
    ),
    errors.TimeLimitError: Words(
        mark("The cloud did not answer in time"),
        mark("The network may be slow. Try again."),
    ),
    errors.LinkError: Words(
        mark("The connection broke before the answer came"),
        mark("Try again; if it goes on, check the network connection."),
    ),
    errors.TransportError: Words(
        mark("The cloud can't be reached"),
        mark("Check the network connection and try again."),
    ),
    errors.ExpiredCredential: Words(
        mark("The temporary key has ended"),
        mark("Sign in again with a new one."),
    ),
    errors.HttpStatusError: Words(
        mark("The endpoint answered with HTTP {status}"),
        mark("It may be down, or not be the cloud's API at all. Check the endpoint."),
    ),
    errors.ResponseError: Words(
        mark("The cloud's answer can't be read"),
        mark("Check that the endpoint is the cloud's API. A login page may have answered."),
    ),
    errors.AuthError: Words(
        mark("The cloud did not accept this key"),
        mark("Check SecretId and SecretKey and sign in again."),
    ),
    errors.Forbidden: Words(
        mark("This account may not do this"),
        mark("Ask the account's administrator for the permission."),
    ),
    errors.RetiredAction: Words(
        mark("The service does not offer this here"),
        mark("This account or region can't use it. Everything else goes on working."),
    ),
    errors.NotFound: Words(
        mark("It is not there any more"),
        mark("It may have been deleted, or belong to another region. Reload the tree."),
    ),
    errors.Conflict: Words(
        mark("It is in use"),
        mark("Something else holds it, or the name is taken. Try again later."),
    ),
    errors.InvalidRequest: Words(
        mark("The cloud did not understand the request"),
        mark("The cloud says: {message}"),
    ),
    errors.Preempted: Words(
        mark("Another question to this device went first"),
        mark("A device answers one at a time. It is asked again by itself."),
    ),
    errors.RateLimited: Words(
        mark("Too many requests at once"),
        mark("The cloud asks for a pause. Wait a moment and try again."),
    ),
    errors.Unavailable: Words(
        mark("It is not available now"),
        mark("The device may be offline, or the service down. Try again later."),
    ),
    errors.DeviceTimeout: Words(
        mark("The device did not answer in time"),
        mark("It is reachable but slow, or busy. Try again."),
    ),
    errors.InternalError: Words(
        mark("The cloud failed by itself"),
        mark("Try again. If it goes on, give the request id to the cloud's support."),
    ),
    errors.ServiceError: Words(
        mark("The cloud refused"),
        mark("The cloud says: {message}"),
    ),
    NothingRecorded: Words(
        mark("Nothing is recorded at this moment"),
        mark("Choose a moment inside a coloured stretch of the timeline."),
    ),
    SimulatorFailed: Words(
        mark("The simulated cloud can't be entered"),
        mark("It says: {message}"),
    ),
    errors.IvcError: Words(
        mark("The call failed"),
        mark("Try again."),
    ),
}

BY_MEDIA_KIND: Mapping[str, Words] = {
    "refused": Words(
        mark("The stream's server can't be reached"),
        mark("Its port may be blocked by a firewall on the way."),
    ),
    "resolve": Words(
        mark("The stream's server has no known address"),
        mark("Check the network connection and its name server."),
    ),
    "timeout": Words(
        mark("The stream's server does not answer"),
        mark("The network may be slow or may block video."),
    ),
    "http": Words(
        mark("The stream's server refused: HTTP {status}"),
        mark("The address may have expired. Open the picture again."),
    ),
    "tls": Words(
        mark("The stream's certificate is not trusted"),
        mark("Check the computer's date, and what stands between it and the cloud."),
    ),
    "garbage": Words(
        mark("The stream can't be read"),
        mark("What came is no video. Try again, or open it in an outside player."),
    ),
    "ended": Words(
        mark("The stream ended"),
        mark("The device may have stopped sending. Open the picture again."),
    ),
    "codec": Words(
        mark("This kind of video can't be shown here"),
        mark("Open it in an outside player such as VLC."),
    ),
}

BY_HTTP_STATUS: Mapping[int, Words] = {
    401: Words(
        mark("The stream's address is not accepted"),
        mark("It may have expired. Open the picture again."),
    ),
    403: Words(
        mark("The stream's address is not accepted"),
        mark("It may have expired. Open the picture again."),
    ),
    404: Words(
        mark("There is no such stream now"),
        mark("The device may have stopped sending. Open the picture again."),
    ),
}

BY_KEYRING_OBSTACLE: Mapping[Obstacle, str] = {
    Obstacle.MISSING: mark("this computer has no keyring"),
    Obstacle.INSECURE: mark("the only keyring here would store it unencrypted"),
    Obstacle.LOCKED: mark("the keyring is locked and was not opened"),
    Obstacle.UNREACHABLE: mark("the keyring can't be reached"),
    Obstacle.SILENT: mark("the keyring does not answer"),
    Obstacle.FAILED: mark("the keyring refused it"),
}


def explain(error: BaseException) -> Explanation:
    """Return an error in the language of the window, with its code and request id."""
    found = find(error)
    return Explanation(
        title=tr(found.words.title, **_places(found.words.title, error)),
        hint=tr(found.words.hint, **_places(found.words.hint, error)) if found.words.hint else "",
        code=found.code,
        request_id=getattr(error, "request_id", "") or "",
    )


class Found(NamedTuple):
    """The words for an error, its code, and whether the words are made for exactly this one."""

    words: Words
    code: str
    exact: bool


def find(error: BaseException) -> Found:
    """Return the words that fit an error best, not yet translated."""
    if isinstance(error, errors.ServiceError):
        words = BY_CODE.get(error.code)
        if words is not None:
            return Found(words, error.code, exact=True)
    if isinstance(error, MediaError):
        words = BY_HTTP_STATUS.get(error.status or 0) or BY_MEDIA_KIND[error.kind]
        code = f"HTTP {error.status}" if error.status else f"Media.{error.kind}"
        return Found(words, code, exact=True)
    code = getattr(error, "code", "") or type(error).__name__
    for kind in type(error).__mro__:
        if kind in BY_CLASS:
            return Found(BY_CLASS[kind], code, exact=kind is type(error))
    if isinstance(error, OSError):
        return Found(_OS_ERROR, error.__class__.__name__, exact=False)
    return Found(_UNKNOWN, type(error).__name__, exact=False)


def keeping_note(keeping: Keeping) -> str:
    """Say where a secret is kept, and if not in the keyring, why."""
    if keeping.obstacle is None:
        if not keeping.keyring:
            return ""
        return tr("Kept in the keyring: {keyring}", keyring=keeping.keyring)
    return tr(
        "Kept in memory until the program ends: {reason}",
        reason=tr(BY_KEYRING_OBSTACLE[keeping.obstacle]),
    )


_OS_ERROR = Words(
    mark("The system refused"),
    mark("The system says: {message}"),
)
_UNKNOWN = Words(
    mark("Something went wrong inside ivcdesk"),
    mark("Try again. The log file tells more."),
)


def _places(text: str, error: BaseException) -> dict[str, object]:
    """Return what the places of a text are filled with."""
    values = {
        "message": getattr(error, "message", "")
        or getattr(error, "strerror", "")
        or str(error)
        or "–",
        "field": getattr(error, "field", ""),
        "rule": getattr(error, "rule", ""),
        "status": getattr(error, "status", "") or "–",
    }
    return {name: value for name, value in values.items() if f"{{{name}}}" in text}
