"""The keyring against a real GNOME Keyring daemon, on a bus and in a home of its own."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ivcdesk.app.secrets import Keyring, Obstacle, Secret

TOOLS = ("dbus-run-session", "gnome-keyring-daemon")
INSIDE = os.environ.get("IVCDESK_TEST_KEYRING") == "1"
UNLOCK = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@"'
SECRET = Secret("key-of-ann", "token-of-ann")

pytestmark = pytest.mark.keyring
inside = pytest.mark.skipif(not INSIDE, reason="run on a bus of its own by the first test")


@pytest.mark.skipif(INSIDE, reason="this is the run on a bus of its own")
def test_on_a_bus_of_its_own(tmp_path):
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY")
    }
    for name, folder in (
        ("HOME", tmp_path),
        ("XDG_DATA_HOME", tmp_path / "data"),
        ("XDG_RUNTIME_DIR", tmp_path / "run"),
    ):
        folder.mkdir(mode=0o700, exist_ok=True)
        environment[name] = str(folder)
    environment["IVCDESK_TEST_KEYRING"] = "1"
    command = ["dbus-run-session", "--", "sh", "-c", UNLOCK, "sh", sys.executable, "-m", "pytest"]
    project = Path(__file__).parents[2]
    run = subprocess.run(
        [*command, "-q", "-p", "no:cacheprovider", __file__],
        env=environment,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "4 passed" in run.stdout, run.stdout


@inside
def test_a_secret_outlives_the_program():
    async def run():
        kept = await Keyring().write("ann", SECRET)
        assert (kept.keyring, kept.obstacle) == ("Secret Service", None)
        other = Keyring()
        assert await other.read("ann") == SECRET
        assert await other.read("nobody") is None
        await other.forget("ann")
        await other.forget("ann")
        return await Keyring().read("ann")

    assert asyncio.run(run()) is None


@inside
def test_a_bus_that_is_gone_is_unreachable(monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")

    async def run():
        ring = Keyring()
        kept = await ring.write("ann", SECRET)
        assert await ring.read("ann") == SECRET
        return kept.obstacle

    assert asyncio.run(run()) in (Obstacle.UNREACHABLE, Obstacle.MISSING)


@inside
def test_a_silent_daemon_is_given_up():
    daemons = [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and _belongs(path) and b"gnome-keyring-d" in _command(path)
    ]
    assert daemons

    async def run():
        ring = Keyring(time_limit=0.5)
        assert (await ring.probe()).keyring == "Secret Service"
        for daemon in daemons:
            os.kill(daemon, signal.SIGSTOP)
        try:
            kept = await ring.write("ann", SECRET)
        finally:
            for daemon in daemons:
                os.kill(daemon, signal.SIGCONT)
        assert kept.obstacle is Obstacle.SILENT
        assert await ring.read("ann") == SECRET
        for _ in range(100):
            if (await ring.write("ann", SECRET)).obstacle is None:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never again: {ring.keeping}")

    asyncio.run(run())


@inside
def test_a_locked_keyring_is_said_to_be_locked():
    async def run():
        ring = Keyring()
        await ring.write("ann", SECRET)
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", _LOCK], check=True)
        other = Keyring(time_limit=5)
        await other.read("ann")
        return other.keeping.obstacle

    # Without a display nobody can be asked for the password.
    assert asyncio.run(run()) in (Obstacle.LOCKED, Obstacle.FAILED, Obstacle.UNREACHABLE)


_LOCK = """
import secretstorage
bus = secretstorage.dbus_init()
secretstorage.get_default_collection(bus).lock()
bus.close()
"""


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def _belongs(process: Path) -> bool:
    """Whether a process was started for this very bus."""
    try:
        environment = (process / "environ").read_bytes()
    except OSError:
        return False
    return os.environ["DBUS_SESSION_BUS_ADDRESS"].encode() in environment
