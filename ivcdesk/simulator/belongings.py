"""What an account of the simulated cloud owns from the start: plans, gateways, domains."""

from __future__ import annotations

from ivcdesk.api.actions import AIConfig, AITemplate, DetectType, TimeSlot
from ivcdesk.simulator.codes import CLUSTERS
from ivcdesk.simulator.demo import PlanKey
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.jobs import AiTask
from ivcdesk.simulator.ledger import Domain, Gateway, StreamAuth
from ivcdesk.simulator.plans import (
    ALL_DAY_SECTIONS,
    ALWAYS,
    WORKDAY_SECTIONS,
    BackupTemplate,
    Plan,
    Template,
)
from ivcdesk.simulator.recordings import DAY, RETENTION_DAYS
from ivcdesk.simulator.state import Kind, World

GATEWAY_PROGRAMS = {
    "网关管理服务": "v2.4.1.0",
    "流媒体服务": "v3.1.0.7",
    "设备接入服务": "v2.0.9.2",
}
LATEST_PROGRAMS = {"网关管理服务": "v2.5.0.0", "流媒体服务": "v3.1.0.7", "设备接入服务": "v2.1.0.0"}
_SECRET_LETTERS = "abcdefghijklmnopqrstuvwxyz012345"


def seed_ledger(world: World, now: float) -> dict[PlanKey, Plan]:
    """Fill a new world's ledger and return the plans that its devices join."""
    all_day = _template(world, "全天_All-day", ALL_DAY_SECTIONS)
    workdays = _template(world, "工作时间_Workdays", WORKDAY_SECTIONS)
    plans = {
        PlanKey.ALL_DAY: _plan(world, "全天录像_All-day", all_day, "所有重点区域"),
        PlanKey.WORKDAYS: _plan(world, "工作时间_Working-hours", workdays, "周一至周六白天"),
        PlanKey.ARCHIVED: _plan(world, "周界归档_Perimeter", all_day, "七天后转入归档"),
    }
    plans[PlanKey.ARCHIVED].hot_days, plans[PlanKey.ARCHIVED].cold_days = 7, 60
    _backup_template(world, now)
    for kind, name in enumerate(("play.port-shanghai.example", "push.port-shanghai.example")):
        domain_id = world.new_id(Kind.DOMAIN)
        cname = cname_of(world, "ap-shanghai", kind)
        world.ledger.domains[domain_id] = Domain(domain_id, name, kind, "ap-shanghai", cname)
    chance = number(world.seed, "stream auth")
    secrets = [_secret(chance), _secret(chance >> 7)]
    world.ledger.stream_auth = StreamAuth(
        world.new_id(Kind.STREAM_AUTH), pull_secret=secrets[0], push_secret=secrets[1]
    )
    return plans


def seed_recognition(world: World, now: float) -> None:
    """Let the gates be watched for cars since ten days ago."""
    gates = [
        device for device in world.devices.values() if device.organization.name.endswith("Gates")
    ]
    channels = [world.channels(device)[0].channel_id for device in gates if device.online]
    if not channels:
        return
    slots = [TimeSlot(start="06:00:00", end="20:00:00")]
    config = AIConfig(detect_type=DetectType.CAR, time_interval=10, oper_time_slot=slots)
    created = float(int(now - 10 * DAY))
    task_id = "at" + world.new_id(Kind.AI_TASK).replace("-", "")
    world.ledger.ai_tasks[task_id] = AiTask(
        task_id,
        "闸口车辆_Gate-traffic",
        "白天识别进出车辆",
        channels,
        "",
        [AITemplate(tag="AI", ai_config=config)],
        created,
        created,
        [(created, float("inf"))],
    )


def add_gateway(world: World, region: str, name: str, now: float) -> Gateway:
    """Set up a gateway on a site."""
    gateway_id = world.new_id(Kind.GATEWAY)
    chance = number(world.seed, "gateway", gateway_id)
    gateway = Gateway(
        gateway_id,
        f"{chance:016x}{number('code', gateway_id):016x}",
        name,
        region,
        world.cluster_id(region),
        CLUSTERS[region][0],
        float(int(now - DAY * (40 + chance % 300))),
        secret=f"{chance % 10**12:012d}",
        versions=dict(GATEWAY_PROGRAMS if chance % 3 else LATEST_PROGRAMS),
    )
    world.ledger.gateways[gateway_id] = gateway
    return gateway


def cname_of(world: World, region: str, kind: int) -> str:
    """Return what the CNAME of a domain must say; ``kind`` 0 is pulled from, 1 pushed to."""
    word = f"{number(world.seed, 'cname', region, kind):016x}"
    return f"{word}.{('play', 'push')[kind]}-ivc.{region}.cloud.example"


def _template(world: World, name: str, sections: tuple[tuple[int, str, str], ...]) -> Template:
    template = Template(world.new_id(Kind.TEMPLATE), name, sections)
    world.ledger.templates[template.template_id] = template
    return template


def _plan(world: World, name: str, template: Template, description: str) -> Plan:
    plan = Plan(world.new_id(Kind.PLAN), name, template, description, hot_days=RETENTION_DAYS)
    plan.follow(ALWAYS)
    world.ledger.plans[plan.plan_id] = plan
    return plan


def _backup_template(world: World, now: float) -> None:
    template_id = world.new_id(Kind.BACKUP_TEMPLATE)
    created = float(int(now - 20 * DAY))
    night = tuple((day, "01:00:00", "05:00:00") for day in range(1, 8))
    day = tuple((day, "08:00:00", "12:00:00") for day in range(1, 8))
    world.ledger.backup_templates[template_id] = BackupTemplate(
        template_id, "夜间补录_Nightly", night, day, 2, created, created
    )


def _secret(chance: int) -> str:
    return "".join(_SECRET_LETTERS[chance >> shift & 31] for shift in range(0, 50, 5))
