"""The tree of organisations that devices are filed under."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, OrganizationId, Result, Wire
from ivcdesk.api.actions.rules import GIVEN, NAME_LETTERS, Length

OrganizationName = Annotated[str, Length(1, 64), NAME_LETTERS]


class Organization(Wire, frozen=True, kw_only=True, gc=False):
    """One node of the tree; ``total`` and ``online`` count all devices at and below it."""

    organization_id: OrganizationId = OrganizationId("")
    name: str = ""
    parent_id: OrganizationId = OrganizationId("")
    level: int = 0
    app_id: int = 0
    parent_ids: str = ""
    total: int = 0
    online: int = 0


class OrganizationList(Result, frozen=True, kw_only=True):
    """All organisations of the account, in no promised order."""

    data: list[Organization] = []


class OrganizationAnswer(Result, frozen=True, kw_only=True):
    """One organisation as it is now."""

    data: Organization = Organization()


class DescribeOrganization(Action[OrganizationList], frozen=True, kw_only=True):
    """List every organisation of the account."""

    reads: ClassVar[bool] = True


class AddOrganization(Action[OrganizationAnswer], frozen=True, kw_only=True):
    """Add an organisation below another; the name must be new to the account."""

    name: OrganizationName
    parent_id: Annotated[OrganizationId, GIVEN]


class UpdateOrganization(Action[OrganizationAnswer], frozen=True, kw_only=True):
    """Give an organisation another name, which must be new to the account."""

    organization_id: Annotated[OrganizationId, GIVEN]
    name: OrganizationName


class DeleteOrganization(Action[Result], frozen=True, kw_only=True):
    """Remove an organisation."""

    organization_id: Annotated[OrganizationId, GIVEN]
