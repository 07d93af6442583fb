import logging
import subprocess
import sys

import pytest

from ivcdesk.app import logs, redaction
from ivcdesk.app.redaction import redacted


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET https://play.invalid/live/1.flv?txSecret=abc123&txTime=5", "abc123"),
        ("open rtmp://push.invalid/live/1?token=sesame now", "sesame"),
        ("rtsp://admin:hunter2@192.0.2.1/stream", "hunter2"),
        ("{'SecretKey': 'verysecret'}", "verysecret"),
        ("password=hunter2, next", "hunter2"),
        ('{"Token": "tokentoken"}', "tokentoken"),
        ("Authorization: TC3-HMAC-SHA256 Credential=AKID/x, Signature=deadbeef", "deadbeef"),
    ],
)
def test_secrets_do_not_pass(text, secret):
    assert secret not in redacted(text)


def test_the_rest_stays_readable():
    assert redacted("GET https://play.invalid/live/1.flv?a=b ok") == (
        "GET https://play.invalid/live/1.flv?••• ok"
    )
    assert redacted("channel 7 answered in 38 ms") == "channel 7 answered in 38 ms"


def test_known_secrets_are_hidden_wherever_they_turn_up():
    redaction.remember("correct-horse", None, "")
    assert redacted("what is correct-horse doing here") == "what is ••• doing here"


def test_the_log_file_has_no_secrets_and_knows_its_size(tmp_path):
    redaction.remember("battery-staple")
    log_file = logs.LogFile(tmp_path / "deep", "info")
    log_file.start()
    try:
        logging.getLogger("ivcdesk.test").info("key %s", "battery-staple")
        try:
            raise ValueError("https://a.invalid/x?sig=battery")
        except ValueError:
            logging.getLogger("ivcdesk.test").exception("failed")
        logging.getLogger("httpx").info("HTTP Request: noise")
        logging.getLogger("ivcdesk.test").debug("too fine")
    finally:
        log_file.stop()
    text = log_file.path.read_text(encoding="utf-8")
    assert "ivcdesk.test: key •••" in text
    assert "battery" not in text
    assert "ValueError" in text
    assert "noise" not in text
    assert "too fine" not in text
    log_file.stop()


def test_without_a_folder_there_is_no_log_and_no_trouble(tmp_path):
    (tmp_path / "file").write_text("")
    log_file = logs.LogFile(tmp_path / "file" / "below", "info")
    log_file.start()
    log_file.stop()


def test_a_crash_of_the_interpreter_leaves_its_stack(tmp_path):
    program = (
        "import ctypes, sys\nfrom pathlib import Path\n"
        "from ivcdesk.app.logs import fault_file\n"
        "with fault_file(Path(sys.argv[1])):\n    ctypes.string_at(0)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True)
    assert "ctypes" in (tmp_path / "fault.log").read_text(encoding="utf-8")
