"""The timeline: where things lie in pixels, and what hands and keys do to it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ivcdesk.domain.coverage import Gap
from ivcdesk.domain.days import CLOUD_ZONE, day_interval
from ivcdesk.domain.intervals import Interval, clip, normalise, total
from ivcdesk.domain.timescale import LONGEST, SHORTEST, TimeScale, ticks
from ivcdesk.ui.tokens import DARK
from ivcdesk.ui.widgets.timeline import Timeline
from ivcdesk.ui.widgets.timeline_face import RULER, rows_of
from ivcdesk.ui.widgets.timeline_lanes import NOTHING, Lane, Part, Track, border, columns, edge
from ivcdesk.ui.widgets.timeline_legend import TimelineLegend
from ivcdesk.ui.widgets.timeline_paint import LanePainter, arrange
from ivcdesk.ui.widgets.timeline_words import recorded_at, time_at

HOUR = 3600.0
DAY = day_interval(date(2026, 11, 23))
NOW = DAY.end + 4 * HOUR
WIDTH = 960  # 40 px an hour where a whole day is shown
LEFT = Qt.MouseButton.LeftButton


def hours(*pairs: tuple[float, float]) -> Lane:
    return Lane([(DAY.start + a * HOUR, DAY.start + b * HOUR) for a, b in pairs])


KNOWN = hours((-48, 28))


def track(cloud=((0, 8), (10, 28)), device=((0, 9), (12, 28)), **more) -> Track:
    return Track("Gate", Part(hours(*cloud), KNOWN), Part(hours(*device), KNOWN), **more)


@pytest.fixture
def timeline(qtbot) -> Timeline:
    widget = Timeline(now=lambda: NOW)
    qtbot.addWidget(widget)
    widget.resize(WIDTH, 140)
    widget.set_zone(CLOUD_ZONE)
    widget.show()
    widget.set_window(DAY.start, DAY.end)
    widget.set_tracks([track()])
    widget.set_playhead(DAY.start + 14 * HOUR)
    return widget


def x_of(hour: float) -> int:
    return round(hour * 40)


def at(hour: float, y: int = 100) -> QPoint:
    return QPoint(x_of(hour), y)


def column(widget: Timeline, hour: float, which: str = "cloud") -> set[str]:
    strip = getattr(rows_of(len(widget.tracks), widget.height())[0], which)
    image = widget.grab().toImage()
    x = x_of(hour)
    return {
        image.pixelColor(x, y).name() for y in range(strip.top + 1, strip.top + strip.height - 1)
    }


def turn(widget: Timeline, x: float, delta: QPoint, held=Qt.KeyboardModifier.NoModifier) -> None:
    place = QPointF(x, 80)
    QApplication.sendEvent(
        widget,
        QWheelEvent(place, widget.mapToGlobal(place), QPoint(), delta, Qt.MouseButton.NoButton,
                    held, Qt.ScrollPhase.NoScrollPhase, False),
    )  # fmt: skip


def drag(widget: Timeline, start: QPoint, end: QPoint, *, release: bool = True,
         held=Qt.KeyboardModifier.NoModifier) -> None:  # fmt: skip
    QTest.mousePress(widget, LEFT, held, start)
    for step in range(1, 6):
        QTest.mouseMove(widget, start + (end - start) * step / 5)
    if release:
        QTest.mouseRelease(widget, LEFT, held, end)


# Lanes

pairs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=25)


@given(pairs)
def test_a_lane_is_normal_like_the_algebra(raw):
    assert [tuple(p) for p in Lane(raw).pairs] == [tuple(i) for i in normalise(raw)]


@given(pairs, st.integers(0, 30), st.integers(1, 40), st.integers(1, 50))
def test_each_pixel_knows_its_part(raw, start, span, width):
    lane, edges = Lane(raw), np.linspace(start, start + span, width + 1)
    found = lane.fraction(edges)
    for index in range(width):
        cell = Interval(edges[index], edges[index + 1])
        expected = total(clip(normalise(raw), cell)) / cell.length
        assert found[index] == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 2**32), st.sampled_from([30, 600, 3600, 40_000]))
def test_left_out_borders_move_nothing_by_more_than_a_quarter_of_a_pixel(seed, cell):
    dice = np.random.default_rng(seed)
    starts = np.cumsum(dice.exponential(30, 6000) + dice.choice([0, 0, 0, 9000], 6000))
    lane = Lane(np.column_stack((starts, starts + dice.uniform(0.01, 40, 6000))))
    edges = np.arange(starts[0] - 5 * cell, starts[-1], cell, dtype=float)[:3000]
    exact = np.interp(edges, lane.pairs.reshape(-1), lane._covered)
    close = np.concatenate(([0], np.cumsum(lane.fraction(edges)))) * cell
    assert np.abs((close - close[0]) - (exact - exact[0])).max() <= cell / 4 + 1e-6


@given(pairs, st.floats(-1, 61))
def test_borders_are_those_of_the_list(raw, t):
    lane = Lane(raw)
    all_of_them = [float(b) for pair in normalise(raw) for b in pair]
    assert lane.border_after(t) == min((b for b in all_of_them if b > t), default=None)
    assert lane.border_before(t) == max((b for b in all_of_them if b < t), default=None)


def test_borders_and_edges_of_tracks():
    tracks = [track()]
    eight, nine, ten = (DAY.start + h * HOUR for h in (8, 9, 10))
    assert border(tracks, eight - 5, forward=True) == eight
    assert border(tracks, eight, forward=True) == nine
    assert border(tracks, ten, forward=False) == nine
    assert edge(tracks, eight + 60, ten, last=True) == nine - 1
    assert edge(tracks, nine + 60, DAY.end, last=False) == ten
    assert edge([], eight, nine, last=False) == eight


def test_the_cause_of_a_gap():
    cold = track(archived=hours((8, 8.5)))
    moments = {h: DAY.start + h * HOUR for h in (5, 8.2, 8.7, 9.5, 11)}
    assert [cold.gap_at(t) for t in moments.values()] == [
        None, Gap.ARCHIVED, Gap.DEVICE_ONLY, Gap.NOWHERE, None,
    ]  # fmt: skip
    unheard = Track("Gate", Part(hours((0, 8)), KNOWN), Part(failed=KNOWN, problem="no answer"))
    assert unheard.gap_at(moments[9.5]) is None
    assert "not known" in recorded_at(unheard, moments[9.5], NOW)
    assert recorded_at(cold, NOW + 5, NOW) == "not yet"


def test_pixels_before_now_only_are_missing():
    edges = np.linspace(DAY.end, DAY.end + 10 * HOUR, 11)
    seen = columns([Track("", Part(NOTHING, Lane([(0, 9e9)])), Part(NOTHING, Lane([(0, 9e9)])))],
                   edges, NOW)  # fmt: skip
    assert list(seen.nowhere[0]) == [1.0] * 4 + [0.0] * 6


# Pixels


def test_recordings_and_gaps_lie_where_their_time_is(timeline):
    cloud, device = DARK.cloud, DARK.device
    assert column(timeline, 4) == {cloud}
    assert column(timeline, 4, "device") == {device}
    assert column(timeline, 8 - 1 / 40) == {cloud}
    assert cloud not in column(timeline, 8 + 1 / 40)
    assert device not in column(timeline, 10, "device")
    only = column(timeline, 8.5)
    assert DARK.gap_device_only in only
    assert len(only) == 2, "a hatch, not a colour alone"
    nowhere = column(timeline, 9.5)
    assert DARK.gap_nowhere in nowhere
    assert len(nowhere) == 2


def test_a_gap_narrower_than_a_pixel_tints_it(timeline):
    timeline.set_tracks([track(cloud=((0, 6), (6.01, 28)))])
    assert column(timeline, 6) != {DARK.cloud}
    assert column(timeline, 6.1) == {DARK.cloud}


def test_a_recording_narrower_than_a_pixel_is_seen(timeline):
    timeline.set_tracks([track(cloud=((6, 6.0001),), device=())])
    assert column(timeline, 6) != column(timeline, 7)


def test_the_future_is_shaded_and_no_gap(timeline):
    timeline.set_window(DAY.end, DAY.end + 8 * HOUR)
    image = timeline.grab().toImage()
    strip = rows_of(1, timeline.height())[0].cloud
    future = {image.pixelColor(x, strip.top + 5).name() for x in range(WIDTH // 2 + 60, WIDTH - 1)}
    assert len(future) == 1
    assert QColor(DARK.cloud).name() not in future


def test_marks_lie_on_the_zones_clock_when_it_is_put_forward(timeline):
    berlin = ZoneInfo("Europe/Berlin")
    day = day_interval(date(2026, 3, 29), berlin)
    timeline.set_zone(berlin)
    timeline.set_window(day.start - HOUR, day.end + HOUR)
    image = timeline.grab().toImage()
    scale = timeline.scale
    y = RULER - 2
    for tick in ticks(scale, berlin, 80):
        if tick.label:
            x = min(max(round(scale.x(tick.t)), 0), WIDTH - 1)
            assert image.pixelColor(x, y).name() != DARK.panel, tick
    change = day.start + 2 * HOUR
    assert time_at(change - 1, berlin) == "01:59:59 UTC+1"
    assert time_at(change, berlin) == "03:00:00 UTC+2"
    assert time_at(change + 12 * HOUR, berlin) == "15:00:00"


def test_sharp_on_a_screen_of_two_pixels_a_point():
    rows = arrange(1, 90)
    scale = TimeScale(DAY.start, DAY.end, WIDTH)
    image = LanePainter().image([track()], rows, scale, 90, 2.0, NOW, DARK)
    assert (image.width(), image.height()) == (WIDTH * 2, 180)
    assert image.devicePixelRatio() == 2.0
    y = (rows[0].cloud.top + 3) * 2
    assert image.pixelColor(8 * 80 - 1, y).name() == DARK.cloud
    assert image.pixelColor(8 * 80, y).name() != DARK.cloud


@pytest.mark.parametrize("moves", [(1, 5, -3), (-40, 12, 0, 7), (700, -900, 959), (2000,)])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_what_moved_by_whole_pixels_looks_as_if_drawn_anew(moves, ratio):
    dice = np.random.default_rng(7)
    starts = np.cumsum(dice.exponential(900, 400)) + DAY.start - 40 * HOUR
    ragged = Lane(np.column_stack((starts, starts + dice.uniform(1, 1500, 400))))
    both = [
        Track("", Part(ragged, KNOWN), Part(hours((-20, 3)), KNOWN), hours((5, 6))),
        Track("", Part(hours((2, 4)), KNOWN), Part(loading=KNOWN)),
    ]
    rows = arrange(2, 90)
    painter = LanePainter()
    scale = TimeScale(DAY.start, DAY.end, WIDTH)
    args = (90, ratio, NOW, DARK)
    painter.image(both, rows, scale, *args)
    for move in moves:
        scale = scale.panned(move)
        moved = painter.image(both, rows, scale, *args)
        anew = LanePainter().image(both, rows, scale, *args)
        same = np.array(moved.constBits()) == np.array(anew.constBits())
        assert same.mean() > 0.999, "only patterns may differ, where a moment lies between pixels"
    assert not painter.image(both[:1], arrange(1, 90), scale, *args).isNull()


def test_ten_thousand_segments_and_one_make_the_same_picture(timeline):
    step = 10 * HOUR / 10_000
    many = Lane([(DAY.start + n * step, DAY.start + (n + 1) * step) for n in range(10_000)])
    assert len(many) == 1
    ragged = Lane([(DAY.start + n * step, DAY.start + (n + 0.99) * step) for n in range(10_000)])
    assert len(ragged) == 10_000
    timeline.set_tracks([Track("", Part(ragged, KNOWN), Part(many, KNOWN))])
    assert len(column(timeline, 5)) == 1


# Hands


def test_the_wheel_zooms_about_the_pointer(timeline):
    before = timeline.scale
    t = before.t(x_of(6))
    turn(timeline, x_of(6), QPoint(0, 720))
    assert timeline.scale.span == pytest.approx(before.span / 2)
    assert timeline.scale.x(t) == pytest.approx(x_of(6), abs=0.01)
    turn(timeline, x_of(6), QPoint(0, -720))
    assert timeline.windowStart == pytest.approx(before.start, abs=0.01)


def test_zoom_ends_at_a_frame_and_at_years(timeline):
    for _ in range(40):
        turn(timeline, 400, QPoint(0, 720))
    assert timeline.grab().width() == WIDTH
    assert timeline.scale.span == pytest.approx(SHORTEST, abs=1e-5)
    for _ in range(80):
        turn(timeline, 400, QPoint(0, -720))
    assert timeline.scale.span == pytest.approx(LONGEST)


@pytest.mark.parametrize(
    ("delta", "held"),
    [
        (QPoint(0, -120), Qt.KeyboardModifier.ControlModifier),
        (QPoint(0, -120), Qt.KeyboardModifier.ShiftModifier),
        (QPoint(-120, 0), Qt.KeyboardModifier.NoModifier),
    ],
)
def test_the_wheel_pans_with_a_key_or_sideways(timeline, delta, held):
    turn(timeline, 400, delta, held)
    assert timeline.windowStart == pytest.approx(DAY.start + 2 * HOUR)
    assert timeline.scale.span == pytest.approx(DAY.length)


def test_a_click_seeks(timeline, qtbot):
    with qtbot.waitSignal(timeline.seek_committed) as seen:
        QTest.mouseClick(timeline, LEFT, pos=at(3))
    assert seen.args[0] == pytest.approx(DAY.start + 3 * HOUR)
    assert timeline.playhead == pytest.approx(DAY.start + 3 * HOUR)


def test_nothing_is_sought_in_the_future(timeline, qtbot):
    timeline.set_window(DAY.end, DAY.end + 8 * HOUR)
    with qtbot.waitSignal(timeline.seek_committed) as seen:
        QTest.mouseClick(timeline, LEFT, pos=QPoint(WIDTH - 10, 100))
    assert seen.args[0] == NOW


def test_dragging_the_playhead_says_where_and_then_that_it_is_meant(timeline):
    seeking, committed = [], []
    timeline.seeking.connect(seeking.append)
    timeline.seek_committed.connect(committed.append)
    drag(timeline, at(14), at(16), release=False)
    assert timeline.scrubbing
    timeline.set_playhead(DAY.start)
    assert timeline.playhead == pytest.approx(DAY.start + 16 * HOUR)
    assert committed == []
    QTest.mouseRelease(timeline, LEFT, pos=at(16))
    assert seeking[-1] == pytest.approx(DAY.start + 16 * HOUR)
    assert committed == [pytest.approx(DAY.start + 16 * HOUR)]
    assert timeline.windowStart == DAY.start


def test_escape_puts_a_dragged_playhead_back(timeline):
    committed = []
    timeline.seek_committed.connect(committed.append)
    drag(timeline, at(14), at(16), release=False)
    QTest.keyClick(timeline, Qt.Key.Key_Escape)
    assert timeline.playhead == DAY.start + 14 * HOUR
    QTest.mouseRelease(timeline, LEFT, pos=at(16))
    assert committed == []


def test_dragging_elsewhere_pans_and_runs_on(timeline, qtbot):
    drag(timeline, at(5), at(8))
    held = timeline.windowStart
    assert held == pytest.approx(DAY.start - 3 * HOUR)
    qtbot.waitUntil(lambda: timeline.windowStart < held)
    timeline.hide()
    still = timeline.windowStart
    qtbot.wait(60)
    assert timeline.windowStart == still, "nothing runs on while hidden"


def test_shift_drag_and_handles_select(timeline):
    drag(timeline, at(2), at(4), held=Qt.KeyboardModifier.ShiftModifier)
    assert timeline.selectionStart == pytest.approx(DAY.start + 2 * HOUR)
    assert timeline.selectionEnd == pytest.approx(DAY.start + 4 * HOUR)
    drag(timeline, at(4), at(6))
    assert timeline.selectionEnd == pytest.approx(DAY.start + 6 * HOUR)
    drag(timeline, at(2), at(7))
    assert timeline.selection == pytest.approx((DAY.start + 6 * HOUR, DAY.start + 7 * HOUR))
    QTest.keyClick(timeline, Qt.Key.Key_Escape)
    assert timeline.selection is None
    assert timeline.selectionStart == timeline.selectionEnd == 0.0


def test_the_pointer_says_what_is_there(timeline, qtbot):
    pointed = []
    timeline.pointed.connect(pointed.append)
    QTest.mouseMove(timeline, at(8.5))
    assert pointed[-1] == pytest.approx(DAY.start + 8.5 * HOUR)
    words = timeline._pointer_text(pointed[-1], NOW)
    assert words == "08:30:00 · on the device only: missing in the cloud"
    QApplication.sendEvent(timeline, _leave())
    assert pointed[-1] is None


def _leave():
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.Leave)


# Keys


@pytest.mark.parametrize(
    ("key", "held", "expected"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 10),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, -10),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 60),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, -60),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, -2 * HOUR),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, -14 * HOUR),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 10 * HOUR - 1),
    ],
)
def test_keys_seek(timeline, key, held, expected):
    committed = []
    timeline.seek_committed.connect(committed.append)
    QTest.keyClick(timeline, key, held)
    assert committed == [pytest.approx(DAY.start + 14 * HOUR + expected)]


def test_keys_zoom_and_select(timeline):
    QTest.keyClick(timeline, Qt.Key.Key_Plus)
    assert timeline.scale.span == pytest.approx(DAY.length / 2)
    assert timeline.scale.x(timeline.playhead) == pytest.approx(x_of(14))
    QTest.keyClick(timeline, Qt.Key.Key_Minus)
    QTest.keyClick(timeline, Qt.Key.Key_BracketLeft)
    assert timeline.selection is None
    timeline.set_playhead(DAY.start + 15 * HOUR)
    QTest.keyClick(timeline, Qt.Key.Key_BracketRight)
    assert timeline.selection == (DAY.start + 14 * HOUR, DAY.start + 15 * HOUR)
    timeline.set_playhead(DAY.start + 14.5 * HOUR)
    QTest.keyClick(timeline, Qt.Key.Key_BracketLeft)
    assert timeline.selection == (DAY.start + 14.5 * HOUR, DAY.start + 15 * HOUR)


# The rest


def test_the_page_turns_when_playback_leaves_the_window(timeline):
    timeline.set_window(DAY.start, DAY.start + HOUR)
    timeline.set_playhead(DAY.start + HOUR - 1, follow=True)
    assert timeline.windowStart == DAY.start
    timeline.set_playhead(DAY.start + HOUR + 1, follow=True)
    assert timeline.windowStart > DAY.start + 0.8 * HOUR
    timeline.set_window(DAY.start, DAY.start + HOUR)
    timeline.set_playhead(DAY.start + HOUR + 2, follow=True)
    assert timeline.windowStart == DAY.start, "who looks elsewhere is left in peace"


def test_the_window_ends_not_far_after_the_present(timeline):
    timeline.set_window(NOW + 30 * HOUR, NOW + 54 * HOUR)
    assert timeline.windowStart == NOW - 12 * HOUR


def test_qt_properties_can_be_read_and_written(timeline):
    timeline.setProperty("windowStart", DAY.start - HOUR)
    assert timeline.property("windowEnd") == DAY.end - HOUR
    timeline.setProperty("playhead", DAY.start + 1.0)
    timeline.setProperty("selectionStart", DAY.start + 1.0)
    timeline.setProperty("selectionEnd", DAY.start + 5.0)
    assert timeline.property("selectionStart") == DAY.start + 1.0
    assert timeline.property("playhead") == DAY.start + 1.0
    assert timeline.objectName() == "playback.timeline"


def test_it_can_be_heard(timeline):
    assert timeline.accessibleName() == "Timeline of the recordings"
    timeline.set_playhead(DAY.start + 9.5 * HOUR)
    assert timeline.accessibleDescription().startswith("Mon 23 Nov 2026 09:30:00, nothing")


def test_timers_run_only_while_visible(timeline):
    assert timeline._second.isActive()
    timeline.hide()
    assert not timeline._second.isActive()
    assert not timeline._coast.isActive()


def test_bookmarks_speak_beside_the_pointer(timeline):
    timeline.set_bookmarks([(DAY.start + 3 * HOUR, "Lorry at the gate")])
    assert "Lorry" in timeline._pointer_text(DAY.start + 3 * HOUR + 60, NOW)
    assert "Lorry" not in timeline._pointer_text(DAY.start + 4 * HOUR, NOW)


@pytest.mark.parametrize("count", [0, 1, 4, 16])
def test_any_number_of_tracks_fits(timeline, count):
    timeline.set_tracks([track()] * count)
    timeline.resize(timeline.sizeHint())
    rows = rows_of(count, timeline.height())
    assert len(rows) == count
    assert all(row.bottom <= timeline.height() for row in rows)
    assert not timeline.grab().isNull()


def test_the_legend_gives_way(qtbot):
    legend = TimelineLegend()
    qtbot.addWidget(legend)
    legend.resize(legend.sizeHint())
    wide = legend.sizeHint().width()
    legend.explain([track(archived=hours((8, 9)), planned=KNOWN)])
    assert legend.sizeHint().width() > wide
    assert "archived" in legend.accessibleName()
    legend.resize(60, 20)
    assert not legend.grab().isNull()
    assert TimeScale(0, 1, 1).span == 1
