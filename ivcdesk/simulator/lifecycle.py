"""What becomes of devices in time: they register, go, come back, and are worked on in batches."""

from __future__ import annotations

from collections.abc import Callable

from ivcdesk.api.actions import AccessProtocol, BatchCommand, DeviceStatus, DeviceType
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.jobs import Batch, Step
from ivcdesk.simulator.state import Device, Kind

ENABLED_SECONDS = 5.0
REBOOT_SECONDS = 15.0
_AT_ONCE = 4
_FIRST_SECONDS = 0.5

OPERATIONS = {
    BatchCommand.ENABLE: "BatchEnableDevice",
    BatchCommand.DISABLE: "BatchDisableDevice",
    BatchCommand.DELETE: "BatchDeleteUserDevice",
    BatchCommand.SYNC: "BatchRefreshDeviceChannel",
    BatchCommand.UPGRADE: "BatchUpgradeDevice",
    BatchCommand.RESET: "BatchResetDevice",
    BatchCommand.REBOOT: "BatchRebootDevice",
}
_STEP_SECONDS = {
    BatchCommand.ENABLE: 0.8,
    BatchCommand.DISABLE: 0.8,
    BatchCommand.DELETE: 0.8,
    BatchCommand.SYNC: 2.0,
    BatchCommand.UPGRADE: 12.0,
    BatchCommand.RESET: 6.0,
    BatchCommand.REBOOT: 4.0,
}
_NEEDS_DEVICE = (
    BatchCommand.SYNC,
    BatchCommand.UPGRADE,
    BatchCommand.RESET,
    BatchCommand.REBOOT,
)
OFFLINE_REASON = "设备离线"
ELSEWHERE_REASON = "资源不可达，该资源不属于该地域"
GONE_REASON = "设备不存在"
PUSHES_REASON = "不支持的接入类型"


def expect(cloud: Cloud, device: Device) -> None:
    """Let a new device call in after half a minute or so; one that pushes waits for a push."""
    if device.remote:
        wait = 15 + number(cloud.seed, "registers", device.index) % 20
        cloud.agenda.after(wait, lambda: _register(cloud, device))


def enable(cloud: Cloud, device: Device) -> None:
    """Let a disabled device call in again; one that never registered goes on waiting."""
    if device.status is not DeviceStatus.DISABLED:
        return
    if device.since is None:
        cloud.set_status(device, DeviceStatus.UNREGISTERED)
        expect(cloud, device)
        return
    cloud.set_status(device, DeviceStatus.OFFLINE)
    if device.remote:
        cloud.agenda.after(ENABLED_SECONDS, lambda: _return(cloud, device))


def disable(cloud: Cloud, device: Device) -> None:
    """Shut a device out until it is enabled."""
    cloud.set_status(device, DeviceStatus.DISABLED)


def remove(cloud: Cloud, device: Device) -> None:
    """Delete a device with all that refers to it."""
    cloud.set_status(device, DeviceStatus.OFFLINE)
    gone = {channel.channel_id for channel in device.channels or ()}
    ledger = cloud.world.ledger
    for plan in ledger.backup_plans.values():
        plan.channels = {known: None for known in plan.channels if known not in gone}
    for task in ledger.ai_tasks.values():
        task.channels = [known for known in task.channels if known not in gone]
    watched = [config.channels for config in ledger.snapshot_configs.values()]
    watched += [plan.channels for plan in ledger.model_plans.values()]
    for channels in watched:
        for channel_id in gone & set(channels):
            del channels[channel_id]
    for banned in ledger.bans.values():
        for channel_id in gone & set(banned):
            del banned[channel_id]
    cloud.world.remove_device(device)


def reboot(cloud: Cloud, device: Device) -> None:
    """Take a device away for a quarter of a minute."""
    cloud.set_status(device, DeviceStatus.OFFLINE)
    cloud.agenda.after(REBOOT_SECONDS, lambda: _return(cloud, device))


def start_batch(cloud: Cloud, devices: list[Device], command: BatchCommand, region: str) -> Batch:
    """Begin to work on devices, four at a time; each step succeeds or fails when it ends."""
    world, began = cloud.world, cloud.clock.steady()
    task_id = world.new_id(Kind.TASK)
    batch = Batch(task_id, OPERATIONS[command], cloud.now(), began)
    world.ledger.batches[task_id] = batch
    for place, device in enumerate(devices):
        wait = _FIRST_SECONDS + place // _AT_ONCE * _STEP_SECONDS[command]
        ends = wait + _STEP_SECONDS[command]
        step = Step(
            world.new_id(Kind.STEP), device.device_id, device.name, began + wait, began + ends
        )
        batch.steps.append(step)
        cloud.agenda.after(ends, _ending(cloud, device, command, region, step))
    return batch


def _ending(
    cloud: Cloud, device: Device, command: BatchCommand, region: str, step: Step
) -> Callable[[], None]:
    def end() -> None:
        step.reason = _reason(cloud, device, command, region)
        step.done = True
        if not step.reason:
            _carry_out(cloud, device, command)

    return end


def _reason(cloud: Cloud, device: Device, command: BatchCommand, region: str) -> str:
    if device.device_id not in cloud.world.devices:
        return GONE_REASON
    if device.region != region:
        return ELSEWHERE_REASON
    if command not in _NEEDS_DEVICE:
        return ""
    if not device.remote:
        return PUSHES_REASON
    return "" if device.online else OFFLINE_REASON


def _carry_out(cloud: Cloud, device: Device, command: BatchCommand) -> None:
    if command is BatchCommand.ENABLE:
        enable(cloud, device)
    elif command is BatchCommand.DISABLE:
        disable(cloud, device)
    elif command is BatchCommand.DELETE:
        remove(cloud, device)
    elif command is not BatchCommand.SYNC:
        reboot(cloud, device)


def _register(cloud: Cloud, device: Device) -> None:
    if not _waits(cloud, device, DeviceStatus.UNREGISTERED):
        return
    chance = number(cloud.seed, "arrives", device.index)
    if device.channel_num == 0:
        device.channel_num = 8 if device.type is DeviceType.NVR else 1
        device.turning = (0,) if chance % 2 else ()
        device.channels = None
    if device.protocol is not AccessProtocol.GATEWAY:
        device.ip = device.ip or f"10.200.{device.index // 250 % 250}.{device.index % 250 + 2}"
    device.manufacturer = device.manufacturer or ("Hikvision", "Dahua", "Uniview")[chance % 3]
    cloud.set_status(device, DeviceStatus.ONLINE)


def _return(cloud: Cloud, device: Device) -> None:
    if _waits(cloud, device, DeviceStatus.OFFLINE):
        cloud.set_status(device, DeviceStatus.ONLINE)


def _waits(cloud: Cloud, device: Device, status: DeviceStatus) -> bool:
    return device.device_id in cloud.world.devices and device.status is status
