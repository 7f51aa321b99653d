"""The programme of an organisation: where it runs, its versions, and the one in force at an instant."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final, LiteralString
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from comptoir.apps.loyalty.expiry.rules import Expiry
from comptoir.apps.loyalty.models import Programme
from comptoir.apps.loyalty.points import Basis, Rounding
from comptoir.core.accounts.models import Organisation
from comptoir.core.installations import modules
from comptoir.core.prepared import fetch
from comptoir.kernel.errors import RuleBroken

ALL_VERSIONS: Final[LiteralString] = "organisation_id = %s ORDER BY version"
SINCE_ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)

# 1 point per 1.00, from 1.00 on: in euros, what flow L of loyalty.md expects before anybody has touched a setting.
FIRST_VERSION: Final = {
    "rate_points": 1,
    "rate_minor": 100,
    "minimum_order": 100,
    "rounding": Rounding.FLOOR,
    "effective_from": SINCE_ALWAYS,
}


@dataclass(frozen=True)
class Terms:
    """What a programme says beside its rate and minimum; the defaults are those of loyalty.md."""

    rounding: Rounding = Rounding.FLOOR
    basis: Basis = Basis.WITH_TAX
    most_per_sale: int | None = None
    most_per_day: int | None = None
    most_per_month: int | None = None
    most_held: int | None = None
    stops_at_zero: bool = False
    reinstates_rewards: bool = True
    reward_months: int = 12
    expiry: Expiry = Expiry.NEVER
    expiry_months: int = 12


def running_at(organisation_id: UUID, store_ids: Collection[UUID]) -> set[UUID]:
    """Those of these stores that have loyalty switched on; at the others, sales stay in the ledger and wait."""
    return running(organisation_id) & set(store_ids)


def running(organisation_id: UUID) -> set[UUID]:
    """The stores that have loyalty switched on."""
    return modules.running(organisation_id, "loyalty")


def runs_anywhere(organisation_id: UUID) -> bool:
    """Whether loyalty is switched on for any store of the organisation."""
    return bool(running(organisation_id))


@dataclass(frozen=True)
class Versions:
    """All versions of one organisation, the earliest first."""

    rows: tuple[Programme, ...]

    def in_force(self, at: datetime) -> Programme:
        """The version that counted at an instant; the first one counts since always (loyalty.md 1.4)."""
        return max(
            (row for row in self.rows if row.effective_from <= at),
            key=lambda row: (row.effective_from, row.version),
        )

    def numbered(self, number: int) -> Programme:
        """One version by its number."""
        return next(row for row in self.rows if row.version == number)


def versions(organisation_id: UUID, *, now: datetime) -> Versions:
    """Every version there is; the first one is made when it is first asked for."""
    if found := tuple(fetch(Programme, ALL_VERSIONS, [organisation_id])):
        return Versions(found)
    # The primary key lets two first askers agree on one row.
    Programme.objects.bulk_create(
        [Programme(organisation_id=organisation_id, version=1, created_at=now, **FIRST_VERSION)], ignore_conflicts=True
    )
    return Versions(tuple(fetch(Programme, ALL_VERSIONS, [organisation_id])))


def in_force(organisation_id: UUID, at: datetime, *, now: datetime) -> Programme:
    """The version that counted at an instant."""
    return versions(organisation_id, now=now).in_force(at)


def version(organisation_id: UUID, number: int) -> Programme:
    """One version by its number. Raises Programme.DoesNotExist."""
    return Programme.objects.get(organisation_id=organisation_id, version=number)


@transaction.atomic
def change(
    *,
    organisation_id: UUID,
    rate_points: int,
    rate_minor: int,
    minimum_order: int,
    actor: str,
    now: datetime,
    terms: Terms = Terms(),
    effective_from: datetime | None = None,
) -> Programme:
    """Save the programme as its next version, in force from now (or a later instant) on; earlier sales keep their own.

    The rate is `rate_points` points for `rate_minor` minor units; `minimum_order` is in minor units, inclusive.
    Raises RuleBroken (`starts_in_the_past`, 422): what was sold is settled.
    """
    if effective_from is not None and effective_from < now:
        raise RuleBroken(_("A change cannot begin in the past."), code="starts_in_the_past", status=422)
    Organisation.objects.select_for_update(no_key=True).get(id=organisation_id)
    in_force(organisation_id, now, now=now)
    latest = Programme.objects.filter(organisation_id=organisation_id).aggregate(number=Max("version"))["number"]
    return Programme.objects.create(
        organisation_id=organisation_id,
        version=latest + 1,
        rate_points=rate_points,
        rate_minor=rate_minor,
        minimum_order=minimum_order,
        effective_from=effective_from or now,
        created_at=now,
        created_by=actor,
        **asdict(terms),
    )
