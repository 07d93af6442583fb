"""The simulator as a program of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from ivcdesk.simulator import command
from ivcdesk.simulator.command import main

START = "import sys; from ivcdesk.simulator.command import main; sys.exit(main(sys.argv[1:]))"


def started(*options):
    return subprocess.Popen(
        [sys.executable, "-c", START, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def end_of(process):
    try:
        return process.wait(20)
    finally:
        process.kill()
        process.stdin.close()
        process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_where_it_is_serves_and_ends_well(number):
    process = started("--seed", "4")
    try:
        ready = json.loads(process.stdout.readline())
        with urllib.request.urlopen(f"{ready['endpoint']}/_sim/credentials", timeout=10) as answer:
            assert json.load(answer) == ready
        process.send_signal(number)
    except BaseException:
        process.kill()
        raise
    finally:
        assert end_of(process) == 0


def test_it_ends_with_its_parent():
    process = started("--with-parent", "--scenario", "fleet", "--devices", "50")
    assert json.loads(process.stdout.readline())["endpoint"]
    process.stdin.close()
    assert end_of(process) == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--host", "no.such.host.invalid"],
        ["--certfile", "no-such-file.pem"],
    ],
)
def test_impossible_options_are_explained(options, capsys):
    assert main(options) == 2
    assert capsys.readouterr().err.startswith("ivcdesk simulate: ")


def test_listening_beyond_loopback_is_warned_of(monkeypatch, capsys):
    served = []

    async def serve(simulator, *, with_parent):
        served.append((simulator, with_parent))

    monkeypatch.setattr(command, "_serve", serve)
    assert command.main(["--host", "0.0.0.0"]) == 0
    assert "warning" in capsys.readouterr().err
    assert command.main([]) == 0
    assert capsys.readouterr().err == ""
    assert len(served) == 2


def listening(pid):
    """Return the addresses, as the kernel writes them, that a process takes anything from."""
    descriptors = list(Path(f"/proc/{pid}/fd").iterdir())
    mine = {str(known.readlink()) for known in descriptors if known.is_symlink()}
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            words = row.split()
            # state 0A listens; what is connectionless takes packets without saying so
            if f"socket:[{words[9]}]" in mine and (words[3] == "0A" or table.startswith("udp")):
                found.append((table, words[1]))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads the kernel's table of sockets")
def test_nothing_listens_beyond_loopback():
    process = started()
    try:
        ready = json.loads(process.stdout.readline())
        urllib.request.urlopen(f"{ready['endpoint']}/_sim/world", timeout=10).close()
        sockets = listening(process.pid)
    finally:
        process.terminate()
        end_of(process)
    # the API with the media, and RTMP
    assert [table for table, _ in sockets] == ["tcp", "tcp"]
    assert {address.partition(":")[0] for _, address in sockets} == {"0100007F"}


@pytest.mark.parametrize("options", [["--ptz", "wild"], ["--devices", "0"], ["--scenario", "moon"]])
def test_unknown_options_are_refused(options, capsys):
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
