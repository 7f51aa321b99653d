"""Every connector, and the template of the guide, is one folder of the same build (docs/how-to/add-a-pos.md)."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from comptoir import connectors
from comptoir.pos.capabilities import PROTOCOLS
from comptoir.pos.connector import Connector
from comptoir.pos.hosting import Simulator
from comptoir.project import installed

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "src/comptoir/connectors"
TEMPLATES = ROOT / "docs/how-to/add-a-pos"
FILES = ("__init__.py", "README.md", "account.py", "client.py", "connector.py", "mapping.py", "schemas.py")
PUSHED = ("__init__.py", "README.md", "connector.py", "mapping.py", "schemas.py")
"""A till whose server calls ours: there is no account to open, so nothing that opens one."""
SECTIONS = ("Settings", "Quirks", "Not covered yet")
REAL = sorted(path.parent for path in HOUSE.glob("*/connector.py"))
PUSHING = {each.name for each in REAL if "pushes=True" in (each / "connector.py").read_text()}
CALLED = [path for path in REAL if path.name not in PUSHING]
FOLDERS = [*REAL, TEMPLATES / "newpos"]
OTHERS = [path for path in FOLDERS if path.name != "lightspeed_k"]


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The template can be imported as if it had been copied into the house."""
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(TEMPLATES)])
    yield
    for name in [each for each in sys.modules if each.startswith("comptoir.connectors.newpos")]:
        del sys.modules[name]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_folder_has_what_every_connector_has(folder: Path) -> None:
    wanted = PUSHED if folder.name in PUSHING else FILES
    assert [name for name in wanted if not (folder / name).is_file()] == []
    assert (folder / "simulator/__init__.py").is_file()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_simulator_imports_nothing_of_its_connector(folder: Path) -> None:
    own = f"comptoir.connectors.{folder.name}"
    for path in (folder / "simulator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                assert not module.startswith(own) or module.startswith(f"{own}.simulator"), path


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_manifest_is_the_folders(folder: Path) -> None:
    connector = import_module(f"comptoir.connectors.{folder.name}.connector").CONNECTOR
    assert isinstance(connector, Connector)
    assert connector.manifest.slug == folder.name
    if connector.manifest.pushes:
        assert not connector.manifest.capabilities
        return
    account = import_module(f"comptoir.connectors.{folder.name}.account")
    [opened] = [each for name, each in vars(account).items() if name.endswith("Account") and isinstance(each, type)]
    for capability in connector.manifest.capabilities:
        assert all(hasattr(opened, name) for name in _methods(PROTOCOLS[capability])), capability


def _methods(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


@pytest.mark.usefixtures("reachable")
def test_the_templates_simulator_can_be_served() -> None:
    made: Simulator = import_module("comptoir.connectors.newpos.simulator").NewPosSimulator()
    assert all(callable(getattr(made, name)) for name in _methods(Simulator))


@pytest.mark.parametrize("folder", OTHERS, ids=lambda path: path.name)
def test_a_readme_says_what_surprises_and_what_is_missing(folder: Path) -> None:
    """K-Series' says the same by tables of its own."""
    headings = re.findall(r"^## (.+)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert set(SECTIONS) <= set(headings)


@pytest.mark.parametrize("folder", REAL, ids=lambda path: path.name)
def test_a_connector_is_installed(folder: Path) -> None:
    assert f"comptoir.connectors.{folder.name}.connector" in installed.CONNECTORS


@pytest.mark.parametrize("folder", CALLED, ids=lambda path: path.name)
def test_a_connector_that_is_called_is_on_both_stages(folder: Path) -> None:
    assert (ROOT / "tests/connectors" / folder.name / "test_conformance.py").is_file()
    assert f'"{folder.name}":' in (ROOT / "tests/conformance/test_ledger.py").read_text()
