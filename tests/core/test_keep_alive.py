"""Unused tokens are kept alive; a vendor that refuses us is said to, and the connection mends when it does not."""

from datetime import UTC, datetime, timedelta

import pytest

from comptoir.connectors.lightspeed_k.simulator.settings import Lifetimes
from comptoir.core.connections import access, standing, tasks
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.jobs import engine
from comptoir.kernel.errors import VendorRefused
from comptoir.pos.hosting import Request, Response
from tests.core.kseries import (
    TOKEN_PATH,
    Vendor,
    at_once,
    decide,
    leave,
    linked,
    row,
    stored,
    tokens_of,
    vendor_served,
)
from tests.core.queue import jobs
from tests.people import JOINED, People

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(seconds=59)
REFUSED = Response(400, b'{"error": "invalid_grant"}')


def refuse_calls(vendor: Vendor, status: int, *, containing: str = "") -> None:
    vendor.instead = lambda request, now: (
        Response(status, b"{}") if request.path != TOKEN_PATH and containing in request.path else None
    )


def test_unused_tokens_are_renewed_every_other_day_each_connection_at_its_own_moment(
    people: People, vendor: Vendor
) -> None:
    waits = [vendor.connect(people).keep_alive_at - JOINED for _ in range(4)]  # type: ignore[operator]

    assert all(timedelta(hours=38) < wait <= timedelta(hours=48) for wait in waits)
    assert len(set(waits)) == 4


