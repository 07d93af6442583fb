"""Where the cloud is reached: its regions, and the addresses that lead to it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from ivcdesk.api.errors import InvalidArgument

HOST = "iss.tencentcloudapi.com"
NEAREST = f"https://{HOST}"
REGIONS = ("ap-beijing", "ap-chongqing", "ap-guangzhou", "ap-shanghai")

_ORDINARY = (
    "ap-guangzhou",
    "ap-shanghai",
    "ap-nanjing",
    "ap-beijing",
    "ap-chengdu",
    "ap-chongqing",
    "ap-hongkong",
    "ap-singapore",
    "ap-jakarta",
    "ap-bangkok",
    "ap-seoul",
    "ap-tokyo",
    "na-ashburn",
    "na-siliconvalley",
    "sa-saopaulo",
    "eu-frankfurt",
)
_FINANCIAL = ("ap-shanghai-fsi", "ap-shenzhen-fsi")
_REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Endpoint(NamedTuple):
    """An address of the cloud. ``region`` is where it stands, empty for the nearest one."""

    url: str
    region: str
    financial: bool


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(NEAREST, "", False),
    *(Endpoint(f"https://iss.{name}.tencentcloudapi.com", name, False) for name in _ORDINARY),
    *(Endpoint(f"https://iss.{name}.tencentcloudapi.com", name, True) for name in _FINANCIAL),
)


def checked_endpoint(endpoint: str) -> str:
    """Return the endpoint without a trailing slash; a bare host name becomes https.

    Raises InvalidArgument.
    """
    text = endpoint.strip().removesuffix("/")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        sound = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and not (parts.path or parts.query or parts.fragment or parts.username)
            and text.isascii()
            and text.isprintable()
            and " " not in text
        )
    except ValueError:
        sound = False
    if not sound:
        shown = endpoint.partition("?")[0].rpartition("@")[2]
        raise InvalidArgument("endpoint", "an https address without path or query", shown)
    return text


def checked_region(region: str, endpoint: str) -> str:
    """Return the region as it came.

    Raises InvalidArgument for what is no region's name, and where region and endpoint stand on
    different sides of the wall around the financial regions.
    """
    if not _REGION.fullmatch(region):
        raise InvalidArgument("region", "a name such as ap-shanghai", region)
    known = next((one for one in ENDPOINTS if one.url == endpoint), None)
    if known is not None and known.financial != region.endswith("-fsi"):
        side = "a financial" if known.financial else "an ordinary"
        raise InvalidArgument("region", f"{side} one with this endpoint", region)
    return region
