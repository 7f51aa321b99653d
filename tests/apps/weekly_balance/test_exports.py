"""The week as an Excel file: opened and read back, cell by cell."""

import io
import re
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from comptoir.apps.weekly_balance import paper, reads, unallocated
from comptoir.apps.weekly_balance.models import Field
from comptoir.apps.weekly_balance.rules.days import week_of
from tests.apps.weekly_balance.bills import DAY, bill, line, local, worked_day
from tests.apps.weekly_balance.house import House

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def cells(content: bytes, sheet: int) -> dict[str, str]:
    """Every cell of a sheet by its place, as Excel keeps it."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
        words = ["".join(each.itertext()) for each in shared.findall("s:si", NAMES)]
        found = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{sheet}.xml"))
    assert not found.findall(".//s:f", NAMES), "no formula"
    return {
        each.attrib["r"]: words[int(value.text or 0)] if each.attrib.get("t") == "s" else str(value.text)
        for each in found.iter(f"{{{NAMES['s']}}}c")
        if (value := each.find("s:v", NAMES)) is not None
    }


def exported(house: House, kind: str = "xlsx") -> bytes:
    path = reverse("balance_export", args=[house.department.public_id])
    answer = house.people.client(house.people.alice).get(f"{path}?week={DAY}&format={kind}")
    assert re.search(rf"balance-2026-W24\.{kind}", answer["Content-Disposition"])
    return answer.getvalue()


def test_the_week_is_numbers_and_dates(house: House) -> None:
    house.sells(*worked_day())
    Field.objects.filter(number="5267").update(name="=1+1")
    found = cells(exported(house), 1)
    assert found["A1"] == "Bar (DKK)"
    assert int(found["D1"]) == (DAY - date(1899, 12, 30)).days
    assert (found["A4"], found["D4"], found["I4"]) == ("5267 =1+1", "390.96", "390.96")
    assert "B4" not in found, "what is not known stays empty"


def test_the_hours_stand_below_one_another(house: House) -> None:
    house.sells(*worked_day())
    found = cells(exported(house), 2)
    line = next(place[1:] for place, value in found.items() if value == "11:00")
    assert (found[f"C{line}"], found[f"D{line}"], found[f"E{line}"]) == ("2", "250.00", "-30.00")


def test_wb06_what_registers_of_no_department_sold_stands_in_every_file(house: House) -> None:
    house.takes("7")
    house.sells(*(bill(each, local(11), line("1", "125"), register=each) for each in ("7", "8")))
    found = cells(exported(house), 1)
    place = next(each for each, value in found.items() if value == "Unallocated: 8")
    row = next(row for row in range(int(place[1:]), 99) if found.get(f"A{row}") == "5267 Net sales")
    assert (found[f"D{row}"], found[f"I{row}"]) == ("100.00", "100.00")

    written = [each for each in exported(house, "csv").decode().splitlines() if "Unallocated: 8" in each]
    assert f"Unallocated: 8,DKK,{DAY},,,,,5267,Net sales,100.00,100.00" in written

    grid = reads.week(house.department, week_of(DAY))
    lost = unallocated.of_week(house.client, house.department, grid)
    drawn = paper.drawn(house.department, grid, lost, [])
    assert drawn.index("Net sales") < drawn.index("Unallocated: 8") < drawn.rindex("Net sales")
