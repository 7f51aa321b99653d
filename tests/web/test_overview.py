"""The overview says the worst first, and never adds up two currencies."""

from datetime import UTC, datetime, timedelta

import pytest

from comptoir.core.intake.reads import StoreHealth
from comptoir.kernel.ids import new_id
from comptoir.kernel.money import Money
from comptoir.web.pages.overview import light, read_flow
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


def health(
    state: str = "connected",
    *,
    ago: timedelta | None = timedelta(seconds=8),
    net: Money | None = None,
    sales: int = 0,
    reason: str = "",
) -> StoreHealth:
    return StoreHealth(
        store_id=new_id(),
        store_name="Le Zinc",
        timezone="Europe/Paris",
        provider_name=None if state == "none" else "Lightspeed K-Series",
        connection_state=state,
        connection_reason=reason,
        latest_notification_at=None if ago is None else NOW - ago,
        sales_today=sales,
        open_checks=2,
        net_sales_today=net,
    )


@pytest.mark.parametrize(
    ("store", "level", "word"),
    [
        (health(), "ok", "Receiving"),
        (health(ago=None), "off", "Waiting"),
        (health(ago=timedelta(hours=25)), "warn", "Quiet"),
        (health("reconnect"), "bad", "Signed out"),
        (health("none", ago=None), "off", "Not connected"),
    ],
)
def test_the_light_of_a_store(store: StoreHealth, level: str, word: str) -> None:
    found = light(store, NOW)
    assert (found.level, found.word) == (level, word)


def test_the_light_says_why() -> None:
    assert light(health("reconnect", reason="K-Series withdrew it."), NOW).cause == "K-Series withdrew it."


QUIET = health(ago=timedelta(hours=25))


@pytest.mark.parametrize(
    ("stores", "level", "answer"),
    [
        ([health()], "ok", "Your store is sending sales."),
        ([health(), health()], "ok", "All 2 stores are sending sales."),
        ([health(), health("none", ago=None)], "info", "1 of 2 stores is sending sales."),
        ([health(), QUIET], "warn", "1 store has sent nothing for a day."),
        ([health("reconnect"), QUIET], "bad", "1 store has lost its till: sign in there again."),
        ([health(ago=None)], "off", "Nothing has come in yet."),
    ],
)
def test_what_is_broken_outweighs_what_flows(stores: list[StoreHealth], level: str, answer: str) -> None:
    flow = read_flow(stores, NOW)
    assert (flow.level, flow.answer) == (level, answer)


def test_figures() -> None:
    stores = [
        health(net=Money(1000, "EUR"), sales=3),
        health(net=Money(250, "EUR"), sales=1),
        health(net=Money(90, "CHF")),
    ]
    flow = read_flow(stores, NOW)
    assert flow.net_sales == (Money(1250, "EUR"), Money(90, "CHF"))
    assert (flow.sales, flow.open_checks) == (4, 6)
    assert flow.latest_at == NOW - timedelta(seconds=8)


def test_without_a_till_there_is_one_thing_to_do(people: People) -> None:
    html = people.client(people.alice).get("/").content.decode()
    assert 'href="/connections">Connect Lightspeed K-Series' in html
    assert html.count("button primary") == 1


def test_nobody_sees_anothers_stores(people: People) -> None:
    assert b"Chez Charlie" not in people.client(people.alice).get("/").content
