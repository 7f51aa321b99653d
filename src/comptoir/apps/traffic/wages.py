"""What an hour of work costs at a location on a day: the nearest that somebody typed, and nothing where nobody did."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import chains, day_lock
from comptoir.apps.traffic.models import Day
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id


class Wages:
    """Those of a chain, read once."""

    def __init__(self, organisation_id: UUID) -> None:
        self._typed: defaultdict[tuple[UUID | None, str], list[tuple[date, Decimal]]] = defaultdict(list)
        for row in rows(organisation_id):
            self._typed[row.store_id or row.node_id, row.currency].append((row.since, row.per_hour))
        self._tree = chains.Tree(organisation_id) if self._typed else None

    def per_hour(self, store: Store, day: date) -> Decimal | None:
        """Of the store itself, of its region, district or chain on that day, or of all; None where nobody typed any."""
        for key in self._tree.nearest_first(store.id, day) if self._tree else ():
            typed = [value for since, value in self._typed.get((key, store.currency), ()) if since <= day]
            if typed:
                return typed[-1]
        return None


def rows(organisation_id: UUID) -> list[Wage]:
    """What somebody typed, earliest first."""
    return list(Wage.objects.filter(organisation_id=organisation_id).order_by("since", "id"))


@transaction.atomic
def save(
    *,
    organisation_id: UUID,
    store_id: UUID | None,
    node_id: UUID | None,
    since: date,
    per_hour: Decimal,
    currency: str,
    name: str,
    actor: str,
    now: datetime,
) -> None:
    """From a date on, at a store, a node or (both None) everywhere; typed again it is replaced. Past days follow.

    Raises RuleBroken for an hour that costs nothing.
    """
    if per_hour <= 0:
        raise RuleBroken(_("An hour of work costs something."), code="wage_invalid", status=422)
    Wage.objects.update_or_create(
        organisation_id=organisation_id,
        store_id=store_id,
        node_id=node_id,
        currency=currency,
        since=since,
        defaults={"per_hour": per_hour},
        create_defaults={"per_hour": per_hour, "id": new_id()},
    )
    make_anew(organisation_id, since=since)
    details = {"since": since.isoformat(), "per_hour": f"{per_hour.normalize():f} {currency}"}
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="traffic.wage_saved",
        subject=name,
        details=details,
        now=now,
    )


@transaction.atomic
def delete(*, organisation_id: UUID, wage_id: UUID, name: str, actor: str, now: datetime) -> None:
    """What was typed before holds again. Raises RuleBroken (`not_found`, 404)."""
    row = Wage.objects.filter(organisation_id=organisation_id, id=wage_id).first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    row.delete()
    make_anew(organisation_id, since=row.since)
    details = {"since": row.since.isoformat(), "per_hour": f"{row.per_hour.normalize():f} {row.currency}"}
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="traffic.wage_deleted",
        subject=name,
        details=details,
        now=now,
    )


def make_anew(organisation_id: UUID, *, since: date) -> None:
    """The days in which somebody worked cost something else now."""
    worked = Day.objects.filter(organisation_id=organisation_id, business_date__gte=since, staff_hours__isnull=False)
    day_lock.make_anew(worked)
