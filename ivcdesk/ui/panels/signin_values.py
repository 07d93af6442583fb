"""What sign-in asks for, and the checks that are made before anything is sent."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ivcdesk.ui.text import mark

ENDPOINT = "https://iss.tencentcloudapi.com"

REGIONS: Mapping[str, str] = {
    "ap-beijing": mark("Beijing"),
    "ap-chongqing": mark("Chongqing"),
    "ap-guangzhou": mark("Guangzhou"),
    "ap-shanghai": mark("Shanghai"),
    "ap-chengdu": mark("Chengdu"),
    "ap-nanjing": mark("Nanjing"),
    "ap-hongkong": mark("Hong Kong"),
    "ap-singapore": mark("Singapore"),
}
"""Regions by code; the product serves the first four."""

_REGION = re.compile(r"[a-z]{2,4}(-[a-z0-9]+)+")
_VISIBLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class SignInValues:
    """What was typed in, cleaned of spaces around it. ``secret_key`` and ``token`` are secrets."""

    secret_id: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    region: str = "ap-shanghai"
    endpoint: str = ENDPOINT
    remember: bool = True


def cleaned(values: SignInValues) -> SignInValues:
    """Return the values without stray spaces, and with the endpoint spelt out."""
    endpoint = values.endpoint.strip().rstrip("/") or ENDPOINT
    if "://" not in endpoint:
        endpoint = f"https://{endpoint}"
    return SignInValues(
        secret_id=values.secret_id.strip(),
        secret_key=values.secret_key.strip(),
        token=values.token.strip(),
        region=values.region.split(" ")[0].strip().lower(),
        endpoint=endpoint,
        remember=values.remember,
    )


def short_id(secret_id: str) -> str:
    """Return enough of a SecretId to tell it from others."""
    return secret_id if len(secret_id) <= 16 else f"{secret_id[:8]}…{secret_id[-4:]}"


def mistakes(values: SignInValues) -> dict[str, str]:
    """Return what is wrong, as English texts to translate, by the field's name."""
    found: dict[str, str] = {}
    if not values.secret_id:
        found["secret_id"] = mark("Type the SecretId of an API key.")
    elif not _VISIBLE.fullmatch(values.secret_id) or len(values.secret_id) > 256:
        found["secret_id"] = mark("A SecretId has only letters and digits.")
    if not values.secret_key:
        found["secret_key"] = mark("Type the SecretKey that belongs to the SecretId.")
    elif not _VISIBLE.fullmatch(values.secret_key):
        found["secret_key"] = mark("A SecretKey has only letters and digits.")
    if values.token and not _VISIBLE.fullmatch(values.token):
        found["token"] = mark("A token has no spaces and no line breaks.")
    if not _REGION.fullmatch(values.region):
        found["region"] = mark("A region looks like ap-shanghai.")
    if problem := _endpoint_mistake(values.endpoint):
        found["endpoint"] = problem
    return found


def _endpoint_mistake(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return mark("The endpoint is no address. It looks like https://iss.tencentcloudapi.com.")
    if not host or not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
        return mark("The endpoint is no address. It looks like https://iss.tencentcloudapi.com.")
    if parts.username or parts.password or parts.query or parts.fragment or parts.path:
        return mark("The endpoint has no path, no query and no user name.")
    if parts.scheme == "https" or (parts.scheme == "http" and _loopback(host)):
        return ""
    return mark("The endpoint must begin with https:// to keep the key's signature private.")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
