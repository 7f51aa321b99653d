"""A whole week in Chromium, from a client with nothing set to a correction that a regional supervisor accepts.

The till is the simulated R-Series over real HTTP; every click is somebody's. Pictures of each step are kept in
`artefacts/`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.weekly_balance import importing
from comptoir.apps.weekly_balance.models import Cell, Client, Correction, Day, Department, Field
from comptoir.apps.weekly_balance.rules.days import week_of
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.accounts.models import Membership, MembershipStore, Store
from comptoir.core.accounts.roles import Role
from comptoir.core.installations.install import install
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import Sale
from comptoir.core.outbox import dispatch
from tests.browser.running import Visitor
from tests.core.rseries import Connected, connected
from tests.people import People, create_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime.now(UTC)
MONDAY = week_of(NOW.date() - timedelta(days=21))[0]
DAYS = [MONDAY + timedelta(days=number) for number in range(7)]
PRICE, HOUR = Decimal("12.50"), timedelta(hours=1)
As = Callable[..., Visitor]


@pytest.fixture
def shop(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """A shop that rang three sales at noon of each day of a week of last month."""
    with connected(people, monkeypatch, now=NOW) as made:
        install(organisation=people.le_zinc, store=people.bar, app="weekly_balance", provider="lightspeed_r", now=NOW)
        for day in DAYS:
            noon = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
            for number in range(3):
                made.shop.trade.counter.ring([Basket(PRICE, is_taxed=False)], at=noon + number * HOUR)
        yield made


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer, people: People) -> Iterator[As]:
    """Somebody of that role at a browser; a regional supervisor has one store."""
    contexts = []

    def open_as(name: str, role: Role, store: Store | None = None) -> Visitor:
        person = create_member(people.le_zinc, name, role)
        if store is not None:
            membership = Membership.objects.get(user=person)
            Membership.objects.filter(pk=membership.pk).update(all_stores=False)
            MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=store)
        context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        cookies = people.client(person).cookies.items()
        context.add_cookies([{"name": key, "value": each.value, "url": live_server.url} for key, each in cookies])
        context.add_init_script("window.EventSource = class extends EventTarget { close() {} }")
        contexts.append(context)
        return Visitor(context.new_page(), "weekly-balance")

    yield open_as
    for context in contexts:
        context.close()


def read_everything() -> None:
    """What a worker does."""
    engine.drain()
    importing.finish_due(now=datetime.now(UTC))
    engine.drain()


def import_the_week(page: Page, sue: Visitor, *, overwrite: bool) -> None:
    page.goto("/balance/import")
    page.get_by_label("From").fill(str(DAYS[0]))
    page.get_by_label("Until").fill(str(DAYS[-1]))
    box = page.get_by_label("Overwrite approved numbers")
    assert box.is_checked() is overwrite, "ticked for the first import of a client alone"
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("table")).to_contain_text("Sales read")
    sue.picture("import-runs")
    read_everything()
    page.goto("/balance/import")
    expect(page.locator("table")).to_contain_text("Done")
    sue.picture("import-done")


def test_from_nothing_set_to_a_week_that_is_approved(people: People, shop: Connected, visit: As) -> None:
    sue = visit("Sue", Role.SUPERVISOR)
    page = sue.page

    # 3.1 to 3.3: nothing is set; the page says what comes first
    page.goto("/balance")
    sue.picture("nothing-set")
    page.get_by_role("link", name="Add a department").click()
    page.get_by_label("POS client number").fill(shop.link.external_id)
    sue.picture("department")
    page.get_by_role("button", name="Save").click()
    department = Department.objects.get()
    page.goto("/balance/settings")
    page.get_by_label("Enable POS import").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Turn both on").click()
    expect(page.locator("#answer")).to_contain_text("The next automatic import is at 02:00")
    assert Client.objects.get().multi_cash_registers
    sue.picture("settings")

    # 3.4: one field by hand, the rest by their names
    page.goto("/balance/fields")
    gross = page.locator("tr", has_text="5266")
    gross.get_by_role("combobox").select_option("gross_sales")
    gross.get_by_label("Split into intervals (1 h)").check()
    gross.get_by_role("button", name="Save").click()
    assert Field.objects.get(number="5266").is_split
    page.get_by_role("button", name="Map all by their names").click()
    expect(page.locator("#answer")).to_contain_text("All eight types feed a field")
    sue.picture("fields")

    # 3.6: last month's week comes in, to the cent
    import_the_week(page, sue, overwrite=True)
    page.goto(f"/balance?week={MONDAY}")
    net = Field.objects.get(field_type="net_sales")
    values = dict(Cell.objects.filter(field_id=net.id, business_date__in=DAYS).values_list("business_date", "measured"))
    assert values == dict.fromkeys(DAYS, 3 * PRICE)
    sue.picture("week")

    # a week is confirmed
    page.get_by_role("button", name="Confirm what is ready").click()
    expect(page.locator("#answer")).to_contain_text("The week is confirmed.")
    sue.picture("confirmed")

    # a void arrives late: the number stands, the difference is shown with its receipt
    voided = int(Sale.objects.filter(business_date=DAYS[2]).earliest("closed_at").external_id)
    shop.now = datetime.now(UTC)
    shop.shop.trade.counter.void(voided, at=shop.now)
    shop.polls(timedelta(minutes=11))
    dispatch.dispatch(clock=shop.clock)
    waiting = Correction.objects.filter(state="waiting", field_id=net.id).get()
    assert (waiting.business_date, waiting.proposed) == (DAYS[2], 2 * PRICE)
    assert Day.objects.get(business_date=waiting.business_date).revision == 1
    page.goto(f"/balance?week={MONDAY}")
    expect(page.locator("#answer")).to_contain_text("wait for you")
    sue.picture("late-void")

    # the regional supervisor of the store looks, and accepts
    rita = visit("Rita", Role.REGIONAL_SUPERVISOR, people.bar)
    rita.page.goto(f"/balance/of/{department.public_id}/{waiting.business_date}")
    notice = rita.page.locator(".notice", has_text="Net sales")
    expect(notice).to_contain_text("the till says")
    rita.picture("difference")
    notice.get_by_role("button", name="Accept").click()
    expect(rita.page.locator("#answer")).to_contain_text("revision 2")
    rita.picture("approved")
    stands = Cell.objects.get(field_id=net.id, business_date=waiting.business_date)
    assert stands.measured == waiting.proposed

    # a manager is refused in words
    max_ = visit("Max", Role.MANAGER, people.bar)
    max_.page.goto("/balance/import")
    expect(max_.page.locator("main")).to_contain_text("Manager")
    max_.picture("refused")
    max_.page.goto(f"/balance?week={MONDAY}")
    expect(max_.page.locator("#answer")).to_contain_text("wait for you")
