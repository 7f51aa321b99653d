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

from comptoir.apps.weekly_balance import importing, nights, setting_up, sources
from comptoir.apps.weekly_balance.models import Cell, Client, Correction, Day, Department, Field
from comptoir.apps.weekly_balance.rules.days import week_of
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.accounts.models import Membership, MembershipStore, Store
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection
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
    expect(page.get_by_label("Confirm days at")).to_be_hidden()
    page.get_by_label("Enable POS import").check()
    expect(page.get_by_label("Confirm days at")).to_be_visible()  # 3.2: that switch reveals the rest
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


def night(now: datetime) -> None:
    """What the tick of a night does, worker and all."""
    for began in nights.begin_nights(now=now):
        importing.go(began)
    read_everything()


def test_a_night_reads_and_confirms_by_itself_and_says_why_nothing_came(
    people: People, shop: Connected, visit: As
) -> None:
    setting_up.change(
        organisation_id=people.le_zinc.id,
        values={"pos_import": True, "multi_cash_registers": True, "auto_confirm": True},
        actor="user:alice",
        now=NOW,
    )
    setting_up.map_usual(organisation_id=people.le_zinc.id, actor="user:alice", now=NOW)
    department = setting_up.save_department(
        store=people.bar, name="Bar", client_number="", terminals=(), actor="user:alice", now=NOW
    )
    day = sources.clock_of(department).day_of(NOW) - timedelta(days=2)
    sold_at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    shop.shop.trade.counter.ring([Basket(PRICE, is_taxed=False)], at=sold_at)
    sue, max_ = visit("Sue", Role.SUPERVISOR), visit("Max", Role.MANAGER, people.bar)
    week = f"/balance?week={day}&on={day}"

    # 3.9: whatever it is that keeps the numbers away is said, the first cause first, each with its next step
    sue.page.goto(week)
    expect(sue.page.locator(".notice")).to_contain_text("Nothing was imported yet.")
    expect(sue.page.locator(".notice").get_by_role("link", name="Import POS")).to_be_visible()
    connection = Connection.objects.filter(id=shop.connection.id)
    standing = connection.values_list("status", flat=True).get()
    connection.update(status="revoked", status_reason="Alice took the consent back.")
    sue.page.goto(week)
    expect(sue.page.locator(".notice")).to_contain_text("Alice took the consent back.")
    expect(sue.page.locator(".notice").get_by_role("link", name="Connect again")).to_be_visible()
    sue.picture("why-nothing-came")
    connection.update(status=standing, status_reason="")

    # 3.7: at 02:00 the week is read, by nobody's hand
    night(NOW)
    sue.page.goto("/balance/import")
    expect(sue.page.locator("table")).to_contain_text("the night")
    expect(sue.page.locator("table")).to_contain_text("Done")
    sue.picture("night")
    net = Field.objects.get(field_type="net_sales")
    assert Cell.objects.get(field_id=net.id, business_date=day).measured == PRICE

    # a week that was not read is not known; once it was, it says that the store was not open, with the log
    quiet = day - timedelta(days=8)
    sue.page.goto(f"/balance?week={quiet}")
    expect(sue.page.locator(".notice")).to_contain_text("not read from the till yet")
    first, *_, last = week_of(quiet)
    said = {"first": first, "last": last, "overwrite": False, "actor": "user:alice", "now": NOW}
    importing.go(importing.begin(client=Client.objects.get(), departments=[department], **said))
    read_everything()
    sue.page.reload()
    expect(sue.page.locator(".notice")).to_contain_text("The store was not open yet")
    expect(sue.page.locator("thead")).not_to_contain_text("Incomplete")
    sue.page.get_by_text("Log of the latest import").click()
    expect(sue.page.locator(".notice code")).to_contain_text("done 100%")
    sue.picture("log")

    # 3.8: the day confirms itself once its hour has come; a supervisor may reopen it, a manager may not
    nights.confirm_due(now=NOW)
    row = Day.objects.get(business_date=day)
    assert (row.state, row.confirmed_by) == ("confirmed", "system")
    sue.page.goto(week)
    expect(sue.page.locator("thead th", has_text=f"{day:%a} {day.day} ")).to_contain_text("Confirmed")
    for somebody in (sue, max_):
        somebody.page.goto(f"/balance/of/{department.public_id}/{day}")
        expect(somebody.page.locator("#answer")).to_contain_text("Comptoir")
    expect(sue.page.get_by_role("button", name="Reopen the day")).to_be_visible()
    expect(max_.page.get_by_role("button", name="Reopen the day")).to_be_hidden()
    expect(max_.page.locator("main")).to_contain_text("A supervisor can reopen a confirmed day.")
    sue.picture("confirmed-by-itself")

    # 2: the manager asks for it, the supervisor reopens it, the manager sees that
    max_.page.get_by_label("Why it should be reopened").fill("A bill was rung twice.")
    max_.page.get_by_role("button", name="Ask for it").click()
    expect(max_.page.locator(".notice")).to_contain_text("Max asks to reopen the day")
    sue.page.goto(week)
    notice = sue.page.locator(".notice", has_text="Max asks to reopen the day")
    expect(notice).to_contain_text("A bill was rung twice.")
    sue.picture("asked")
    notice.get_by_label("Words to go with it").fill("Take off the second.")
    notice.get_by_role("button", name="Reopen the day").click()
    expect(sue.page.locator("#answer")).to_contain_text("Reopened")
    max_.page.goto(week)
    expect(max_.page.locator(".notice", has_text="Sue reopened the day for you")).to_contain_text(
        "Take off the second."
    )
    max_.picture("granted")
    max_.page.get_by_role("button", name="Understood").click()
    expect(max_.page.locator(".notice", has_text="for you")).to_have_count(0)
