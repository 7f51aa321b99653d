"""Offers on tablets: queued when the sale arrives, until they are claimed, dismissed, superseded or too old (2.4)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from comptoir.apps.loyalty import registers, writing
from comptoir.apps.loyalty.devices import WAITING, Register, Screen, Showing, Tablet
from comptoir.apps.loyalty.models import Offer
from comptoir.apps.loyalty.points import State
from comptoir.core import prepared
from comptoir.core.outbox.live import notify_all
from comptoir.kernel import arrays

SHOWN_FOR: Final = timedelta(minutes=10)
"""Counted from the close: an older sale would be claimed by the next guest (loyalty.md E21)."""

PREVIOUS_FOR: Final = timedelta(minutes=2)
NEWS: Final = "offer"

TURNS_SQL: Final[LiteralString] = (
    "SELECT 1 FROM loyalty_register WHERE organisation_id = %s AND id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
)
# Register by register, each by the index: of a house that the planner's statistics do not know yet it would read all
# of its rows for each of them. What has waited for a day is on no tablet any more.
SUPERSEDE_SQL: Final[LiteralString] = (
    "UPDATE loyalty_showing AS before SET state = 'superseded', ended_at = %(now)s"
    " FROM unnest(%(registers)s::uuid[]) AS one (register_id) CROSS JOIN LATERAL ("
    " SELECT closed_at, offer_id FROM loyalty_showing"
    " WHERE organisation_id = %(organisation)s AND register_id = one.register_id"
    " ORDER BY closed_at DESC, offer_id DESC LIMIT 1) AS latest"
    " WHERE before.organisation_id = %(organisation)s AND before.register_id = one.register_id"
    " AND before.closed_at >= %(now)s::timestamptz - interval '1 day' AND before.state IN ('queued', 'shown')"
    " AND (before.closed_at, before.offer_id) < (latest.closed_at, latest.offer_id)"
)

LINKED_SQL: Final[LiteralString] = (
    "SELECT id, register_id, linked_at FROM loyalty_tablet WHERE organisation_id = %s"
    " AND register_id = ANY(%s::uuid[]) AND revoked_at IS NULL AND linked_at IS NOT NULL"
)


class Linked(NamedTuple):
    """A tablet at a register, and since when."""

    id: UUID
    since: datetime


def audience(tablet_id: UUID) -> str:
    """For whom news of one tablet are: nobody else hears them."""
    return f"tablet:{tablet_id}"


def tell(tablet_ids: Collection[UUID], topic: str = NEWS) -> None:
    """Let tablets look again, when the transaction commits."""
    if tablet_ids:
        notify_all([audience(tablet_id) for tablet_id in sorted(tablet_ids)], topic)


def refresh(
    *, organisation_id: UUID, offers: Sequence[Offer], tills: Mapping[registers.Key, Register], now: datetime
) -> None:
    """Queue what just arrived on the tablets of its register, and let them see what became of the rest.

    Call it in the transaction that settled the offers; `tills` are the registers that are known already, and locked.
    Hearing of the same sale again changes nothing.
    """
    wanted = {_key(offer) for offer in offers}
    known = {**tills, **registers.of_orders(organisation_id, wanted - set(tills))}
    linked = _linked(organisation_id, {known[key].id for key in wanted if key in known})
    if not linked:
        return
    touched: set[UUID] = set()
    fresh: dict[UUID, list[Offer]] = {}
    for offer in offers:
        register = known.get(_key(offer))
        if register is None or register.id not in linked:
            continue
        touched.add(register.id)
        if _may_be_shown(offer, linked[register.id], now):
            fresh.setdefault(register.id, []).append(offer)
    if fresh:
        _queue(organisation_id, fresh, now, held={register.id for register in tills.values()})
    tell({tablet.id for register_id in touched for tablet in linked[register_id]})


def claimed(offer: Offer, *, by: str, now: datetime) -> None:
    """Somebody has it: the tablets that show it look again (loyalty.md E23)."""
    if row := Showing.objects.filter(organisation_id=offer.organisation_id, offer_id=offer.id).first():
        _end(row, Screen.CLAIMED, by, now)


def dismissed(row: Showing, *, by: str, now: datetime) -> None:
    """Waved away, by a guest or by staff; what was claimed stays claimed."""
    if row.state != Screen.CLAIMED:
        _end(row, Screen.DISMISSED, by, now)


def reopened(offer: Offer) -> None:
    """A claim was undone: the sale is on the tablets again, for as long as it would have been."""
    row = Showing.objects.filter(organisation_id=offer.organisation_id, offer_id=offer.id).first()
    if row is None:
        return
    newer = _of(row.organisation_id, row.register_id).filter(closed_at__gt=row.closed_at).exists()
    row.state = Screen.SUPERSEDED if newer else Screen.SHOWN
    row.save(update_fields=["state"])
    tell(_tablet_ids(row.organisation_id, row.register_id))


def _end(row: Showing, state: Screen, by: str, now: datetime) -> None:
    row.state, row.ended_at, row.ended_by = state, now, by
    row.save(update_fields=["state", "ended_at", "ended_by"])
    tell(_tablet_ids(row.organisation_id, row.register_id))


def current(organisation_id: UUID, register_id: UUID, *, now: datetime) -> Showing | None:
    """What a tablet of this register shows now; marks it as shown, and what became too old as timed out."""
    rows = _of(organisation_id, register_id)
    rows.filter(state__in=WAITING, closed_at__lt=now - SHOWN_FOR).update(state=Screen.TIMED_OUT, ended_at=now)
    row = _claimable(rows.filter(state__in=WAITING))
    if row is not None and row.state == Screen.QUEUED:
        row.state, row.shown_at = Screen.SHOWN, now
        row.save(update_fields=["state", "shown_at"])
    return row


def previous(organisation_id: UUID, register_id: UUID, *, now: datetime) -> Showing | None:
    """The order before the one that took its place, within two minutes (loyalty.md 2.4)."""
    since = {"state": Screen.SUPERSEDED, "ended_at__gte": now - PREVIOUS_FOR, "closed_at__gte": now - SHOWN_FOR}
    return _claimable(_of(organisation_id, register_id).filter(**since))


def _claimable(rows: QuerySet[Showing]) -> Showing | None:
    """The latest of these that still waits for somebody: a refund may have taken it meanwhile (loyalty.md E12)."""
    for row in rows.order_by("-closed_at", "-offer_id")[:3]:
        if Offer.objects.filter(organisation_id=row.organisation_id, id=row.offer_id, state=State.OPEN).exists():
            return row
    return None


def _queue(organisation_id: UUID, fresh: dict[UUID, list[Offer]], now: datetime, *, held: Collection[UUID]) -> None:
    """On each register the order closed latest is shown; it takes the place of all others (loyalty.md E22)."""
    drafts = [
        writing.fresh(
            Showing,
            organisation_id=organisation_id,
            offer_id=offer.id,
            register_id=register_id,
            state=Screen.QUEUED if offer is newest else Screen.SUPERSEDED,
            closed_at=offer.closed_at,
            queued_at=now,
            ended_at=None if offer is newest else now,
        )
        for register_id, offers in fresh.items()
        for newest in [max(offers, key=lambda each: (each.closed_at, each.id))]
        for offer in offers
    ]
    drafts.sort(key=lambda each: each.offer_id)
    register_ids = arrays.of_ids(fresh)
    with prepared.cursor() as cursor:
        if others := fresh.keys() - held:  # two handlers with orders of one register take turns
            cursor.execute(TURNS_SQL, [organisation_id, arrays.of_ids(others)])
        writing.write(drafts)
        cursor.execute(SUPERSEDE_SQL, {"organisation": organisation_id, "registers": register_ids, "now": now})


def _may_be_shown(offer: Offer, tablets: list[Linked], now: datetime) -> bool:
    """Waiting for somebody, closed just now, and after the register was linked (loyalty.md 2.1)."""
    since = min(tablet.since for tablet in tablets)
    return offer.state == State.OPEN and offer.closed_at >= max(since, now - SHOWN_FOR)


def _linked(organisation_id: UUID, register_ids: Collection[UUID]) -> dict[UUID, list[Linked]]:
    """The tablets at these registers, for those that have any."""
    found: dict[UUID, list[Linked]] = {}
    if not register_ids:
        return found
    with prepared.cursor() as cursor:
        cursor.execute(LINKED_SQL, [organisation_id, arrays.of_ids(register_ids)])
        for tablet_id, register_id, linked_at in cursor.fetchall():
            found.setdefault(register_id, []).append(Linked(tablet_id, linked_at))
    return found


def _tablet_ids(organisation_id: UUID, register_id: UUID) -> set[UUID]:
    found = Tablet.objects.filter(organisation_id=organisation_id, register_id=register_id, revoked_at=None)
    return set(found.values_list("id", flat=True))


def _of(organisation_id: UUID, register_id: UUID) -> QuerySet[Showing]:
    return Showing.objects.filter(organisation_id=organisation_id, register_id=register_id)


def _key(offer: Offer) -> registers.Key:
    return offer.provider, offer.location_id, offer.register_id
