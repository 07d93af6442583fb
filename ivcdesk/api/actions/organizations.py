"""The tree of organisations that devices are filed under."""

from __future__ import annotations

from typing import ClassVar

from ivcdesk.api.actions.base import Action, OrganizationId, Result, Wire


class Organization(Wire, frozen=True, kw_only=True):
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


class DescribeOrganization(Action[OrganizationList], frozen=True, kw_only=True):
    """List every organisation of the account."""

    reads: ClassVar[bool] = True
