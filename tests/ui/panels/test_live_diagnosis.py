"""“Why is there no picture?” from the live page, against the simulated cloud."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QTreeWidget

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.app import messages
from ivcdesk.domain.diagnosis import Check
from ivcdesk.ui.panels.live import LivePanel
from tests.ui.panels.simulated import Site, site
from tests.ui.panels.stand_ins import make_context, until


async def opened(live: LivePanel, place: Site) -> LivePanel:
    live.resize(900, 560)
    live.show()
    live.attach(place.session)
    live.show_channel(place.camera)
    return live


def test_the_reason_is_asked_for_found_and_copied(aio):
    context = dataclasses.replace(make_context(), explain=messages.explain)
    live = LivePanel(context)

    async def work() -> None:
        async with site() as place:
            place.set_status(place.camera, DeviceStatus.OFFLINE)
            await place.session.directory.refresh()
            await opened(live, place)
            await until(lambda: live.views[0].slot.kind == "failed")
            card = live.views[0].tile
            why = next(b for b in card.findChildren(QPushButton) if b.text() == "Why?")
            QTest.mouseClick(why, Qt.MouseButton.LeftButton)
            dialog = live.windows.shown
            assert dialog is not None
            await until(lambda: dialog.ended)

            table = dialog.findChild(QTreeWidget, "diagnosis.table")
            rows = [table.topLevelItem(i) for i in range(table.topLevelItemCount())]
            assert len(rows) == len(Check)
            assert rows[0].text(0) == "✕ failed"
            assert all(row.text(0) and row.text(2) for row in rows)
            cause = dialog.findChild(QLabel, "diagnosis.cause").text()
            assert cause.startswith("✕ Device: ")
            assert dialog.findChild(QLabel, "diagnosis.hint").text()

            dialog.findChild(QPushButton, "diagnosis.copy").click()
            report = QGuiApplication.clipboard().text()
            call = next(
                call
                for call in place.simulator.reception.calls.since(0)
                if call["action"] == "DescribeUserDevice" and call["request_id"] in report
            )
            assert call["code"] is None
            assert cause in report
            assert place.camera in report

            place.set_status(place.camera, DeviceStatus.ONLINE)
            dialog.findChild(QPushButton, "diagnosis.again").click()
            assert not dialog.ended
            await until(lambda: dialog.ended)
            assert dialog.findChild(QLabel, "diagnosis.cause").text() == "✓ Nothing is wrong now"
            assert "sign" not in dialog.report
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            assert live.windows.shown is None
            await live.close()
            live.hide()

    aio(work(), 30)


def test_signing_out_closes_it_while_it_checks(aio):
    live = LivePanel(make_context())

    async def work() -> None:
        async with site() as place:
            await opened(live, place)
            place.simulator.faults.arm([{"kind": "stall", "path": "/live/", "seconds": 60}])
            live.windows.open_diagnosis()
            dialog = live.windows.shown
            assert dialog is not None
            await until(lambda: any(f.check is Check.CONNECT for f in dialog.findings))
            await live.close()
            assert live.windows.shown is None
            live.hide()

    aio(work(), 30)
