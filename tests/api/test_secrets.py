"""No secret appears in any repr, log line, exception or journal entry."""

from __future__ import annotations

import asyncio
import logging
import traceback

import msgspec
import pytest

from ivcdesk.api import CloudClient, Credential, InvalidArgument, IvcError
from ivcdesk.api.actions import (
    AddAITask,
    AddStreamAuth,
    AddUserDevice,
    AITemplate,
    CallISAPI,
    ControlDeviceStream,
    CreateVideoSnapshotConfig,
    DescribeStreamAuth,
    DescribeUserDevice,
    DeviceId,
    ListDevices,
    OrganizationId,
    PlayRecord,
    SnapshotConfig,
    UpdateGateway,
)
from ivcdesk.api.actions.newer_snapshots import Callback
from ivcdesk.api.actions.rules import secret_fields
from tests.api.authority import Authority
from tests.api.links import http2_server, http_proxy, listening, socks_proxy
from tests.api.recording import answers, hangs_up, recording_server, refuses, says
from tests.api.reference import structure_classes

SECRET = "hush-3f9c"  # whatever is secret in this test contains it
REVEALING = ("password", "secret", "token", "url", "flv", "hls", "rtmp", "mp4", "_data")
# What merely sounds secret, and what is asked for by name.
HARMLESS = {
    "CallISAPI.url",
    "DescribeRecordFile.with_url",
    "ListVideoDownloadTask.with_preview_url",
    "ListVideoDownloadTask.url_expires",
    "BatchGetVideoSnapshotImageUrl.image_url_expires",
    "PictureAddresses.image_url_expires",
    "ModelResult.image_url_expire",
}

ACTIONS = [
    AddUserDevice(
        name="Gate",
        access_protocol=2,
        type=1,
        organization_id="1",
        cluster_id="n",
        password=SECRET,
    ),
    AddStreamAuth(
        id="i",
        pull_state=1,
        pull_secret=SECRET.replace("-", "")[:10],
        pull_expired=1,
        push_state=1,
        push_secret=SECRET.replace("-", "")[:10],
        push_expired=1,
    ),
    CallISAPI(device_id="d", url="PUT /ISAPI/Security/users/1", input_data=f"<p>{SECRET}</p>"),
    AddAITask(
        name="t",
        channel_list=["c"],
        templates=[AITemplate(tag="Snapshot", snapshot_config=SnapshotConfig(time_interval=1))],
        callback_url=f"https://a.test/?key={SECRET}",
    ),
    CreateVideoSnapshotConfig(
        name="n",
        template_id="t",
        file_expires=7,
        callback=Callback(url=f"https://a.test/?key={SECRET}", token=SECRET),
    ),
    ListDevices(organization_id=OrganizationId("0")),
    DescribeUserDevice(device_id=DeviceId("d")),
    ControlDeviceStream(channel_id="c"),
    PlayRecord(channel_id="c", start=1, end=2),
    DescribeStreamAuth(),
    UpdateGateway(gateway_id="g"),
]
ADDRESS = f"https://a.test/x?token={SECRET}"
DATA = {
    "Password": SECRET,
    "PushStreamUrl": ADDRESS,
    "PushStreamSecureUrl": ADDRESS,
    "OutputData": SECRET,
    "Flv": ADDRESS,
    "Hls": ADDRESS,
    "Rtmp": ADDRESS,
    "FMp4": ADDRESS,
    "PullSecret": SECRET,
    "PushSecret": SECRET,
    "Secret": SECRET,
    "CallbackUrl": ADDRESS,
}


@pytest.mark.parametrize("kind", structure_classes(), ids=lambda kind: kind.__name__)
def test_every_field_that_sounds_secret_is_marked(kind):
    for field in kind.__struct_fields__:
        if any(word in field for word in REVEALING) and f"{kind.__name__}.{field}" not in HARMLESS:
            assert field in secret_fields(kind), field


class Witness:
    """Collects everything that a person could read."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def hear(self, *values: object) -> None:
        self.lines += [f"{value!r} {value}" for value in values]

    def hear_error(self, error: BaseException) -> None:
        self.hear(error, error.args, vars(error))
        self.lines += traceback.format_exception(error)


async def everything(client: CloudClient, witness: Witness) -> None:
    for action in ACTIONS:
        witness.hear(action)
        try:
            witness.hear(await client.call(action))
        except IvcError as error:
            witness.hear_error(error)
    witness.hear(client, vars(client), client.credential, client._transport)
    for entry in client.journal.entries:
        witness.hear(entry, entry.parameters)


def test_nothing_that_can_be_read_holds_a_secret(caplog, tmp_path, monkeypatch):
    monkeypatch.setattr("ivcdesk.api.retry.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("ivcdesk.api.retry.ATTEMPTS", 2)
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "hpack", "h2", "asyncio"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    authority = Authority(tmp_path)
    witness = Witness()
    credential = Credential(f"AKID-{'1' * 32}", SECRET, f"{SECRET}-token")

    async def scene():
        async with recording_server() as server:

            def client(**options) -> CloudClient:
                return CloudClient(credential, "ap-shanghai", server.endpoint, **options)

            for reply in (
                answers(Data=DATA),
                answers(Data=[DATA]),
                answers(Data=[{**DATA, "Status": [SECRET], "Type": [SECRET]}]),
                answers(Data={**DATA, "Status": [SECRET], "SipPort": SECRET, "AppId": SECRET}),
                refuses("InvalidParameterValue.InvalidPassword", "wrong"),
                refuses("InternalError", "wrong"),
                says(f"<html>{SECRET}</html>".encode()),
                says(SECRET.encode(), status=502),
                hangs_up,
            ):
                server.reply = reply
                async with client() as one:
                    await everything(one, witness)
            server.reply = answers()
            for talk, kind in (
                (http_proxy([]), "http"),
                (http_proxy([], refuses=403), "http"),
                (socks_proxy([]), "socks5"),
                (socks_proxy([], refuses=True), "socks5"),
            ):
                async with listening(talk) as port:
                    proxy = f"{kind}://user:{SECRET}@127.0.0.1:{port}"
                    async with client(proxy=proxy) as one:
                        await everything(one, witness)
        body = msgspec.json.encode({"Response": {"RequestId": "r", "Data": DATA}})
        tls = authority.server_context(["h2"])
        async with listening(http2_server([], body), tls) as port:
            endpoint, trusted = f"https://127.0.0.1:{port}", authority.client_context()
            async with CloudClient(credential, "ap-shanghai", endpoint, tls=trusted) as one:
                await everything(one, witness)

    asyncio.run(scene())
    for name in ("httpcore.http11", "httpcore.socks", "hpack.hpack"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
    for values in ((f"{SECRET} x", "k"), ("i", f"{SECRET} x"), ("i", "k", f"{SECRET} x")):
        with pytest.raises(InvalidArgument) as caught:
            Credential(*values)
        witness.hear_error(caught.value)
    for options in (
        {"endpoint": f"https://user:{SECRET}@host"},
        {"endpoint": f"https://host/?token={SECRET}"},
        {"proxy": f"ftp://user:{SECRET}@host"},
        {"proxy": f"user:{SECRET}@host:1"},
    ):
        with pytest.raises(InvalidArgument) as caught:
            CloudClient(credential, "ap-shanghai", **options)
        witness.hear_error(caught.value)
    heard = "\n".join([*witness.lines, caplog.text])
    places = [line[:300] for line in heard.splitlines() if SECRET[:6] in line]
    assert not places
    assert SECRET.replace("-", "")[:10] not in heard
