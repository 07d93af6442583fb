"""Outside players: where they are found, what they are told, and what is never shown."""

from __future__ import annotations

import json
import os
import shlex
import stat
import sys
from pathlib import Path

import pytest

from ivcdesk.media import launch as launching
from ivcdesk.media.outside import (
    LaunchError,
    OutsidePlayer,
    System,
    check_url,
    choose_url,
    command,
    find_players,
    launch,
    own_command,
)

URL = "https://cam.example/live/c1.live.flv?token=verysecret&expires=9"
HLS = "https://cam.example/live/c1/hls.m3u8?token=verysecret"
VLC, MPV, FFPLAY = (OutsidePlayer(n, f"/usr/bin/{n.lower()}") for n in ("VLC", "mpv", "ffplay"))


def machine(platform: str, places: set[str], on_path: dict[str, str] | None = None, **environment):
    return System(
        platform=platform,
        environment=environment,
        which=lambda name: (on_path or {}).get(name),
        exists=lambda path: path in places,
    )


def test_players_on_the_path_come_first():
    system = machine("linux", {"/usr/bin/mpv"}, {"vlc": "/opt/vlc", "ffplay": "/bin/ffplay"})
    assert [(p.name, p.path) for p in find_players(system)] == [
        ("VLC", "/opt/vlc"),
        ("mpv", "/usr/bin/mpv"),
        ("ffplay", "/bin/ffplay"),
    ]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (
            machine("linux", {"/var/lib/flatpak/exports/bin/org.videolan.VLC"}, HOME="/home/u"),
            [("VLC", "/var/lib/flatpak/exports/bin/org.videolan.VLC")],
        ),
        (
            machine(
                "win32",
                {
                    r"C:\Program Files\VideoLAN\VLC\vlc.exe",
                    r"C:\Users\u\scoop\shims\mpv.exe",
                    r"C:\ffmpeg\bin\ffplay.exe",
                },
                ProgramFiles=r"C:\Program Files",
                USERPROFILE=r"C:\Users\u",
            ),
            [
                ("VLC", r"C:\Program Files\VideoLAN\VLC\vlc.exe"),
                ("mpv", r"C:\Users\u\scoop\shims\mpv.exe"),
                ("ffplay", r"C:\ffmpeg\bin\ffplay.exe"),
            ],
        ),
        (
            machine(
                "darwin",
                {"/Applications/VLC.app/Contents/MacOS/VLC", "/opt/homebrew/bin/mpv"},
                HOME="/Users/u",
            ),
            [
                ("VLC", "/Applications/VLC.app/Contents/MacOS/VLC"),
                ("mpv", "/opt/homebrew/bin/mpv"),
            ],
        ),
        (machine("linux", set()), []),
    ],
)
def test_players_in_their_usual_places(system, expected):
    assert [(player.name, player.path) for player in find_players(system)] == expected


@pytest.mark.parametrize("player", [VLC, MPV])
def test_the_signed_address_is_in_the_playlist_and_not_in_the_command(player):
    argv, playlist = command(player, URL, "H.264", "Gate  North\n#EXTM3U")
    assert "verysecret" not in " ".join(argv)
    assert playlist.splitlines()[2] == URL
    assert len(playlist.splitlines()) == 3
    assert any("{playlist}" in part for part in argv)
    assert player.hides_url


def test_ffplay_takes_the_address_only_from_its_command():
    argv, playlist = command(FFPLAY, URL, "H.264", "Gate")
    assert playlist is None
    assert argv[-2:] == ["-i", URL]
    assert "nobuffer" in argv
    assert not FFPLAY.hides_url


def test_low_latency_options_are_for_streams_that_come_as_they_are():
    assert "--untimed" in command(MPV, URL, "H.264").argv
    assert "--untimed" not in command(MPV, HLS, "H.265").argv
    assert "--profile=low-latency" in command(MPV, HLS, "H.265").argv
    assert "nobuffer" not in command(FFPLAY, HLS).argv
    assert "--network-caching=300" in command(VLC, URL).argv


def test_h265_goes_as_hls():
    urls = {"flv": URL, "hls": HLS, "rtmp": "rtmp://cam.example/live/c1"}
    assert choose_url("H.265", **urls) == HLS
    assert choose_url("H.264", **urls) == URL
    assert choose_url("H.264", hls=HLS, rtmp=urls["rtmp"]) == urls["rtmp"]
    assert choose_url("H.265", flv=URL) == URL
    assert choose_url("") == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "/etc/passwd",
        "javascript:alert(1)",
        "smb://host/x",
        "http://",
        "http://[x/?verysecret",
        "http://a/b\n--sout=#x",
        "http://a/b c",
        "--sub-file=/etc/passwd",
    ],
)
def test_only_network_addresses_are_handed_on(url):
    for make in (check_url, lambda u: command(MPV, u), lambda u: own_command("x {url}", u)):
        with pytest.raises(LaunchError) as caught:
            make(url)
        assert caught.value.problem == "address"
        assert "verysecret" not in str(caught.value)


