"""No case of the reference loses its test: WB-01 to WB-42 and the checks R1 to R8 stand in names of tests."""

import re
from pathlib import Path

CASES = {f"wb{number:02}" for number in range(1, 43)} | {"wb15b"} | {f"r{number}" for number in range(1, 9)}


def test_every_numbered_case_has_a_test_of_its_name() -> None:
    names = [
        name
        for file in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), flags=re.MULTILINE)
    ]
    assert CASES - {part for name in names for part in name.split("_")} == set()
