"""The window of a timeline: it follows the present, is pinched, and paints what several have."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ivcdesk.domain.coverage import Gap
from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.timescale import SHORTEST
from ivcdesk.ui.tokens import DARK
from ivcdesk.ui.widgets.timeline import Timeline
from ivcdesk.ui.widgets.timeline_face import RULER, rows_of
from ivcdesk.ui.widgets.timeline_lanes import Lane, Part, Track, beginning
from ivcdesk.ui.widgets.timeline_paint import UNION, Palette
from ivcdesk.ui.widgets.timeline_words import pointer_text, recorded_at

HOUR = 3600.0
T = 1_790_000_000.0 // HOUR * HOUR
KNOWN = Lane([(T - 48 * HOUR, T + 48 * HOUR)])


class Present:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = T

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def present() -> Present:
    return Present()


@pytest.fixture
def timeline(qtbot, present) -> Timeline:
    widget = Timeline(now=present)
    qtbot.addWidget(widget)
    widget.resize(960, 140)
    widget.set_zone(CLOUD_ZONE)
    widget.show()
    widget.set_window(T - 24 * HOUR, T)
    return widget


def hours(*pairs) -> Lane:
    return Lane([(T + a * HOUR, T + b * HOUR) for a, b in pairs])


def track(name="Gate", cloud=((-20, -4),), device=((-22, -2),), **more) -> Track:
    return Track(name, Part(hours(*cloud), KNOWN), Part(hours(*device), KNOWN), **more)


# Following the present


def test_it_keeps_the_present_in_view(timeline, present):
    told = []
    timeline.follow_changed.connect(told.append)
    QTest.keyClick(timeline, Qt.Key.Key_F)
    assert timeline.following
    assert timeline._follow.isChecked()
    for _ in range(3):
        present.now += 3 * HOUR
        timeline._on_second()
        assert timeline.scale.start < present.now < timeline.scale.end
        assert timeline.scale.x(present.now) > 850
    assert timeline.scale.span == pytest.approx(24 * HOUR)
    QTest.keyClick(timeline, Qt.Key.Key_F)
    assert told == [True, False]


def test_who_moves_away_follows_no_more(timeline):
    timeline.set_follow(True)
    timeline._pan(5)
    assert timeline.following, "the present is still in view"
    timeline._pan(400)
    assert not timeline.following
    timeline.set_follow(True)
    timeline._zoom(64.0, 100.0)
    assert timeline.following, "it is zoomed about the present"
    timeline.reveal(T - 20 * HOUR)
    assert not timeline.following
    timeline.set_follow(True)
    timeline.set_window(T - 90 * HOUR, T - 80 * HOUR)
    assert not timeline.following


def test_it_follows_by_the_switch_as_well(timeline):
    switch = timeline._follow
    assert switch.objectName() == "playback.follow"
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert timeline.following
    assert switch.geometry().right() < timeline.width()
    timeline.resize(500, 140)
    assert switch.geometry().right() < 500


# Zoom


def test_a_pinch_zooms_about_its_middle(timeline):
    t, span = timeline.scale.t(240), timeline.scale.span
    place = QPointF(240, 80)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        place, place, timeline.mapToGlobal(place), 1.0, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(timeline, pinch)
    assert timeline.scale.span == pytest.approx(span / 2)
    assert timeline.scale.x(t) == pytest.approx(240, abs=0.01)
    timeline._pinch(0.5, 240)
    assert timeline.scale.span == pytest.approx(span)
    timeline._pinch(0.0, 240)
    assert timeline.scale.span == pytest.approx(span)


def test_a_single_frame_and_ten_years_have_marks(timeline):
    timeline.set_window(T, T + SHORTEST)
    assert timeline.scale.span == pytest.approx(SHORTEST, abs=1e-5)
    labels = [tick.label for tick in timeline._face._marks.within(timeline.scale, CLOUD_ZONE, 80)]
    assert ".005" in labels
    timeline.set_window(T - 10 * 366 * 24 * HOUR, T)
    labels = [tick.label for tick in timeline._face._marks.within(timeline.scale, CLOUD_ZONE, 80)]
    assert "2020" in labels
    words = timeline._pointer_text(T - 400 * 24 * HOUR, T)
    assert words.startswith("Sun 17 Aug ")
    timeline.set_window(T - 5, T)
    assert timeline._pointer_text(T - 1.5, T).partition(" ")[0].endswith(":58.500")
    assert not timeline.grab().isNull()


# Several tracks


def test_a_strip_tells_where_any_of_them_has_something(timeline):
    timeline.set_tracks([track("A", ((-20, -15),), ()), track("B", (), ((-10, -5),))])
    image = timeline.grab().toImage()
    y = RULER + 2 + UNION // 2

    def at(hour: float) -> str:
        return image.pixelColor(round((hour + 24) * 40), y).name()

    some = "#" + "".join(f"{round(part):02x}" for part in Palette.of(DARK).anywhere)
    assert at(-17.5) == at(-7.5) == some
    assert at(-12.5) == at(-22.5) != some


def test_the_pointer_tells_which_camera_it_is_over(timeline):
    timeline.set_tracks([track("North"), track("South", ((-20, -12),), ((-20, -12),))])
    rows = rows_of(2, timeline.height())
    for index, row in enumerate(rows):
        place = QPointF(700, row.cloud.top + 2)
        move = QMouseEvent(QEvent.Type.MouseMove, place, timeline.mapToGlobal(place),
                           Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                           Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(timeline, move)
        assert timeline.pointed_track == index
    words = pointer_text(timeline.tracks, T - 6 * HOUR, CLOUD_ZONE, T, 1)
    assert "South · nothing recorded" in words


@pytest.mark.parametrize("count", [1, 2, 16])
def test_what_lies_still_looks_the_same_from_its_picture(timeline, count):
    timeline.set_tracks([track(f"Camera {n}") for n in range(count)])
    first = timeline.grab().toImage()
    for _ in range(2):
        timeline.set_playhead(T - HOUR)
        timeline.grab()
    timeline.set_playhead(0.0)
    assert timeline.grab().toImage() == first
    timeline.set_tracks([track("Other", ((-10, -9),))] * count)
    assert timeline.grab().toImage() != first


# Causes


def test_what_no_plan_wanted_has_a_hatch_of_its_own(timeline):
    timeline.set_tracks([track(device=((-20, -4),), planned=hours((-24, -2)))])
    strip = rows_of(1, timeline.height())[0].cloud
    image = timeline.grab().toImage()

    def column(hour: float) -> list[str]:
        x = round((hour + 24) * 40)
        return [image.pixelColor(x, y).name() for y in range(strip.top, strip.top + strip.height)]

    wanted, unwanted = column(-3), column(-1)
    assert DARK.gap_nowhere in wanted
    assert DARK.gap_nowhere not in unwanted
    assert len(set(unwanted)) == 2
    one = timeline.tracks[0]
    assert one.gap_at(T - HOUR) is Gap.OUTSIDE_PLAN
    assert recorded_at(one, T - HOUR, T) == "nothing recorded: no plan wanted it"
    assert recorded_at(one, T - 3 * HOUR, T).startswith("nothing recorded, neither")


def test_what_only_the_cloud_has_is_hatched_on_the_device(timeline):
    timeline.set_tracks([track(cloud=((-20, -4),), device=((-12, -4),))])
    strip = rows_of(1, timeline.height())[0].device
    image = timeline.grab().toImage()
    y = strip.top + 2

    def row(first: float, last: float) -> set[str]:
        columns = range(round((first + 24) * 40) + 4, round((last + 24) * 40) - 4)
        return {image.pixelColor(x, y).name() for x in columns}

    assert len(row(-20, -14)) >= 2, "a hatch"
    assert DARK.device not in row(-20, -13)
    assert row(-11, -5) == {DARK.device}
    assert len(row(-22, -20.5)) == 1, "what the cloud lacks too is told on its own lane"


# Recordings


def test_the_next_and_the_previous_recording(timeline):
    one = track(cloud=((-20, -15), (-10, -8)), device=((-16, -14), (-6, -5)))
    timeline.set_tracks([one])
    timeline.set_playhead(T - 12 * HOUR)
    sought = []
    timeline.seek_committed.connect(sought.append)
    QTest.keyClick(timeline, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(timeline, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(timeline, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    for _ in range(2):
        QTest.keyClick(timeline, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert [round((t - T) / HOUR) for t in sought] == [-10, -6, -10, -20]
    assert beginning([one], T - 21 * HOUR, forward=False) is None


def test_a_window_of_a_lane_is_cut_at_its_ends():
    lane = hours((-5, -3), (-2, -1), (4, 6))
    inside = (lane.within(T - 4 * HOUR, T + 5 * HOUR) - T) / HOUR
    assert np.allclose(inside, [(-4, -3), (-2, -1), (4, 5)])
    assert lane.within(T, T + HOUR).size == 0
    assert lane.seconds(T - 4 * HOUR, T + 5 * HOUR) == 3 * HOUR
    assert lane.seconds(T, T + HOUR) == Lane().seconds(T, T + HOUR) == 0.0
