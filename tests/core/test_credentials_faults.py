"""A vendor that takes long and a database that goes away in the middle of a refresh: no token is lost."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection as database

from comptoir.core.connections import consent, credentials, reads
from comptoir.core.connections.models import Connection
from comptoir.core.connections.tokens import read_token_answer
from comptoir.kernel.errors import VendorBusy
from comptoir.pos.hosting import Request, Response
from tests.core.kseries import TOKEN_PATH, Vendor, at_once, row, stored, tokens_of
from tests.people import People
from tests.servers import until

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = Response(400, b'{"error": "invalid_grant", "error_description": "Token is not active"}')

SOON = timedelta(seconds=59)


@contextmanager
def hanging(vendor: Vendor) -> Iterator[threading.Event]:
    """The token endpoint says nothing until the block ends; the event tells that it was asked."""
    asked, released = threading.Event(), threading.Event()

    def hang(request: Request, now: datetime) -> Response | None:
        if request.path == TOKEN_PATH and not released.is_set():
            asked.set()
            released.wait(60)
        return None

    vendor.instead = hang
    try:
        yield asked
    finally:
        released.set()


def test_a_vendor_that_takes_long_keeps_nobody_waiting_for_ever(
    people: People, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, other = vendor.connect(people, expires_in=SOON), vendor.connect(people)
    monkeypatch.setattr(credentials, "LOCK_SECONDS", 0.1)
    with hanging(vendor) as asked:
        refreshing = threading.Thread(target=at_once, args=(tokens_of(slow).access_token,))
        refreshing.start()
        assert asked.wait(60)

        with pytest.raises(VendorBusy, match="takes long"):
            tokens_of(slow).access_token()
        assert tokens_of(other).access_token().reveal() == vendor.handed_out[2], "another connection is not held up"
        assert len(reads.connections(people.le_zinc.id)) == 2, "nor is a page"
    refreshing.join(60)

    assert len(vendor.token_requests) == 1
    assert tokens_of(slow).access_token()


def while_refreshing(vendor: Vendor, do: Callable[[], None]) -> None:
    """Do something once, after the vendor was asked and before it answers."""
    done: list[bool] = []

    def instead(request: Request, now: datetime) -> Response | None:
        if request.path == TOKEN_PATH and not done:
            done.append(True)
            do()
        return None

    vendor.instead = instead


def other_session() -> "psycopg.Connection[tuple[object, ...]]":
    params = database.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    return psycopg.connect(**params, autocommit=True)


def test_tokens_survive_the_database_session_that_waited_for_them(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    mine = database.connection.info.backend_pid if database.connection else 0

    def kill() -> None:
        with other_session() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [mine])
            until(lambda: not other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [mine]).fetchone())

    while_refreshing(vendor, kill)
    assert tokens_of(connection).access_token().reveal() == vendor.handed_out[-2]
    assert stored() == tuple(vendor.handed_out[-2:])
    assert len(vendor.token_requests) == 1


def test_tokens_survive_a_database_that_ends_idle_transactions(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    with database.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '300ms'")
        cursor.execute("SET statement_timeout = '2s'")
    while_refreshing(vendor, lambda: threading.Event().wait(0.8) and None)

    assert tokens_of(connection).access_token().reveal() == stored()[0]
    with database.cursor() as cursor:
        cursor.execute("SELECT current_setting('idle_in_transaction_session_timeout')")
        assert cursor.fetchone() == ("300ms",), "the session was not replaced, and is as it was"
    database.close()
    database.close_pool()


def test_connecting_again_while_a_refresh_is_under_way_wins(people: People, vendor: Vendor) -> None:
    connection = vendor.connect(people, expires_in=SOON)
    again = read_token_answer(json.dumps(vendor.mint()).encode(), vendor="the till", now=datetime.now(UTC))

    def connect_again() -> None:
        consent.keep(
            organisation_id=people.le_zinc.id,
            provider=connection.provider,
            pair=again,
            user=people.alice,
            now=datetime.now(UTC),
            connection=Connection.objects.get(id=connection.id),
        )

    with hanging(vendor) as asked:
        threads = [threading.Thread(target=at_once, args=(tokens_of(connection).access_token,))]
        threads[0].start()
        assert asked.wait(60)
        threads.append(threading.Thread(target=at_once, args=(connect_again,)))
        threads[1].start()
    for thread in threads:
        thread.join(60)

    assert stored() == (again.access.reveal(), again.refresh.reveal())
    assert row().status == "connected"
