"""Addresses, QR codes and bans from the live page, against the simulated cloud."""

from __future__ import annotations

import asyncio
import dataclasses

import av
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QWidget,
)

from ivcdesk.app import messages
from ivcdesk.ui.dialogs.confirm import Confirm
from ivcdesk.ui.panels.live import LivePanel
from ivcdesk.ui.panels.live_addresses import AddressesDialog
from ivcdesk.ui.panels.live_bans import BansDialog
from ivcdesk.ui.widgets.qr_code import QrCode
from tests.ui.panels.simulated import Site, site
from tests.ui.panels.stand_ins import make_context, until

USER = "100012345678"


def codec_of(url: str) -> str:
    with av.open(url, options={"probesize": "4096"}) as stream:
        return stream.streams.video[0].codec_context.name


def found(dialog: QWidget, kind: type, name: str):
    widget = dialog.findChild(kind, name)
    assert widget is not None, name
    return widget


@pytest.fixture
def page(aio):
    """Runs ``work(live, place)`` on a live page that shows a camera."""

    def run(work) -> None:
        async def main() -> None:
            async with site() as place:
                context = dataclasses.replace(make_context(), explain=messages.explain)
                live = LivePanel(context)
                live.resize(900, 560)
                live.show()
                live.attach(place.session)
                live.show_channel(place.camera)
                try:
                    await work(live, place)
                finally:
                    await live.close()
                    live.hide()

        aio(main(), 30)

    return run


def test_an_address_is_copied_drawn_as_a_code_and_never_shown_whole(page):
    async def work(live: LivePanel, place: Site) -> None:
        live.windows.open_addresses()
        dialog = live.windows.shown
        assert isinstance(dialog, AddressesDialog)
        flv = found(dialog, QLabel, "addresses.flv")
        await until(lambda: place.camera in flv.text())
        labels = [label.text() for label in dialog.findChildren(QLabel)]
        assert not any("sign" in text and "=" in text for text in labels)

        found(dialog, QAbstractButton, "addresses.copy.flv").click()
        copied = QGuiApplication.clipboard().text()
        assert await asyncio.to_thread(codec_of, copied) == "h264"

        code = found(dialog, QrCode, "addresses.qr")
        assert len(code.modules) >= 21
        of_flv = code.modules
        found(dialog, QAbstractButton, "addresses.code.hls").click()
        assert code.modules != of_flv

    page(work)


def test_stream_size_and_network_are_asked_for_as_chosen(page):
    async def work(live: LivePanel, place: Site) -> None:
        live.windows.open_addresses()
        dialog = live.windows.shown
        box = found(dialog, QComboBox, "addresses.stream")
        names = [box.itemText(index) for index in range(box.count())]
        assert names[:2] == ["Main stream", "Sub stream"]
        assert len(names) > 2
        box.setCurrentIndex(2)
        box.activated.emit(2)
        await until(lambda: not dialog.busy)
        found(dialog, QCheckBox, "addresses.internal").click()
        await until(lambda: not dialog.busy)
        first, *_, last = [
            call["params"]
            for call in place.calls("ControlDeviceStream")
            if "Resolution" in call["params"]
        ]
        assert "StreamType" not in first
        assert first["Resolution"] == box.itemData(2)
        assert last["IsInternal"] is True

    page(work)


def test_a_refusal_is_told_and_new_addresses_can_be_asked_for(page):
    async def work(live: LivePanel, place: Site) -> None:
        fault = {"kind": "error", "action": "ControlDeviceStream", "count": 1}
        await until(lambda: live.views[0].slot.kind == "playing")
        place.simulator.faults.arm([fault | {"code": "ResourceUnavailable.DevOffline"}])
        live.windows.open_addresses()
        dialog = live.windows.shown
        told = found(dialog, QLabel, "addresses.told")
        await until(lambda: "ResourceUnavailable.DevOffline" in told.text())
        assert not found(dialog, QAbstractButton, "addresses.copy.flv").isEnabled()
        found(dialog, QAbstractButton, "addresses.renew").click()
        await until(found(dialog, QAbstractButton, "addresses.copy.flv").isEnabled)

    page(work)


def test_a_ban_is_asked_for_once_set_listed_and_lifted(page):
    async def work(live: LivePanel, place: Site) -> None:
        live.windows.open_bans()
        dialog = live.windows.shown
        assert isinstance(dialog, BansDialog)
        forbid = found(dialog, QAbstractButton, "bans.forbid")
        forbidden = found(dialog, QListWidget, "bans.forbidden")
        user = found(dialog, QLineEdit, "bans.user")
        QTest.keyClicks(user, "12ab34")
        assert user.text() == "1234"
        assert not found(dialog, QAbstractButton, "bans.look").isEnabled()
        user.clear()
        QTest.keyClicks(user, USER)
        QTest.keyClick(user, Qt.Key.Key_Return)
        await until(forbid.isEnabled)

        forbid.click()
        await until(lambda: dialog.findChild(Confirm) is not None)
        found(dialog.findChild(Confirm), QAbstractButton, "confirm.accept").click()
        await until(lambda: forbidden.count() == 1)
        bans = place.simulator.cloud.world.ledger.bans
        assert list(bans[USER]) == [place.camera]

        allow = found(dialog, QAbstractButton, "bans.allow")
        forbidden.item(0).setSelected(True)
        await until(allow.isEnabled)
        allow.click()
        await until(lambda: forbidden.count() == 0)
        assert not bans[USER]

    page(work)


def test_a_user_whom_the_cloud_refuses_is_told_with_the_code(page):
    async def work(live: LivePanel, place: Site) -> None:
        place.simulator.faults.arm(
            [
                {
                    "kind": "error",
                    "action": "QueryForbidPlayChannelList",
                    "code": "OperationDenied.NoWhitelist",
                }
            ]
        )
        live.windows.open_bans()
        dialog = live.windows.shown
        QTest.keyClicks(found(dialog, QLineEdit, "bans.user"), USER)
        found(dialog, QAbstractButton, "bans.look").click()
        told = found(dialog, QLabel, "bans.told")
        await until(lambda: "OperationDenied.NoWhitelist" in told.text())
        assert not found(dialog, QAbstractButton, "bans.forbid").isEnabled()

    page(work)
