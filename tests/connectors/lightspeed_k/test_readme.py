"""The README's assumptions are the code's: each constant it names is there."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from comptoir.connectors import lightspeed_k
from comptoir.connectors.lightspeed_k import account

FOLDER = Path(account.__file__).parent
README = (FOLDER / "README.md").read_text()
ASSUMED = re.findall(r"^\| `(\w+)\.([A-Z_]+)`", README, re.MULTILINE)
MODULES = {path.stem: path for path in FOLDER.rglob("*.py") if "simulator" not in path.parts}


@pytest.mark.parametrize(("module", "constant"), ASSUMED)
def test_an_assumption_stands_behind_a_constant(module: str, constant: str) -> None:
    inside = ".".join(MODULES[module].relative_to(FOLDER).with_suffix("").parts)
    assert hasattr(import_module(f"{lightspeed_k.__name__}.{inside}"), constant)


def test_the_list_was_found() -> None:
    assert len(ASSUMED) > 12
