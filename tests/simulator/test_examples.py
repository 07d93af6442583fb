"""Every example of the reference that succeeds there succeeds here, with the same keys and types.

The examples' ids are covered with stars or invented, and their days have long gone: each gets an
id of a thing of its kind, and yesterday.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ivcdesk.simulator.handlers import HANDLERS
from ivcdesk.simulator.recordings import cloud_day, day_start
from ivcdesk.simulator.wire import read_action, write_result
from tests.api.reference import needs_reference, spec
from tests.simulator.shapes import misfits

# What the examples themselves have wrong: a misprinted time, and a plan that fills gaps though it
# keeps recordings for a day, of which the text says that it can't.
MISPRINTS = {"23:400:00": "23:40:00"}
SHORTEST_TRANSITION = 3
MOMENTS = ("StartTime", "EndTime", "BeginTime", "Start", "End")


def examples() -> list[Any]:
    return [
        pytest.param(name, example, id=f"{name}-{place}")
        for name, action in spec().get("actions", {}).items()
        for place, example in enumerate(action["examples"])
        if "Error" not in example["response"]["Response"]
    ]


class Furnished:
    """A cloud in which there is one of everything, and the ids of it all."""

    def __init__(self, asked: Any) -> None:
        self.asked = asked
        self.noon = asked.cloud.now()
        channel = asked.channel("PTZ Quay 12")
        self.channel_id, self.device_id = channel.channel_id, channel.device.device_id
        self.archived = asked.channel("PTZ Fence East")
        ledger = asked.cloud.world.ledger
        self.full = channel.device.organization.organization_id
        self.empty = self.made("AddOrganization", Name="新站", ParentId="0")["OrganizationId"]
        node = asked.cloud.world.cluster_id("ap-shanghai")
        self.gateway = next(g for g in ledger.gateways.values() if g.region == "ap-shanghai")
        self.plain = {
            "ClusterId": node,
            "GatewayId": self.gateway.gateway_id,
            "UserId": "100000000002",
            "CallbackUrl": "http://127.0.0.1/told",
            "DeviceId": self.device_id,
            "ChannelId": self.channel_id,
            "OrganizationId": self.full,
        }
        hours = [{"DayOfWeek": 1, "StartTime": "08:00:00", "EndTime": "12:00:00"}]
        both = {"TimeSections": hours, "DevTimeSections": hours}
        kept = {"Transition": 7, "Expiration": 0}
        self.template = self.made("AddRecordTemplate", TemplateName="t", TimeSections=hours)
        self.backup_template = self.made(
            "AddRecordBackupTemplate", TemplateName="t", **both, Scale=1
        )
        mine = asked.channel("Mooring drone")
        pair = {"DeviceId": mine.device.device_id, "ChannelId": mine.channel_id}
        self.pair = pair
        template = {"TemplateId": self.template["TemplateId"]}
        self.plan = self.made(
            "AddRecordPlan", PlanName="p", LifeCycle=kept, Channels=[pair], **template
        )
        self.unused = self.made("AddRecordTemplate", TemplateName="u", TimeSections=hours)
        self.unused_backup = self.made("AddRecordBackupTemplate", TemplateName="u", **both, Scale=1)
        self.backup_plan = self.made(
            "AddRecordBackupPlan",
            PlanName="p",
            Describe="",
            TemplateId=self.backup_template["TemplateId"],
            LifeCycle=kept,
            Channels=[{"DeviceId": self.device_id, "ChannelId": self.channel_id}],
        )
        cold = day_start(cloud_day(self.noon) - 12)
        self.cold = {
            "DeviceId": self.archived.device.device_id,
            "ChannelId": self.archived.channel_id,
        }
        self.retrieval = self.made(
            "AddRecordRetrieveTask",
            TaskName="r",
            StartTime=cold,
            EndTime=cold + 3600,
            Mode=1,
            Expiration=3,
            Channels=[self.cold],
        )
        session = self.made(
            "PlayRecord",
            ChannelId=self.channel_id,
            Start=int(self.noon) - 7200,
            End=int(self.noon) - 3600,
        )
        self.session = session["Flv"].partition("@")[2].partition(".")[0]
        self.downloads = [
            self.made(
                "CreateVideoDownloadTask",
                ChannelId=self.channel_id,
                BeginTime=int(self.noon) - 7200,
                EndTime=int(self.noon) - 3600,
            )["DownloadTaskId"]
            for _ in range(2)
        ]
        slot = {"Start": "00:00:00", "End": "23:59:59"}
        config = {"DetectType": "Pet", "TimeInterval": 10, "OperTimeSlot": [slot]}
        self.watched = asked.channel("PTZ Quay 14").channel_id
        self.ai = self.made(
            "AddAITask",
            Name="a",
            ChannelList=[self.watched],
            Templates=[{"Tag": "AI", "AIConfig": config}],
        )
        self.answer("UpdateAITaskStatus", {"TaskId": self.ai["TaskId"], "Status": "on"})
        self.batch = self.made("BatchOperateDevice", DeviceIds=[self.device_id], Cmd="enable")
        self.answer(
            "ControlDeviceSnapshot", {"ChannelId": self.channel_id, "SnapNum": 1, "Interval": 1}
        )
        asked.clock.advance(6 * 3600)
        asked.cloud.agenda.settle()

    def answer(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the whole response to parameters as they came over the wire."""
        result = self.asked(read_action(HANDLERS[name][0], params))
        response: dict[str, Any] = json.loads(write_result(name, result, "r"))["Response"]
        return response

    def made(self, name: str, **params: Any) -> Any:
        return self.answer(name, params)["Data"]

    def settled(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return an example's parameters with ids of things that are there, and of these days."""
        found: dict[str, Any] = self._replaced(name, copy.deepcopy(params))
        return found

    def _replaced(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            return MISPRINTS.get(value, value)
        if isinstance(value, list):
            return [self._replaced(name, item) for item in value]
        if not isinstance(value, dict):
            return value
        moments = [int(value[key]) for key in MOMENTS if _is_moment(value.get(key))]
        shift = day_start(self._day(name)) - day_start(cloud_day(min(moments))) if moments else 0
        known = self.plain | self._special(name, value)
        for key in value:
            if key in known:
                value[key] = known[key]
            elif key in MOMENTS and _is_moment(value[key]):
                value[key] = type(value[key])(int(value[key]) + shift)
            else:
                value[key] = self._replaced(name, value[key])
        return value

    def _day(self, name: str) -> int:
        return cloud_day(self.noon) - (13 if name == "AddRecordRetrieveTask" else 1)

    def _special(self, name: str, value: dict[str, Any]) -> dict[str, Any]:
        backup = "Backup" in name
        plan, template = (
            (self.backup_plan, self.unused_backup) if backup else (self.plan, self.unused)
        )
        special: dict[str, Any] = {
            "PlanId": plan["PlanId"],
            "TemplateId": template["TemplateId"],
            "Session": self.session,
            "DownloadTaskIds": self.downloads,
            "DeviceIds": [self.device_id],
            "ChannelIds": [self.channel_id],
            "TaskId": self.batch["TaskId"],
            "ChannelList": [self.asked.channel("Loading bay").channel_id],
        }
        ledger = self.asked.cloud.world.ledger
        if "AITask" in name:
            if name in ("DeleteAITask", "UpdateAITask", "UpdateAITaskStatus"):
                ledger.ai_tasks[self.ai["TaskId"]].runs[-1] = (0.0, 1.0)
            special |= {"TaskId": self.ai["TaskId"], "ChannelId": self.watched}
        elif "Retrieve" in name:
            special |= {"TaskId": self.retrieval["TaskId"], **self.cold}
        elif name == "AddRecordPlan" and "Transition" in value:
            special["Transition"] = max(value["Transition"], SHORTEST_TRANSITION)
        elif name == "DeleteDomain":
            special["Id"] = next(iter(ledger.domains))
        elif name == "AddStreamAuth":
            special["Id"] = ledger.stream_auth.auth_id
        elif name == "DeleteOrganization":
            special["OrganizationId"] = self.empty
        elif name == "DeleteGateway":
            self.gateway.devices.clear()
        elif name == "SetForbidPlayChannels":
            ledger.stream_auth.pull_state = 1
        elif name == "UpdateRecordPlan" and "Del" in value:
            special["Del"] = [self.pair["ChannelId"]]
        elif name in ("AddRecordPlan", "UpdateRecordPlan") and "DeviceId" in value:
            free = self.asked.channel("Depot mast")
            special |= {"DeviceId": free.device.device_id, "ChannelId": free.channel_id}
        if isinstance(value.get("OrganizationId"), list):
            nobody = name == "AddRecordBackupPlan" or name == "AddRecordPlan"
            special["OrganizationId"] = [self.empty if nobody else self.full]
        for key in ("OrganizationName", "DeviceName", "ChannelName"):
            special[key] = ""
        return special


def _is_moment(value: Any) -> bool:
    return not isinstance(value, bool) and str(value).isdecimal() and int(value) > 10**9


def missing(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Return which keys of an example are not here; of lists, the first things are compared.

    Keys that are here alone are those that examples leave out and the reference's tables have,
    which ``misfits`` sees to.
    """
    if isinstance(theirs, list) and isinstance(ours, list):
        return missing(ours[0], theirs[0], f"{path}[]") if ours and theirs else []
    if not (isinstance(theirs, dict) and isinstance(ours, dict)):
        return []
    found = [f"{path}.{key}" for key in sorted(theirs.keys() - ours.keys())]
    for key in ours.keys() & theirs.keys():
        found += missing(ours[key], theirs[key], f"{path}.{key}")
    return found


@needs_reference
@pytest.mark.parametrize(("name", "example"), examples())
def test_an_example_succeeds(asked: Any, name: str, example: dict[str, Any]) -> None:
    cloud = Furnished(asked)
    answer = cloud.answer(name, cloud.settled(name, example["request"]))
    assert misfits(name, answer) == []
    assert missing(answer, example["response"]["Response"]) == []
