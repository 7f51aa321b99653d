"""Hours and days are what sales, clocks, counters and people say, whatever order they come in."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from comptoir.apps.traffic import catching_up, kpis, tailoring, weeks
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.count_tables import Count
from comptoir.apps.traffic.counting.aside import Taken, take, take_up
from comptoir.apps.traffic.counting.receiving import Reading, add_counter, receive
from comptoir.apps.traffic.models import Change, Day, Hour, ImportJob, Settings, Tailored
from comptoir.apps.traffic.projection import restate
from comptoir.core.connections.models import LocationLink
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Line, LineKind, Payment
from tests.apps.traffic.chain import DAY, NOW, at, come, hour, make, sell, utc_store, works
from tests.bills import read, record, refund
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    save_location(
        store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    return people


def sums(people: People, day: date = DAY) -> kpis.Sums:
    row = Day.objects.get(organisation_id=people.le_zinc.id, store_id=people.bar.id, business_date=day)
    return kpis.Sums(**{name: getattr(row, name) or 0 for name in kpis.COLUMNS})


def figure(people: People, slug: str) -> Decimal | None:
    return kpis.BY_SLUG[slug].of(sums(people))


def test_the_worked_example_from_real_sources(chain: People) -> None:
    for number in range(10):
        sell(chain, 10 + number / 100, "50", number=f"A{number}")
    for number in range(12):
        sell(chain, 11 + number / 100, "60", number=f"B{number}")
    for number in range(8):
        sell(chain, 12 + number / 100, "50", number=f"C{number}")
    works(chain, ("1", 10, 13), ("2", 10, 13), ("3", 11, 13))
    come(chain, {10: 40, 11: 60})
    make(chain)
    said = {slug: round(figure(chain, slug) or 0, 2) for slug in ("conversion", "atv", "spv", "star", "sales_per_hour")}
    assert said == {
        "conversion": Decimal("22.00"),
        "atv": Decimal("54.00"),
        "spv": Decimal("12.20"),
        "star": Decimal("20.00"),
        "sales_per_hour": Decimal("202.50"),
    }
    assert kpis.BY_SLUG["conversion"].coverage(sums(chain)) == (2, 3)


def test_made_twice_nothing_changes(chain: People) -> None:
    sell(chain, 10)
    assert make(chain) == 1
    come(chain, {10: 4})
    before = list(Hour.objects.values_list("hour", "revision"))
    assert make(chain) == 0
    assert list(Hour.objects.values_list("hour", "revision")) == before


def test_net_sales_are_without_tax_unless_the_chain_says_otherwise(chain: People) -> None:
    line = Line(name="Scarf", quantity=Decimal(1), unit_price=Decimal(12), total=Decimal(12), tax=Decimal(2))
    sell(chain, 10, "12", lines=(line,))
    record(chain.bar, [read(_taxed(chain), NOW)], now=NOW)
    make(chain)
    assert (hour(chain, 10).sales, hour(chain, 10).gross) == (10, 10)
    Settings.objects.create(organisation_id=chain.le_zinc.id, with_tax=True)
    make(chain)
    assert (hour(chain, 10).sales, hour(chain, 10).gross) == (12, 12)


def _taxed(people: People):  # type: ignore[no-untyped-def]
    from tests.bills import bill

    line = Line(name="Scarf", quantity=Decimal(1), unit_price=Decimal(12), total=Decimal(12), tax=Decimal(2))
    moment = at(10)
    return bill(f"B{moment:%m%d%H%M}-12", "12", opened_at=moment, closed_at=moment, tax=Decimal(2), lines=(line,))


def test_ta37_a_gift_card_alone_is_no_transaction(chain: People) -> None:
    load = Line(name="Gift card", quantity=Decimal(1), unit_price=Decimal(0), total=Decimal(0), kind=LineKind.GIFT_CARD)
    sell(chain, 10, "0", lines=(load,), payments=(Payment(amount=Decimal(0)),))
    make(chain)
    found = Hour.objects.filter(organisation_id=chain.le_zinc.id).first()
    assert found is None or (found.transactions, found.items, found.sales) == (0, 0, 0)


def test_ta38_an_exchange_is_one_transaction(chain: People) -> None:
    back = Line(name="Scarf", quantity=Decimal(-1), unit_price=Decimal(20), total=Decimal(-20))
    out = Line(name="Hat", quantity=Decimal(1), unit_price=Decimal(30), total=Decimal(30))
    sell(chain, 10, "10", lines=(back, out))
    make(chain)
    found = hour(chain, 10)
    assert (found.transactions, found.items, found.returned, found.sales) == (1, 1, 1, 10)


def test_ta14_a_clock_edited_three_days_later_moves_the_hours_and_is_listed(chain: People) -> None:
    works(chain, ("1", 9, 17))
    make(chain)
    assert sums(chain).staff_hours == 8
    later = NOW + timedelta(days=3)
    works(chain, ("1", 9, 15.5), now=later)
    catching_up.everything(organisation_id=chain.le_zinc.id, now=later)
    assert sums(chain).staff_hours == Decimal("6.5")
    assert hour(chain, 15).staff_hours == Decimal("0.5")
    assert not Hour.objects.filter(hour=at(16)).exists()
    listed = {(each.hour, each.old, each.new) for each in Change.objects.filter(kind="staff_hours")}
    assert listed == {(at(15), 1, Decimal("0.5")), (at(16), 1, None)}


def test_ta15_a_clock_entry_deleted_after_twenty_days_is_gone_from_the_sums(chain: People) -> None:
    works(chain, ("1", 9, 17), ("2", 9, 10))
    make(chain)
    works(chain, ("2", 9, 10), now=NOW + timedelta(days=20))
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW + timedelta(days=20))
    assert sums(chain).staff_hours == 1


def test_ta19_a_counter_that_was_offline_delivers_late_and_conversion_is_restated(chain: People) -> None:
    for number in (10, 12, 13):
        sell(chain, number, "10")
    come(chain, {10: 4})
    make(chain)
    assert (hour(chain, 12).visitors, hour(chain, 12).traffic_status) == (None, "missing")
    assert figure(chain, "conversion") == 25
    come(chain, {12: 5, 13: 5})
    assert (hour(chain, 12).visitors, hour(chain, 12).traffic_status) == (5, "measured")
    assert round(figure(chain, "conversion") or 0, 2) == round(Decimal(300) / 14, 2)
    assert {(each.hour, each.old, each.new) for each in Change.objects.filter(kind="visitors")} == {
        (at(12), None, 5),
        (at(13), None, 5),
    }


def test_ta20_a_counter_alive_with_nobody_is_zero_and_conversion_is_empty(chain: People) -> None:
    sell(chain, 10)
    come(chain, {10: 0})
    assert (hour(chain, 10).visitors, hour(chain, 10).traffic_status) == (0, "zero")
    assert figure(chain, "conversion") is None


def test_ta23_a_running_total_that_resets_at_midnight_is_never_negative(chain: People) -> None:
    counter = add_counter(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, name="Door", now=NOW)
    readings = [(22, 900), (23, 940), (24, 3), (25, 10)]
    received = receive(
        organisation_id=chain.le_zinc.id,
        readings=[
            Reading(at(moment), 0, Decimal(value), counter=counter.id, is_total=True) for moment, value in readings
        ],
        source="api",
        now=NOW,
        store_ids=None,
    )
    assert (received.taken, received.resets) == (4, 1)
    found = dict(Count.objects.values_list("start", "went_in"))
    assert found == {at(22): 40, at(23): 3, at(24): 7}


def test_a_running_total_told_out_of_order_and_twice_comes_to_the_same(chain: People) -> None:
    counter = add_counter(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, name="Door", now=NOW)

    def tell(*readings: tuple[float, int]) -> None:
        receive(
            organisation_id=chain.le_zinc.id,
            readings=[Reading(at(hour), 0, Decimal(v), counter=counter.id, is_total=True) for hour, v in readings],
            source="api",
            now=NOW,
            store_ids=None,
        )

    tell((12, 30))
    tell((10, 5))
    tell((11, 12), (12, 30))
    assert dict(Count.objects.values_list("start", "went_in")) == {at(10): 7, at(11): 18}


def test_ta24_the_same_count_twice_and_out_of_order_is_one_record(chain: People) -> None:
    come(chain, {11: 6})
    come(chain, {10: 4})
    come(chain, {11: 6, 10: 4})
    assert Count.objects.count() == 2
    assert sums(chain).visitors == 10


def test_ta29_of_two_grains_the_finer_holds_and_nothing_counts_twice(chain: People) -> None:
    come(chain, {10: 40})
    come(chain, {10: 9, 10.25: 9, 10.5: 9, 10.75: 10}, minutes=15)
    assert hour(chain, 10).visitors == 37
    come(chain, {11: 40})
    come(chain, {11: 9}, minutes=15)
    assert hour(chain, 11).visitors == 40, "a quarter alone does not cover the hour"


def test_ta30_with_one_of_two_entrances_silent_conversion_is_empty(chain: People) -> None:
    sell(chain, 10)
    front = add_counter(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, name="Front", now=NOW)
    side = add_counter(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, name="Side", now=NOW)

    def tell(counter_id: object, count: int) -> None:
        reading = Reading(at(10), 60, Decimal(count), counter=counter_id)  # type: ignore[arg-type]
        receive(organisation_id=chain.le_zinc.id, readings=[reading], source="api", now=NOW, store_ids=None)

    tell(front.id, 10)
    assert (hour(chain, 10).visitors, hour(chain, 10).traffic_status) == (None, "partial")
    assert figure(chain, "conversion") is None
    tell(side.id, 10)
    assert (hour(chain, 10).visitors, figure(chain, "conversion")) == (20, 5)


def test_a_correction_factor_and_both_ways_counting(chain: People) -> None:
    counter = add_counter(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, name="Door", now=NOW)
    counter.factor, counter.counts = Decimal("1.1"), "both"
    counter.save()
    reading = Reading(at(10), 60, Decimal(10), Decimal(30), counter=counter.id)
    receive(organisation_id=chain.le_zinc.id, readings=[reading], source="api", now=NOW, store_ids=None)
    assert hour(chain, 10).visitors == 22


def test_only_entrances_feed_visitors(chain: People) -> None:
    come(chain, {10: 4})
    for kind in ("passage", "zone"):
        add_counter(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, name=kind, now=NOW, serial=kind, kind=kind)
        assert receive(
            organisation_id=chain.le_zinc.id,
            readings=[Reading(at(10), 60, Decimal(90), serial=kind)],
            source="api",
            now=NOW,
            store_ids=None,
        ).taken
    make(chain)
    assert (hour(chain, 10).visitors, hour(chain, 10).traffic_status) == (4, "measured")


def test_what_no_counter_can_say_is_refused_by_name_and_the_rest_is_taken(chain: People) -> None:
    good = Reading(at(10), 60, Decimal(1), location="0001")
    wrong = [
        Reading(at(10), 7, Decimal(1), location="1"),
        Reading(at(10), 60, Decimal(-1), location="1"),
        Reading(at(10), 60, Decimal(1), location="77"),
        Reading(NOW + timedelta(hours=1), 60, Decimal(1), location="1"),
        Reading(at(10), 60, Decimal(1), serial="nobody"),
    ]
    got = receive(organisation_id=chain.le_zinc.id, readings=[good, *wrong], source="api", now=NOW, store_ids=None)
    assert got.taken == 1
    assert [(each.place, each.code) for each in got.refused] == [
        (1, "minutes_invalid"),
        (2, "count_negative"),
        (3, "location_unknown"),
        (4, "count_in_future"),
        (5, "counter_unknown"),
    ]


def test_ta35_a_typed_figure_stays_when_the_measured_one_changes_and_both_are_told(chain: People) -> None:
    sell(chain, 10, "100")
    make(chain)
    typed = [tailoring.Typed(chain.bar.id, at(10), "sales", Decimal(500))]
    mine = {"organisation_id": chain.le_zinc.id, "reason": "cash box", "actor": "user:1", "now": NOW}
    tailoring.tailor(typed=typed, **mine)
    assert (hour(chain, 10).sales, hour(chain, 10).tailored) == (500, "sales")
    assert differing(chain) == []
    sell(chain, 10.5, "380")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert hour(chain, 10).sales == 500
    assert differing(chain) == [(500, 100, 480)]
    tailoring.undo(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, typed_at=NOW, now=NOW)
    assert (hour(chain, 10).sales, hour(chain, 10).tailored) == (480, "")
    assert Tailored.objects.filter(withdrawn_at__isnull=False).count() == 1, "history stays"


def differing(people: People) -> list[tuple[Decimal, Decimal | None, Decimal | None]]:
    found = tailoring.differing(people.le_zinc.id, store_ids=[people.bar.id], since=DAY, until=DAY, now=NOW)
    return [(each.row.value, each.row.measured, each.measured_now) for each in found]


def test_measured_wins_after_tailoring_where_the_chain_says_so(chain: People) -> None:
    Settings.objects.create(organisation_id=chain.le_zinc.id, measured_wins=True)
    sell(chain, 10, "100")
    make(chain)
    typed = [tailoring.Typed(chain.bar.id, at(10), "sales", Decimal(500))]
    tailoring.tailor(organisation_id=chain.le_zinc.id, typed=typed, reason="", actor="user:1", now=NOW)
    assert hour(chain, 10).sales == 500
    sell(chain, 10.5, "380")
    make(chain)
    assert hour(chain, 10).sales == 480


def test_ta08_between_paused_and_operational_nothing_comes_in_then_the_hole_fills(chain: People) -> None:
    def status(said: str, now: datetime) -> None:
        values = {"location_id": "1", "status": said}
        save_location(store=chain.bar, values=values, node_id=None, actor="user:1", now=now, today=now.date())

    sell(chain, 9, "10")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    status("paused", at(10))
    sell(chain, 11, "20")
    assert catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW) == 0
    assert catching_up.lately(organisation_id=chain.le_zinc.id, since=at(0), now=NOW) == 0
    assert sums(chain).sales == 10
    status("operational", NOW)
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert sums(chain).sales == 30


def test_ta09_a_job_that_is_off_holds_its_stores_and_on_again_the_hole_fills(chain: People) -> None:
    connection = _connection(chain)
    job = ImportJob.objects.create(
        organisation_id=chain.le_zinc.id,
        id=connection,
        label="Le Zinc",
        connection_id=connection,
        start=time(0, 2),
        active=False,
        created_at=NOW,
    )
    sell(chain, 11, "20")
    assert catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW) == 0
    job.active = True
    job.save()
    assert catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW) == 1


def _connection(people: People):  # type: ignore[no-untyped-def]
    from comptoir.core.connections import consent
    from comptoir.core.connections.tokens import TokenPair
    from comptoir.kernel.seal import Secret

    pair = TokenPair(Secret("a"), Secret("b"), NOW)
    found = consent.keep(
        organisation_id=people.le_zinc.id, provider="lightspeed_r", pair=pair, user=people.alice, now=NOW
    )
    LocationLink.objects.create(
        organisation=people.le_zinc,
        connection=found,
        provider="lightspeed_r",
        external_id="900100:1",
        name="Rue Alice",
        currency="EUR",
        timezone="UTC",
        store=people.bar,
    )
    return found.id


def test_ta03_a_second_location_with_the_same_id_is_refused_naming_both(chain: People) -> None:
    other = create_store(chain.le_zinc, "Quai Bob")
    with pytest.raises(RuleBroken, match=r"001 .* 1 of Le Zinc"):
        save_location(
            store=other, values={"location_id": "001"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
        )


def test_ta40_history_follows_the_location_when_its_id_changes(chain: People) -> None:
    come(chain, {10: 4})
    save_location(
        store=chain.bar, values={"location_id": "22"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    come(chain, {11: 6}, location="22")
    assert sums(chain).visitors == 10


FILE = b"""Location ID,Date,Hour,Traffic in,Traffic out,Sales
0001,2026-05-20,13,12,11,
0001,2026-05-20,14,9,8,"1,234.50"
0099,2026-05-20,13,7,7,
"""


def test_ta25_hour_13_is_13_to_14_and_ta26_a_thousands_mark_refuses_its_row_alone(chain: People) -> None:
    found = take(organisation_id=chain.le_zinc.id, content=FILE, actor="user:1", now=NOW, store_ids=None)
    assert (found.rows, found.taken, found.aside) == (3, 1, 1)
    assert [(each.line, each.words) for each in found.faults] == [(3, "this is no number: 1,234.50")]
    assert hour(chain, 13).visitors == 12


def take_file(people: People, *lines: str) -> Taken:
    content = "\n".join(lines).encode()
    return take(organisation_id=people.le_zinc.id, content=content, actor="user:1", now=NOW, store_ids=None)


def test_rows_of_quarters_and_halves_add_up_to_their_hour_and_cover_it(chain: People) -> None:
    sell(chain, 10, "10")
    rows = [f"0001,{DAY},10:{minute:02},{minute // 15 + 1},1.5" for minute in (0, 15, 30, 45)]
    taken = take_file(chain, "location id,date,hour,traffic in,staff hours", *rows)
    assert (taken.taken, taken.faults, taken.ambiguous) == (4, (), ())
    assert (hour(chain, 10).visitors, hour(chain, 10).staff_hours) == (1 + 2 + 3 + 4, 6)
    assert set(Count.objects.values_list("minutes", flat=True)) == {15}
    take_file(chain, "location id,date,traffic in", f"0001,{DAY} 11:00,5", f"0001,{DAY} 11:30,6")
    assert hour(chain, 11).visitors == 11
    assert set(Count.objects.filter(start__gte=at(11)).values_list("minutes", flat=True)) == {30}


def test_a_row_that_begins_at_no_quarter_is_refused(chain: People) -> None:
    taken = take_file(chain, "location id,date,hour,traffic in", f"0001,{DAY},10:07,5", f"0001,{DAY},11,5")
    assert (taken.taken, [each.line for each in taken.faults]) == (1, [2])


def test_ta28_rows_of_an_unknown_location_are_kept_and_taken_when_it_appears(chain: People) -> None:
    take(organisation_id=chain.le_zinc.id, content=FILE, actor="user:1", now=NOW, store_ids=None)
    assert take_up(organisation_id=chain.le_zinc.id, now=NOW) == 0
    other = create_store(chain.le_zinc, "Quai Bob", timezone="UTC")
    save_location(store=other, values={"location_id": "99"}, node_id=None, actor="user:1", now=NOW, today=NOW.date())
    assert take_up(organisation_id=chain.le_zinc.id, now=NOW) == 1
    assert Hour.objects.get(store_id=other.id).visitors == 7
    assert take_up(organisation_id=chain.le_zinc.id, now=NOW) == 0


def test_ta27_the_repeated_hour_without_an_offset_is_the_first_and_flagged_unless_it_comes_twice(
    chain: People,
) -> None:
    chain.bar.timezone = "Europe/Paris"
    chain.bar.save()
    head = b"location id;date;hour;traffic in\n"
    now = NOW + timedelta(days=200)

    def taken(content: bytes) -> tuple[tuple[int, ...], dict[datetime, Decimal]]:
        found = take(organisation_id=chain.le_zinc.id, content=content, actor="user:1", now=now, store_ids=None)
        return found.ambiguous, dict(Count.objects.values_list("start", "went_in"))

    sunday = date(2026, 10, 25)
    assert taken(head + b"1;2026-10-25;02;5\n") == ((2,), {at(0, sunday): 5})
    twice = head + b"1;2026-10-25;02;5\n1;2026-10-25;02;6\n"
    assert taken(twice) == ((), {at(0, sunday): 5, at(1, sunday): 6})
    skipped = take(
        organisation_id=chain.le_zinc.id, content=head + b"1;2026-03-29;02;5\n", actor="user:1", now=now, store_ids=None
    )
    assert "does not exist" in skipped.faults[0].words


def test_ta42_hours_in_nepal_are_local_hours(chain: People) -> None:
    chain.bar.timezone = "Asia/Kathmandu"
    chain.bar.save()
    sell(chain, 4.3)  # 10:03 in Nepal
    make(chain)
    assert Hour.objects.get().hour == at(4.25)


def test_a_return_only_receipt_counts_as_the_chain_wants(chain: People) -> None:
    sell(chain, 10, "30")
    moment = at(10.5)
    record(chain.bar, [read(refund("R1", "", "-10", opened_at=moment, closed_at=moment, tax=Decimal(0)), NOW)], now=NOW)
    for way, count in (("sales", 1), ("all", 2), ("net", 0)):
        Settings.objects.update_or_create(organisation_id=chain.le_zinc.id, defaults={"transactions": way})
        make(chain)
        assert sums(chain).transactions == count


def test_days_of_one_store_made_by_two_at_once_end_the_same(chain: People) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    sell(chain, 10)
    come(chain, {10: 4})

    def again(_: int) -> int:
        try:
            return restate(chain.le_zinc.id, {(chain.bar.id, DAY)}, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(again, range(8)))
    assert (sums(chain).visitors, sums(chain).transactions, Hour.objects.count()) == (4, 1, 1)
    assert weeks.behind(chain.le_zinc.id, [(chain.bar.id, DAY)]) == set()


def test_ta17_without_a_check_out_hours_count_up_to_now_then_until_the_day_closed(chain: People) -> None:
    works(chain, ("1", 9, None), ("2", 9, 10))
    noon = at(12)
    catching_up.everything(organisation_id=chain.le_zinc.id, now=noon)
    assert (sums(chain).staff_hours, hour(chain, 11).staff_status) == (4, "open")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=at(13.5))
    assert sums(chain).staff_hours == Decimal("5.5"), "he works on, although nothing moved in the ledger"
    assert Change.objects.count() == 0, "that is no late change"
    catching_up.everything(organisation_id=chain.le_zinc.id, now=at(26))
    assert (sums(chain).staff_hours, hour(chain, 23).staff_status) == (16, "no_check_out")
    works(chain, ("1", 9, 17), ("2", 9, 10), now=at(48))
    catching_up.everything(organisation_id=chain.le_zinc.id, now=at(48))
    assert (sums(chain).staff_hours, hour(chain, 12).staff_status) == (9, "measured")
