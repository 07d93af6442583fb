"""``ivcdesk simulate``: the simulated cloud as a program of its own."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
import threading

from ivcdesk.simulator.memory import keep_compact
from ivcdesk.simulator.ptz import PtzBehaviour
from ivcdesk.simulator.server import Simulator, is_loopback

_SWITCH_SECONDS = 0.002


def main(argv: list[str]) -> int:
    """Serve until SIGINT or SIGTERM and return 0; 2 where the options make no sense.

    Once it listens, one line of JSON on the standard output tells where and with which keys.
    """
    options = _parser().parse_args(argv)
    keep_compact()
    # The event loop shares the interpreter with the cameras: it waits for them no longer than this.
    sys.setswitchinterval(_SWITCH_SECONDS)
    if not is_loopback(options.host):
        _say(f"warning: everyone who reaches {options.host} can reach the simulated cloud")
    try:
        simulator = Simulator(
            options.scenario,
            options.seed,
            options.port,
            host=options.host,
            exposed=True,
            devices=options.devices,
            ptz=options.ptz,
            certfile=options.certfile,
            keyfile=options.keyfile,
        )
        # the world stays alive to the end: the cycle collector need not look at it again and again
        gc.collect()
        gc.freeze()
        asyncio.run(_serve(simulator, with_parent=options.with_parent))
    except (OSError, ValueError) as problem:
        _say(str(problem))
        return 2
    return 0


def _say(text: str) -> None:
    print(f"ivcdesk simulate: {text}", file=sys.stderr)  # noqa: T201  # a program's own words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ivcdesk simulate", description="A cloud of its own with cameras that move."
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; loopback is the safe one"
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--scenario", choices=("demo", "fleet"), default="demo")
    parser.add_argument("--devices", type=_count, help="size of the fleet")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same world")
    parser.add_argument(
        "--ptz", choices=[kind.value for kind in PtzBehaviour], default=PtzBehaviour.BOUNDED.value
    )
    parser.add_argument("--certfile", help="serve https with this certificate")
    parser.add_argument("--keyfile", help="the certificate's key")
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the standard input is closed"
    )
    return parser


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1_000_000:
        raise argparse.ArgumentTypeError("give 1 to 1,000,000 devices")
    return value


async def _serve(simulator: Simulator, *, with_parent: bool) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    _end_by_signal(loop, ended)
    if with_parent:
        _end_with_parent(loop, ended)
    async with simulator:
        print(json.dumps(simulator.ready), flush=True)  # noqa: T201  # the ready line is the contract
        loading = loop.run_in_executor(None, simulator.load_cameras)
        await ended.wait()
        await loading


def _end_by_signal(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, ended.set)
        except NotImplementedError:
            # Windows' loops take no signal handlers
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))


def _end_with_parent(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Watch the standard input: whoever started us holds its other end while it lives."""
    descriptor = sys.stdin.fileno()

    def watch() -> None:
        # Not sys.stdin: its lock, held by a thread that waits, aborts the interpreter at its end.
        while os.read(descriptor, 1024):
            pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
