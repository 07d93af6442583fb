"""What may stand between this machine and the cloud: the system's proxy, a chosen one, or none."""

from __future__ import annotations

import ipaddress
import urllib.request
from urllib.parse import urlsplit

from ivcdesk.api.errors import InvalidArgument

DIRECT = "direct"  # as a proxy: none, whatever the system says
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, which no proxy can reach."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def system_proxy(endpoint: str) -> str | None:
    """Return the proxy that the system has for an endpoint; none ever for this machine."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and proxy.startswith("socks://"):
        return proxy.replace("socks", "socks5", 1)  # as desktops write it
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def checked_proxy(proxy: str | None) -> str | None:
    """Return the proxy as it came, or raise InvalidArgument (its password is never shown)."""
    if proxy is None or proxy == DIRECT:
        return proxy
    try:
        parts = urlsplit(proxy)
        sound = parts.scheme in PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        rule = f"an address of one of the kinds {', '.join(PROXY_SCHEMES)}"
        raise InvalidArgument("proxy", rule, proxy.rpartition("@")[2])
    return proxy
