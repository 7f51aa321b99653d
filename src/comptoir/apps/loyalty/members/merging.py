"""Two records of one person become one: only when somebody says so, with a way back for 30 days (loyalty.md 1.3)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.holdings import HeldReward
from comptoir.apps.loyalty.members import profile
from comptoir.apps.loyalty.models import Entry, Kind, Member, Offer
from comptoir.apps.loyalty.persons import Merge
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken

UNDO_WITHIN: Final = timedelta(days=30)


@transaction.atomic
def merge(*, organisation_id: UUID, kept_id: UUID, absorbed_id: UUID, actor: str, now: datetime) -> Merge:
    """`kept` takes over number, points, sales and rewards of `absorbed`; consents stay with whom they were given by.

    The number of `absorbed` becomes that of `kept`, which is why people merge. Raises RuleBroken: 404, `same_member`
    (409), and as `profile.locked`.
    """
    if kept_id == absorbed_id:
        raise RuleBroken(_("This is the same member."), code="same_member")
    # Sales before members, as everywhere: whoever settles one holds it first.
    sales = list(
        Offer.objects.select_for_update()
        .filter(organisation_id=organisation_id, member_id=absorbed_id)
        .order_by("sale_id")
    )
    entries.lock(organisation_id, [kept_id, absorbed_id])
    kept, absorbed = (profile.locked(organisation_id, each) for each in (kept_id, absorbed_id))
    held = list(HeldReward.objects.filter(organisation_id=organisation_id, member_id=absorbed_id))
    points = entries.balance(organisation_id, absorbed_id)
    row = Merge.objects.create(
        organisation_id=organisation_id,
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        kept_phone=kept.phone,
        absorbed_phone=absorbed.phone,
        points=points,
        offer_ids=[each.id for each in sales],
        held_ids=[each.id for each in held],
        at=now,
        actor=actor,
    )
    _move(organisation_id, row, source=absorbed_id, target=kept_id, points=points, actor=actor, now=now)
    absorbed.phone, absorbed.merged_into = "", kept_id
    absorbed.save(update_fields=["phone", "merged_into"])
    kept.phone = row.absorbed_phone or kept.phone
    kept.save(update_fields=["phone"])
    profile.note(kept, what="merged", actor=actor, now=now, after={"other": absorbed.public_id})
    profile.note(absorbed, what="merged", actor=actor, now=now, after={"other": kept.public_id})
    notify_live(organisation_id, "loyalty")
    return row


@transaction.atomic
def undo(*, organisation_id: UUID, merge_id: UUID, actor: str, now: datetime) -> Merge:
    """Take a merge apart: each has the number, sales and points again that were theirs. Once more changes nothing.

    What the sales that go back earned or lost meanwhile goes with them. Raises RuleBroken: 404, `too_late`,
    `points_spent`, `customer_exists` (409, somebody else has one of the numbers by now), `person_erased`.
    """
    row = Merge.objects.filter(organisation_id=organisation_id, id=merge_id).first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    sales = Offer.objects.select_for_update().filter(organisation_id=organisation_id, id__in=row.offer_ids)
    list(sales.order_by("sale_id"))
    entries.lock(organisation_id, [row.kept_id, row.absorbed_id])
    row = Merge.objects.select_for_update().get(organisation_id=organisation_id, id=merge_id)
    if row.undone_at is not None:
        return row
    if now - row.at > UNDO_WITHIN:
        raise RuleBroken(_("Merged members can be taken apart for 30 days."), code="too_late")
    kept = profile.locked(organisation_id, row.kept_id)
    absorbed = Member.objects.get(organisation_id=organisation_id, id=row.absorbed_id)
    points = row.points + _earned_since(row)
    if points > 0 and entries.balance(organisation_id, kept.id) < points:
        raise RuleBroken(_("The points that would go back were spent since."), code="points_spent")
    absorbed.phone, absorbed.merged_into = row.absorbed_phone, None
    kept.phone = row.kept_phone if kept.phone == row.absorbed_phone else kept.phone
    try:
        with transaction.atomic():
            kept.save(update_fields=["phone"])
            absorbed.save(update_fields=["phone", "merged_into"])
    except IntegrityError:
        raise RuleBroken(_("Another member has this number."), code="customer_exists") from None
    _move(organisation_id, row, source=kept.id, target=absorbed.id, points=points, actor=actor, now=now)
    row.undone_at, row.undone_by = now, actor
    row.save(update_fields=["undone_at", "undone_by"])
    for each in (kept, absorbed):
        profile.note(each, what="unmerged", actor=actor, now=now)
    notify_live(organisation_id, "loyalty")
    return row


def of_member(organisation_id: UUID, member_id: UUID) -> list[Merge]:
    """The merges that stand, of what this member took over and of what took it over; the latest first."""
    rows = Merge.objects.filter(organisation_id=organisation_id, undone_at=None)
    return sorted(
        (*rows.filter(kept_id=member_id), *rows.filter(absorbed_id=member_id)), key=lambda each: each.at, reverse=True
    )


def _earned_since(row: Merge) -> int:
    """What the moved sales brought or lost after they moved."""
    sales = Offer.objects.filter(organisation_id=row.organisation_id, id__in=row.offer_ids, member_id=row.kept_id)
    written = Entry.objects.filter(
        organisation_id=row.organisation_id,
        member_id=row.kept_id,
        sale_id__in=sales.values("sale_id"),
        created_at__gte=row.at,
    )
    return written.aggregate(points=Sum("points"))["points"] or 0


def _move(
    organisation_id: UUID, row: Merge, *, source: UUID, target: UUID, points: int, actor: str, now: datetime
) -> None:
    """Sales, rewards, and one entry on each side for the points; sales that somebody else has by now stay there."""
    Offer.objects.filter(organisation_id=organisation_id, id__in=row.offer_ids, member_id=source).update(
        member_id=target
    )
    HeldReward.objects.filter(organisation_id=organisation_id, id__in=row.held_ids, member_id=source).update(
        member_id=target
    )
    if not points:
        return
    for member_id, number in ((source, -points), (target, points)):
        Entry.objects.create(
            organisation_id=organisation_id,
            member_id=member_id,
            kind=Kind.MERGE,
            points=number,
            inputs={"merge": row.public_id},
            actor=actor,
            created_at=now,
        )
