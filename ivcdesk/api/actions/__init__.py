"""The actions of the cloud, one file per group of its reference, all importable from here."""

from ivcdesk.api.actions.ai import *
from ivcdesk.api.actions.base import *
from ivcdesk.api.actions.control import *
from ivcdesk.api.actions.devices import *
from ivcdesk.api.actions.domains import *
from ivcdesk.api.actions.gateways import *
from ivcdesk.api.actions.live import *
from ivcdesk.api.actions.newer_devices import *
from ivcdesk.api.actions.newer_snapshots import *
from ivcdesk.api.actions.newer_visual_language import *
from ivcdesk.api.actions.operations import *
from ivcdesk.api.actions.organizations import *
from ivcdesk.api.actions.playback import *
from ivcdesk.api.actions.record_plans import *
from ivcdesk.api.actions.record_tasks import *
from ivcdesk.api.actions.record_templates import *
from ivcdesk.api.actions.snapshots import *
from ivcdesk.api.actions.tasks import *
