"""Signatures as the cloud checks them."""

from __future__ import annotations

import json

import pytest

from ivcdesk.simulator.auth import Account, Envelope, new_account, verify
from ivcdesk.simulator.refusal import Refusal

STARS = "*" * 32
SIGNED_AT = 1_551_113_065
HEADERS = {
    "authorization": f"TC3-HMAC-SHA256 Credential=AKID{STARS}/2019-02-25/cvm/tc3_request, "
    "SignedHeaders=content-type;host;x-tc-action, "
    "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
    "content-type": "application/json; charset=utf-8",
    "host": "cvm.tencentcloudapi.com",
    "x-tc-action": "DescribeInstances",
    "x-tc-timestamp": str(SIGNED_AT),
    "x-tc-version": "2017-03-12",
    "x-tc-region": "ap-guangzhou",
}
BODY = json.dumps(
    {"Limit": 1, "Filters": [{"Values": ["未命名"], "Name": "instance-name"}]}
).encode()


def check(headers=None, *, body=BODY, method="POST", now=SIGNED_AT, token="", key=STARS):
    account = Account(f"AKID{STARS}", key, token)
    verify(account, Envelope(method, "", {**HEADERS, **(headers or {})}, body), now, "cvm")


def refused(*args, **options):
    with pytest.raises(Refusal) as refusal:
        check(*args, **options)
    return refusal.value.code.removeprefix("AuthFailure.")


def test_the_worked_example_of_the_reference_is_accepted():
    check()
    check(now=SIGNED_AT + 299)
    check(now=SIGNED_AT - 299)


@pytest.mark.parametrize("off", [301, -301, 86_400])
def test_old_and_future_timestamps_have_expired(off):
    assert refused(now=SIGNED_AT + off) == "SignatureExpire"


def test_what_was_changed_after_signing_is_noticed():
    assert refused(body=BODY + b" ") == "SignatureFailure"
    assert refused({"host": "example.com"}) == "SignatureFailure"
    assert refused({"x-tc-action": "RunInstances"}) == "SignatureFailure"
    assert refused({"x-tc-timestamp": str(SIGNED_AT + 1)}) == "SignatureFailure"
    assert refused(method="GET") == "SignatureFailure"
    assert refused(key="another") == "SignatureFailure"


@pytest.mark.parametrize(
    "authorization",
    ["", "SKIP", "Bearer abc", HEADERS["authorization"][:-2], "TC3-HMAC-SHA256 Credential=a/b/c"],
)
def test_malformed_authorizations(authorization):
    assert refused({"authorization": authorization}) == "InvalidAuthorization"


def test_the_host_must_be_signed():
    unsigned = HEADERS["authorization"].replace(";host", "")
    assert refused({"authorization": unsigned}) == "InvalidAuthorization"


def test_timestamps_are_numbers():
    assert refused({"x-tc-timestamp": "now"}) == "InvalidAuthorization"
    assert refused({"x-tc-timestamp": ""}) == "InvalidAuthorization"


def test_unknown_ids():
    unknown = HEADERS["authorization"].replace(STARS, "x" * 32)
    assert refused({"authorization": unknown}) == "SecretIdNotFound"


def test_tokens_belong_to_temporary_keys_alone():
    assert refused({"x-tc-token": "t"}) == "TokenFailure"
    assert refused(token="t") == "TokenFailure"
    check({"x-tc-token": "t"}, token="t")


def test_new_accounts_differ_and_hide_their_keys():
    first, second = new_account(), new_account()
    assert first != second
    assert first.secret_id.startswith("AKID")
    assert len(first.secret_key) == 32
    assert first.secret_key not in repr(first)