def test_a_short_lived_refresh_token_is_renewed_within_half_of_its_life(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vendor_served(monkeypatch, lifetimes=Lifetimes(offline=timedelta(minutes=30))) as vendor:
        connection = vendor.connect(people)

    assert connection.keep_alive_at is not None
    assert connection.keep_alive_at - JOINED <= timedelta(minutes=15)


def test_keeping_alive_renews_once_however_many_try(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    before = stored()
    at_once(*[lambda: access.keep_alive(connection)] * 6)

    assert len(vendor.token_requests) == 1
    assert stored() == tuple(vendor.handed_out[-2:]) != before
    assert standing.due_to_keep_alive(now=datetime.now(UTC)) == []


def test_the_tick_renews_what_is_due_and_nothing_else(people: People, vendor: Vendor, no_jobs: None) -> None:
    due, rested, broken = (vendor.connect(people) for _ in range(3))
    Connection.objects.filter(id=rested.id).update(keep_alive_at=datetime.now(UTC) + timedelta(hours=1))
    Connection.objects.filter(id=broken.id).update(status="reconnect")
    tasks.look_after.task.func(timestamp=0)
    engine.drain()

    assert len(vendor.token_requests) == 1
    due.refresh_from_db()
    assert due.keep_alive_at is not None
    assert due.keep_alive_at > datetime.now(UTC)
    assert [name for name, _ in jobs() if name.startswith("connections.keep_alive")] == []


def test_a_vendor_that_cannot_answer_is_asked_at_the_next_tick(people: People, vendor: Vendor, no_jobs: None) -> None:
    connection = vendor.connect(people)
    vendor.at_token(Response(503))
    tasks.keep_alive_one.task.func(connection_id=str(connection.id))

    assert row().status == "connected"
    assert standing.due_to_keep_alive(now=datetime.now(UTC)) == [connection.id]


def test_a_call_that_is_refused_with_fresh_tokens_asks_for_a_new_sign_in(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    refuse_calls(vendor, 401)
    with pytest.raises(VendorRefused), open_vendor(connection) as account:
        account.locations()

    assert (row().status, row().status_reason) == ("reconnect", standing.reason(connection))
    assert row().probe_at is not None
    asked = len(vendor.asked)
    with pytest.raises(VendorRefused, match="refuses Comptoir"), open_vendor(row()) as account:
        account.locations()
    assert len(vendor.asked) == asked, "nobody asks a vendor that refuses, but the probe"


def test_a_good_answer_later_mends_the_connection_without_anybody(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    refuse_calls(vendor, 401)
    with pytest.raises(VendorRefused), open_vendor(connection) as account:
        account.locations()
    access.probe(row())
    assert row().status == "reconnect", "it still refuses"

    vendor.instead = None
    Connection.objects.update(probe_at=datetime.now(UTC))
    assert standing.due_to_probe(now=datetime.now(UTC)) == [connection.id]
    access.probe(row())
    assert (row().status, row().status_reason, row().probe_at) == ("connected", "", None)
    with open_vendor(row()) as account:
        assert len(account.locations()) == 2


def test_a_missing_right_at_one_place_does_not_cut_off_the_others(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    refuse_calls(vendor, 403, containing="/sales")
    links = linked_after_reading(connection, people)
    with pytest.raises(VendorRefused), open_vendor(connection) as account:
        next(account.sales(links, JOINED, JOINED + timedelta(days=1), cursor="", now=JOINED))
    assert row().status == "connected"
    assert row().probe_at is not None, "but the vendor is asked whether it refuses everything"

    access.probe(row())
    assert (row().status, row().probe_at) == ("connected", None)


def test_a_right_that_is_missing_everywhere_asks_for_a_new_sign_in(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    refuse_calls(vendor, 403)
    with pytest.raises(VendorRefused), open_vendor(connection) as account:
        account.locations()
    access.probe(row())

    assert row().status == "reconnect"


def test_a_probe_that_finds_the_sign_in_dead_is_the_last(people: People, vendor: Vendor) -> None:
    vendor.connect(people, expires_in=SOON)
    Connection.objects.update(status="reconnect", probe_at=datetime.now(UTC))
    vendor.at_token(REFUSED)
    access.probe(row())

    assert (row().status, row().probe_at) == ("reconnect", None)
    assert "asks you to sign in again" in row().status_reason


def lose_the_first_answer(vendor: Vendor) -> None:
    """The first renewal is done, and its answer cut off."""
    lost: list[bool] = []

    def instead(request: Request, now: datetime) -> Response | None:
        if request.path != TOKEN_PATH or lost:
            return None
        lost.append(True)
        vendor.simulator.answer(request, now=now)
        return Response(200, b"{}", cut_at=0)

    vendor.instead = instead


def test_a_lost_answer_is_asked_for_again_at_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    lifetimes = Lifetimes(reuse=timedelta(minutes=1))
    with vendor_served(monkeypatch, lifetimes=lifetimes) as vendor:
        connection = vendor.connect(people, expires_in=SOON)
        lose_the_first_answer(vendor)

        assert tokens_of(connection).access_token().reveal() == stored()[0] == vendor.handed_out[-2]
        assert len(vendor.token_requests) == 2
        assert row().status == "connected"


def test_a_lost_answer_of_a_vendor_that_knows_no_second_time_is_told_and_costs_only_the_sign_in(
    people: People, vendor: Vendor
) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    link = linked(connection, people, "90000000000001")
    lose_the_first_answer(vendor)
    with pytest.raises(VendorRefused, match="was lost on the way"):
        tokens_of(connection).access_token()
    with pytest.raises(VendorRefused, match="was lost on the way"):
        tokens_of(connection).access_token()

    assert len(vendor.token_requests) == 2, "one retry, and no loop of burnt tokens"
    assert row().status == "reconnect"
    link.refresh_from_db()
    assert link.store == people.bar


def linked_after_reading(connection: Connection, people: People):  # type: ignore[no-untyped-def]
    from comptoir.core.connections.locations import as_location

    return as_location(linked(connection, people, "90000000000001"))


def test_signing_in_to_another_account_is_refused_and_the_connection_stays(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people)
    client = people.client(people.alice)
    client.post(f"/connections/{connection.public_id}/refresh")
    before = bytes(row().refresh_token)

    back = decide(leave(client, connection=connection.public_id), business_id=another(vendor))
    response = client.get(back.removeprefix("http://testserver"))

    assert response.status_code == 409
    assert "another Lightspeed K-Series account" in response.content.decode()
    assert bytes(row().refresh_token) == before
    assert set(LocationLink.objects.values_list("business_name", flat=True)) == {"Le Zinc"}


def another(vendor: Vendor) -> str:
    """The id of a business that is not Le Zinc."""
    return next(each.business_id for each in vendor.world.locations() if each.business_name != "Le Zinc")
