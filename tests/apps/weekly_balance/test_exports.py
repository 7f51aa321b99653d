"""The week as an Excel file: opened and read back, cell by cell."""

import io
import re
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from comptoir.apps.weekly_balance.models import Field
from tests.apps.weekly_balance.bills import DAY, worked_day
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


def exported(house: House) -> bytes:
    path = reverse("balance_export", args=[house.department.public_id])
    answer = house.people.client(house.people.alice).get(f"{path}?week={DAY}&format=xlsx")
    assert re.search(r"balance-2026-W24\.xlsx", answer["Content-Disposition"])
    return answer.content


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
