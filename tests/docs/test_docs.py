"""The documents say what the code does: each setting, command, code, event, file and link, in both directions."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from comptoir.cli.main import app
from comptoir.core.accounts.tokens import SCOPES
from comptoir.core.health.causes import RULES
from comptoir.pos.events import EventKind

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "comptoir"
REFERENCE = ROOT / "docs" / "reference"
NOT_OURS = re.compile(r"\..*|artefacts|build|var|.*\.egg-info")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"(?<![\w./:-])(?:[\w.-]+/)+[\w.-]*\w/?")


@cache
def documents() -> tuple[Path, ...]:
    paths = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return tuple(ROOT / path for path in paths if not any(NOT_OURS.fullmatch(part) for part in path.parts))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def first_cells(text: str) -> Iterator[list[str]]:
    """The cells of every table row whose first one is code alone."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"`[^`]+`", cells[0]):
            yield [cells[0].strip("`"), *cells[1:]]


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module of the product, but for the vendors' simulators, which are no part of an installation."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if "simulator" not in path.parts]
    return tuple((path, ast.parse(read(path))) for path in paths if "migrations" not in path.parts)


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Each call with its name as written: `environ.get`, `setting`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def named(node: ast.Call, place: int) -> str:
    """The text that stands at this place of a call, or none."""
    argument = node.args[place] if len(node.args) > place else None
    return str(argument.value) if isinstance(argument, ast.Constant) else ""


def constant(tree: ast.Module, name: str) -> str:
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == name:
            assert isinstance(node, ast.AnnAssign)
            assert isinstance(node.value, ast.Constant)
            return str(node.value.value)
    return ""


def read_settings() -> dict[str, bool]:
    """Every environment variable that the code reads; whether it may come from a file."""
    found: dict[str, bool] = {}
    for path, tree in trees():
        prefix = constant(tree, "PREFIX") if "connectors" in path.parts else ""
        for function, call in calls(tree):
            if function in ("setting", "environment.setting") and named(call, 1):
                found[named(call, 1)] = True
            elif prefix and function in ("settings.value", "settings.required") and named(call, 0):
                found[prefix + named(call, 0)] = True
            elif function in ("environ.get", "os.environ.get", "os.environ.setdefault", "os.getenv") and named(call, 0):
                found.setdefault(named(call, 0), False)
            for word in call.keywords:
                if word.arg == "envvar" and isinstance(word.value, ast.Constant):
                    found.setdefault(str(word.value.value), False)
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "os.environ":
                assert isinstance(node.left, ast.Constant)
                found.setdefault(str(node.left.value), False)
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("environ", "os.environ"):
                assert isinstance(node.slice, ast.Constant), f"{path}: a setting without a name"
                found.setdefault(str(node.slice.value), False)
    return found


def test_every_setting_that_is_read_is_documented_and_no_other() -> None:
    documented = {cells[0]: cells[1] == "file" for cells in first_cells(read(REFERENCE / "settings.md"))}
    assert documented == read_settings()


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command with its words. Told by what they have: typer brings a click of its own."""
    groups = getattr(command, "commands", None)
    if groups is None:
        yield name, command
        return
    for word, each in groups.items():
        yield from commands(each, f"{name} {word}")


def test_every_command_and_option_is_documented_and_no_other() -> None:
    real = {
        name: {
            option
            for parameter in command.params
            if parameter.param_type_name == "option"
            for option in parameter.opts
            if option != "--help"
        }
        for name, command in commands(typer.main.get_command(app), "comptoir")
    }
    sections = re.split(r"^## ", read(REFERENCE / "cli.md"), flags=re.MULTILINE)[1:]
    documented = {
        section.splitlines()[0].strip("`"): {cells[0] for cells in first_cells(section)} for section in sections
    }
    assert documented == real


def test_commands_quoted_anywhere_exist() -> None:
    known = {name for name, _ in commands(typer.main.get_command(app), "comptoir")}
    groups = {" ".join(name.split()[:2]) for name in known}
    for path in documents():
        for quoted in re.findall(r"(?:`|bin/|^)(comptoir [a-z-]+)", read(path), flags=re.MULTILINE):
            assert quoted in groups, f"{name_of(path)} names `{quoted}`"


def test_make_words_quoted_anywhere_exist() -> None:
    known = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), flags=re.MULTILINE))
    for path in documents():
        for word in re.findall(r"(?:`|^)make ([a-z]+)", read(path), flags=re.MULTILINE):
            assert word in known, f"{name_of(path)} names `make {word}`"


def raised_codes() -> set[str]:
    """Every stable code; the sandbox's own interface is no part of an installation."""
    found = set()
    for path, tree in trees():
        if "sandbox" in path.relative_to(SOURCE).parts:
            continue
        for function, call in calls(tree):
            said = [word.value for word in call.keywords if word.arg == "code"]
            found |= {str(each.value) for each in said if isinstance(each, ast.Constant)}
            if function == "Refusal":
                found.add(named(call, 1))
    return found


