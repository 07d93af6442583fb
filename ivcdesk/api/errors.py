"""Everything that can go wrong with a call, as a tree of exceptions.

IvcError
├── InvalidArgument        the request breaks a rule of the reference; nothing was sent
├── TransportError         no answer was had
│   ├── ConnectError · TlsError · ProxyError     the request surely did not arrive
│   └── TimeLimitError · LinkError               it may have arrived
├── ExpiredCredential      the temporary credential has ended; nothing was sent
├── ResponseError          an answer came, but not one that can be read
│   └── HttpStatusError                          an HTTP status other than 200, and no reason inside
└── ServiceError           the cloud said no: code, message, request id
    ├── AuthError · Forbidden · RetiredAction · NotFound · Conflict · InvalidRequest
    └── RateLimited · Unavailable · DeviceTimeout · InternalError
"""

from __future__ import annotations


class IvcError(Exception):
    """Base of all errors of a call; ``action`` is its wire name, ``request_id`` the cloud's."""

    def __init__(self, message: str, *, action: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.action = action
        self.request_id = request_id


class InvalidArgument(IvcError):
    """A parameter breaks a rule of the reference: found here, before anything was sent."""

    def __init__(self, field: str, rule: str, value: object, *, action: str = "") -> None:
        super().__init__(f"{field} must be {rule}, not {value!r}", action=action)
        self.field = field
        self.rule = rule
        self.value = value


class Preempted(IvcError):
    """A background question was given up because the user wanted something of the same device."""


class TransportError(IvcError):
    """No answer was had; ``arrived`` is False where the request surely never left."""

    arrived = True


class ConnectError(TransportError):
    """The endpoint could not be reached: name, route, or refused."""

    arrived = False


class TlsError(ConnectError):
    """The endpoint's certificate is not trusted."""


class ProxyError(ConnectError):
    """The proxy refused or could not be reached."""


class TimeLimitError(TransportError):
    """The answer did not come within the action's time."""


class LinkError(TransportError):
    """The connection broke while the answer was awaited."""


class ResponseError(IvcError):
    """The answer is not JSON, or not of the shape that the action promises."""

    def __init__(
        self, message: str, *, action: str = "", request_id: str = "", json_path: str = ""
    ) -> None:
        super().__init__(message, action=action, request_id=request_id)
        self.json_path = json_path


class HttpStatusError(ResponseError):
    """The answer is an HTTP ``status`` other than 200 without a code of the cloud inside."""

    def __init__(self, status: int, *, action: str = "", request_id: str = "") -> None:
        super().__init__(f"HTTP status {status}", action=action, request_id=request_id)
        self.status = status


class ExpiredCredential(IvcError):
    """The temporary credential has ended and nobody gave a new one; nothing was sent."""


class ServiceError(IvcError):
    """The cloud refused; ``code`` is its own, such as ``ResourceNotFound.DeviceNotExist``."""

    def __init__(self, code: str, message: str, *, action: str = "", request_id: str = "") -> None:
        super().__init__(message, action=action, request_id=request_id)
        self.code = code

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class AuthError(ServiceError):
    """The credential or its signature was not accepted."""


class Forbidden(ServiceError):
    """The account may not do this."""


class RetiredAction(ServiceError):
    """The service does not offer this action to this account and region."""


class NotFound(ServiceError):
    """What the call names does not exist, or not in this region."""


class Conflict(ServiceError):
    """What the call would change is in use, or a name is taken."""


class InvalidRequest(ServiceError):
    """The cloud found a parameter wrong, missing or unknown."""


class RateLimited(ServiceError):
    """Too many calls, or a quota is used up."""


class Unavailable(ServiceError):
    """The device or channel is offline, disabled or unregistered, or the service is down."""


class DeviceTimeout(ServiceError):
    """The cloud reached for the device, and the device did not answer in time."""


class InternalError(ServiceError):
    """The cloud failed by itself."""


_BY_PREFIX: tuple[tuple[str, type[ServiceError]], ...] = (
    ("AuthFailure.UnauthorizedOperation", Forbidden),
    ("AuthFailure", AuthError),
    ("UnauthorizedOperation", Forbidden),
    ("OperationDenied.ConcurrentDownloadsOverLimit", RateLimited),
    ("OperationDenied", Forbidden),
    ("IpInBlacklist", Forbidden),
    ("IpNotInWhitelist", Forbidden),
    ("ActionOffline", RetiredAction),
    ("InvalidAction", RetiredAction),
    ("NoSuchVersion", RetiredAction),
    ("NoSuchProduct", RetiredAction),
    ("UnsupportedRegion", RetiredAction),
    ("RegionError", NotFound),
    ("ResourceNotFound", NotFound),
    ("ResourceInUse", Conflict),
    ("UnsupportedOperation.OrgLinkDev", Conflict),
    ("UnsupportedOperation.OrgLinkOrg", Conflict),
    ("UnsupportedOperation", InvalidRequest),
    ("UnsupportedProtocol", InvalidRequest),
    ("InvalidParameterValue.OrgNameRepeat", Conflict),
    ("InvalidParameterValue.PlanNameRepeat", Conflict),
    ("InvalidParameterValue.RTMPPushStreamParamRepeat", Conflict),
    ("InvalidParameterValue", InvalidRequest),
    ("InvalidParameter", InvalidRequest),
    ("MissingParameter", InvalidRequest),
    ("UnknownParameter", InvalidRequest),
    ("InvalidRequest", InvalidRequest),
    ("RequestSizeLimitExceeded", InvalidRequest),
    ("ResponseSizeLimitExceeded", InvalidRequest),
    ("RequestLimitExceeded", RateLimited),
    ("LimitExceeded", RateLimited),
    ("ResourceInsufficient", RateLimited),
    ("FailedOperation.DeviceResponseTimeOut", DeviceTimeout),
    ("FailedOperation.DeviceResultTimeOut", DeviceTimeout),
    ("FailedOperation.RequestTimeout", InternalError),
    ("FailedOperation.DatabaseError", InternalError),
    ("ResourceUnavailable", Unavailable),
    ("ServiceUnavailable", Unavailable),
    ("InternalError", InternalError),
)


def service_error(code: str, message: str, *, action: str, request_id: str) -> ServiceError:
    """Return the error of the class that the code's prefix belongs to."""
    for prefix, kind in _BY_PREFIX:
        if code == prefix or code.startswith(prefix + "."):
            return kind(code, message, action=action, request_id=request_id)
    return ServiceError(code, message, action=action, request_id=request_id)
