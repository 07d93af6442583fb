"""The application on a simulated cloud: ways in, what goes wrong, and ways out."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from ivcdesk.app.child import CloudAddress, read_address
from ivcdesk.app.main import application
from ivcdesk.app.secrets import Keeping, Keyring, Secret
from ivcdesk.ui import text

KEPT: dict[str, Secret] = {}


class Vault(Keyring):
    """A keyring in memory that outlives the application, as a real one does."""

    async def probe(self):
        self.keeping = Keeping("Test vault")
        return self.keeping

    async def read(self, account):
        return KEPT.get(account)

    async def write(self, account, secret):
        KEPT[account] = secret
        return await self.probe()

    def hold(self, account, secret):
        self.held = (account, secret)

    async def forget(self, account):
        KEPT.pop(account, None)


@pytest.fixture(autouse=True)
def vault(monkeypatch):
    KEPT.clear()
    monkeypatch.setattr("ivcdesk.app.application.Keyring", Vault)


@pytest.fixture
def start(tmp_path):
    """``async with start("--demo") as app:`` runs the application with a folder of its own."""

    @asynccontextmanager
    async def run(*arguments: str):
        async with application(["--data-dir", str(tmp_path), "--lang", "en", *arguments]) as app:
            yield app

    return run


@pytest.fixture(scope="module")
def _simulator():
    """One simulator for all tests that need one which is not the demo's."""
    command = [sys.executable, "-m", "ivcdesk", "simulate", "--with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield read_address(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.wait(timeout=10) == 0


@pytest.fixture
def cloud(_simulator):
    """The address of a simulator as it was at first."""
    order(_simulator, "DELETE", "faults")
    order(_simulator, "POST", "reset", {})
    return _simulator


def order(address: CloudAddress, method: str, path: str, body: Any = None) -> Any:
    """Ask or tell the simulator's control plane."""
    parts = urlsplit(address.endpoint)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request(method, f"/_sim/{path}", None if body is None else json.dumps(body))
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer) if answer else None


async def until(condition: Callable[[], Any], seconds: float = 15) -> Any:
    async with asyncio.timeout(seconds):
        while not (result := condition()):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
    return result


def usable(directory) -> str:
    """Return a channel that can be shown and turned, once one is known."""
    every = (each.channel_id for many in directory.channels.values() for each in many)
    return next((each for each in every if directory.obstacle(each) is None), "")


def find(app, name: str, kind: type = QWidget):
    found = app.window.findChild(kind, name)
    assert found is not None, name
    return found


def say(app, name: str, kind: type = QLabel) -> str:
    part = find(app, name, kind)
    return part.text() if part.isVisible() else ""


def fill(app, address: CloudAddress, **fields: str) -> None:
    values = {
        "secretId": address.secret_id,
        "secretKey": address.secret_key,
        "endpoint": address.endpoint,
    } | fields
    for name, value in values.items():
        find(app, f"signin.{name}", QLineEdit).setText(value)
    find(app, "signin.region", QComboBox).setCurrentText(address.region)


def press(app, name: str) -> None:
    find(app, name, QPushButton).click()


