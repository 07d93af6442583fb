"""Handing a stream to a player outside: finding one, its command line, and starting it."""

from ivcdesk.media.launch import Launch, launch
from ivcdesk.media.player_commands import (
    PLAYLIST,
    URL,
    Command,
    LaunchError,
    OutsidePlayer,
    System,
    check_url,
    choose_url,
    command,
    find_players,
    own_command,
)

__all__ = [
    "PLAYLIST",
    "URL",
    "Command",
    "Launch",
    "LaunchError",
    "OutsidePlayer",
    "System",
    "check_url",
    "choose_url",
    "command",
    "find_players",
    "launch",
    "own_command",
]
