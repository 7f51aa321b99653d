"""No case and no sentence of the reference loses its test: TA-01 to TA-42, and `sentences.py`."""

import re
from pathlib import Path

from tests.apps.traffic.sentences import NOT_YET, SENTENCES

CASES = {f"ta{number:02}" for number in range(1, 43)}
HERE = Path(__file__).parent
ELSEWHERE = (
    "core/test_rights_on_nodes.py",
    "core/test_schedules.py",
    "core/test_staff_hours.py",
    "web/test_diagrams.py",
    "web/test_rights_pages.py",
)


def names_in(files: list[Path]) -> list[str]:
    return [name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), flags=re.MULTILINE)]


def everything() -> list[str]:
    return names_in([*HERE.glob("test_*.py"), *(HERE.parents[1] / each for each in ELSEWHERE)])


def test_every_numbered_case_has_a_test_of_its_name() -> None:
    assert CASES - {part for name in everything() for part in name.split("_")} == set()


def test_every_sentence_has_the_tests_that_show_it() -> None:
    assert {test for tests in SENTENCES.values() for test in tests} - set(everything()) == set()
    assert not SENTENCES.keys() & NOT_YET.keys()
