"""Payments and orders as pages list them: of the stores a person may see, narrowed by what the address asks for."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from comptoir.apps.pay_at_table.alarm_tables import Orphan
from comptoir.apps.pay_at_table.models import ENDS, GuestPayment, Integration, State
from comptoir.apps.pay_at_table.order_tables import Order

PAGE: Final = 50
OPEN: Final = "open"
MOST_EXPORTED_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Wanted:
    """Which payments. `state` is one of `State`, or `open` for all that are not settled."""

    state: str = ""
    search: str = ""
    integration_id: UUID | None = None
    day: date | None = None


def integrations(organisation_id: UUID, *, store_ids: Collection[UUID] | None) -> list[Integration]:
    """Of the stores that may be seen, by name."""
    rows = Integration.objects.filter(organisation_id=organisation_id).order_by("name", "id")
    return list(rows if store_ids is None else rows.filter(store_id__in=store_ids))


def payments(
    organisation_id: UUID,
    wanted: Wanted,
    *,
    store_ids: Collection[UUID] | None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[GuestPayment]:
    """The newest first."""
    rows = _rows(organisation_id, wanted, store_ids=store_ids)
    return list((rows.filter(id__lt=before) if before else rows).order_by("-id")[:limit])


def every(organisation_id: UUID, wanted: Wanted, *, store_ids: Collection[UUID] | None) -> Iterator[GuestPayment]:
    """All of them, read page by page: for a file."""
    before = None
    while rows := payments(organisation_id, wanted, store_ids=store_ids, before=before, limit=MOST_EXPORTED_AT_ONCE):
        yield from rows
        before = rows[-1].id


def payment(organisation_id: UUID, payment_id: UUID, *, store_ids: Collection[UUID] | None) -> GuestPayment | None:
    """One of them, or None where there is none, or not for this person."""
    return _rows(organisation_id, Wanted(), store_ids=store_ids).filter(id=payment_id).first()


def waiting(organisation_id: UUID, *, store_ids: Collection[UUID] | None) -> list[GuestPayment]:
    """What a person is needed for, the oldest first; of a test payment no money is missing."""
    rows = _rows(organisation_id, Wanted(state=State.NEEDS_ATTENTION), store_ids=store_ids).filter(is_test=False)
    return list(rows.order_by("id")[:MOST_EXPORTED_AT_ONCE])


def latest_tests(integrations: Collection[Integration]) -> dict[UUID, GuestPayment]:
    """The latest test payment of each, by integration; those that never made one are not in it."""
    rows = GuestPayment.objects.filter(
        organisation_id__in={each.organisation_id for each in integrations},
        integration_id__in=[each.id for each in integrations],
        is_test=True,
    )
    return {each.integration_id: each for each in rows.order_by("id")}


def orphans(organisation_id: UUID, *, store_ids: Collection[UUID] | None) -> "QuerySet[Orphan]":
    """Payments that the till told of and nobody knows, until somebody has seen to them; the oldest first."""
    rows = Orphan.objects.filter(organisation_id=organisation_id, seen_to_at=None).order_by("first_at", "reference")
    return rows if store_ids is None else rows.filter(store_id__in=store_ids)


def orders(
    organisation_id: UUID, *, store_ids: Collection[UUID] | None, before: UUID | None = None, limit: int = PAGE
) -> list[Order]:
    """The newest first."""
    rows = _orders(organisation_id, store_ids=store_ids)
    return list((rows.filter(id__lt=before) if before else rows).order_by("-id")[:limit])


def order(organisation_id: UUID, order_id: UUID, *, store_ids: Collection[UUID] | None) -> Order | None:
    """One of them, or None where there is none, or not for this person."""
    return _orders(organisation_id, store_ids=store_ids).filter(id=order_id).first()


def _orders(organisation_id: UUID, *, store_ids: Collection[UUID] | None) -> "QuerySet[Order]":
    rows = Order.objects.filter(organisation_id=organisation_id)
    if store_ids is None:
        return rows
    mine = Integration.objects.filter(organisation_id=organisation_id, store_id__in=store_ids)
    return rows.filter(integration_id__in=mine.values("id"))


def _rows(organisation_id: UUID, wanted: Wanted, *, store_ids: Collection[UUID] | None) -> "QuerySet[GuestPayment]":
    rows = GuestPayment.objects.filter(organisation_id=organisation_id)
    if store_ids is not None:
        mine = Integration.objects.filter(organisation_id=organisation_id, store_id__in=store_ids)
        rows = rows.filter(integration_id__in=mine.values("id"))
    if wanted.integration_id is not None:
        rows = rows.filter(integration_id=wanted.integration_id)
    if wanted.state == OPEN:
        rows = rows.exclude(state__in=ENDS)
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.day is not None:
        rows = rows.filter(business_date=wanted.day)
    if wanted.search:
        rows = rows.filter(
            Q(provider_payment_id__icontains=wanted.search)
            | Q(check_id__icontains=wanted.search)
            | Q(table_number=wanted.search)
        )
    return rows
