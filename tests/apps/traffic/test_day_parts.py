"""Parts of the day (traffic-analytics.md 4.2): a chain's own, in whole hours, of which none counts twice or is lost."""

import pytest

from comptoir.apps.traffic import day_parts
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.day_parts import DayPart
from comptoir.apps.traffic.models import Settings
from comptoir.kernel.errors import RuleBroken
from tests.apps.traffic.chain import DAY, NOW, come, make, sell, utc_store
from tests.people import People


def test_they_are_read_one_a_line_also_through_midnight_and_written_back_the_same() -> None:
    found = day_parts.read("Lunch 11:00–14:00\n\n  Late night 22-2\n")
    assert found == (DayPart("Lunch", 11, 14), DayPart("Late night", 22, 2))
    assert found[1].hours == (22, 23, 0, 1)
    assert day_parts.read(day_parts.written(found)) == found
    assert day_parts.read("All day 0-24")[0].hours == tuple(range(24))
    assert sorted(hour for each in day_parts.usual() for hour in each.hours) == list(range(24))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lunch", "whole hours"),
        ("Lunch 11:30–14:00", "whole hours"),
        ("Lunch 24-2", "whole hours"),
        ("Lunch 11-25", "whole hours"),
        ("11-14", "whole hours"),
        ("Lunch 11-14\nAfternoon 13-17", "13:00 is in both Lunch and Afternoon"),
        ("\n".join(f"P{hour} {hour}-{hour + 1}" for hour in range(13)), "twelve"),
    ],
)
def test_what_cannot_be_one_is_refused_by_its_line(text: str, words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        day_parts.read(text)


@pytest.mark.django_db(transaction=True)
def test_the_report_over_time_has_a_row_for_each_part_and_the_rest_apart(people: People) -> None:
    utc_store(people)
    save_location(store=people.bar, values={"location_id": "1"}, node_id=None, actor="u", now=NOW, today=DAY)
    for hour, total in ((9, "5"), (11, "10"), (13, "20.05"), (23, "40")):
        sell(people, hour, total)
    come(people, {11: 4, 13: 6})
    make(people)
    alice = people.client(people.alice)
    said = {"week_starts_on": "0", "transactions": "sales", "day_parts": "Lunch 11-14\nNight 22-2"}
    assert alice.post("/traffic/settings/save", {**said, "day_parts": "Lunch"}).status_code == 422
    assert alice.post("/traffic/settings/save", said).status_code == 302
    assert Settings.objects.get().day_parts == "Lunch 11:00–14:00\nNight 22:00–02:00"
    make(people)
    address = f"?since={DAY}&until={DAY}&by=day_part"
    page = alice.get(f"/traffic/reports/time{address}").content.decode()
    lunch, night, rest = (page.index(each) for each in ("Lunch, 11:00–14:00", "Night, 22:00–02:00", "Hours in no part"))
    assert lunch < night < rest
    assert "€30.05" in page[lunch:night]
    assert "20.0%" in page[lunch:night], "2 of 10"
    assert "€40.00" in page[night:rest]
    assert "€5.00" in page[rest:]
    exported = alice.get(f"/traffic/reports/time/export{address}").getvalue().decode("utf-8-sig")
    assert "Lunch, 11:00–14:00" in exported


@pytest.mark.django_db(transaction=True)
def test_labour_share_is_said_to_be_not_provided(people: People) -> None:
    utc_store(people)
    sell(people, 11, "10")
    make(people)
    page = people.client(people.alice).get(f"/traffic/reports/totals?since={DAY}&until={DAY}").content.decode()
    assert "Labour share: not provided" in page
