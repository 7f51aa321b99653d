"""Worked examples of the reference as a reader sees them, digit for digit (traffic-analytics.md 3.2, 4.1, 4.3, 6.3)."""

import csv
import io
from decimal import Decimal

import pytest

from comptoir.apps.traffic import kpis, shown
from comptoir.apps.traffic.kpis import BY_SLUG, Bucket
from tests.apps.traffic.chain import DAY, make, utc_store, works
from tests.people import People

HOURS = [
    Bucket(visitors=visitors, transactions=Decimal(sold), sales=Decimal(sales), items=Decimal(items), staff_hours=staff)
    for visitors, sold, sales, items, staff in (
        (Decimal(40), 10, 500, 18, Decimal(2)),
        (Decimal(60), 12, 720, 24, Decimal(3)),
        (None, 8, 400, 10, Decimal(3)),
    )
]
"""10, 11 and 12 o'clock of 4.1."""


@pytest.mark.parametrize(
    ("slug", "printed"),
    [
        ("conversion", "22.0%"),
        ("atv", "€54.00"),
        ("upt", "1.73"),
        ("aur", "€31.15"),
        ("spv", "€12.20"),
        ("pot", "€1,220"),
        ("star", "20.0"),
        ("sales_per_hour", "€202.50"),
        ("transactions_per_hour", "3.75"),
    ],
)
def test_the_day_of_4_1_is_printed_as_the_reference_says(slug: str, printed: str) -> None:
    day = kpis.sums(HOURS)
    assert shown.figure(BY_SLUG[slug], BY_SLUG[slug].of(day), "EUR") == printed
    if slug == "conversion":
        assert shown.coverage(BY_SLUG[slug], day) == "2 of 3 h"


def test_points_for_a_rate_as_4_3_says() -> None:
    rate = BY_SLUG["conversion"]
    assert shown.delta(rate, kpis.change(rate, Decimal("24.2"), Decimal("22.0"))) == ("+2.2 points", "up")


def test_the_three_effects_of_6_3_on_the_day_of_4_1() -> None:
    """From 10 to 11 o'clock: 40 → 60 visitors, 25 % → 20 %, 50 → 60 a sale; 250 − 150 + 120 = 720 − 500."""
    found = kpis.effects(kpis.sums(HOURS[:1]), kpis.sums(HOURS[1:2]))
    assert found is not None
    assert (found.traffic, found.conversion, found.average_sale) == (250, -150, 120)
    assert found.traffic + found.conversion + found.average_sale == 720 - 500


@pytest.mark.django_db(transaction=True)
def test_a_shift_from_08_50_to_12_10_of_3_2_is_exported_in_four_decimals(people: People) -> None:
    utc_store(people)
    works(people, ("1", 8 + 50 / 60, 12 + 10 / 60))
    make(people)
    content = people.client(people.alice).get(f"/traffic/reports/data/csv?since={DAY}&until={DAY}").getvalue()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["staff_hours"] for row in rows] == ["0.1667", "1", "1", "1", "0.1667"]
    assert [row["start_local"][-5:] for row in rows] == ["08:00", "09:00", "10:00", "11:00", "12:00"]
    totals = people.client(people.alice).get(f"/traffic/reports/totals/export?since={DAY}&until={DAY}").getvalue()
    whole = list(csv.DictReader(io.StringIO(totals.decode("utf-8-sig"))))[-1]
    assert round(Decimal(whole["staff_hours"]), 4) == Decimal("3.3333")
