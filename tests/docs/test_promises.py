"""Each promise of pay at table names a test that there is, and no flow or row of the failure table lacks one."""

import ast
import re
from functools import cache
from pathlib import Path

from comptoir.apps.pay_at_table.failures import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "pay-at-table-promises.md"
ROW = re.compile(r"^\| ([OFT]\d[^|]*) \| [^|]+ \| `(tests/[\w/]+\.py)::(test_\w+)` \|$", re.MULTILINE)


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_every_promise_names_a_test_that_there_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(rows()) == text.count("::test_"), "a row is not written as the others are"
    gone = [f"{path}::{name}" for _, path, name in rows() if name not in named_in(path)]
    assert gone == []


def test_no_flow_and_no_row_of_the_failure_table_is_without_one() -> None:
    named = {word for cell, _, _ in rows() for word in cell.split()}
    flows = {f"O{number}" for number in range(1, 12)} | {f"F{number}" for number in range(1, 14)}
    failures = {each.number for each in CATALOGUE if each.number.startswith("T")}
    assert (flows | failures) - named == set()
