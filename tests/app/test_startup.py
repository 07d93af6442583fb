"""What the first paint waits for, and what it does not."""

import subprocess
import sys

LATER = (
    "httpcore",
    "httpx",
    "keyring",
    "av",
    "numpy",
    "msgspec",
    "aiohttp",
    "qtawesome",
    "platformdirs",
)


def test_the_window_is_there_before_the_heavy_libraries():
    probe = (
        "import sys\n"
        "import ivcdesk.app.main\n"
        f"print(' '.join(name for name in {LATER!r} if name in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""


def test_what_is_imported_later_can_be_imported_by_another_thread():
    probe = (
        "import threading, sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication(['x', '-platform', 'offscreen'])\n"
        "from ivcdesk.app import panels\n"
        "failed = []\n"
        "def load():\n"
        "    try: panels.load(panels.FOR_SIGN_IN + panels.FOR_TREE + panels.FOR_REST)\n"
        "    except BaseException as error: failed.append(error)\n"
        "thread = threading.Thread(target=load); thread.start(); thread.join()\n"
        "sys.exit(str(failed[0]) if failed else 0)"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "QObject" not in ran.stderr, ran.stderr
