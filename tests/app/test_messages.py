"""Every error has words in both languages, with a next step, its code and its request id."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from ivcdesk.api import actions, errors
from ivcdesk.app.child import SimulatorFailed
from ivcdesk.app.i18n import catalogue
from ivcdesk.app.messages import BY_CLASS, BY_KEYRING_OBSTACLE, explain, find, keeping_note
from ivcdesk.app.messages_codes import BY_CODE
from ivcdesk.app.secrets import Keeping, Obstacle
from ivcdesk.media.errors import Kind, MediaError
from ivcdesk.services.recordings import NothingRecorded
from ivcdesk.ui import text

SPEC = Path(__file__).parents[3] / "shared" / "spec" / "iss-2023-05-17.json"
OUR_ACTIONS = (
    actions.DescribeOrganization,
    actions.ListDevices,
    actions.DescribeUserDevice,
    actions.DescribeDeviceChannel,
    actions.ControlDeviceStream,
    actions.ControlDevicePTZ,
    actions.ControlDevicePreset,
    actions.DescribeDevicePreset,
    actions.DescribeRecordFile,
    actions.DescribeRecordPlaybackUrl,
    actions.ControlRecordTimeline,
    actions.PlayRecord,
    actions.ControlRecord,
)

COMMON_CODES = (
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.SignatureFailure",
    "AuthFailure.SignatureExpire",
    "AuthFailure.TokenFailure",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.UnauthorizedOperation",
    "RequestLimitExceeded",
    "InternalError",
    "InvalidAction",
    "ActionOffline",
    "UnsupportedRegion",
    "RegionError.ResourceUnreachable",
)


def subclasses(kind: type) -> Iterator[type]:
    yield kind
    for below in kind.__subclasses__():
        yield from subclasses(below)


def instance(kind: type[errors.IvcError]) -> errors.IvcError:
    if issubclass(kind, errors.ServiceError):
        return kind("Some.Code", "what the cloud says", action="PlayRecord", request_id="r-1")
    if kind is errors.InvalidArgument:
        return errors.InvalidArgument("speed", "1 to 8", 9)
    if kind is errors.HttpStatusError:
        return errors.HttpStatusError(502, request_id="r-1")
    return kind("what happened", action="PlayRecord", request_id="r-1")


@pytest.fixture(params=["en", "zh_CN"])
def spoken(request):
    text.use(request.param, catalogue(request.param))
    yield request.param
    text.use("en", {})


@pytest.mark.parametrize(
    "kind", sorted({k for k in subclasses(errors.IvcError) if k.__module__ == errors.__name__},
                   key=lambda k: k.__name__), ids=lambda k: k.__name__,
)  # fmt: skip
def test_every_class_of_the_tree_has_words_of_its_own(spoken, kind):
    error = instance(kind)
    assert kind in BY_CLASS
    words = explain(error)
    assert words.title
    assert words.hint
    assert "{" not in words.title + words.hint
    assert words.code == getattr(error, "code", kind.__name__)
    assert words.request_id == error.request_id


@pytest.mark.parametrize("code", sorted({*BY_CODE, *COMMON_CODES}))
def test_every_known_code_says_what_to_do(spoken, code):
    error = errors.service_error(code, "detail", action="PlayRecord", request_id="r-2")
    words = explain(error)
    assert find(error).exact
    assert words.title
    assert words.hint
    assert words.footnote == f"{code} · r-2"


@pytest.mark.skipif(not SPEC.exists(), reason="the reference's extract is not beside the project")
def test_every_code_of_our_actions_has_words():
    spec = json.loads(SPEC.read_text(encoding="utf-8"))
    without = [
        code
        for action in OUR_ACTIONS
        for code in spec["actions"][action.action_name]["errors"]
        if code not in BY_CODE
    ]
    assert not without


@pytest.mark.skipif(not SPEC.exists(), reason="the reference's extract is not beside the project")
def test_every_code_of_the_reference_has_words_of_its_class_at_least(spoken):
    spec = json.loads(SPEC.read_text(encoding="utf-8"))
    for code in spec["error_codes"]:
        error = errors.service_error(code, "detail", action="X", request_id="r")
        words = explain(error)
        assert words.title
        assert words.hint
        assert words.code == code
        assert "{" not in words.title + words.hint


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_way_a_stream_fails(spoken, kind):
    words = explain(MediaError(kind, "https://a.invalid/live"))
    assert words.title
    assert words.hint
    assert words.code == f"Media.{kind}"


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_stream_refused_by_http(spoken, status):
    words = explain(MediaError("http", "", status))
    assert words.code == f"HTTP {status}"
    assert words.hint


def test_errors_from_other_rooms(spoken):
    assert explain(SimulatorFailed("no module named x")).hint.endswith("no module named x")
    nothing = NothingRecorded.__new__(NothingRecorded)
    errors.IvcError.__init__(nothing, "nothing")
    assert explain(nothing).code == "NothingRecorded"
    assert explain(PermissionError(13, "Permission denied")).hint.endswith("Permission denied")
    assert explain(ZeroDivisionError()).code == "ZeroDivisionError"


def test_what_the_cloud_says_is_shown_where_nothing_better_is_known():
    error = errors.service_error("Brand.New", "the moon is wrong", action="X", request_id="r-9")
    assert explain(error).hint == "The cloud says: the moon is wrong"
    error = errors.service_error("FailedOperation.New", "{odd}", action="X", request_id="r-9")
    assert explain(error).hint == "The cloud says: {odd}"


def test_an_invalid_argument_names_field_and_rule():
    hint = explain(errors.InvalidArgument("speed", "1 to 8", 9)).hint
    assert "speed" in hint
    assert "1 to 8" in hint


def test_where_a_key_is_kept_is_said(spoken):
    assert "KWallet" in keeping_note(Keeping("KWallet"))
    for obstacle in Obstacle:
        assert keeping_note(Keeping("", obstacle))
    assert set(BY_KEYRING_OBSTACLE) == set(Obstacle)
    assert keeping_note(Keeping()) == ""
