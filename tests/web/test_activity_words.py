"""Whatever is written into the record of activity has words for whoever reads it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from comptoir.core.accounts.roles import PERMISSIONS
from comptoir.core.installations import manifest
from comptoir.web.pages import activity_words

SOURCES: Final = Path(manifest.__file__).parents[2]
CODE: Final = re.compile(r"[a-z_]+\.[a-z_]*[a-z]")
WRITERS: Final = {"note", "_note"}
"""The functions that write into the record, and those of a module that do it for others."""


def written(tree: ast.AST) -> Iterator[str]:
    """The codes that a module gives to a writer, at once or by the name `what`."""
    for node in ast.walk(tree):
        given: list[ast.AST] = []
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            given = [*node.args, *node.keywords] if name in WRITERS else []
        elif isinstance(node, ast.Assign) and "what" in {getattr(each, "id", "") for each in ast.walk(node)}:
            given = [node]
        for each in (part for one in given for part in ast.walk(one)):
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
                yield each.value


def test_every_deed_that_is_written_down_has_words() -> None:
    modules = [each.read_text() for each in SOURCES.rglob("*.py") if "sandbox" not in each.parts]
    codes = {code for text in modules if "note" in text for code in written(ast.parse(text))}
    assert {"traffic.location_changed", "table.provider_linked", "member.joined"} <= codes
    assert {code for code in codes - set(PERMISSIONS) if not activity_words.word(code)} == set()


def test_no_words_are_for_what_nobody_does() -> None:
    """Codes that are put together where they are written stand here."""
    joined = {"table.enabled", "table.disabled", "balance.confirmed", "balance.reopened"}
    text = "".join(each.read_text() for each in SOURCES.rglob("*.py") if each.stem not in ("deeds", "activity_words"))
    known = {*activity_words.WORDS, *manifest.deeds()} - joined - {"module.switched_on", "module.switched_off"}
    assert {code for code in known if f'"{code}"' not in text} == set()