def test_a_command_of_the_users_own():
    system = machine("linux", set(), {"play": "/bin/play"})
    argv, playlist = own_command("play --title 'Gate North' --in={url} -x", URL, system)
    assert argv == ["/bin/play", "--title", "Gate North", f"--in={URL}", "-x"]
    assert playlist is None
    argv, playlist = own_command("play {playlist}", URL, system)
    assert argv == ["/bin/play", "{playlist}"]
    assert URL in playlist
    windows = machine("win32", set(), {r"C:\My Apps\p.exe": r"C:\My Apps\p.exe"})
    argv, _ = own_command(r'"C:\My Apps\p.exe" {url}', URL, windows)
    assert argv == [r"C:\My Apps\p.exe", URL]


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("", "command"),
        ("play", "command"),
        ("{url}", "command"),
        ("{url} {url}", "command"),
        ("play 'x {url}", "command"),
        ("no-such-player {url}", "missing"),
    ],
)
def test_commands_that_can_not_be_used(template, problem):
    with pytest.raises(LaunchError) as caught:
        own_command(template, URL, machine("linux", set(), {"play": "/bin/play"}))
    assert caught.value.problem == problem
    assert "verysecret" not in str(caught.value)


REPORT = """
import json, os, sys
path = sys.argv[1]
json.dump({"argv": sys.argv, "text": open(path).read(), "mode": os.stat(path).st_mode,
    "folder": os.stat(os.path.dirname(path)).st_mode, "path": path}, open(sys.argv[2], "w"))
"""


def python(code: str, *arguments: str) -> str:
    return shlex.join([sys.executable, "-c", code, *arguments])


@pytest.mark.skipif(os.name == "nt", reason="modes of files and shells are POSIX's")
def test_the_playlist_is_private_and_does_not_stay(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(launching, "_HANDED_OVER_SECONDS", 0.0)
    report = tmp_path / "report"
    started = launch(own_command(python(REPORT, "{playlist}", str(report)), URL))
    with qtbot.waitSignal(started.ended, timeout=8000):
        pass
    seen = json.loads(report.read_text())
    assert seen["text"].splitlines()[-1] == URL
    assert "verysecret" not in " ".join(seen["argv"])
    assert stat.S_IMODE(seen["mode"]) == 0o600
    assert stat.S_IMODE(seen["folder"]) == 0o700
    qtbot.waitUntil(lambda: not Path(seen["path"]).exists(), timeout=5000)
    assert started not in launching._running


@pytest.mark.skipif(os.name == "nt", reason="uses a POSIX signal")
def test_a_player_lives_on_and_its_end_is_noticed(qtbot, tmp_path):
    code = "import signal; signal.pause()"
    started = launch(own_command(python(code, "{url}"), URL))
    with qtbot.waitSignal(started.started, timeout=5000):
        pass
    assert started.pid
    qtbot.wait(300)
    assert launching._running
    with qtbot.waitSignal(started.failed, timeout=5000):
        os.kill(started.pid, 15)


def test_a_player_that_complains_and_ends_is_a_failure(qtbot):
    code = "import sys; sys.exit('can not open ' + sys.argv[1] + ' as root')"
    started = launch(own_command(python(code, "{url}"), URL))
    with qtbot.waitSignal(started.failed, timeout=8000) as caught:
        pass
    error = caught.args[0]
    assert error.problem == "ended"
    assert str(error) == "ended: can not open … as root"
    assert started not in launching._running


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a shebang")
def test_ffplay_ends_well_even_where_it_could_not_open(qtbot, tmp_path):
    stand_in = tmp_path / "ffplay"
    stand_in.write_text(f"#!{sys.executable}\nprint('Server returned 404 Not Found')\n")
    stand_in.chmod(0o700)
    started = launch(command(OutsidePlayer("ffplay", str(stand_in)), URL))
    with qtbot.waitSignal(started.failed, timeout=8000) as caught:
        pass
    assert str(caught.args[0]) == "ended: Server returned 404 Not Found"


def test_a_program_that_is_not_there(qtbot):
    started = launch(command(OutsidePlayer("mpv", "/no/such/mpv"), URL))
    with qtbot.waitSignal(started.failed, timeout=8000) as caught:
        pass
    assert caught.args[0].problem == "missing"
    assert "verysecret" not in str(caught.args[0])
