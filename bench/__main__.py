"""`python -m bench [NAME …]`: run the members of the suite, all of them when none is named."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from rich.console import Console

from bench import backlog, balance, cost, door, drain, importing, pages, pay, report, scale, table, tablet
from bench.failure import BenchFailure
from comptoir.kernel.errors import ComptoirError

RESULTS: Final = Path(__file__).with_name("results.json")
# Of tables in files and logs.
WIDTH: Final = 110
MEMBERS: Final[dict[str, Callable[[Console], Sequence[table.Measurement]]]] = {
    "door": door.measure,
    "drain": drain.measure,
    "backlog": backlog.measure,
    "import": importing.measure,
    "report": report.measure,
    "scale": scale.measure,
    "pages": pages.measure,
    "cost": cost.measure,
    "till-to-tablet": tablet.measure,
    "pay": pay.measure,
    "weekly-balance": balance.measure,
}


def main(arguments: Sequence[str]) -> int:
    """Measure, show, keep. 1 when a member failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEMBERS))
    names = parser.parse_args(arguments).names or list(MEMBERS)
    if unknown := [name for name in names if name not in MEMBERS]:
        parser.error(f"there is no {', '.join(unknown)}; there are: {', '.join(MEMBERS)}")
    # A stop from outside unwinds like Ctrl-C does, so that nothing is left running.
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    found: list[table.Measurement] = []
    failed: list[str] = []
    try:
        for name in names:
            began = time.monotonic()
            measured = _measured(name, console)
            console.print(f"[dim]{name}: {time.monotonic() - began:.0f} s[/dim]")
            if measured is None:
                failed.append(name)
                continue
            table.merge(RESULTS, measured)
            found.extend(measured)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    table.show(console, found)
    if failed:
        console.print(f"[red]Without a figure: {', '.join(failed)}[/red]")
    return 1 if failed else 0


def _measured(name: str, console: Console) -> Sequence[table.Measurement] | None:
    """None when it failed, which is said; the others go on."""
    try:
        return MEMBERS[name](console)
    except (BenchFailure, ComptoirError, OSError, ValueError) as error:
        console.print(f"[red]{name}: {type(error).__name__}[/red]: {error}")
        return None


def _interrupt(number: int, frame: object) -> NoReturn:  # noqa: ARG001
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
