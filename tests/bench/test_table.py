"""The suite's results: what a run found takes the place of what an earlier run found, and nothing else."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.door.load import Outcome
from bench.door.turns import Turn, Turns
from bench.table import Measurement, compare, merge, show


def test_a_measurement_is_ours_through_theirs() -> None:
    found = compare("door", "bare", 6000.0, 12000.0, "requests/s")

    assert found == Measurement("door", "bare", 0.5, 6000.0, 12000.0, "requests/s")


def test_results_of_other_names_stay_and_those_of_the_same_name_go(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    merge(path, [compare("import", "dlt", 3, 1, "sales/s"), compare("door", "gone", 1, 1, "requests/s")])
    merge(path, [compare("door", "bare", 1, 2, "requests/s"), compare("door", "fsync", 4, 2, "per second")])

    rows = json.loads(path.read_text())
    assert [(row["name"], row["against"], row["ratio"]) for row in rows] == [
        ("door", "bare", 0.5),
        ("door", "fsync", 2.0),
        ("import", "dlt", 3.0),
    ]
    assert set(rows[0]) == {"name", "against", "ratio", "value", "peer_value", "unit"}
    assert [each.name for each in tmp_path.iterdir()] == ["results.json"]


def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"door": 1}')

    with pytest.raises(ValueError, match="does not hold a list"):
        merge(path, [compare("door", "bare", 1, 2, "requests/s")])
    assert path.read_text() == '{"door": 1}'


def test_the_table_shows_ratios_and_figures() -> None:
    console = Console(file=io.StringIO(), width=100)
    show(console, [compare("door", "bare", 6000, 12000, "requests/s")])

    assert "0.50" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "12,000.0" in console.file.getvalue()  # type: ignore[attr-defined]


def test_turns_are_told_by_their_medians() -> None:
    turns = Turns()
    for seconds in (1.0, 2.0, 4.0):
        outcome = Outcome(seconds=seconds, generator_cpu=0.1, latencies=[0.001] * 99 + [0.05])
        turns.add("door", Turn(outcome, web_cpu=0.5, database_cpu=0.25))

    assert turns.rate("door") == 50
    assert turns.rows()["door"] == ["50", "25", "100", "1.00", "50.00", "5.000", "2.500", "1.000", "25%"]
