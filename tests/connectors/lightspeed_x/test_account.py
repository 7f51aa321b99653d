"""X-Series over HTTP: versions, limits, rolling tokens, people and shops (lightspeed-x-series.md 2 to 5)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from comptoir.connectors.lightspeed_x import client
from comptoir.connectors.lightspeed_x.account import XSeriesAccount
from comptoir.connectors.lightspeed_x.client import Client
from comptoir.connectors.lightspeed_x.connector import CONNECTOR
from comptoir.connectors.lightspeed_x.pace import import_pause
from comptoir.connectors.lightspeed_x.simulator import Article, Behaviour
from comptoir.kernel.errors import ComptoirError, VendorRefused
from comptoir.kernel.http import Api
from comptoir.pos.conformance import Keys
from comptoir.pos.model import Location, SaleState
from tests.connectors.lightspeed_x.stage import CLIENT, SCOPES, Shop, shop

NOW = datetime.now(UTC).replace(microsecond=0)
SCARF = Article(Decimal(20))
TWO = (("main", "Europe/Paris"), ("far", "Asia/Kathmandu"))


def account(made: Shop, scopes: tuple[str, ...] = SCOPES) -> XSeriesAccount:
    return CONNECTOR.open(made.endpoints, Keys(lambda: made.mint(scopes)))


def place(opened: XSeriesAccount, made: Shop, short: str = "main") -> Location:
    return next(each for each in opened.locations() if each.external_id == made.retailer.identifier(f"outlet/{short}"))


def changed(opened: XSeriesAccount, location: Location, mark: str) -> tuple[dict[str, SaleState], str]:
    found: dict[str, SaleState] = {}
    for page in opened.changes(location, mark=mark, now=NOW):
        found |= {each.sale.external_id: each.sale.state for each in page.observed}
        mark = page.next_cursor
    return found, mark


def test_changes_walk_three_pages_and_meet_what_changes_meanwhile() -> None:
    with shop(behaviour=Behaviour(limited=False, largest_page=3)) as made:
        opened = account(made)
        location = place(opened, made)
        rung = [made.counter.ring([SCARF], at=NOW)["id"] for _ in range(7)]
        walk = opened.changes(location, mark="880000", now=NOW)
        seen = [each.sale.external_id for each in next(walk).observed]
        made.counter.change(rung[0], state="voided")
        rest = [each.sale for page in walk for each in page.observed]
        opened.close()

    assert seen == rung[:3]
    assert [each.external_id for each in rest] == [*rung[3:], rung[0]]
    assert rest[-1].state is SaleState.CANCELLED


def test_a_void_of_any_age_comes_by_its_version_and_nothing_comes_twice() -> None:
    with shop() as made:
        opened = account(made)
        location = place(opened, made)
        old = made.counter.ring([SCARF], at=NOW - timedelta(days=300))["id"]
        new = made.counter.ring([SCARF], at=NOW - timedelta(hours=1))["id"]
        first, mark = changed(opened, location, "")
        made.counter.change(old, state="voided")
        second, mark = changed(opened, location, mark)
        third, _ = changed(opened, location, mark)
        opened.close()

    assert new in first
    assert second == {old: SaleState.CANCELLED}
    assert third == {}


def test_parked_sales_wait_and_come_when_they_are_closed() -> None:
    with shop() as made:
        opened = account(made)
        location = place(opened, made)
        parked = made.counter.ring([SCARF], at=NOW, state="parked")["id"]
        before, mark = changed(opened, location, "")
        made.counter.change(parked, state="closed")
        after, _ = changed(opened, location, mark)
        opened.close()

    assert (before, after) == ({}, {parked: SaleState.CLOSED})


def test_a_search_brings_what_waits_to_be_settled_and_nothing_else_that_is_open() -> None:
    with shop() as made:
        opened = account(made)
        owed = made.counter.ring([SCARF], at=NOW, state="pending", attributes=["onaccount"])["id"]
        made.counter.ring([SCARF], at=NOW, state="pending", attributes=["pickup"])
        made.counter.ring([SCARF], at=NOW, state="parked")
        start, end = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
        pages = [*opened.sales(place(opened, made), start, end, cursor="", now=NOW)]
        opened.close()

    assert [(each.sale.external_id, each.sale.state) for page in pages for each in page.observed] == [
        (owed, SaleState.OPEN)
    ]


def test_two_outlets_have_their_own_sales_and_zones() -> None:
    with shop(outlets=TWO) as made:
        opened = account(made)
        sold = {short: made.counter.ring([SCARF], at=NOW, outlet=short)["id"] for short, _zone in TWO}
        found = {short: changed(opened, place(opened, made, short), "")[0].keys() for short, _zone in TWO}
        zones = {each.timezone for each in opened.locations()}
        opened.close()

    assert found == {short: {number} for short, number in sold.items()}
    assert zones == {"Europe/Paris", "Asia/Kathmandu"}


def test_names_come_from_their_lists_and_goods_may_stay_without() -> None:
    with shop() as made:
        made.counter.ring([SCARF], at=NOW)
        for scopes, name in ((SCOPES, "Scarf"), (tuple(each for each in SCOPES if each != "products:read"), "")):
            opened = account(made, scopes)
            [page] = [page for page in opened.changes(place(opened, made), mark="", now=NOW) if page.observed]
            sale = page.observed[0].sale
            opened.close()
            assert sale.lines[0].name == name
            assert sale.register
            assert sale.register.name == "Till main"
            assert sale.staff
            assert sale.staff.name == "Alice"


def _shift(made: Shop, user: str, **edited: datetime) -> None:
    name = made.retailer.identifier
    came = NOW - timedelta(hours=4)
    shift = {"id": name(f"shift/{user}"), "user_id": name(f"user/{user}"), "time_in": came}
    made.retailer.put("shifts", shift | edited)


def test_shifts_of_the_only_outlet_are_its_own_and_an_open_one_has_no_end() -> None:
    with shop() as made:
        _shift(made, "alice")
        opened = account(made)
        [found] = opened.shifts(place(opened, made), NOW - timedelta(days=1), NOW)
        _shift(made, "alice", time_out=NOW - timedelta(hours=1), updated_at=NOW)
        [edited] = opened.shifts(place(opened, made), NOW - timedelta(days=1), NOW)
        opened.close()
    assert (found.started_at, found.ended_at) == (NOW - timedelta(hours=4), None)
    assert (edited.id, edited.ended_at, edited.changed_at) == (found.id, NOW - timedelta(hours=1), NOW)


def test_shifts_that_could_be_anywhere_are_not_provided() -> None:
    with shop(outlets=TWO) as made:
        _shift(made, "alice")
        opened = account(made)
        with pytest.raises(VendorRefused) as raised:
            list(opened.shifts(place(opened, made), NOW - timedelta(days=1), NOW))
        opened.close()
    assert raised.value.status == 403


def test_the_limit_is_by_registers_and_ends_at_an_http_date() -> None:
    with shop(outlets=TWO, behaviour=Behaviour()) as made:
        token = {"authorization": f"Bearer {made.mint()}"}
        with httpx.Client(base_url=made.endpoints.api_url, headers=token) as caller:
            answers = [caller.get("/retailer") for _ in range(652)]

    assert [each.status_code for each in answers[648:]] == [200, 200, 429, 429]
    assert (answers[0].headers["x-ratelimit-limit"], answers[0].headers["x-ratelimit-remaining"]) == ("650", "649")
    wait = parsedate_to_datetime(answers[-1].headers["retry-after"]) - datetime.now(UTC)
    assert timedelta(seconds=200) < wait <= timedelta(seconds=301)


@pytest.mark.parametrize(
    ("limit", "remaining", "seconds"),
    [("350", "350", 0), ("350", "105", 0), ("350", "0", 300), ("", "5", 0), ("0", "0", 0), ("x", "-1", 0)],
)
def test_imports_leave_a_part_of_the_window(limit: str, remaining: str, seconds: float) -> None:
    assert import_pause({"x-ratelimit-limit": limit, "x-ratelimit-remaining": remaining}) == seconds


def test_each_refresh_ends_the_pair_before() -> None:
    with shop() as made:
        client = {"client_id": CLIENT.id, "client_secret": CLIENT.secret.reveal()}
        asked = {"response_type": "code", "client_id": CLIENT.id, "redirect_uri": CLIENT.redirect_uri}
        consent = f"{made.endpoints.authorise_url}?{urlencode({**asked, 'state': '12345678', 'scope': 'sales:read'})}"
        back = parse_qs(urlsplit(httpx.get(consent).headers["location"]).query)
        code = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": CLIENT.redirect_uri}
        first = httpx.post(made.endpoints.token_url, data={**client, **code}).json()
        again = {**client, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = httpx.post(made.endpoints.token_url, data=again)
        third = httpx.post(made.endpoints.token_url, data=again)
        used = httpx.post(made.endpoints.token_url, data={**client, **code})
        stale = httpx.get(
            f"{made.endpoints.api_url}/sales", headers={"authorization": f"Bearer {first['access_token']}"}
        )

    assert back["domain_prefix"] == ["demo"] == [first["domain_prefix"]]
    assert second.status_code == 200
    assert (third.status_code, used.status_code, stale.status_code) == (400, 400, 401)


def test_a_till_says_what_it_took_and_customers_are_listed() -> None:
    with shop() as made:
        made.counter.ring([SCARF], at=NOW)
        made.retailer.put("customers", {"id": "c-1", "first_name": "Bob", "email": "bob@example.com"})
        api = Api(made.endpoints.api_url, vendor="X", credentials=Keys(made.mint))
        closure = Client(api).closure(made.retailer.identifier("register/main"))
        [customer] = [each for page in Client(api).customers() for each in page.data]
        api.close()

    assert [each.total for each in closure.payments] == [Decimal("24.00")]
    assert "Bob" not in repr(customer)


def test_addresses_follow_the_domain_prefix() -> None:
    said = {"LIGHTSPEED_X_CLIENT_ID": "a", "LIGHTSPEED_X_CLIENT_SECRET": "b"}
    found = CONNECTOR.endpoints(said).at("demo")
    assert found.token_url == "https://demo.retail.lightspeed.app/api/1.0/token"
    assert found.api_url == "https://demo.retail.lightspeed.app/api/2026-07"
    for hostile in ("", "Demo", "a.b", "evil.example/", "x@evil", "-a", "a" * 64, "a\n"):
        with pytest.raises(VendorRefused):
            CONNECTOR.endpoints(said).at(hostile)
    with pytest.raises(ComptoirError):
        CONNECTOR.endpoints({})


def test_a_closing_is_open_then_done_then_another() -> None:
    with shop() as made:
        opened = account(made)
        location = place(opened, made)
        made.simulator.tills.open("main", at=NOW - timedelta(hours=3))
        made.counter.ring([SCARF], at=NOW - timedelta(hours=2))
        made.counter.ring([Article(Decimal(5), Decimal(-1))], at=NOW - timedelta(hours=1))
        [open_now] = opened.closures(location)
        made.simulator.tills.close("main", at=NOW)
        [done] = opened.closures(location)
        made.counter.ring([SCARF], at=NOW - timedelta(hours=2))
        [still] = opened.closures(location)
        made.simulator.tills.open("main", at=NOW + timedelta(minutes=1))
        [another] = opened.closures(location)
        opened.close()

    assert (open_now.closed_at, open_now.register.name) == (None, "Till main")
    assert [(each.method.name, each.total) for each in open_now.takings] == [("Card", Decimal(18))]
    assert (done.id, done.closed_at, done.takings) == (open_now.id, NOW, open_now.takings)
    assert still == done
    assert (another.id == done.id, another.closed_at, another.takings) == (False, None, ())
    assert another.sequence == (done.sequence or 0) + 1


def test_without_the_right_to_see_payments_there_are_no_closings() -> None:
    with shop() as made:
        opened = account(made, tuple(each for each in SCOPES if each != "payments:read"))
        with pytest.raises(VendorRefused) as refused:
            opened.closures(place(opened, made))
        opened.close()
    assert refused.value.status == 403


@pytest.mark.parametrize("version", ["2026-07", "2.0"])
def test_a_guest_is_named_once_and_only_where_that_is_asked(version: str) -> None:
    with shop(version=version) as made:
        opened = account(made)
        location = place(opened, made)
        bob = {"id": made.retailer.identifier("bob"), "first_name": "Bob", "email": "bob@example.com", "phone": "01"}
        made.retailer.put("customers", {**bob, "mobile": "+33 6 12 34 56 78"})
        known = [made.counter.ring([SCARF], at=NOW, customer=bob["id"])["id"] for _ in range(2)]
        made.counter.ring([SCARF], at=NOW)
        asked = {"cursor": "", "now": NOW}
        start, end = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
        plain = [each for page in opened.sales(location, start, end, **asked) for each in page.identified]
        named = [each for page in opened.sales_with_guests(location, start, end, **asked) for each in page.identified]
        lookups = [each for each in made.front.asked if "/customers/" in each.path]
        opened.close()

    assert plain == []
    assert [(each.sale_id, each.first_name, each.phone) for each in named] == [
        (each, "Bob", "+33 6 12 34 56 78") for each in known
    ]
    assert len(lookups) == 1


def test_a_sale_deleted_while_a_search_is_read_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 4)
    with shop() as made:
        opened = account(made)
        location = place(opened, made)
        rung = [made.counter.ring([SCARF], at=NOW - timedelta(minutes=20 - number))["id"] for number in range(14)]
        seen, cursor = [], ""
        for number, page in enumerate(opened.sales(location, NOW - timedelta(days=1), NOW, cursor=cursor, now=NOW)):
            seen += [each.sale.external_id for each in page.observed]
            if number in (0, 1):  # one that was read, and the very last that was read
                made.retailer.delete("sales", rung[0] if number == 0 else seen[-1], now=NOW)
        opened.close()

    assert set(rung) - set(seen) == set()
    assert len(seen) <= len(rung) + 2, "what was read twice is what stood where a page was torn"


def test_a_search_is_taken_up_at_any_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 4)
    with shop() as made:
        opened = account(made)
        location, start = place(opened, made), NOW - timedelta(days=1)
        rung = [made.counter.ring([SCARF], at=NOW - timedelta(minutes=20 - number))["id"] for number in range(10)]
        pages = list(opened.sales(location, start, NOW, cursor="", now=NOW))
        for place_of_page, page in enumerate(pages[:-1]):
            rest = opened.sales(location, start, NOW, cursor=page.next_cursor, now=NOW)
            found = [each.sale.external_id for later in rest for each in later.observed]
            read = [each.sale.external_id for earlier in pages[: place_of_page + 1] for each in earlier.observed]
            assert [*read, *found] == rung
        opened.close()
