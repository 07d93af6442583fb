"""A check of signatures that was written from the reference alone and shares nothing with it."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Mapping

AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>\w+)/"
    r"tc3_request, SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def fault(headers: Mapping[str, str], body: bytes, keys: Mapping[str, str]) -> str | None:
    """Return what is wrong with a request's signature, or None; header names in lower case."""
    found = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        return "no such header"
    if found["id"] not in keys:
        return "unknown id"
    if found["service"] != "iss":
        return "another service"
    stamp = int(headers["x-tc-timestamp"])
    day = datetime.datetime.fromtimestamp(stamp, datetime.UTC).date().isoformat()
    if day != found["date"]:
        return "the date is not the timestamp's in UTC"
    names = found["names"].split(";")
    if names != sorted(names) or not {"content-type", "host"} <= set(names):
        return "unsorted or missing headers"
    lines = ["POST", "/", ""]
    lines += [f"{name}:{headers[name].strip().lower()}" for name in names]
    lines += ["", found["names"], hashlib.sha256(body).hexdigest()]
    scope = f"{day}/iss/tc3_request"
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    message = "\n".join(["TC3-HMAC-SHA256", str(stamp), scope, digest])
    key = b"TC3" + keys[found["id"]].encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    wanted = hmac.new(key, message.encode(), hashlib.sha256).hexdigest()
    return None if wanted == found["signature"] else "another signature"
