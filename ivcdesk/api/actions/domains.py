"""Domains that streams are pulled from and pushed to, and the keys that guard them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, ClusterId, DomainId, OpenEnum, Result, Wire
from ivcdesk.api.actions.devices import ServiceNodeList
from ivcdesk.api.actions.rules import (
    GIVEN,
    KEY_LETTERS,
    SECRET,
    Between,
    Length,
    OneOf,
    SecretText,
    SwitchState,
)

StreamKey = Annotated[str, SECRET, Length(0, 10), KEY_LETTERS]
Minutes = Annotated[int, Between(0, None, "min")]


class DomainType(OpenEnum):
    """Whether streams are pulled from a domain or pushed to it."""

    UNKNOWN = -1
    PULL = 0
    PUSH = 1


class Domain(Wire, frozen=True, kw_only=True):
    """A domain of the account; ``internal_domain`` is what its CNAME must say."""

    id: DomainId = DomainId("")
    play_domain: str = ""
    internal_domain: str = ""
    have_cert: int = 0
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    app_id: int = 0
    cert_id: str = ""
    domain_type: DomainType = DomainType.PULL


class DomainList(Result, frozen=True, kw_only=True):
    """All domains of the account."""

    data: list[Domain] = []


class DescribeDomain(Action[DomainList], frozen=True, kw_only=True):
    """List the domains of the account."""

    reads: ClassVar[bool] = True


class DescribeDomainRegion(Action[ServiceNodeList], frozen=True, kw_only=True):
    """List the service nodes that domains can be bound to."""

    reads: ClassVar[bool] = True


class CnameAnswer(Result, frozen=True, kw_only=True):
    """What a domain's CNAME must say."""

    data: str = ""


class DescribeCNAME(Action[CnameAnswer], frozen=True, kw_only=True):
    """Tell what the CNAME of a domain bound to a service node must say."""

    reads: ClassVar[bool] = True

    cluster_id: Annotated[ClusterId, GIVEN]
    domain_type: Annotated[DomainType, OneOf(0, 1)] | None = None


class DeleteDomain(Action[Result], frozen=True, kw_only=True):
    """Unbind a domain."""

    id: Annotated[DomainId, GIVEN]


class StreamAuth(Wire, frozen=True, kw_only=True):
    """How addresses are guarded: 1 for on, a key, and how many minutes an address lives.

    The excluded domains (newer than the reference, 3.1) are those without a guard on pushing.
    """

    id: str = ""
    pull_state: int = 0
    pull_secret: SecretText = ""
    pull_expired: int = 0
    push_state: int = 0
    push_secret: SecretText = ""
    push_expired: int = 0
    app_id: int = 0
    exclude_push_domain_ids: list[DomainId] = []


class StreamAuthAnswer(Result, frozen=True, kw_only=True):
    """How addresses are guarded now."""

    data: StreamAuth = StreamAuth()


class DescribeStreamAuth(Action[StreamAuthAnswer], frozen=True, kw_only=True):
    """Tell how addresses are guarded."""

    reads: ClassVar[bool] = True


class AddStreamAuth(Action[StreamAuthAnswer], frozen=True, kw_only=True):
    """Set how addresses are guarded; keys are at most 10 letters and digits."""

    id: Annotated[str, GIVEN]
    pull_state: SwitchState
    pull_secret: StreamKey
    pull_expired: Minutes
    push_state: SwitchState
    push_secret: StreamKey
    push_expired: Minutes
    exclude_push_domain_ids: list[Annotated[DomainId, GIVEN]] | None = None
