"""Signatures against the reference's worked example and against the official SDK."""

from __future__ import annotations

import hashlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.sign import Sign

from ivcdesk.api import Credential
from ivcdesk.api.signing import authorization, canonical_request, signing_key, string_to_sign

PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)
STARS = "*" * 32
BODY = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
CHARSET = "application/json; charset=utf-8"
HOST = "cvm.tencentcloudapi.com"


def test_every_step_of_the_worked_example_comes_out():
    canonical = canonical_request("DescribeInstances", HOST, BODY, content_type=CHARSET)
    assert hashlib.sha256(BODY).hexdigest() in canonical
    hashed = "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    assert hashlib.sha256(canonical.encode()).hexdigest() == hashed
    text = string_to_sign(canonical, 1551113065, "cvm")
    assert text == f"TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{hashed}"
    derived = "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af"
    assert signing_key(STARS, "2019-02-25", "cvm").hex() == derived
    header = authorization(
        Credential(f"AKID{STARS}", STARS),
        action="DescribeInstances",
        host=HOST,
        body=BODY,
        timestamp=1551113065,
        service="cvm",
        content_type=CHARSET,
    )
    assert header == (
        f"TC3-HMAC-SHA256 Credential=AKID{STARS}/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


@given(st.text(PRINTABLE, min_size=1), st.binary(max_size=500), st.integers(0, 2**32))
def test_signatures_equal_those_of_the_official_sdk(secret, body, timestamp):
    ours = authorization(
        Credential("AKIDx", secret),
        action="ListDevices",
        host="127.0.0.1:8080",
        body=body,
        timestamp=timestamp,
    )
    canonical = canonical_request("ListDevices", "127.0.0.1:8080", body)
    text = string_to_sign(canonical, timestamp)
    date = text.splitlines()[2].partition("/")[0]
    theirs = Sign.sign_tc3(secret, date, "iss", text)
    assert ours.endswith(f"Signature={theirs}")


def test_the_date_is_the_utc_one_whatever_the_hour():
    assert "/2019-02-25/" in authorization(
        Credential("a", "b"), action="X", host="h", body=b"", timestamp=1551113065
    )


def test_a_credential_hides_its_secrets_and_is_never_pickled():
    credential = Credential("AKID1", "the-key", "the-token")
    assert "AKID1" in repr(credential)
    assert "the-key" not in repr(credential)
    assert "the-token" not in f"{credential}{credential!r}"
    with pytest.raises(TypeError):
        pickle.dumps(credential)


def test_credentials_are_equal_by_value():
    assert Credential("a", "b") == Credential("a", "b")
    assert Credential("a", "b") != Credential("a", "c")
    assert hash(Credential("a", "b", "t")) == hash(Credential("a", "b", "t"))
    assert Credential("a", "b") != "a"


def test_a_temporary_credential_ends():
    credential = Credential("a", "b", "t", expires=1000)
    assert not credential.expired(999)
    assert credential.expired(1000)
    assert credential.expired(950, ahead=60)
    assert not Credential("a", "b").expired(1e12)