async def ask(address: CloudAddress, method: str, path: str, body: Any = None) -> Any:
    """Do the same while the window goes on."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, order, address, method, path, body)


def test_the_first_start_shows_sign_in_beside_the_demo(aio, start):
    async def run():
        async with start() as app:
            assert app.session is None
            assert find(app, "signin").isVisible()
            assert find(app, "signin.demo").isVisible()
            assert say(app, "status.account") == "Not signed in"
            await until(lambda: say(app, "signin.keyring"))
            assert say(app, "signin.keyring") == "Kept in the keyring: Test vault"
            app.go("settings")
            assert find(app, "page.settings").isVisible()
            app.go("live")
            assert find(app, "signin").isVisible()

    aio(run(), seconds=30)


def test_the_demo_opens_shows_its_facts_and_is_left(aio, start):
    async def run():
        async with start("--demo") as app:
            session = await until(lambda: app.session)
            await until(lambda: session.directory.devices)
            assert app.in_demo
            assert say(app, "top.menu", QPushButton) == "Demo cloud"
            await until(lambda: "ms" in say(app, "status.link"))
            assert say(app, "status.account") == f"demo · {session.region}"
            assert "/20" in say(app, "status.budget")
            process = app.demo.process_id
            app.trigger("sign_out")
            await until(lambda: app.session is None and not app.demo.running)
            assert find(app, "signin").isVisible()
            assert say(app, "status.account") == "Not signed in"
            press(app, "signin.demo")
            await until(lambda: app.in_demo)
            assert app.demo.process_id != process

    aio(run(), seconds=60)


def test_a_channel_is_opened_where_one_is(aio, start):
    async def run():
        async with start("--demo") as app:
            session = await until(lambda: app.session)
            channel = await until(lambda: usable(session.directory))
            app.go("settings")
            await app.select_channel(channel)
            assert app.window.page == "live"
            assert app.panels.live.current_channel == channel
            app.go("playback")
            # The past of what was watched is there without picking it again.
            assert app.panels.playback.channels == [channel]
            known = [each.channel_id for row in session.directory.channels.values() for each in row]
            other = next(each for each in known if each != channel)
            await app.select_channel(other)
            assert app.window.page == "playback"
            assert app.panels.playback.channels == [other]
            app.go("live")
            app.go("playback")
            assert app.panels.playback.channels == [other]

    aio(run(), seconds=60)


def test_a_demo_cloud_that_dies_is_started_again(aio, start):
    async def run():
        async with start("--demo") as app:
            before = await until(lambda: app.session)
            os.kill(app.demo.process_id, signal.SIGKILL)
            await until(lambda: app.window.banner.text)
            assert "Starting it again" in app.window.banner.text
            await until(lambda: app.session is not None and app.session is not before)
            await until(lambda: not app.window.banner.text)
            await until(lambda: app.session.directory.devices)

    aio(run(), seconds=60)


def test_a_running_simulator_is_entered(aio, start, cloud):
    async def run():
        async with start("--simulator", cloud.endpoint) as app:
            session = await until(lambda: app.session)
            assert session.client.endpoint == cloud.endpoint
            assert not app.in_demo

    aio(run(), seconds=60)


def test_a_simulator_that_is_not_there_is_told_on_the_sign_in_page(aio, start):
    async def run():
        async with start("--simulator", "http://127.0.0.1:1") as app:
            await until(lambda: say(app, "signin.error"))
            assert "can't be entered" in say(app, "signin.error")

    aio(run(), seconds=30)


def test_a_typed_key_signs_in_is_remembered_and_signs_in_by_itself(aio, start, cloud, tmp_path):
    async def run():
        async with start() as app:
            fill(app, cloud)
            press(app, "signin.submit")
            session = await until(lambda: app.session)
            assert session.account.startswith(cloud.secret_id[:8])
        assert [secret.secret_key for secret in KEPT.values()] == [cloud.secret_key]
        async with start() as app:
            await until(lambda: app.session)
            app.trigger("sign_out")
            await until(lambda: app.session is None and find(app, "signin").isVisible())
        async with start() as app:
            assert find(app, "signin.account").isVisible()
            assert find(app, "signin.secretId", QLineEdit).text() == cloud.secret_id
            press(app, "signin.submit")
            await until(lambda: app.session)

    aio(run(), seconds=90)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert cloud.secret_key.encode() not in path.read_bytes(), path


def test_a_key_that_is_not_to_be_remembered_is_not(aio, start, cloud):
    async def run():
        async with start() as app:
            fill(app, cloud)
            find(app, "signin.remember", QCheckBox).setChecked(False)
            press(app, "signin.submit")
            await until(lambda: app.session)
        assert KEPT == {}
        async with start() as app:
            assert find(app, "signin").isVisible()

    aio(run(), seconds=60)


def test_a_wrong_key_is_told_once_with_code_and_request_id(aio, start, cloud):
    async def run():
        async with start() as app:
            fill(app, cloud, secretKey="wrong" * 6)
            press(app, "signin.submit")
            await until(lambda: say(app, "signin.error"))
            title, hint, footnote = say(app, "signin.error").splitlines()
            assert title == "SecretKey and SecretId do not belong together"
            assert hint
            code, _, request_id = footnote.partition(" · ")
            assert code == "AuthFailure.SignatureFailure"
            assert len(request_id) > 10
            await asyncio.sleep(0.3)
            calls = await ask(cloud, "GET", "calls?since=0")
            assert [(call["action"], call["code"]) for call in calls] == [
                ("DescribeOrganization", "AuthFailure.SignatureFailure")
            ]
            assert KEPT == {}
            fill(app, cloud)
            press(app, "signin.submit")
            await until(lambda: app.session)
            assert app.panels.inspector.model.call(0).code == "AuthFailure.SignatureFailure"

    aio(run(), seconds=60)


def test_a_kept_key_that_is_refused_is_not_tried_by_itself_again(aio, start, cloud):
    async def run():
        async with start() as app:
            fill(app, cloud)
            press(app, "signin.submit")
            await until(lambda: app.session)
        for account in KEPT:
            KEPT[account] = Secret("wrong" * 6)
        async with start() as app:
            await until(lambda: say(app, "signin.error"))
            assert find(app, "signin.submit").isEnabled()
        async with start() as app:
            await asyncio.sleep(0.3)
            assert say(app, "signin.error") == ""
        refused = [call for call in await ask(cloud, "GET", "calls?since=0") if call["code"]]
        assert len(refused) == 1

    aio(run(), seconds=60)


def test_an_unreachable_endpoint_is_told(aio, start):
    async def run():
        async with start() as app:
            nowhere = CloudAddress(
                f"http://127.0.0.1:{free_port()}", "ap-shanghai", "AKIDx", "y" * 8
            )
            fill(app, nowhere)
            press(app, "signin.submit")
            await until(lambda: say(app, "signin.error"))
            assert say(app, "signin.error").startswith("The cloud can't be reached")
            assert "ConnectError" in say(app, "signin.error")

    aio(run(), seconds=30)


def test_connecting_can_be_cancelled(aio, start):
    async def run():
        async with silent_server() as port, start() as app:
            deaf = CloudAddress(f"http://127.0.0.1:{port}", "ap-shanghai", "AKIDx", "y" * 8)
            fill(app, deaf)
            press(app, "signin.submit")
            await until(lambda: find(app, "signin.cancel").isVisible())
            assert not find(app, "signin.submit").isEnabled()
            press(app, "signin.cancel")
            await until(lambda: find(app, "signin.submit").isEnabled())
            assert say(app, "signin.error") == ""
            assert app.session is None

    aio(run(), seconds=30)


def test_a_lost_link_is_told_quietly_and_comes_back_by_itself(aio, start, cloud):
    async def run():
        async with start("--simulator", cloud.endpoint) as app:
            await until(lambda: app.session and app.session.directory.state == "ready")
            await ask(cloud, "POST", "faults", [{"kind": "drop", "action": "DescribeOrganization"}])
            app.trigger("reload")
            await until(lambda: app.window.banner.text, seconds=30)
            assert app.window.notice.explanation is None
            assert app.session is not None
            await ask(cloud, "DELETE", "faults")
            app.window.banner.acted.emit()
            await until(lambda: not app.window.banner.text)
            await until(lambda: app.session.directory.state == "ready")

    aio(run(), seconds=90)


def test_a_key_that_ends_is_told_and_leads_back_to_sign_in(aio, start, cloud):
    async def run():
        async with start("--simulator", cloud.endpoint) as app:
            await until(lambda: app.session and app.session.directory.state == "ready")
            fault = {"kind": "error", "action": "*", "code": "AuthFailure.TokenFailure"}
            await ask(cloud, "POST", "faults", [fault])
            app.trigger("reload")
            await until(lambda: app.window.banner.text, seconds=30)
            assert app.window.banner.text == "The token is wrong or has ended"
            app.window.banner.acted.emit()
            await until(lambda: app.session is None and find(app, "signin").isVisible())
            assert app.window.banner.text == ""

    aio(run(), seconds=60)


def test_language_and_theme_change_at_once_and_are_kept(aio, start, tmp_path):
    async def run():
        async with start() as app:
            app.use_language("zh_CN")
            assert find(app, "rail.live").text() == "实时"
            app.use_theme("light")
        async with application(["--data-dir", str(tmp_path)]) as app:
            assert app.settings.language == "zh_CN"
            assert app.settings.theme == "light"
            assert find(app, "rail.live").text() == "实时"
            app.trigger("language")
            assert find(app, "rail.live").text() == "Live"
        assert text.language.code == "en"

    aio(run(), seconds=30)


def test_broken_settings_are_told(aio, start, tmp_path):
    (tmp_path / "settings.json").write_text("{broken")

    async def run():
        async with start() as app:
            assert "settings.unreadable-1.json" in say(app, "notice.hint")

    aio(run(), seconds=30)


def test_a_mistake_of_ours_opens_a_report_and_the_window_lives_on(aio, start):
    async def mistake():
        raise ZeroDivisionError("a mistake")

    async def run():
        async with start() as app:
            app.tasks.start(mistake())
            await until(lambda: app.window.findChild(QWidget, "crash"))
            assert app.window.isVisible()

    aio(run(), seconds=30)


def test_leaving_at_any_moment_is_clean(aio, start):
    async def run():
        async with start("--demo") as app:
            pass
        assert not app.demo.running
        async with start("--demo") as app:
            await until(lambda: app.session)
            app.window.close()
            assert app.leaving
            assert app.window.isVisible()

    aio(run(), seconds=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def silent_server():
    """A server that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]
