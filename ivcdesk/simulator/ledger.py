"""Everything in the cloud that is neither organisation, device nor channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivcdesk.simulator.plans import BackupPlan, BackupTemplate, Plan, Template
from ivcdesk.simulator.watchers import ModelTemplate, SnapshotTemplate, Watch

if TYPE_CHECKING:
    from ivcdesk.simulator.jobs import AiTask, Batch, Download, Retrieval, Snapshot
    from ivcdesk.simulator.state import Device


@dataclass(slots=True, eq=False)
class Gateway:
    """A box on site that speaks to devices in their own languages.

    ``versions`` are the programs on it; ``upgraded`` is when they became the latest ones.
    """

    gateway_id: str
    code: str
    name: str
    region: str
    cluster_id: str
    cluster_name: str
    created: float
    description: str = ""
    online: bool = True
    secret: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Domain:
    """A domain that streams are pulled from (0) or pushed to (1)."""

    domain_id: str
    name: str
    kind: int
    region: str
    cname: str
    cert_id: str = ""


@dataclass(slots=True, eq=False)
class StreamAuth:
    """How addresses of streams are guarded; times are minutes."""

    auth_id: str
    pull_state: int = 1
    pull_secret: str = ""
    pull_minutes: int = 360
    push_state: int = 0
    push_secret: str = ""
    push_minutes: int = 10
    open_domains: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Ledger:
    """What the account owns, by ids, in the order in which it came to be."""

    gateways: dict[str, Gateway] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    stream_auth: StreamAuth = field(default_factory=lambda: StreamAuth(""))
    templates: dict[str, Template] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    backup_templates: dict[str, BackupTemplate] = field(default_factory=dict)
    backup_plans: dict[str, BackupPlan] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    retrievals: dict[str, Retrieval] = field(default_factory=dict)
    downloads: dict[str, Download] = field(default_factory=dict)
    ai_tasks: dict[str, AiTask] = field(default_factory=dict)
    snapshots: dict[str, list[Snapshot]] = field(default_factory=dict)
    bans: dict[str, dict[str, None]] = field(default_factory=dict)
    snapshot_templates: dict[str, SnapshotTemplate] = field(default_factory=dict)
    snapshot_configs: dict[str, Watch[SnapshotTemplate]] = field(default_factory=dict)
    model_templates: dict[str, ModelTemplate] = field(default_factory=dict)
    model_plans: dict[str, Watch[ModelTemplate]] = field(default_factory=dict)
