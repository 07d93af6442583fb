"""The simulator as a program of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request

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


@pytest.mark.parametrize("options", [["--ptz", "wild"], ["--devices", "0"], ["--scenario", "moon"]])
def test_unknown_options_are_refused(options, capsys):
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
