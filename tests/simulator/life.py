"""A working life with the cloud, in which every action of the reference is called."""

from __future__ import annotations

from ivcdesk.simulator.recordings import cloud_day, day_start


class Life:
    """What a technician does to the demo's cloud from the first to the last day.

    ``call`` is a referee, or something that is called like one.
    """

    def __init__(self, referee):
        self.call = referee
        self.cloud = referee.served.cloud
        self.run = referee.served.run

    def pass_time(self, seconds):
        self.call.served.http("POST", "/_sim/clock", {"advance": seconds})

    def channel(self, name):
        world = self.cloud.world
        device = next(d for d in world.devices.values() if d.name.startswith(name))
        return self.run(lambda: world.channels(device)[0])

    def organisations_and_devices(self):
        call = self.call
        site = call("AddOrganization", Name="新站 Site", ParentId="0").Data
        call("UpdateOrganization", OrganizationId=site.OrganizationId, Name="新站 2")
        node = call("DescribeDeviceRegion").Data[0].Value
        added = call(
            "AddUserDevice",
            Name="cam",
            AccessProtocol=2,
            Type=1,
            OrganizationId=site.OrganizationId,
            ClusterId=node,
            Password="pw",
        ).Data
        assert added.OrganizationId == int(site.OrganizationId)
        self.pass_time(60)
        call("UpdateUserDevice", DeviceId=added.DeviceId, Name="cam 2")
        assert call("DescribeUserDevice", DeviceId=added.DeviceId).Data.Status == 1
        call("RefreshDeviceChannel", DeviceId=added.DeviceId)
        assert len(call("DescribeDeviceChannel", DeviceId=added.DeviceId).Data) == 1
        call("UpdateDeviceStatus", DeviceId=added.DeviceId, Status=3)
        task = call("BatchOperateDevice", DeviceIds=[added.DeviceId], Cmd="enable").Data.TaskId
        self.pass_time(10)
        assert call("DescribeTask", TaskId=task).Data.Status == 3
        assert call("ListSubTasks", TaskId=task).Data.TotalCount == 1
        assert call("ListTasks", Operation="BatchEnableDevice").Data.TotalCount == 1
        call("DeleteTask", TaskId=task)
        head = call("DescribeOrganization").Data[0].OrganizationId
        call("UpdateDeviceOrganization", DeviceIds=[added.DeviceId], OrganizationId=head)
        assert call("ListDevices", OrganizationId=head).TotalCount == 1
        call("DeleteOrganization", OrganizationId=site.OrganizationId)
        call("DeleteUserDevice", DeviceId=added.DeviceId)

    def control_and_live(self):
        call, channel = self.call, self.channel("PTZ Gate North")
        known = {"ChannelId": channel.channel_id}
        call("ControlDevicePTZ", **known, Type="left", Speed=3)
        call("ControlDevicePreset", **known, Cmd="set", Index=9)
        assert call("DescribeDevicePreset", **known).Data[-1].Index == 9
        url = "GET /ISAPI/System/deviceInfo"
        call("CallISAPI", DeviceId=channel.device.device_id, Url=url)
        assert call("ControlDeviceStream", **known).Data.Flv
        bans = [{"ChannelId": channel.channel_id, "Enable": True}]
        call("SetForbidPlayChannels", UserId="100001234567", Channels=bans)
        page = {"UserId": "100001234567", "PageSize": 10, "PageNumber": 1}
        assert call("QueryForbidPlayChannelList", **page).Data.TotalCount == 1
        rates = call("DescribeVideoBitRate", ChannelIds=[channel.channel_id]).Data
        assert rates.BitRates[0].Bitrate > 0
        seen = call("DescribeGBDeviceAddr", DeviceIds=[channel.device.device_id]).Data
        assert seen.RemoteAddrs[0].Addr
        call("ControlDeviceSnapshot", **known, SnapNum=1, Interval=1)
        self.pass_time(5)
        assert call("ListDeviceSnapshots", **known).TotalCount == 1

    def playback(self):
        call, channel = self.call, self.channel("PTZ Quay 12")
        known = {"ChannelId": channel.channel_id}
        moment = day_start(cloud_day(self.cloud.now()) - 1) + 14 * 3600
        day = {"StartTime": moment, "EndTime": moment + 600}
        assert call(
            "DescribeRecordFile", **known, **day, DeviceId=channel.device.device_id
        ).Data.List
        assert call("DescribeRecordPlaybackUrl", **known, **day).Data.Hls
        assert call("DescribeRecordSlice", **known, **day).Data[0].List
        text = {"BeginTime": str(moment), "EndTime": str(moment + 600), "FileType": "mp4"}
        assert call("DescribeVideoDownloadUrl", **known, **text).Data.Url
        span = {"Start": moment, "End": moment + 600}
        assert call("ControlRecordTimeline", **known, **span).Data
        session = call("PlayRecord", **known, **span).Data.Flv.partition("@")[2].partition(".")[0]
        call("ControlRecord", **known, Session=session, ControlAction="stop")
        job = call(
            "CreateVideoDownloadTask", **known, BeginTime=moment, EndTime=moment + 600
        ).Data.DownloadTaskId
        self.pass_time(100)
        assert call("ListVideoDownloadTask").Data.List[0].Status == 2
        call("BatchDeleteVideoDownloadTask", DownloadTaskIds=[job])

    def plans(self):
        call, channel = self.call, self.channel("Mooring drone")
        sections = [{"DayOfWeek": 1, "StartTime": "08:00:00", "EndTime": "12:00:00"}]
        made = call("AddRecordTemplate", TemplateName="t1", TimeSections=sections).Data
        template = {"TemplateId": made.TemplateId}
        call("UpdateRecordTemplate", **template, Mod={"TemplateName": "t2"})
        assert call("DescribeRecordTemplate", **template).Data.TemplateName == "t2"
        assert call("ListRecordTemplates").Data
        of = [{"DeviceId": channel.device.device_id, "ChannelId": channel.channel_id}]
        kept = {"Transition": 7, "Expiration": 0}
        plan = {
            "PlanId": call(
                "AddRecordPlan", PlanName="p1", **template, LifeCycle=kept, Channels=of
            ).Data.PlanId
        }
        call("UpdateRecordPlan", **plan, Mod={"PlanName": "p2"})
        assert call("DescribeRecordPlan", **plan).Data.ChannelCount == 1
        assert call("ListRecordPlans").Data
        page = {"PageSize": 10, "PageNumber": 1}
        assert call("ListRecordPlanDevices", **plan, **page).Data.TotalCount == 1
        assert channel.channel_id in call("ListRecordPlanChannels").Data.List
        node = channel.device.organization.organization_id
        assert call("ListOrganizationChannelNumbers", OrganizationId=[node]).Data.TotalCount
        assert call("ListOrganizationChannels", OrganizationId=node, **page).Data.List
        call("DeleteRecordPlan", **plan)
        self.pass_time(10)
        call("DeleteRecordTemplate", **template)

    def backups(self):
        call, channel = self.call, self.channel("PTZ Quay 12")
        sections = [{"DayOfWeek": 1, "StartTime": "08:00:00", "EndTime": "12:00:00"}]
        hours = {"TimeSections": sections, "DevTimeSections": sections}
        made = call("AddRecordBackupTemplate", TemplateName="b1", **hours, Scale=1).Data
        template = {"TemplateId": made.TemplateId}
        call("UpdateRecordBackupTemplate", **template, Mod={"Scale": 2})
        assert call("DescribeRecordBackupTemplate", **template).Data.Scale == 2
        assert len(call("ListRecordBackupTemplates").Data) == 2
        of = [{"DeviceId": channel.device.device_id, "ChannelId": channel.channel_id}]
        plan = call(
            "AddRecordBackupPlan",
            **template,
            PlanName="b",
            Describe="",
            LifeCycle={"Transition": 7, "Expiration": 0},
            Channels=of,
        ).Data.PlanId
        call("UpdateRecordBackupPlan", PlanId=plan, Mod={"Describe": "x"})
        assert call("DescribeRecordBackupPlan", PlanId=plan).Data.ChannelCount == 1
        assert len(call("ListRecordBackupPlans").Data) == 1
        assert call("ListRecordBackupPlanDevices", PlanId=plan).Data.TotalCount == 1
        call("DeleteRecordBackupPlan", PlanId=plan)
        call("DeleteRecordBackupTemplate", **template)

    def retrievals(self):
        call, channel = self.call, self.channel("PTZ Fence East")
        start = day_start(cloud_day(self.cloud.now()) - 12)
        task = call(
            "AddRecordRetrieveTask",
            TaskName="r1",
            StartTime=start,
            EndTime=start + 3600,
            Mode=1,
            Expiration=3,
            Channels=[{"DeviceId": channel.device.device_id, "ChannelId": channel.channel_id}],
        ).Data.TaskId
        self.pass_time(30)
        assert call("DescribeRecordRetrieveTask", TaskId=task).Data.Status == 0
        assert len(call("ListRecordRetrieveTasks").Data) == 1
        call("DeleteRecordRetrieveTask", TaskId=task)

    def recognition(self):
        call, channel = self.call, self.channel("PTZ Quay 14")
        slots = [{"Start": "00:00:00", "End": "23:59:59"}]
        config = {"DetectType": "Pet", "TimeInterval": 10, "OperTimeSlot": slots}
        templates = [{"Tag": "AI", "AIConfig": config}]
        made = call(
            "AddAITask", Name="a1", ChannelList=[channel.channel_id], Templates=templates
        ).Data
        task = {"TaskId": made.TaskId}
        call("UpdateAITask", **task, Desc="d")
        call("UpdateAITaskStatus", **task, Status="on")
        self.pass_time(6 * 3600)
        found = call("DescribeAITaskResult", **task, ChannelId=channel.channel_id, DetectType="Pet")
        assert found.TotalCount == found.Data.AIResultCount > 0
        assert call("DescribeAITask", **task).Data.Status == "on"
        assert call("ListAITasks", IsContainChannelList=True).TotalCount
        call("UpdateAITaskStatus", **task, Status="off")
        call("DeleteAITask", **task)

    def gateways(self):
        call = self.call
        gateway = {"GatewayId": self.channel("Lane 1 plate").device.gateway.gateway_id}
        assert call("ListGateways").Data.TotalCount
        assert call("DescribeGateway", **gateway).Data.Version
        call("UpdateGateway", **gateway, Name="gw")
        assert call("ListGatewayDevices", **gateway).Data.TotalCount
        assert call("DescribeGatewayVersion", **gateway).Data.Services
        assert call("DescribeGatewayProtocol").Data
        assert call("DescribeGatewayMonitor", **gateway).Data.DeviceTotal
        call("UpgradeGateway", **gateway)
        lonely = self.run(self._empty_gateway)
        call("DeleteGateway", GatewayId=lonely)

    def domains(self):
        call = self.call
        domain = call("DescribeDomain").Data[0]
        assert call("DescribeDomainRegion").Data
        call("DescribeCNAME", ClusterId=domain.ClusterId, DomainType=0)
        call("DeleteDomain", Id=domain.Id)
        guard = call("DescribeStreamAuth").Data
        call(
            "AddStreamAuth",
            Id=guard.Id,
            PullState=1,
            PullSecret="abc",
            PullExpired=10,
            PushState=0,
            PushSecret="",
            PushExpired=10,
        )

    def _empty_gateway(self):
        gateway = next(
            g for g in self.cloud.world.ledger.gateways.values() if g.region == "ap-shanghai"
        )
        for device in list(gateway.devices.values()):
            self.cloud.world.remove_device(device)
        return gateway.gateway_id

    def lasting(self):
        """Do what newer versions of the SDK offer too."""
        self.organisations_and_devices()
        self.control_and_live()
        self.playback()
        self.plans()
        self.backups()
        self.retrievals()
        self.domains()

    def whole(self):
        """Do everything."""
        self.lasting()
        self.recognition()
        self.gateways()
