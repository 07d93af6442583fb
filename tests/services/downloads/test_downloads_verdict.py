"""What is to be done about a download that went wrong."""

from __future__ import annotations

import errno

import pytest

from ivcdesk.services.downloads_jobs import (
    FileUnusable,
    TransferFailed,
)
from ivcdesk.services.downloads_verdict import judge


@pytest.mark.parametrize(
    ("error", "kind", "way"),
    [
        (TransferFailed("network"), "network", "wait"),
        (TransferFailed("server"), "server", "wait"),
        (TransferFailed("address"), "address", "renew"),
        (FileUnusable("x"), "unwhole", "again"),
        (FileUnusable("x", apart=True), "apart", "fail"),
        (OSError(errno.ENOSPC, "full"), "space", "space"),
        (PermissionError(errno.EACCES, "no"), "disk", "fail"),
    ],
)
def test_each_error_has_its_way(error, kind, way):
    verdict = judge(error)
    assert (verdict.trouble.kind, verdict.way) == (kind, way)


def test_mistakes_of_the_program_are_not_hidden():
    assert judge(ZeroDivisionError()) is None
