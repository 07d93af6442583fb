"""Live pictures from Qt's own player, where PyAV is missing or makes no picture of a stream."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLoggingCategory, QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QImage

from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.frames import Frame, StreamFacts, fitted
from ivcdesk.media.http import HttpReader
from ivcdesk.media.outlet import Outlet
from ivcdesk.media.relay import Doorbell
from ivcdesk.media.states import CONNECTING, PLAYING, STALLED, PlayerState

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoFrame, QVideoSink

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
QUIET_SECONDS, STALL_SECONDS, PICTURE_SECONDS = 2.0, 5.0, 10.0

PROBE_BYTES = 4096
"""Qt looks at 5 s of a stream before it shows anything, unless told otherwise."""

CATCH_UP_AFTER, CATCH_UP_RATE = 1.5, 2.0
"""How long after the first picture, s, and how fast the backlog of the server is played."""

_CAUGHT_UP = 1.2
_TICK_MS = 250
_SMOOTH_WIDTH = 1280
_NEW_URL_AFTER = 3
_NO_RETRY = "neither PyAV nor QtMultimedia can be loaded"


class FallbackWorker(QObject):
    """Plays one live stream in the window's thread, with what a worker thread would leave.

    Qt says of no failure what it is, and checks no certificate: that is why an address is asked
    for once by our own reader, in a thread, before Qt gets it. How many bytes come is not known.
    """

    transport = "Qt"

    def __init__(self, urls: Sequence[str], outlet: Outlet) -> None:
        super().__init__()
        self._urls = tuple(urls)
        self._outlet = outlet
        self._choice = 0
        self._failures = 0
        self._round_error: MediaError | None = None
        self._over = False
        self._player: QMediaPlayer | None = None
        self._sink: QVideoSink | None = None
        self._audio: QAudioOutput | None = None
        self._asking: _Asking | None = None
        self._bell = Doorbell(self._on_asked)
        self._state: PlayerState | None = None
        self._last: QVideoFrame | None = None
        self._began = self._frame_at = self._first_at = 0.0
        self._position: tuple[float, int] | None = None
        self._facts = StreamFacts()
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._attempt)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick)

    @property
    def received(self) -> int:
        """Bytes received so far, of those that are known of."""
        return self._asking.reader.bytes_received if self._asking is not None else 0

    def start(self) -> None:
        """Begin."""
        self._attempt()

    def stop(self) -> None:
        """End; nothing is pulled when this returns."""
        self._over = True
        self._again.stop()
        self._drop()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the thread that asks, if there is one."""
        if self._asking is not None:
            self._asking.join(timeout)

    def is_alive(self) -> bool:
        """Whether something is still under way after :meth:`stop`."""
        return self._asking is not None and self._asking.is_alive()

    def snapshot(self) -> QImage | None:
        """Return the last picture in its own size."""
        return None if self._last is None else self._last.toImage()

    def retry(self) -> None:
        """Try again now instead of after the pause."""
        self._failures = 0
        if self._again.isActive():
            self._attempt()

    def renew(self, urls: Sequence[str]) -> None:
        """Use other addresses from the next try on, which is now if it is not playing."""
        self._urls, self._choice = tuple(urls), 0
        if self._again.isActive():
            self._attempt()

    def _attempt(self) -> None:
        self._again.stop()
        self._drop()
        if self._over:
            return
        if self._failures == 0:
            self._tell(CONNECTING)
        self._began = time.monotonic()
        url = self._urls[self._choice]
        if url.startswith(("http:", "https:")):
            self._asking = _Asking(url, self._bell)
            self._asking.start()
        else:
            self._play(url)

    def _on_asked(self) -> None:
        asking = self._asking
        if asking is None or not asking.done or self._over:
            return
        self._asking = None
        if asking.error is not None:
            self._fail(asking.error)
        else:
            self._play(asking.url)

    def _play(self, url: str) -> None:
        try:
            from PySide6.QtMultimedia import QMediaPlayer, QPlaybackOptions, QVideoSink
        except ImportError:
            self._tell(PlayerState("failed", MediaError("codec", _NO_RETRY)))
            return
        # Its own log would tell the signed address.
        QLoggingCategory.setFilterRules("qt.multimedia.*=false")
        options = QPlaybackOptions()
        options.setProbeSize(PROBE_BYTES)
        options.setNetworkTimeout(round(STALL_SECONDS * 1000))
        self._player = player = QMediaPlayer(self)
        self._sink = sink = QVideoSink(self)
        player.setPlaybackOptions(options)
        player.setVideoSink(sink)
        sink.videoFrameChanged.connect(self._on_frame)
        player.errorOccurred.connect(self._on_error, Qt.ConnectionType.QueuedConnection)
        self._frame_at = self._first_at = 0.0
        self._position = None
        self._tick.start()
        player.setSource(QUrl(url))
        player.play()

    def _drop(self) -> None:
        self._tick.stop()
        if self._asking is not None:
            self._asking.reader.interrupt()
        player, sink, self._player, self._sink = self._player, self._sink, None, None
        self._audio = None
        if player is not None:
            player.disconnect(self)
            player.setVideoSink(None)  # type: ignore[arg-type]  # Qt takes none, its stubs do not
            player.stop()
            player.setSource(QUrl())
            player.deleteLater()
        if sink is not None:
            sink.disconnect(self)
            sink.deleteLater()

    def _on_frame(self, frame: QVideoFrame) -> None:
        if self._over or not frame.isValid():
            return
        now = time.monotonic()
        if not self._first_at:
            self._first_at = now
        self._frame_at = now
        self._last = frame
        if self._state is not PLAYING:
            self._round_error = None
            self._tell(PLAYING)
        mailbox, box = self._outlet.mailbox, self._outlet.scaler.size
        if box.isEmpty() or mailbox.full:
            return
        size = fitted(frame.width(), frame.height(), box)
        modes = Qt.TransformationMode
        smooth = frame.width() <= _SMOOTH_WIDTH
        mode = modes.SmoothTransformation if smooth else modes.FastTransformation
        image = frame.toImage().scaled(size, mode=mode)
        mailbox.put(Frame(image.convertToFormat(QImage.Format.Format_RGB32)))
        self._outlet.on_frame()

    def _on_error(self) -> None:
        player = self._player
        if player is None or self._over:
            return
        kinds = type(player).Error
        if player.error() == kinds.FormatError:
            self._fail(MediaError("codec", "Qt makes no picture of this stream"))
        elif self._first_at:
            self._fail(MediaError("ended", "the server has closed the stream"))
        else:
            self._fail(MediaError("refused", "Qt could not open the stream"))

    def _on_tick(self) -> None:
        now = time.monotonic()
        quiet = now - (self._frame_at or self._began)
        if not self._frame_at:
            if quiet > PICTURE_SECONDS:
                self._fail(MediaError("codec", f"no picture came for {PICTURE_SECONDS:g} s"))
            return
        if quiet > STALL_SECONDS:
            self._fail(MediaError("timeout", f"nothing came for {STALL_SECONDS:g} s"))
            return
        if quiet > QUIET_SECONDS and self._state is PLAYING:
            # What comes after a stall comes late: it is caught up with again.
            self._first_at = 0.0
            self._tell(STALLED)
        self._catch_up(now)
        self._sound()
        self._report()

    def _catch_up(self, now: float) -> None:
        """Play faster until time passes no faster than it does: then the backlog is used up."""
        player = self._player
        if player is None or not self._first_at or now - self._first_at < CATCH_UP_AFTER:
            return
        before, self._position = self._position, (now, player.position())
        if before is None:
            player.setPlaybackRate(CATCH_UP_RATE)
        elif player.playbackRate() != 1.0 and now > before[0]:
            pace = (player.position() - before[1]) / 1000 / (now - before[0])
            if pace < _CAUGHT_UP:
                player.setPlaybackRate(1.0)

    def _sound(self) -> None:
        sound, player = self._outlet.sound, self._player
        if player is None:
            return
        if sound is None:
            if self._audio is not None:
                player.setAudioOutput(None)  # type: ignore[arg-type]  # as above
                self._audio = None
            return
        if self._audio is None:
            from PySide6.QtMultimedia import QAudioOutput

            self._audio = QAudioOutput(self)
            player.setAudioOutput(self._audio)
        self._audio.setVolume(sound.volume)

    def _report(self) -> None:
        player, last = self._player, self._last
        if player is None or last is None:
            return
        from PySide6.QtMultimedia import QMediaMetaData

        data = player.metaData()
        codec = data.stringValue(QMediaMetaData.Key.VideoCodec)
        fps = data.value(QMediaMetaData.Key.VideoFrameRate)
        rate = float(fps) if isinstance(fps, int | float) else 0.0
        facts = StreamFacts(codec, last.width(), last.height(), rate)
        if facts != self._facts:
            self._facts = facts
            self._outlet.on_facts(facts)

    def _fail(self, error: MediaError) -> None:
        played = self._state in (PLAYING, STALLED)
        self._drop()
        if not played:
            self._round_error = self._round_error or error
            self._choice = (self._choice + 1) % len(self._urls)
            if self._choice:
                self._again.start(round(FIRST_PAUSE * 200))
                return
        error = self._round_error or error
        self._round_error = None
        if played:
            self._failures = 0
        pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures += 1
        self._tell(PlayerState("stalled" if played else "failed", error, pause))
        if error.wants_new_url or self._failures >= _NEW_URL_AFTER:
            self._outlet.on_url_wanted()
        self._again.start(round(pause * 1000))

    def _tell(self, state: PlayerState) -> None:
        self._state = state
        self._outlet.on_state(state)


class _Asking(threading.Thread):
    """Asks for an address once, to learn why it can't be had, and that its server is the right."""

    def __init__(self, url: str, bell: Doorbell) -> None:
        super().__init__(name="media-ask", daemon=True)
        self.url = url
        self.error: MediaError | None = None
        self.done = False
        self.reader = HttpReader(stall_seconds=STALL_SECONDS)
        self._bell = bell

    def run(self) -> None:
        """Ask, and hang up."""
        try:
            self.reader.open(self.url)
        except Interrupted:
            return
        except MediaError as error:
            self.error = error
        finally:
            self.reader.close()
        self.done = True
        self._bell.ring()
