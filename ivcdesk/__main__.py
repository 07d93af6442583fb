"""The command line: the application, its demo, and the simulator alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for and return the exit code.

    ``simulate`` never imports Qt, so that it runs where there is no display.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["simulate"]:
        from ivcdesk.simulator.command import main as simulate

        return simulate(arguments[1:])
    from ivcdesk.app.options import parse

    options = parse(arguments)
    from ivcdesk.app.main import run

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
