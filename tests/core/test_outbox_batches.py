"""Events handed over together: what one of them, one app or another worker does, costs the others nothing."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest import mock
from uuid import UUID

import pytest
from django.db import connection, connections

from comptoir.apps.loyalty.models import Offer
from comptoir.core.installations import manifest
from comptoir.core.installations.install import install
from comptoir.core.outbox import dispatch
from comptoir.core.outbox.models import Delivery, Event
from comptoir.kernel.ids import new_id
from comptoir.pos.events import EventKind
from tests.bills import bill, record, refund, told
from tests.people import People

NOW = datetime(2026, 3, 7, 21, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def listener(handler: manifest.Handler, slug: str = "listener") -> manifest.App:
    return manifest.App(slug, slug, slug, handlers=dict.fromkeys(EventKind, handler))


def event(people: People, kind: str = EventKind.SALE_CLOSED, app: str = "listener") -> UUID:
    """An event as the ledger writes it."""
    organisation_id, identifier = people.le_zinc.id, new_id()
    Event.objects.create(
        organisation_id=organisation_id,
        id=identifier,
        store_id=people.bar.id,
        kind=kind,
        sale_id=new_id(),
        revision=1,
        at=NOW,
    )
    Delivery.objects.create(organisation_id=organisation_id, event_id=identifier, app=app, due_at=NOW)
    return identifier


def test_one_bad_event_does_not_hold_up_those_beside_it(people: People) -> None:
    ids = [event(people) for _ in range(5)]
    heard: list[UUID] = []

    def handler(events: Sequence[manifest.Event], now: datetime) -> None:
        if ids[2] in {each.id for each in events}:
            raise ZeroDivisionError("a bug")
        heard.extend(each.id for each in events)

    with mock.patch.object(manifest, "_apps", {"listener": listener(handler)}):
        assert dispatch.dispatch(clock=clock) == 4
    assert sorted(heard) == sorted({*ids} - {ids[2]})
    left = Delivery.objects.get()
    assert (left.event_id, left.attempts) == (ids[2], 1)
    assert "ZeroDivisionError" in left.fault


def test_events_of_two_organisations_never_come_together(people: People) -> None:
    mine = event(people)
    Event.objects.filter(id=mine).update(organisation_id=people.chez_charlie.id)
    Delivery.objects.filter(event_id=mine).update(organisation_id=people.chez_charlie.id)
    event(people)
    calls: list[set[UUID]] = []
    app = listener(lambda events, now: calls.append({each.organisation_id for each in events}))
    with mock.patch.object(manifest, "_apps", {"listener": app}):
        dispatch.dispatch(clock=clock)
    assert sorted(map(len, calls)) == [1, 1]


def test_an_app_whose_rows_are_refused_at_the_commit_fails_alone(people: People) -> None:
    """Django's foreign keys are checked at the commit, which many deliveries share."""

    def handler(events: Sequence[manifest.Event], now: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_membership (organisation_id, user_id, role) VALUES (%s, 0, 'owner')", [new_id()]
            )

    heard: list[UUID] = []
    other = listener(lambda events, now: heard.extend(each.id for each in events), "other")
    event(people)
    event(people, app="other")
    with mock.patch.object(manifest, "_apps", {"listener": listener(handler), "other": other}):
        assert dispatch.dispatch(clock=clock) == 1
    assert len(heard) == 1
    assert "IntegrityError" in Delivery.objects.get().fault


def test_an_event_of_a_kind_this_worker_does_not_know_holds_up_nobody(people: People) -> None:
    event(people, kind="sale.invented_tomorrow")
    event(people)
    with mock.patch.object(manifest, "_apps", {"listener": listener(lambda events, now: None)}):
        assert dispatch.dispatch(clock=clock) == 1
    assert Delivery.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_meet_crosswise_do_not_block_each_other(people: People) -> None:
    """Two refunds each of two sales, handed to two workers so that each begins with what the other ends with."""
    install(organisation=people.le_zinc, store=people.bar, app="loyalty", provider="lightspeed_k", now=NOW)
    record(people.bar, [told(bill("A1", "20")), told(bill("B1", "20"))])
    dispatch.dispatch(clock=clock)
    for number, of in (("A2", "A1"), ("B2", "B1"), ("B3", "B1"), ("A3", "A1")):
        record(people.bar, [told(refund(number, of, "-2"))])
    Delivery.objects.update(app="loyalty")
    for place, delivery in enumerate(Delivery.objects.order_by("event_id")):
        Delivery.objects.filter(pk=delivery.pk).update(due_at=NOW - timedelta(minutes=9 - place))
    meeting = threading.Barrier(2)
    handle = manifest.app("loyalty").handlers[EventKind.SALE_CLOSED]
    calls: list[int] = []

    def slowly(events: Sequence[manifest.Event], now: datetime) -> None:
        calls.append(len(events))
        for each in events:
            handle([each], now)
            with suppress(threading.BrokenBarrierError):
                meeting.wait(2)

    def work() -> None:
        try:
            dispatch.dispatch(clock=clock)
        finally:
            connections.close_all()

    apps = {"loyalty": listener(slowly, "loyalty")}
    with mock.patch.object(manifest, "_apps", apps), mock.patch.object(dispatch, "BATCH", 2):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: work(), range(2)))
    assert calls == [2, 2], "nobody was a victim, so nobody was told twice"
    assert not Delivery.objects.exists()
    assert set(Offer.objects.values_list("points", flat=True)) == {16}
