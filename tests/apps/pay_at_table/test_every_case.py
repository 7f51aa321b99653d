"""No case and no sentence of the reference loses its test: T1 to T23, E1 to E55, P1 to P11, and `sentences.py`."""

import re
from pathlib import Path

from tests.apps.pay_at_table.sentences import NOT_YET, NUMBERS_NOT_YET, SENTENCES

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
ELSEWHERE = (
    "browser/test_tables.py",
    "core/test_consent.py",
    "core/test_keep_alive.py",
    "core/test_signing_up.py",
)
CASES = {f"{letter}{number}" for letter, most in (("t", 23), ("e", 55)) for number in range(1, most + 1)}


def names_in(files: list[Path]) -> set[str]:
    return {name for file in files for name in re.findall(r"^ *def (test_\w+)", file.read_text(), flags=re.MULTILINE)}


def everything() -> set[str]:
    return names_in([*HERE.glob("test_*.py"), *(TESTS / each for each in ELSEWHERE)])


def numbers() -> set[str]:
    found = [re.fullmatch(r"([tepfo])0?(\d+)", part) for name in everything() for part in name.split("_")]
    return {each[1] + each[2] for each in found if each}


def test_every_numbered_case_has_a_test_of_its_name() -> None:
    assert CASES - numbers() == NUMBERS_NOT_YET
    # Amounts that never change are watched after every step of `test_p1_to_p8_and_p11_in_any_history`.
    assert {f"p{number}" for number in range(1, 12)} - numbers() == {"p4"}


def test_every_sentence_has_the_tests_that_show_it() -> None:
    assert {test for tests in SENTENCES.values() for test in tests} - everything() == set()
    assert not SENTENCES.keys() & NOT_YET.keys()
