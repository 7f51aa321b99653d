"""Values on their way to PostgreSQL and back: arrays as it spells them itself, and instants as Python reads them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel import arrays
from comptoir.kernel.ids import new_id

NASTY = ["", "NULL", "null", "{}", "a,b", '"', "\\", '\\"', "a b", " ", "é", "{", "x\ny", "'", "%s"]


def answer(question: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_texts_and_ids_arrive_as_they_are_and_in_their_order() -> None:
    ids = [new_id(), UUID(int=0), UUID(int=2**128 - 1)]

    assert answer("SELECT %s::text[]", arrays.of_texts(NASTY)) == NASTY
    assert answer("SELECT %s::uuid[]", arrays.of_ids(ids)) == ids
    assert answer("SELECT %s::text[]", arrays.of_texts([])) == answer("SELECT %s::uuid[]", arrays.of_ids([])) == []


@pytest.mark.django_db
@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_as_it_was_in_utc(instant: datetime) -> None:
    found = answer("SELECT %s::timestamptz", instant)

    assert found == instant
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


@pytest.mark.django_db
def test_an_instant_of_another_zone_is_told_in_utc_and_one_that_python_cannot_hold_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Asia/Kathmandu'")
    found = answer("SELECT '2026-03-07 20:00:00.5Z'::timestamptz")

    assert found == datetime(2026, 3, 7, 20, 0, 0, 500_000, tzinfo=UTC)
    assert isinstance(found, datetime)
    assert found.utcoffset() == timedelta(0)
    with pytest.raises(DataError):
        answer("SELECT 'infinity'::timestamptz")
