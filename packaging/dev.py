#!/usr/bin/env python3
"""One command for each thing a person does with this repository; needs nothing but Python 3.11.

    python3 packaging/dev.py demo [OPTIONS]      the application on its embedded cloud
    python3 packaging/dev.py test [OPTIONS]      the test suite (options go to pytest)
    python3 packaging/dev.py check               lint, format, types and import contracts
    python3 packaging/dev.py soak [OPTIONS]      the long runs of tests/soak
    python3 packaging/dev.py bench [OPTIONS]     the ratios of tests/benchmarks
    python3 packaging/dev.py screenshots DIR     every page, in both languages and themes

It makes a virtual environment in .venv (or in $IVCDESK_VENV) and, as root on Debian or Ubuntu,
installs the system libraries that Qt lacks; otherwise it prints the one line that would.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENV = Path(os.environ.get("IVCDESK_VENV", ROOT / ".venv"))
PYTHON = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SCRIPTS = PYTHON.parent
LINUX = sys.platform.startswith("linux")

QT_LIBRARIES = [
    "libglib2.0-0",
    "libgssapi-krb5-2",
    "libgl1",
    "libegl1",
    "libdbus-1-3",
    "libpulse0",
    "libfontconfig1",
    "libxkbcommon0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxkbcommon-x11-0",
    "libxcb-xkb1",
    "libxcb-image0",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-sync1",
    "libxcb-xfixes0",
    "libx11-xcb1",
]
CHINESE_FONT = ["fonts-wqy-microhei"]
TEST_TOOLS = {
    "Xvfb": "xvfb",
    "gnome-keyring-daemon": "gnome-keyring",
    "dbus-run-session": "dbus",
    "ffprobe": "ffmpeg",
    "chromium": "chromium",
    # a player without a line of FFmpeg in it
    "gst-launch-1.0": "gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad",
}

QT_PROBE = "import PySide6.QtWidgets, PySide6.QtSvg, PySide6.QtNetwork, PySide6.QtMultimedia"
XCB_PROBE = """
import ctypes, pathlib, PySide6
ctypes.CDLL(next(pathlib.Path(PySide6.__file__).parent.glob("Qt/plugins/platforms/libqxcb.so")))
"""
FONT_PROBE = """
from PySide6.QtGui import QFontDatabase, QGuiApplication
app = QGuiApplication(["probe", "-platform", "offscreen"])
raise SystemExit(not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
"""


def run(*command: object, quiet: bool = False, **options: object) -> int:
    """Run a command to its end and return its exit code; ``quiet`` hides what it prints."""
    if quiet:
        options |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run([str(part) for part in command], check=False, **options).returncode


def must(*command: object) -> None:
    """Run a command, and end here with its exit code if it fails."""
    if code := run(*command):
        sys.exit(code)


def install(packages: list[str], why: str) -> bool:
    """Install Debian packages as root, or print the line that does; tell whether they are there."""
    line = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {', '.join(packages)} ({why})", flush=True)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        run("apt-get", "update", "-qq", env=environment)
        return run(*line, env=environment, stdout=subprocess.DEVNULL) == 0
    print(f"This system lacks {why}. On Debian or Ubuntu, run this once:", file=sys.stderr)
    print("  sudo " + " ".join(line), file=sys.stderr)
    return False


def make_environment(*, tests: bool) -> None:
    """Make the virtual environment with all that it needs, unless it is there and up to date."""
    if sys.version_info < (3, 11):
        sys.exit(f"ivcdesk needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    project = (ROOT / "pyproject.toml").read_bytes() + repr(sys.version_info[:2]).encode()
    wanted = hashlib.sha256(project).hexdigest()
    stamps = [ENV / ".ivcdesk-test"] + ([] if tests else [ENV / ".ivcdesk"])
    if PYTHON.exists() and any(s.exists() and s.read_text() == wanted for s in stamps):
        return
    try:
        import ensurepip  # noqa: F401  (Debian keeps it in a package of its own)
    except ImportError:
        if not install(["python3-venv"], "Python's venv"):
            sys.exit(1)
    print(f"Making the environment in {ENV.name} …", flush=True)
    must(sys.executable, "-m", "venv", "--clear", ENV)
    pip = (PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    must(*pip, "-e", f"{ROOT}[test]" if tests else ROOT)
    (ENV / (".ivcdesk-test" if tests else ".ivcdesk")).write_text(wanted)


def lacks(probe: str) -> bool:
    """Whether a probe fails inside the environment."""
    return run(PYTHON, "-c", probe, quiet=True) != 0


def have_libraries() -> None:
    """See to it that Qt loads, has a screen plugin, and can write Chinese."""
    if not LINUX:
        return
    if (lacks(QT_PROBE) or lacks(XCB_PROBE)) and not install(QT_LIBRARIES, "Qt's libraries"):
        sys.exit(1)
    if lacks(FONT_PROBE):
        install(CHINESE_FONT, "a Chinese font")


def have_test_tools() -> None:
    """See to it that the tools which tests start are there; tests that lack one say so."""
    missing = [
        package
        for tool, packages in TEST_TOOLS.items()
        if not shutil.which(tool)
        for package in packages.split()
    ]
    if LINUX and missing:
        install(missing, "tools for tests")


def demo(*options: str) -> int:
    """Start the application on its embedded cloud."""
    make_environment(tests=False)
    have_libraries()
    if LINUX and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print(
            "There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set.", file=sys.stderr
        )
        print("With Xvfb: xvfb-run -a python3 packaging/dev.py demo", file=sys.stderr)
        return 1
    return run(PYTHON, "-m", "ivcdesk", "--demo", *options, cwd=ROOT)


def pytest(*options: str) -> int:
    """Run pytest without a screen."""
    make_environment(tests=True)
    have_libraries()
    have_test_tools()
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    return run(PYTHON, "-m", "pytest", *options, cwd=ROOT, env=environment)


def check() -> int:
    """Lint, format, types and import contracts; all of them run, any of them may fail."""
    make_environment(tests=True)
    results = [
        run(SCRIPTS / "ruff", "check", ".", cwd=ROOT),
        run(SCRIPTS / "ruff", "format", "--check", ".", cwd=ROOT),
        run(PYTHON, "-m", "mypy", cwd=ROOT),
        run(SCRIPTS / "lint-imports", cwd=ROOT),
    ]
    return max(results)


def screenshots(directory: str) -> int:
    """Drive the demo through every page and save what a person would see."""
    make_environment(tests=True)
    have_libraries()
    have_test_tools()
    target = Path(directory).resolve()
    return run(PYTHON, ROOT / "packaging" / "screenshots.py", target, cwd=ROOT)


def main() -> int:
    """Do what the first word says with the words after it."""
    word, *rest = sys.argv[1:] or ["help"]
    if word == "demo":
        return demo(*rest)
    if word == "test":
        return pytest("-n", "auto", "--dist", "loadgroup", *rest)
    if word == "soak":
        return pytest("tests/soak", *rest)
    if word == "bench":
        return pytest("-o", "addopts=", "tests/benchmarks", *rest)
    if word == "check":
        return check()
    if word == "screenshots" and len(rest) == 1:
        return screenshots(rest[0])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
