"""What a member of the suite found: one row for each peer, shown as a table and kept as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Measurement:
    """Ours and the other's figure from the same run. `ratio` is ours / the other: more is better for rates, less for
    times."""

    name: str
    against: str
    ratio: float
    value: float
    peer_value: float
    unit: str


def compare(name: str, against: str, value: float, peer_value: float, unit: str) -> Measurement:
    """A measurement with its ratio. Raises ZeroDivisionError when the peer did nothing."""
    return Measurement(name, against, round(value / peer_value, 3), round(value, 3), round(peer_value, 3), unit)


def merge(path: Path, found: Sequence[Measurement]) -> list[dict[str, Any]]:
    """Put these measurements into the file, in place of earlier ones of the same names; returns all of it.

    The file is written whole or not at all. Raises ValueError when what is there is not a list of measurements.
    """
    renewed = {each.name for each in found}
    kept = [row for row in _read(path) if row["name"] not in renewed]
    rows = sorted([*kept, *(asdict(each) for each in found)], key=lambda row: str(row["name"]))
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(json.dumps(rows, indent=2) + "\n")
    draft.replace(path)
    return rows


def show(console: Console, found: Sequence[Measurement]) -> None:
    """The ratios, for people."""
    table = Table("name", "against", title="Ratios")
    for heading in ("ratio", "ours", "theirs"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    for each in found:
        table.add_row(
            each.name, each.against, f"{each.ratio:.2f}", f"{each.value:,.1f}", f"{each.peer_value:,.1f}", each.unit
        )
    console.print(table)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    rows = json.loads(path.read_text())
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "name" in row for row in rows):
        raise ValueError(f"{path} does not hold a list of measurements; delete it.")
    return rows
