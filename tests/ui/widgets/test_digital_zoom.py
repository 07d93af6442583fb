"""The digital zoom under wheel, drags and keys: what is for it, and what is for the camera."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ivcdesk.domain.zoom import LARGEST, WHOLE, Zoom
from ivcdesk.ui.widgets.digital_zoom import WHEEL, Magnifiable

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
BOX = QRectF(0, 20, 400, 200)


class Picture(Magnifiable):
    def picture_box(self) -> QRectF:
        return BOX


@pytest.fixture
def picture(qtbot):
    made = Picture()
    qtbot.addWidget(made)
    made.resize(400, 240)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.show()
    made.heard = []
    made.clicked.connect(lambda: made.heard.append("click"))
    made.double_clicked.connect(lambda: made.heard.append("double"))
    made.steer_started.connect(lambda: made.heard.append("steer"))
    made.steer_ended.connect(lambda: made.heard.append("end"))
    made.point_chosen.connect(lambda point: made.heard.append(point.toTuple()))
    made.box_chosen.connect(lambda box: made.heard.append(box.getRect()))
    qtbot.waitExposed(made)
    return made


def turn(picture, steps: float, x: float, y: float) -> None:
    place = QPointF(x, y)
    QApplication.sendEvent(
        picture,
        QWheelEvent(
            place,
            picture.mapToGlobal(place),
            QPoint(),
            QPoint(0, round(steps * 120)),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def drag(picture, way: tuple[QPoint, QPoint], button=LEFT, modifiers=None) -> None:
    modifiers = modifiers or Qt.KeyboardModifier.NoModifier
    QTest.mousePress(picture, button, modifiers, way[0])
    QTest.mouseMove(picture, way[0] + (way[1] - way[0]) / 2)
    QTest.mouseMove(picture, way[1])
    QTest.mouseRelease(picture, button, modifiers, way[1])


def test_the_wheel_magnifies_what_is_under_the_pointer(picture):
    before = picture.part_at(QPointF(100, 70))
    turn(picture, 3, 100, 70)
    assert picture.zoom.factor == pytest.approx(WHEEL**3)
    after = picture.part_at(QPointF(100, 70))
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    turn(picture, 50, 100, 70)
    assert picture.zoom.factor == LARGEST
    turn(picture, -60, 300, 200)
    assert picture.zoom == WHOLE


def test_a_box_with_ctrl_is_magnified(picture):
    drag(picture, (QPoint(100, 70), QPoint(300, 170)), modifiers=CONTROL)
    assert picture.zoom == Zoom(2.0, 0.5, 0.5)
    assert picture.heard == []
    assert picture.zoom.part == (0.25, 0.25, 0.5, 0.5)


def test_a_drag_steers_while_the_whole_picture_is_seen(picture):
    drag(picture, (QPoint(100, 70), QPoint(200, 120)))
    assert picture.heard == ["steer", "end"]
    assert picture.zoom == WHOLE


def test_on_a_magnified_picture_a_drag_moves_it_where_there_is_nothing_to_steer(picture):
    picture.set_zoom(Zoom(2.0, 0.5, 0.5))
    drag(picture, (QPoint(200, 120), QPoint(120, 100)))
    assert picture.zoom == Zoom(2.0, 0.6, 0.55)
    QTest.mouseClick(picture, LEFT, pos=QPoint(50, 60))
    assert picture.heard == ["click"]


@pytest.mark.parametrize(("button", "modifiers"), [(MIDDLE, None), (LEFT, SHIFT)])
def test_a_camera_that_turns_keeps_its_drag(picture, button, modifiers):
    picture.drags_steer = True
    picture.set_zoom(Zoom(2.0, 0.5, 0.5))
    drag(picture, (QPoint(200, 120), QPoint(120, 100)))
    assert picture.heard == ["steer", "end"]
    assert picture.zoom == Zoom(2.0, 0.5, 0.5)
    drag(picture, (QPoint(200, 120), QPoint(120, 100)), button, modifiers)
    assert picture.heard == ["steer", "end"]
    assert picture.zoom == Zoom(2.0, 0.6, 0.55)


def test_a_second_button_gives_a_drag_up(picture):
    picture.set_zoom(Zoom(2.0, 0.5, 0.5))
    QTest.mousePress(picture, LEFT, CONTROL, QPoint(100, 70))
    QTest.mouseMove(picture, QPoint(300, 170))
    QTest.mousePress(picture, Qt.MouseButton.RightButton, pos=QPoint(300, 170))
    QTest.mouseRelease(picture, LEFT, CONTROL, QPoint(300, 170))
    assert picture.zoom == Zoom(2.0, 0.5, 0.5)
    assert picture.heard == []


def test_esc_puts_a_dragged_picture_back(picture):
    picture.set_zoom(Zoom(2.0, 0.5, 0.5))
    QTest.mousePress(picture, MIDDLE, pos=QPoint(200, 120))
    QTest.mouseMove(picture, QPoint(100, 120))
    assert picture.zoom != Zoom(2.0, 0.5, 0.5)
    QTest.keyClick(picture, Qt.Key.Key_Escape)
    assert picture.zoom == Zoom(2.0, 0.5, 0.5)


def test_the_map_moves_and_shows_all(picture):
    picture.drags_steer = True
    assert picture.map_box().isEmpty()
    picture.set_zoom(Zoom(4.0, 0.5, 0.5))
    room = picture.map_box()
    corner = room.topLeft() + QPointF(2, 2)
    QTest.mousePress(picture, LEFT, pos=corner.toPoint())
    QTest.mouseRelease(picture, LEFT, pos=corner.toPoint())
    assert (picture.zoom.x, picture.zoom.y) == (0.125, 0.125)
    QTest.mouseDClick(picture, LEFT, pos=room.center().toPoint())
    assert picture.zoom == WHOLE
    QTest.mouseDClick(picture, LEFT, pos=QPoint(50, 60))
    assert picture.heard == ["double"]


def test_everything_has_keys(picture):
    QTest.keyClick(picture, Qt.Key.Key_Z)
    QTest.keyClick(picture, Qt.Key.Key_Plus, CONTROL)
    assert picture.zoom.factor == pytest.approx(2.25)
    QTest.keyClick(picture, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(picture, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert picture.zoom.x < 0.5
    assert picture.zoom.y < 0.5
    QTest.keyClick(picture, Qt.Key.Key_Z, SHIFT)
    QTest.keyClick(picture, Qt.Key.Key_Minus, CONTROL)
    assert picture.zoom.factor == pytest.approx(1)
    QTest.keyClick(picture, Qt.Key.Key_Z)
    QTest.keyClick(picture, Qt.Key.Key_0, CONTROL)
    assert picture.zoom != WHOLE
    QTest.keyClick(picture, Qt.Key.Key_Home)
    assert picture.zoom == WHOLE
    QTest.keyClick(picture, Qt.Key.Key_Z)
    QTest.keyClick(picture, Qt.Key.Key_0)
    assert picture.zoom == WHOLE
    assert picture.heard == []


def test_aiming_chooses_points_and_boxes_of_the_whole_picture(picture):
    picture.set_pointer_mode("aim")
    picture.drags_steer = True
    picture.set_zoom(Zoom(2.0, 0.25, 0.75))
    QTest.mouseClick(picture, LEFT, pos=QPoint(200, 120))
    assert picture.heard == ["click", (0.25, 0.75)]
    picture.heard.clear()
    drag(picture, (QPoint(100, 70), QPoint(300, 170)))
    assert picture.heard == [pytest.approx((0.125, 0.625, 0.25, 0.25))]
    assert picture.zoom == Zoom(2.0, 0.25, 0.75)
    picture.heard.clear()
    QTest.mouseDClick(picture, LEFT, pos=QPoint(200, 120))
    assert picture.heard == []
    picture.set_pointer_mode("steer")
    drag(picture, (QPoint(100, 70), QPoint(300, 170)))
    assert picture.heard == ["steer", "end"]


def test_the_mode_for_boxes_needs_no_key(picture):
    picture.set_pointer_mode("magnify")
    drag(picture, (QPoint(100, 70), QPoint(300, 170)))
    assert picture.zoom == Zoom(2.0, 0.5, 0.5)


def test_a_place_beside_the_picture_is_the_nearest_on_it(picture):
    assert picture.part_at(QPointF(-50, 500)).toTuple() == (0, 1)


def test_the_map_says_how_much(picture):
    picture.set_zoom(Zoom(2.5, 0.5, 0.5))
    shown = QPixmap(400, 240)
    shown.fill(Qt.GlobalColor.black)
    painter = QPainter(shown)
    picture.paint_zoom(painter, QFont())
    painter.end()
    image = shown.toImage()
    middle = picture.map_box().center().toPoint()
    assert image.pixelColor(middle).blue() > 60
    assert image.pixelColor(50, 50).value() == 0
