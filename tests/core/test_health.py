"""Traffic lights: every cause from the facts it is told by, and no alarm where nothing is wrong."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from comptoir.core.health.causes import RULES, Cause, Colour
from comptoir.core.health.lights import health
from comptoir.core.ledger.models import HourlyFigure
from tests.core.queue import query
from tests.people import People, create_store
from tests.troubles import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Shop,
    backlog,
    failing_app,
    given_back,
    limited,
    no_worker,
    parked,
    partly_granted,
    quiet,
    renewal_failing,
    signed_out,
    silent_till,
    stopped_import,
    unlinked,
    unreachable,
)


@pytest.fixture
def shop(people: People, settings: object) -> Shop:
    settings.COMPTOIR_MAIL_SERVER = "there is one"  # type: ignore[attr-defined]
    query("DELETE FROM procrastinate_workers")
    made = Shop(people)
    made.sold(NOW - HOUR)
    return made


BREAKS: dict[Cause, Callable[[Shop], None]] = {
    Cause.SIGNED_OUT: signed_out,
    Cause.PARTLY_GRANTED: partly_granted,
    Cause.RENEWAL_FAILING: renewal_failing,
    Cause.VENDOR_UNREACHABLE: unreachable,
    Cause.VENDOR_LIMITS: limited,
    Cause.LOCATION_UNLINKED: unlinked,
    Cause.NOTIFICATIONS_STOPPED: silent_till,
    Cause.QUIET: quiet,
    Cause.PARKED: parked,
    Cause.IMPORT_STOPPED: stopped_import,
    Cause.APP_FAILING: failing_app,
    Cause.BACKLOG_OLD: backlog,
    Cause.NO_WORKER: no_worker,
}


def test_all_is_well(shop: Shop) -> None:
    found = shop.health()
    assert not found.findings
    assert found.connections[shop.connection.id].colour == Colour.GREEN
    assert found.stores[shop.people.bar.id].colour == Colour.GREEN


@pytest.mark.parametrize("cause", list(BREAKS))
def test_each_cause_is_told_by_its_facts(shop: Shop, cause: Cause) -> None:
    BREAKS[cause](shop)
    found = {each.cause: each for each in shop.health().troubles}
    assert set(found) == {cause}
    assert found[cause].rule.colour == RULES[cause].colour


def test_no_mail_server(shop: Shop, settings: object) -> None:
    settings.COMPTOIR_MAIL_SERVER = None  # type: ignore[attr-defined]
    assert shop.causes() == {Cause.MAIL_NOT_SET}


def test_a_store_is_no_better_than_what_feeds_it(shop: Shop) -> None:
    signed_out(shop)
    quiet(shop)
    light = shop.health().stores[shop.people.bar.id]
    assert light.colour == Colour.RED
    assert [each.cause for each in light.findings] == [Cause.SIGNED_OUT], "what follows from it is not told beside it"
    assert light.findings[0].detail == "K-Series withdrew it."


def test_a_store_without_till_and_one_that_waits_are_grey(shop: Shop) -> None:
    bare = create_store(shop.people.le_zinc, "Kiosque")
    HourlyFigure.objects.all().delete()
    shop.change(shop.reading, heard_at=None)
    found = shop.health()
    assert [each.cause for each in found.stores[bare.id].findings] == [Cause.STORE_NOT_CONNECTED]
    assert [each.cause for each in found.stores[shop.people.bar.id].findings] == [Cause.NOTHING_YET]
    assert not found.troubles, "what is not set up yet is no trouble"


def test_an_account_that_somebody_gave_back_is_grey_and_needs_nothing(shop: Shop) -> None:
    given_back(shop)
    found = shop.health()
    assert [each.cause for each in found.connections[shop.connection.id].findings] == [Cause.GIVEN_BACK]
    assert not [each for each in found.troubles if each.subject_id == shop.connection.id]


def test_a_closed_day_as_every_week_is_no_fault(shop: Shop) -> None:
    """Four weeks of dinners, never on Sundays and Mondays: on Tuesday noon nothing is wrong, on Wednesday it is."""
    HourlyFigure.objects.all().delete()
    saturday = NOW.replace(hour=20)
    shop.sold(*(saturday - day * DAY for day in range(28) if (saturday - day * DAY).weekday() not in (6, 0)))
    shop.change(shop.reading, heard_at=saturday)
    for later, expected in ((timedelta(days=2, hours=16), set()), (timedelta(days=3, hours=16), {Cause.QUIET})):
        found = health(shop.people.le_zinc.id, now=saturday + later)
        assert {each.cause for each in found.troubles} == expected


def test_a_short_night_s_silence_is_no_fault_for_a_store_that_never_sleeps(shop: Shop) -> None:
    HourlyFigure.objects.all().delete()
    shop.sold(*(NOW - hour * HOUR for hour in range(11, 24 * 10)))
    shop.change(shop.reading, heard_at=None)
    assert shop.causes() == set()


def test_a_hiccup_is_no_trouble(shop: Shop) -> None:
    shop.change(shop.reading, faults=2, fault="K-Series does not answer.")
    shop.notified("", ago=MINUTE)
    assert shop.causes() == set()


def test_a_till_that_never_told_is_read_by_its_books_and_that_is_well(shop: Shop) -> None:
    shop.change(shop.reading, heard_at=None)
    assert shop.causes() == set()


def test_an_import_that_went_well_later_settles_the_matter(shop: Shop) -> None:
    shop.imported("failed", ago=2 * HOUR)
    shop.imported("done", ago=HOUR)
    assert shop.causes() == set()


def test_old_troubles_are_history(shop: Shop) -> None:
    shop.notified("parked", ago=8 * DAY)
    shop.imported("failed", ago=8 * DAY)
    assert shop.causes() == set()


def test_nobody_hears_of_another_s_troubles(shop: Shop) -> None:
    signed_out(shop)
    parked(shop)
    failing_app(shop)
    found = health(shop.people.chez_charlie.id, now=NOW)
    assert not found.troubles
    assert set(found.stores) == {shop.people.shop.id}


def test_it_asks_as_often_for_many_stores_as_for_one(shop: Shop) -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as captured:
            shop.health()
        return len(captured)

    few = asked()
    for number in range(20):
        create_store(shop.people.le_zinc, f"Store {number}")
        shop.notified("parked", ago=HOUR, number=number)
    assert asked() == few


def test_only_the_stores_named(shop: Shop) -> None:
    other = create_store(shop.people.le_zinc, "Kiosque")
    signed_out(shop)
    found = health(shop.people.le_zinc.id, now=NOW, store_ids=[other.id])
    assert set(found.stores) == {other.id}
    assert not found.connections
