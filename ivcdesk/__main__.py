"""The command line: the application, its demo, and the simulator alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivcdesk.app.child import Child
    from ivcdesk.app.options import Options


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for and return the exit code.

    ``simulate`` never imports Qt, so that it runs where there is no display; ``remux`` is what
    the application asks of a process of its own.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["simulate"]:
        from ivcdesk.simulator.command import main as simulate

        return simulate(arguments[1:])
    if arguments[:1] == ["remux"]:
        from ivcdesk.media.remux_process import main as remux

        return remux()
    from ivcdesk.app.options import parse

    options = parse(arguments)
    child = _begin_demo(options) if options.demo else None
    from ivcdesk.app.main import run

    return run(options, child)


def _begin_demo(options: Options) -> Child | None:
    """Start the demo's cloud before Qt is even loaded: it takes longer than the window."""
    from ivcdesk.app.child import Child

    try:
        return Child(options)
    except OSError:
        return None


if __name__ == "__main__":
    sys.exit(main())
