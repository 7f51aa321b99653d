"""The overview says the worst first, and never adds up two currencies."""

from datetime import UTC, datetime, timedelta

import pytest

from comptoir.core.accounts.roles import Role
from comptoir.core.health.causes import Cause, Finding
from comptoir.core.health.lights import Health, Light
from comptoir.core.intake.store_health import StoreHealth
from comptoir.kernel.ids import new_id
from comptoir.kernel.money import Money
from comptoir.web.pages.overview import Flow, read_flow
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


def found(cause: Cause, detail: str = "") -> Light:
    return Light((Finding(cause, new_id(), "Le Zinc", NOW, detail),))


def flow(*stores: tuple[StoreHealth, Light], house: tuple[Finding, ...] = (), role: Role = Role.OWNER) -> Flow:
    lights = {store.store_id: light for store, light in stores}
    everything = (*house, *(each for light in lights.values() for each in light.findings))
    return read_flow([store for store, _light in stores], Health({}, lights, everything), role)


@pytest.mark.parametrize(
    ("light", "level", "word", "url"),
    [
        (Light(), "ok", "Receiving", None),
        (found(Cause.NOTHING_YET), "off", "Waiting", "/connections"),
        (found(Cause.QUIET), "warn", "Quiet", "/inbox"),
        (found(Cause.STORE_NOT_CONNECTED), "off", "Not connected", "/connections"),
    ],
)
def test_the_light_of_a_store(light: Light, level: str, word: str, url: str | None) -> None:
    [line] = flow((health(), light)).stores
    assert (line.light.level, line.light.word, line.action and line.action.url) == (level, word, url)


def test_the_light_says_why_and_leads_to_what_mends_it() -> None:
    told = flow((health("reconnect"), found(Cause.SIGNED_OUT, "K-Series withdrew it.")))
    assert told.stores[0].light.cause == "K-Series withdrew it."
    assert "no longer accepts Comptoir" in str(told.troubles[0].sentence)
    assert told.troubles[0].action
    assert told.troubles[0].action.url.startswith("/connections/con_")


def test_nobody_is_sent_where_he_may_not_go() -> None:
    told = flow((health(), found(Cause.QUIET)), role=Role.STAFF)
    assert told.troubles[0].action is None


def test_many_troubles_are_counted() -> None:
    told = flow(*((health(), found(Cause.QUIET)) for _ in range(5)))
    assert (len(told.troubles), told.more_troubles) == (3, 2)


GOOD, QUIET, SIGNED_OUT = Light(), found(Cause.QUIET), found(Cause.SIGNED_OUT)
MONEY = found(Cause.MONEY_NOT_ON_TILL)


@pytest.mark.parametrize(
    ("lights", "level", "answer"),
    [
        ([GOOD], "ok", "Your store is sending sales."),
        ([GOOD, GOOD], "ok", "All 2 stores are sending sales."),
        ([GOOD, found(Cause.STORE_NOT_CONNECTED)], "info", "1 of 2 stores is sending sales."),
        ([GOOD, QUIET], "warn", "1 store needs a look."),
        ([SIGNED_OUT, QUIET], "bad", "1 store has lost its till: sign in there again."),
        ([SIGNED_OUT, MONEY], "bad", "Guests of 1 store have paid what its till does not show."),
        ([found(Cause.NOTHING_YET)], "off", "Nothing has come in yet."),
    ],
)
def test_what_is_broken_outweighs_what_flows(lights: list[Light], level: str, answer: str) -> None:
    told = flow(*((health(), light) for light in lights))
    assert (told.level, told.answer) == (level, answer)


def test_a_house_without_workers_is_told_first() -> None:
    told = flow((health(), GOOD), house=(Finding(Cause.NO_WORKER, new_id(), ""),))
    assert told.level == "bad"
    assert "no worker runs" in told.answer


def test_figures() -> None:
    stores = [
        health(net=Money(1000, "EUR"), sales=3),
        health(net=Money(250, "EUR"), sales=1),
        health(net=Money(90, "CHF")),
    ]
    told = read_flow(stores, Health({}, {}, ()), Role.OWNER)
    assert told.net_sales == (Money(1250, "EUR"), Money(90, "CHF"))
    assert (told.sales, told.open_checks) == (4, 6)
    assert told.latest_at == NOW - timedelta(seconds=8)


def test_without_a_till_there_is_one_thing_to_do(people: People) -> None:
    html = people.client(people.alice).get("/").content.decode()
    assert 'href="/connections">Connect Lightspeed K-Series' in html
    assert html.count("button primary") == 1


def test_nobody_sees_anothers_stores(people: People) -> None:
    assert b"Chez Charlie" not in people.client(people.alice).get("/").content


def test_only_what_is_set_up_comes_with_store_to_be_connected(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"LIGHTSPEED_K_{name}", "x")
        monkeypatch.delenv(f"LIGHTSPEED_R_{name}", raising=False)
    client = people.client(people.alice)
    shown = client.get("/connections").content.decode()
    assert "Connect Lightspeed K-Series" in shown
    assert "Connect Lightspeed R-Series" not in shown

    monkeypatch.delenv("LIGHTSPEED_K_CLIENT_ID")
    assert "Connect Lightspeed R-Series" in client.get("/connections").content.decode()
