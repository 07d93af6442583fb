"""Two players with nothing in common: FFmpeg's prober, and GStreamer without FFmpeg's plugin."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from typing import NamedTuple

import pytest

FFPROBE, GSTREAMER = shutil.which("ffprobe"), shutil.which("gst-launch-1.0")
needs_players = pytest.mark.skipif(
    not (FFPROBE and GSTREAMER), reason="ffprobe or GStreamer is not installed"
)

_DECODERS = {
    "h264": "h264parse ! openh264dec",
    "hevc": "h265parse ! libde265dec",
    "aac": "aacparse ! faad",
    "pcm_alaw": "alawdec",
    "pcm_mulaw": "mulawdec",
}
_BUFFER = re.compile(r"GstFakeSink:(\w+): last-message = chain .* pts: (\d+):(\d+):(\d+\.\d+)")
_PATIENCE = 60.0  # s; only a hung player takes so long


class Seen(NamedTuple):
    """What a player says: codecs (pictures first), size, and the pictures' times (s)."""

    codecs: list[str]
    size: tuple[int, int]
    times: list[float]


def probed(url: str, packets: int | None = None) -> Seen:
    """Return what ffprobe finds, in the first packets or in all."""
    words = [str(FFPROBE), "-v", "error", "-show_streams", "-show_packets", "-of", "json"]
    if packets is not None:
        # looks no further than the streams it was promised; a busy machine sends sound late
        words += ["-probesize", "1000000", "-analyzeduration", "4000000"]
        words += ["-read_intervals", f"%+#{packets}"]
    done = subprocess.run([*words, url], capture_output=True, timeout=_PATIENCE, check=True)
    assert not done.stderr, done.stderr.decode()
    found = json.loads(done.stdout)
    streams = sorted(found["streams"], key=lambda row: row["codec_type"] != "video")
    times = [float(row["pts_time"]) for row in found["packets"] if row["codec_type"] == "video"]
    size = (streams[0]["width"], streams[0]["height"])
    return Seen([row["codec_name"] for row in streams], size, times)


def played(url: str, demuxer: str, codecs: list[str], pictures: int | None = None) -> Seen:
    """Return what GStreamer decodes with the demuxers given, the first pictures or all.

    ``codecs`` are those that must come out, pictures first; sound is decoded beside them.
    """
    source = "rtmp2src" if url.startswith("rtmp:") else "souphttpsrc ssl-strict=false"
    branches = [
        f"demuxer. ! queue max-size-time=0 ! {_DECODERS[codec]} ! "
        f"fakesink name={name} silent=false sync=false async=false"
        for name, codec in zip(("picture", "sound"), codecs, strict=False)
    ]
    before, _, last = demuxer.rpartition(" ! ")
    chain = " ! ".join(part for part in (f"{source} location={url}", before) if part)
    line = f"gst-launch-1.0 -v {chain} ! {last} name=demuxer {' '.join(branches)}"
    environment = {**os.environ, "GST_PLUGIN_FEATURE_RANK": "avdec_h264:0,avdec_h265:0"}
    times: dict[str, list[float]] = {"picture": [], "sound": []}
    rows = {"picture": "", "sound": ""}
    size = (0, 0)
    with subprocess.Popen(
        line.split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        patience = threading.Timer(_PATIENCE, process.kill)
        patience.start()
        try:
            for row in process.stdout or ():
                if "GstFakeSink:picture.GstPad:sink: caps" in row:
                    size = _size(row)
                elif buffer := _BUFFER.search(row):
                    name, hours, minutes, seconds = buffer.groups()
                    if rows[name] == row:
                        continue  # the same buffer, told again
                    rows[name] = row
                    times[name].append(int(hours) * 3600 + int(minutes) * 60 + float(seconds))
                if pictures and all(
                    len(times[name]) >= pictures for name in ("picture", "sound")[: len(codecs)]
                ):
                    process.send_signal(signal.SIGKILL)
                    break
            problems = process.stderr.read() if process.stderr and not pictures else ""
        finally:
            patience.cancel()
            process.kill()
    assert "ERROR" not in problems, problems
    heard = [codec for name, codec in zip(times, codecs, strict=False) if times[name]]
    return Seen(heard, size, times["picture"])


def _size(row: str) -> tuple[int, int]:
    width, height = (re.search(rf"{name}=\(int\)(\d+)", row) for name in ("width", "height"))
    return (int(width[1]), int(height[1])) if width and height else (0, 0)
