import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ivcdesk
from ivcdesk.app.options import Options, parse


def test_nothing_said_is_the_application():
    assert parse([]) == Options()


def test_everything_that_the_demo_takes():
    options = parse(["--demo", "--scenario", "fleet", "--devices", "500", "--seed", "7"])
    assert (options.demo, options.scenario, options.devices, options.seed) == (
        True,
        "fleet",
        500,
        7,
    )


def test_common_options(tmp_path):
    options = parse(
        ["--data-dir", str(tmp_path), "--lang", "zh_CN", "--theme", "light", "--profile", "site-3"]
    )
    assert options.data_dir == tmp_path
    assert (options.language, options.theme, options.profile) == ("zh_CN", "light", "site-3")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://localhost:1", "http://[::1]:8080"]
)
def test_a_simulator_on_this_computer(url):
    assert parse(["--simulator", url + "/"]).simulator == url


@pytest.mark.parametrize(
    "arguments",
    [
        ["--simulator", "http://192.0.2.7:80"],
        ["--simulator", "http://example.invalid"],
        ["--simulator", "127.0.0.1:80"],
        ["--simulator", "ftp://127.0.0.1"],
        ["--simulator", "http://127.0.0.1:99999"],
        ["--demo", "--simulator", "http://127.0.0.1:80"],
        ["--seed", "3"],
        ["--demo", "--devices", "0"],
        ["--profile", "../../etc"],
        ["--lang", "fr"],
        ["--secret-key", "x"],
    ],
)
def test_nonsense_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        parse(arguments)
    assert stopped.value.code == 2
    assert "ivcdesk" in capsys.readouterr().err


def test_the_version_is_the_project_s():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == ivcdesk.__version__
    said = subprocess.run(
        [sys.executable, "-m", "ivcdesk", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == f"ivcdesk {ivcdesk.__version__}"


def test_simulating_needs_no_qt():
    probe = (
        "import sys; from ivcdesk.__main__ import main\n"
        "try:\n    main(['simulate', '--help'])\nexcept SystemExit: pass\n"
        "sys.exit(any(name.startswith(('PySide6', 'qasync')) for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True)
