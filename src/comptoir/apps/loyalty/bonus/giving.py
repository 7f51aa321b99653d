"""Bonuses of sales, kept in step with them: given with the claim, corrected with refunds, taken back with an undo.

What a rule brought for a sale is the sum of its entries; only differences are written, under the locks of the offer
and of its member, which the caller holds.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.bonus.rules import Bill, is_in_force, points_for
from comptoir.apps.loyalty.bonuses import BonusKind, BonusRule
from comptoir.apps.loyalty.models import Entry, Kind, Offer
from comptoir.apps.loyalty.points import at_zero, correction, earning_instant
from comptoir.core.ledger.reads import Chain
from comptoir.pos.model import SaleState


@dataclass
class Given:
    """What one rule brought for one sale: points in all, entries, and to whom ever any.

    `forgiven` are points that a refund should have taken and that a balance which stops at 0 did not have.
    """

    points: int = 0
    forgiven: int = 0
    entries: int = 0
    members: set[UUID] = field(default_factory=set)


@dataclass(frozen=True)
class Bonuses:
    """The rules of sales that are looked at together, and what they have brought so far."""

    rules: tuple[BonusRule, ...]
    given: dict[tuple[UUID, UUID], Given]


def known(organisation_id: UUID, sale_ids: Collection[UUID]) -> Bonuses:
    """Everything that `settle` needs for these sales, in two queries; in one where there is no rule."""
    if not sale_ids:
        return Bonuses((), {})
    rules = tuple(BonusRule.objects.filter(organisation_id=organisation_id).exclude(kind=BonusKind.BIRTHDAY))
    given: defaultdict[tuple[UUID, UUID], Given] = defaultdict(Given)
    if rules:
        rows = Entry.objects.filter(organisation_id=organisation_id, sale_id__in=sale_ids, kind=Kind.BONUS)
        for row in rows:
            if row.sale_id is None or row.bonus_id is None:
                continue  # not among rows of sales
            each = given[row.sale_id, row.bonus_id]
            each.points, each.entries = each.points + row.points, each.entries + 1
            each.forgiven += row.inputs.get("forgiven", 0)
            each.members |= {row.member_id} if row.points > 0 else set()
    return Bonuses(rules, given)


def settle(
    offer: Offer,
    chain: Chain,
    bonuses: Bonuses,
    *,
    worth: int,
    stops_at_zero: bool,
    now: datetime,
    is_claim: bool = False,
) -> None:
    """Write what is missing of the bonuses of a claimed sale that earns `worth` points now.

    A visit counts or does not at its claim, and stays so. `stops_at_zero`: a balance that has too little is taken to 0,
    and the rest is forgiven, as with what the sale itself earned.
    """
    at = earning_instant(offer.closed_at, offer.created_at)
    for rule in bonuses.rules:
        if offer.member_id is None or not is_in_force(rule, at):
            continue
        given = bonuses.given.get((offer.sale_id, rule.id), Given())
        is_visit = rule.kind == BonusKind.VISIT and (
            _is_first_visit(offer, rule) if is_claim else offer.member_id in given.members
        )
        bill = Bill(worth, offer.business_date, offer.provider, _units(chain), is_visit)
        delta = correction(points_for(rule, bill), given.points - given.forgiven)
        left = entries.balance(offer.organisation_id, offer.member_id) if stops_at_zero and delta < 0 else None
        points = at_zero(delta, given.forgiven, left)
        _write(offer, rule, given, points, points - delta, offer.member_id, now=now, actor="")


def take_back(offer: Offer, member_id: UUID, *, actor: str, now: datetime) -> None:
    """The claim is undone: nothing of its bonuses stays."""
    bonuses = known(offer.organisation_id, [offer.sale_id])
    for rule in bonuses.rules:
        if given := bonuses.given.get((offer.sale_id, rule.id)):
            _write(offer, rule, given, -given.points, -given.forgiven, member_id, now=now, actor=actor)


def points_of(organisation_id: UUID, sale_id: UUID) -> int:
    """What all bonuses of a sale are worth now."""
    rows = Entry.objects.filter(organisation_id=organisation_id, sale_id=sale_id, kind=Kind.BONUS)
    return rows.aggregate(points=Sum("points"))["points"] or 0


def _is_first_visit(offer: Offer, rule: BonusRule) -> bool:
    """Whether no sale of this member at this store, this near in time, has the bonus (E17)."""
    if not rule.again_after:
        return True
    near = timedelta(minutes=rule.again_after)
    others = Offer.objects.filter(
        organisation_id=offer.organisation_id,
        member_id=offer.member_id,
        store_id=offer.store_id,
        closed_at__gt=offer.closed_at - near,
        closed_at__lt=offer.closed_at + near,
    ).exclude(sale_id=offer.sale_id)
    rows = Entry.objects.filter(
        Q(sale_id__in=others.values("sale_id")),
        organisation_id=offer.organisation_id,
        kind=Kind.BONUS,
        bonus_id=rule.id,
    )
    return not rows.values("sale_id").annotate(left=Sum("points")).filter(left__gt=0).exists()


def _units(chain: Chain) -> dict[str, Decimal]:
    """What is left of each product: a line of a negative amount takes its units back, however its vendor signs them."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    final = (each.sale for each in chain.corrections if each.sale.state is SaleState.CLOSED)
    for sale in (chain.root.sale, *final):
        for line in sale.lines:
            if line.sku and not line.reward:
                found[line.sku] += -abs(line.quantity) if line.total < 0 else line.quantity
    return found


def _write(
    offer: Offer,
    rule: BonusRule,
    given: Given,
    points: int,
    forgiven: int,
    member_id: UUID,
    *,
    actor: str,
    now: datetime,
) -> None:
    if not points and not forgiven:
        return
    Entry.objects.create(
        organisation_id=offer.organisation_id,
        member_id=member_id,
        kind=Kind.BONUS,
        points=points,
        sale_id=offer.sale_id,
        store_id=offer.store_id,
        bonus_id=rule.id,
        bonus_step=given.entries,
        inputs={"bonus": rule.name, **({"forgiven": forgiven} if forgiven else {})},
        actor=actor,
        created_at=now,
    )
