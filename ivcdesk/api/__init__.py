"""The cloud's API as typed values over HTTP; knows nothing of Qt and is usable alone.

    async with CloudClient(Credential(secret_id, secret_key), "ap-shanghai") as client:
        page = await client.call(ListDevices(organization_id=ROOT_ORGANIZATION))
        async for device in items(client, ListDevices(organization_id=ROOT_ORGANIZATION)):
            print(device.name, device.status)

The actions and their structures come from :mod:`ivcdesk.api.actions`.
"""

from ivcdesk.api.capabilities import Capabilities
from ivcdesk.api.client import VERSION, CloudClient
from ivcdesk.api.clock import Clock
from ivcdesk.api.endpoints import ENDPOINTS, NEAREST, REGIONS, Endpoint
from ivcdesk.api.errors import (
    AuthError,
    Conflict,
    ConnectError,
    DeviceTimeout,
    ExpiredCredential,
    Forbidden,
    HttpStatusError,
    InternalError,
    InvalidArgument,
    InvalidRequest,
    IvcError,
    LinkError,
    NotFound,
    Preempted,
    ProxyError,
    RateLimited,
    ResponseError,
    RetiredAction,
    ServiceError,
    TimeLimitError,
    TlsError,
    TransportError,
    Unavailable,
)
from ivcdesk.api.journal import Call, Journal
from ivcdesk.api.pacing import Pacing, Priority, Throttled
from ivcdesk.api.paging import items, pages
from ivcdesk.api.proxies import DIRECT
from ivcdesk.api.signing import Credential

__all__ = [
    "DIRECT",
    "ENDPOINTS",
    "NEAREST",
    "REGIONS",
    "VERSION",
    "AuthError",
    "Call",
    "Capabilities",
    "Clock",
    "CloudClient",
    "Conflict",
    "ConnectError",
    "Credential",
    "DeviceTimeout",
    "Endpoint",
    "ExpiredCredential",
    "Forbidden",
    "HttpStatusError",
    "InternalError",
    "InvalidArgument",
    "InvalidRequest",
    "IvcError",
    "Journal",
    "LinkError",
    "NotFound",
    "Pacing",
    "Preempted",
    "Priority",
    "ProxyError",
    "RateLimited",
    "ResponseError",
    "RetiredAction",
    "ServiceError",
    "Throttled",
    "TimeLimitError",
    "TlsError",
    "TransportError",
    "Unavailable",
    "items",
    "pages",
]
