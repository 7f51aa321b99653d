"""The report of hours and weekdays: every figure of a weekday's hour, on the page and in its files (6.1)."""

import csv
import io
import re
from datetime import date

import pytest
import time_machine

from tests.apps.traffic.chain import NOW, come, make, sell, utc_store
from tests.apps.traffic.test_reports import name_it
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = {"since": "2026-05-11", "until": "2026-05-20"}


@pytest.fixture
def chain(people: People) -> People:
    """On Wednesdays at 10: 10 and 30 sold, 8 visitors in one of them. On Saturday at 15: 7."""
    utc_store(people)
    name_it(people.bar, "1")
    for number, hour, total in ((13, 10, "10"), (20, 10, "30"), (16, 15, "7")):
        sell(people, hour, total, day=date(2026, 5, number))
    come(people, {10: 8})
    for number in (13, 16, 20):
        make(people, date(2026, 5, number))
    return people


def rows(people: People, path: str, **query: object) -> str:
    with time_machine.travel(NOW, tick=False):
        answer = people.client(people.alice).get(f"/traffic/reports/hours{path}", {**PERIOD, **query})
    return answer.getvalue().decode("utf-8-sig") if path else answer.content.decode()


def shown(page: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each row of the tables of hours: its hour, and its weekdays with their figures."""
    found = re.findall(r'<tr><th scope="row">(\d\d:00)</th>(.*?)</tr>', page)
    return [(hour, re.findall(r'<td[^>]*data-label="(\w+)"[^>]*>([^<]*)</td>', cells)) for hour, cells in found]


def test_6_1_hour_by_weekday_has_one_figure_or_those_that_were_chosen(chain: People) -> None:
    (ten, cells), (three, others) = shown(rows(chain, ""))
    assert (ten, three) == ("10:00", "15:00")
    assert [day for day, _figure in cells] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert (cells[2], others[5]) == (("Wed", "12.5%"), ("Sat", "–")), "1 of 8, where somebody counted"
    assert shown(rows(chain, "", columns=["sales", "visitors"], days=["wed", "sat"])) == [
        ("10:00", [("Wed", "8"), ("Sat", "–")]),
        ("15:00", [("Wed", "–"), ("Sat", "–")]),
        ("10:00", [("Wed", "€40.00"), ("Sat", "–")]),
        ("15:00", [("Wed", "–"), ("Sat", "€7.00")]),
    ]


def test_6_1_its_file_has_a_row_for_each_weekday_and_hour(chain: People) -> None:
    text = rows(chain, "/csv", columns=["sales", "conversion"], days=["wed"])
    assert list(csv.reader(io.StringIO(text))) == [
        ["weekday", "hour", "sales", "conversion", "hours", "hours_with_visitors"],
        ["3", "10", "40", "12.5", "2", "1"],
    ]
