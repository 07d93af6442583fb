"""The actions of the cloud, one file per group of its reference, all importable from here."""

from ivcdesk.api.actions.base import *
from ivcdesk.api.actions.control import *
from ivcdesk.api.actions.devices import *
from ivcdesk.api.actions.live import *
from ivcdesk.api.actions.organizations import *
from ivcdesk.api.actions.playback import *
