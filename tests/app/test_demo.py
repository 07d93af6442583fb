import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from ivcdesk.app import child, demo
from ivcdesk.app.child import Child, SimulatorFailed, read_address
from ivcdesk.app.demo import DemoCloud, running_simulator
from ivcdesk.app.options import Options

READY = {
    "endpoint": "http://127.0.0.1:1",
    "region": "ap-shanghai",
    "secret_id": "AKIDdemo",
    "secret_key": "key-of-the-demo",
    "media": "http://127.0.0.1:1",
}


def pretend(monkeypatch, program: str) -> None:
    """Let a small program stand in for the simulator."""
    monkeypatch.setattr(child, "_command", lambda: ["-c", program])


READY_PROGRAM = f"import sys; print({json.dumps(READY)!r}, flush=True); sys.stdin.read()"


def test_it_starts_tells_its_address_and_ends(aio):
    async def run():
        cloud = DemoCloud(Options(demo=True, seed=3))
        address = await cloud.address()
        assert address.endpoint.startswith("http://127.0.0.1:")
        assert address == await running_simulator(address.endpoint)
        assert address.secret_key not in repr(address)
        process = cloud.process_id
        await cloud.close()
        assert not cloud.running
        cloud.deleteLater()
        return address, process

    address, process = aio(run(), seconds=40)
    assert not alive(process)
    assert address.secret_id


def test_no_secret_is_on_the_command_line(aio, monkeypatch):
    pretend(monkeypatch, READY_PROGRAM)

    async def run():
        cloud = DemoCloud(Options(demo=True))
        address = await cloud.address()
        said = command_line(cloud.process_id)
        assert "--with-parent" in said
        assert address.secret_key not in said.replace(READY_PROGRAM, "")
        await cloud.close()

    aio(run())


def test_one_that_was_started_before_the_window_is_taken_over(aio, monkeypatch):
    pretend(monkeypatch, READY_PROGRAM)
    options = Options(demo=True)
    early = Child(options)

    async def run():
        cloud = DemoCloud(options, None, early)
        assert cloud.process_id == early.process_id
        assert (await cloud.address()).secret_id == "AKIDdemo"
        await cloud.close()
        assert not cloud.running

    aio(run())


def test_a_death_is_told(aio, monkeypatch):
    pretend(monkeypatch, READY_PROGRAM)

    async def run():
        cloud = DemoCloud(Options(demo=True))
        died = asyncio.Event()
        cloud.died.connect(died.set)
        await cloud.address()
        os.kill(cloud.process_id, signal.SIGKILL)
        await died.wait()
        assert not cloud.running
        # The next question starts another one.
        assert (await cloud.address()).secret_id == "AKIDdemo"
        died.clear()
        await cloud.close()
        assert not died.is_set()

    aio(run())


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sys; sys.exit('no port is free')", "no port is free"),
        ("import sys; print('hello', flush=True); sys.stdin.read()", "Expecting value"),
        ("print('{}', flush=True); input()", "this is no simulator"),
    ],
)
def test_one_that_does_not_start_says_why(aio, monkeypatch, program, reason):
    pretend(monkeypatch, program)

    async def run():
        cloud = DemoCloud(Options(demo=True))
        try:
            with pytest.raises(SimulatorFailed, match=reason):
                await cloud.address()
        finally:
            await cloud.close()

    aio(run())


def test_a_program_that_is_not_there(aio, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")

    async def run():
        cloud = DemoCloud(Options(demo=True))
        with pytest.raises(SimulatorFailed):
            await cloud.address()
        await cloud.close()

    aio(run())


def test_one_that_takes_too_long_is_given_up(aio, monkeypatch):
    pretend(monkeypatch, "import sys; sys.stdin.read()")
    monkeypatch.setattr(demo, "START_SECONDS", 0.1)

    async def run():
        cloud = DemoCloud(Options(demo=True))
        with pytest.raises(SimulatorFailed, match="not ready"):
            await cloud.address()
        await cloud.close()

    aio(run())


def test_one_that_does_not_listen_is_stopped(aio, monkeypatch):
    deaf = f"import time; print({json.dumps(READY)!r}, flush=True); time.sleep(60)"
    pretend(monkeypatch, deaf)
    monkeypatch.setattr(demo, "END_SECONDS", 0.05)

    async def run():
        cloud = DemoCloud(Options(demo=True))
        await cloud.address()
        process = cloud.process_id
        await cloud.close()
        return process

    assert not alive(aio(run()))


def test_nobody_at_home(aio):
    async def run():
        with pytest.raises(SimulatorFailed):
            await running_simulator("http://127.0.0.1:1")

    aio(run())


@pytest.mark.parametrize("document", [None, [], {}, {"endpoint": "x"}])
def test_what_is_no_ready_line(document):
    with pytest.raises(SimulatorFailed):
        read_address(document)


def command_line(process: int) -> str:
    """Return what a process was started with; the options alone where the system hides it."""
    path = Path(f"/proc/{process}/cmdline")
    return path.read_text() if path.exists() else " ".join(child._arguments(Options(demo=True)))


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
