"""The till's own closings beside the day: R5, and a bridge that leaves nothing unexplained (weekly-balance.md 7)."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.weekly_balance.rules import drawers
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.drawers import Paid
from comptoir.core.ledger import closures as ledger
from comptoir.core.ledger import store as ledger_store
from comptoir.core.ledger import vendor_days
from comptoir.pos.model import Named, Payment, Sale
from comptoir.pos.places import DayTotals, RegisterClosure, Takings
from tests.apps.weekly_balance.bills import DAY, bill, line, local, worked_day
from tests.apps.weekly_balance.house import PROVIDER, House
from tests.people import People

CARD, CASH = Named(id="card", name="Card"), Named(id="cash", name="Cash")
ONE_DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 6, 10, tzinfo=UTC)


def closing(
    number: str, opened: datetime, closed: datetime | None, card: str, register: str = "Till"
) -> RegisterClosure:
    takings = (Takings(method=CARD, total=Decimal(card)),)
    register_named = Named(id=register, name=register)
    return RegisterClosure(
        id=number, location_id="1", register=register_named, opened_at=opened, closed_at=closed, takings=takings
    )


def keep(house: House, *closings: RegisterClosure) -> int:
    with transaction.atomic():
        facts = ledger_store.lock_stores([house.store.id])[house.store.id]
        return ledger.record(store=facts, provider=PROVIDER, closures=closings, now=house.now)


def by_card(number: str, at: datetime, amount: str) -> Sale:
    return bill(
        number, at, line("1", amount), register="Till", payments=(Payment(amount=Decimal(amount), method=CARD),)
    )


def shown(house: House, people: People) -> str:
    answer = people.client(people.alice).get(f"/balance/of/{house.department.public_id}/{DAY}")
    return " ".join(answer.content.decode().split())


def test_r5_a_day_whose_tills_counted_something_else_warns_and_is_confirmed_all_the_same(house: House) -> None:
    house.sells(by_card("1", local(10), "100"), by_card("2", local(12), "20"))
    keep(house, closing("c1", local(8), local(22), "125"))
    house.now = datetime(2026, 6, 11, 3, 0, tzinfo=UTC)
    house.covers(DAY)
    house.compute(DAY)
    day = house.day(DAY)
    assert [(each["rule"], each["where"], each["by"], each["blocks"]) for each in day.failures] == [
        ("R5", "Till: Card", "5", False)
    ]
    assert day.state == DayState.READY


def test_a_closing_over_two_days_is_bridged_to_the_day(house: House, people: People) -> None:
    """Closing total, less what belongs to other days, and what has no closing, is the day."""
    house.sells(
        by_card("0", local(21, day=DAY - ONE_DAY), "70"),
        by_card("1", local(10), "100"),
        by_card("2", local(23), "30"),
    )
    keep(house, closing("c1", local(18, day=DAY - ONE_DAY), local(22), "172"))
    page = shown(house, people)
    row = page[page.index("From the closings to this day") :]
    cells = re.findall(r'<td class="right"[^>]*>([^<]*)</td>', row[row.index("Card") :])[:5]
    assert cells == ["172.00", "70.00", "30.00", "2.00", "130.00"]


def test_a_till_open_now_or_for_weeks_is_shown_and_not_held_against_the_day(house: House, people: People) -> None:
    house.sells(by_card("1", local(10), "100"))
    keep(house, closing("c1", local(8), None, "40"), closing("c2", local(8) - 90 * ONE_DAY, local(9), "9", "Old till"))
    page = shown(house, people)
    assert "still open" in page
    assert "open for too long to compare" in page
    house.compute(DAY)
    assert "R5" not in [each["rule"] for each in house.day(DAY).failures]


def test_a_day_of_a_till_that_tells_no_closings_has_no_such_table(house: House, people: People) -> None:
    house.sells(*worked_day())
    assert "What the tills counted" not in shown(house, people)


def test_a_closing_is_kept_once_grows_and_ends_and_no_late_word_opens_it_again(house: House) -> None:
    began, done = closing("c1", local(8), None, "40"), closing("c1", local(8), local(22), "125")
    assert [keep(house, each) for each in (began, began, done, done, began)] == [1, 0, 1, 0, 0]
    [kept] = ledger.between(house.store.organisation_id, [house.store.id], local(0), local(23))
    assert kept.closure == done


def test_closings_of_others_are_nobodys_business(house: House, people: People) -> None:
    keep(house, closing("c1", local(8), local(22), "125"))
    assert ledger.between(people.chez_charlie.id, [house.store.id], local(0), local(23)) == []


hours = st.integers(min_value=-30, max_value=54)
amounts = st.integers(min_value=-500, max_value=500).map(lambda cents: Decimal(cents) / 100)
bills = st.builds(
    lambda register, hour, method, amount: Paid(
        register,
        MIDNIGHT + hour * timedelta(hours=1),
        (MIDNIGHT + hour * timedelta(hours=1)).date(),
        ((method, amount),),
    ),
    st.sampled_from("ab"),
    hours,
    st.sampled_from(["card", "cash"]),
    amounts,
)


@given(st.lists(bills, max_size=12), st.lists(st.tuples(st.sampled_from("ab"), hours, amounts), max_size=4))
def test_the_bridge_always_ends_at_the_day(paid: list[Paid], counted: list[tuple[str, int, Decimal]]) -> None:
    """Whatever tills counted: each step ends at what the day's bills were paid with, and closings that counted right
    leave nothing unexplained."""
    ends: dict[str, datetime] = {}
    closings, honest = [], []
    for number, (register, hour, amount) in enumerate(sorted(counted, key=lambda each: each[1])):
        opened = max(MIDNIGHT + hour * timedelta(hours=1), ends.get(register, MIDNIGHT - 9 * ONE_DAY))
        ends[register] = closed = opened + timedelta(hours=9)
        base = RegisterClosure(
            id=str(number), location_id="1", register=Named(id=register), opened_at=opened, closed_at=closed
        )
        sums = {"card": Decimal(0), "cash": Decimal(0)}
        for each in paid:
            if drawers.contains(base, each):
                sums[each.amounts[0][0]] += each.amounts[0][1]
        right = tuple(Takings(method=Named(id=name), total=total) for name, total in sums.items())
        honest.append(_with(base, right))
        closings.append(_with(base, (Takings(method=CARD, total=amount),)))
    day = MIDNIGHT.date()
    for each in drawers.steps(closings, paid, day):
        assert each.counted - each.other_days - each.unexplained + each.unclosed == each.day
        whole = [bill.amounts[0][1] for bill in paid if bill.day == day and bill.amounts[0][0] == each.method]
        assert each.day == sum(whole, Decimal(0))
    assert all(each.unexplained == 0 for each in drawers.steps(honest, paid, day))
    assert drawers.differences(honest, paid) == []


def _with(closure: RegisterClosure, takings: tuple[Takings, ...]) -> RegisterClosure:
    return RegisterClosure(
        id=closure.id,
        location_id=closure.location_id,
        register=closure.register,
        opened_at=closure.opened_at,
        closed_at=closure.closed_at,
        takings=takings,
    )


def presets(house: House, people: People) -> str:
    """The activation step, its amounts with plain spaces."""
    answer = people.client(people.alice).get(f"/balance/presets?day={DAY}")
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def after(page: str, label: str) -> str:
    """The amount that stands beside a line of the bridge."""
    return page.split(f"<dt>{label}</dt><dd>")[1].split("</dd>")[0]


def test_the_activation_step_bridges_a_day_to_what_its_registers_counted(house: House, people: People) -> None:
    """Gift cards, tips and a service charge stand between sales and the drawer; each has its line."""
    house.sells(
        bill("1", local(10), line("1", "100"), line("1", "40", sku="GIFT", rate=None), register="Till", tip="5"),
        by_card("2", local(12), "20"),
    )
    keep(house, closing("c1", local(8), local(22), "165"))
    page = presets(house, people)
    assert "What its registers counted stands below" in page
    assert "From the closings to this day" in page
    amounts = {each: after(page, each) for each in ("Net sales with tax", "Gift cards sold", "Tips")}
    assert "120.00" in amounts["Net sales with tax"]
    assert "40.00" in amounts["Gift cards sold"]
    assert "160.00" in after(page, "Total of the bills")
    assert "5.00" in amounts["Tips"]
    assert "165.00" in after(page, "Paid at the till")
    assert "Not explained" not in page.split("From sales to the till")[1].split("</dl>")[0]


def test_the_activation_step_names_the_bill_that_explains_what_is_left(house: House, people: People) -> None:
    house.sells(bill("short", local(10), line("1", "100"), payments=(Payment(amount=Decimal(90), method=CARD),)))
    page = presets(house, people)
    assert "This till tells no closing of its own" in page
    assert "10.00" in after(page, "Not explained")
    assert "short:" in page


def test_the_activation_step_shows_which_figure_is_the_total_of_the_till_s_maker(house: House, people: People) -> None:
    house.sells(bill("1", local(10), line("1", "125"), tax="25"))
    totals = DayTotals(total=Decimal(125), service_charge=Decimal(0), sales=1, complete=True)
    vendor_days.keep(
        organisation_id=house.store.organisation_id,
        store_id=house.store.id,
        provider=PROVIDER,
        location_id="1",
        day=DAY,
        totals=totals,
        now=house.now,
    )
    page = presets(house, people)
    assert "VAT: Gross sales" in after(page, "The same as")
    assert "Retail" not in after(page, "The same as")
