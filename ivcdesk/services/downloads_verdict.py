"""What is to be done about a download that went wrong, as a pure function of the error."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ivcdesk.api import (
    AuthError,
    DeviceTimeout,
    ExpiredCredential,
    InternalError,
    IvcError,
    RateLimited,
    ResponseError,
    ServiceError,
    TransportError,
)
from ivcdesk.services.database import Unusable
from ivcdesk.services.downloads_files import FULL
from ivcdesk.services.downloads_jobs import FileUnusable, TransferFailed, Trouble, Unfetched
from ivcdesk.services.downloads_worker import SpaceShort

TOO_MANY = "OperationDenied.ConcurrentDownloadsOverLimit"
AWAY = "ResourceUnavailable.DevOffline"
EXPIRED = ("InvalidParameter.DownloadUrlHasExpired", "InvalidParameter.DownloadUrlError")

Way = Literal["wait", "renew", "doubt", "again", "limit", "space", "account", "fail"]
"""Try after a pause, for ever · ask for another address · try after a pause, but not for ever ·
fetch the file again, but not for ever · run fewer at once · wait for room · wait for somebody to
sign in · only a hand can help."""


class Verdict(NamedTuple):
    """What is told, and what is done."""

    trouble: Trouble
    way: Way


def judge(error: Exception) -> Verdict | None:
    """Return what to do about an error, or None where it is a mistake of the program."""
    if isinstance(error, IvcError):
        return _of_the_cloud(error)
    if isinstance(error, TransferFailed):
        way: Way = "renew" if error.kind == "address" else "wait"
        return Verdict(Trouble(error.kind, error.detail), way)
    if isinstance(error, FileUnusable):
        if error.apart:
            return Verdict(Trouble("apart", error.detail), "fail")
        return Verdict(Trouble("unwhole", error.detail), "again")
    if isinstance(error, Unfetched):
        return Verdict(Trouble("gone" if error.gone else "unfetched", error.reason), "fail")
    if isinstance(error, SpaceShort):
        return Verdict(Trouble("space", needed=error.needed, free=error.free), "space")
    if isinstance(error, Unusable):
        return Verdict(Trouble("space" if error.full else "disk", error.detail), "space")
    if isinstance(error, OSError):
        if error.errno in FULL:
            return Verdict(Trouble("space", error.strerror or ""), "space")
        return Verdict(Trouble("disk", error.strerror or type(error).__name__), "fail")
    return None


def _of_the_cloud(error: IvcError) -> Verdict:
    code = error.code if isinstance(error, ServiceError) else ""
    trouble = Trouble(
        "cloud",
        error.message,
        code=code or type(error).__name__,
        request_id=error.request_id,
        action=error.action,
    )
    way: Way = "fail"
    if code == TOO_MANY:
        trouble, way = Trouble("limit", code=code, request_id=error.request_id), "limit"
    elif isinstance(error, TransportError):
        trouble, way = Trouble("network", type(error).__name__), "wait"
    elif isinstance(error, AuthError | ExpiredCredential):
        way = "account"
    elif isinstance(error, RateLimited) or code == AWAY:
        way = "wait"
    elif isinstance(error, InternalError | ResponseError | DeviceTimeout) or code in EXPIRED:
        way = "doubt"
    return Verdict(trouble, way)
