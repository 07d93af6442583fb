"""Opening live streams."""

from __future__ import annotations

import pytest

from ivcdesk.api import Unavailable
from ivcdesk.api.actions import DeviceStatus


def test_a_stream_is_opened_in_the_quality_asked_for(desk):
    async def work(desk):
        await desk.filled()
        camera = desk.camera()
        urls = await desk.session.live.open(camera)
        assert camera in urls.flv
        await desk.session.live.open(camera, "main")
        asked = [call["params"]["StreamType"] for call in desk.calls("ControlDeviceStream")]
        assert asked == ["2", "1"]

    desk(work)


def test_a_device_that_is_away_says_so(desk):
    async def work(desk):
        await desk.filled()
        camera = desk.camera()
        await desk.device_goes(camera, DeviceStatus.OFFLINE)
        with pytest.raises(Unavailable):
            await desk.session.live.open(camera)

    desk(work)