def test_every_error_code_is_documented_and_no_other() -> None:
    tables = read(REFERENCE / "api.md").partition("## Errors")[2]
    documented = {cells[0] for cells in first_cells(tables)}
    doors = read(REFERENCE / "webhook-doors.md")
    documented |= set(re.findall(r"^\| \d{3} \| `(\w+)` \|", doors, flags=re.MULTILINE))
    assert documented == raised_codes()


def test_every_scope_is_documented_and_no_other() -> None:
    table = read(REFERENCE / "api.md").partition("## Scopes")[2].partition("## Conventions")[0]
    assert [cells[0] for cells in first_cells(table)] == list(SCOPES)


def test_every_event_is_documented_and_no_other() -> None:
    documented = [cells[0] for cells in first_cells(read(REFERENCE / "events.md"))]
    assert documented == [kind.value for kind in EventKind]


def anchors(path: Path) -> set[str]:
    """The names that headings can be linked by."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", read(path)), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_link_and_picture_is_there(path: Path) -> None:
    for link in LINK.findall(CODE.sub("", FENCED.sub("", read(path)))):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link} names no heading"


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_plain_words(path: Path) -> None:
    """Nothing that stands on one machine alone, and nobody is shouted at."""
    text = read(path)
    assert not re.search(r"(?<![\w.])/(?:work|root|home|Users)/", text), "a path of somebody's machine"
    prose = CODE.sub("", FENCED.sub("", text)).replace("![", "[")
    assert "!" not in prose, "an exclamation mark"


def test_architecture_names_only_files_that_exist() -> None:
    text = re.sub(r"\]\([^)]*\)", "]", read(ROOT / "ARCHITECTURE.md"))
    named = set(PATH.findall(text))
    assert len(named) > 30
    places = (ROOT, SOURCE)
    missing = {name for name in named if not any((place / name).exists() for place in places)}
    assert not missing


def test_architecture_names_every_room() -> None:
    text = read(ROOT / "ARCHITECTURE.md")
    rooms = {path.name for folder in (SOURCE, SOURCE / "core") for path in folder.iterdir() if path.is_dir()}
    assert not {room for room in rooms - {"__pycache__"} if not re.search(rf"\b{room}\b", text)}


def test_the_readme_begins_with_two_commands_and_a_picture() -> None:
    text = read(ROOT / "README.md")
    assert "\nmake demo " in text
    assert "\nmake test " in text
    pictures = re.findall(r"!\[[^\]]+\]\((docs/pictures/[^)]+\.png)\)", text)
    assert len(pictures) == 1


def test_pictures_are_light_and_used() -> None:
    words = "".join(read(path) for path in documents())
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.stat().st_size < 150_000, picture
        assert picture.name in words, f"nobody shows {picture.name}"


def test_every_dependency_has_its_licence_and_its_reason() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    text = read(ROOT / "docs" / "decisions" / "0011-dependencies.md")
    named = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")}
    needed = {re.split(r"[\[<>= ]", each)[0] for each in project["dependencies"]}
    assert named - {"package", "---"} == needed
    tools = {re.split(r"[\[<>= ]", each)[0] for each in project["optional-dependencies"]["dev"]}
    assert not {tool for tool in tools if f"{tool} (" not in text.replace("\n", " ")}


def test_decisions_are_numbered_once_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert [name[:4] for name in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    listed = read(folder / "README.md")
    assert not [name for name in records if f"({name})" not in listed]


def test_every_cause_of_trouble_is_documented_with_its_light_and_no_other() -> None:
    documented = {cells[0]: cells[1] for cells in first_cells(read(ROOT / "docs/how-to/when-something-is-wrong.md"))}
    assert documented == {cause.value: rule.colour.value for cause, rule in RULES.items()}
