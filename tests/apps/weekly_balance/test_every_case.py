"""No case and no sentence of the reference loses its test: WB-01 to WB-42, R1 to R8, and `sentences.py`."""

import re
from pathlib import Path

from tests.apps.weekly_balance.sentences import SENTENCES

CASES = {f"wb{number:02}" for number in range(1, 43)} | {"wb15b"} | {f"r{number}" for number in range(1, 9)}
HERE = Path(__file__).parent
ELSEWHERE = ("core/test_authority.py", "core/test_consent_links.py")


def names_in(files: list[Path]) -> list[str]:
    return [name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), flags=re.MULTILINE)]


def test_every_numbered_case_has_a_test_of_its_name() -> None:
    names = names_in([*HERE.glob("test_*.py")])
    assert CASES - {part for name in names for part in name.split("_")} == set()


def test_every_sentence_has_the_tests_that_show_it() -> None:
    names = set(names_in([*HERE.glob("test_*.py"), *(HERE.parents[1] / each for each in ELSEWHERE)]))
    assert {test for tests in SENTENCES.values() for test in tests} - names == set()
