"""What a sale is worth to a customer, kept in step with the ledger: made, updated, withdrawn, corrected.

Events may come twice, late, in any order, to two workers at once: each looks at the sale as it is *now*, under the
lock of its offer, and writes only the difference.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final
from uuid import UUID

from comptoir.apps.loyalty import entries, limits, making, named, programmes, redeemed, worth, writing
from comptoir.apps.loyalty.bonus import giving as bonuses
from comptoir.apps.loyalty.models import Kind, Offer, Programme
from comptoir.apps.loyalty.points import Rule, State, Verdict, at_most, at_zero, correction, state_once_credited
from comptoir.core.ledger import reads
from comptoir.core.ledger.store import notify_live

LIVE_TOPIC: Final = "loyalty"
RECOMPUTED: Final = tuple(
    field.name
    for field in Offer._meta.concrete_fields
    if field.name not in ("organisation", "id", "sale_id", "store_id", "created_at")
)


_content: Final = attrgetter(*(field.attname for field in Offer._meta.concrete_fields if field.attname != "updated_at"))
"""Everything of an offer but the instant of its latest change."""


@dataclass(frozen=True)
class Moved:
    """The offers that stand in step with the ledger again, and the bills that were looked at for them."""

    offers: Sequence[Offer] = ()
    bills: Sequence[reads.SaleRecord] = ()


def refresh(*, organisation_id: UUID, sale_ids: Collection[UUID], now: datetime) -> Moved:
    """Bring loyalty in step with sales, and with the sales that they correct or did (loyalty.md 1.7).

    Call it in a transaction. A refund whose sale is not known yet changes nothing: the sale's own event will find it
    (E11).
    """
    roots = reads.affected(organisation_id, sale_ids)
    if not roots:
        return Moved()
    made = making.make_missing(organisation_id, roots, now)
    others = lock(organisation_id, set(roots) - {offer.sale_id for offer in made.settled})
    chains = settle(organisation_id, others, now=now)
    return Moved([*made.settled, *others], [chain.root for chain in ({**made.chains, **chains}).values()])


def lock(organisation_id: UUID, sale_ids: Collection[UUID]) -> list[Offer]:
    """The offers of these sales, as far as there are any, ours alone until the transaction ends; in one order."""
    if not sale_ids:
        return []
    found = Offer.objects.select_for_update().filter(organisation_id=organisation_id, sale_id__in=sale_ids)
    return list(found.order_by("sale_id"))


def settle(organisation_id: UUID, offers: Sequence[Offer], *, now: datetime) -> dict[UUID, reads.Chain]:
    """Recompute locked offers from the ledger and, for those that are claimed, write the one entry that is missing.

    The ledger is read here, after the lock: whoever comes last sees everything that was committed before. Returns what
    it read.
    """
    if not offers:
        return {}
    sale_ids = [offer.sale_id for offer in offers]
    chains = reads.chains_of(organisation_id, sale_ids)
    owners = {offer.member_id for offer in offers if offer.member_id} | named.owners(organisation_id, chains.values())
    entries.lock(organisation_id, owners)
    for offer in offers:
        named.mark(offer, chains[offer.sale_id], member_id=offer.member_id, now=now)
    used = redeemed.used_on(organisation_id, sale_ids)
    products = redeemed.products(organisation_id, {held.reward_id for each in used.values() for held in each})
    given = entries.given_for(organisation_id, [offer.sale_id for offer in offers if offer.member_id])
    extras = bonuses.known(organisation_id, [offer.sale_id for offer in offers if offer.member_id])
    versions = programmes.versions(organisation_id, now=now)
    changed = []
    for offer in offers:
        before = _content(offer)
        chain, kept = chains[offer.sale_id], list[redeemed.Taken]()
        programme = worth.programme_of(offer, versions)
        for held in used.get(offer.sale_id, ()):
            known = products.get((held.reward_id, offer.provider), redeemed.NOTHING)
            kept.append((held, known))
            if redeemed.is_given_back(chain, known.skus):
                redeemed.let_go(held, reinstates=programme.reinstates_rewards, now=now)
        _settle(offer, chain, programme, given.get(offer.sale_id, (0, 0)), redeemed.value(chain, kept), now)
        stops = programme.stops_at_zero
        bonuses.settle(offer, chain, extras, worth=offer.points, stops_at_zero=stops, now=now)
        if _content(offer) != before:
            offer.updated_at = now
            changed.append(offer)
    if changed:
        writing.write(changed, unique=("organisation", "sale_id"), updated=RECOMPUTED)
        notify_live(organisation_id, LIVE_TOPIC)
    return chains


def _settle(
    offer: Offer,
    chain: reads.Chain,
    programme: Programme,
    given: tuple[int, int],
    rewarded: Decimal,
    now: datetime,
) -> None:
    worth.copy_facts(offer, chain.root)
    verdict = worth.reckon(offer, chain, programme, rewarded)
    if offer.member_id is not None:
        _correct(
            offer,
            verdict,
            programme.rule,
            given,
            stops_at_zero=programme.stops_at_zero,
            member_id=offer.member_id,
            now=now,
        )


def welcome(offer: Offer, *, member_id: UUID, now: datetime) -> None:
    """A locked, open offer is about to become this member's: what they hold of the bill's rewards is used on it."""
    chain = reads.chains_of(offer.organisation_id, [offer.sale_id])[offer.sale_id]
    entries.lock(offer.organisation_id, {member_id} | named.owners(offer.organisation_id, [chain]))
    if named.mark(offer, chain, member_id=member_id, now=now):
        settle(offer.organisation_id, [offer], now=now)


def credit(offer: Offer, *, member_id: UUID, actor: str, now: datetime) -> None:
    """Give a locked, open offer to a member: the earn entry, or an attached one after an undone claim."""
    programme = programmes.version(offer.organisation_id, offer.programme_version)
    rule = programme.rule
    entries.lock(offer.organisation_id, [member_id])
    offer.ceiling = limits.room(offer, programme, member_id)
    offer.points = at_most(offer.points, offer.ceiling)
    _points, number = entries.given_for(offer.organisation_id, [offer.sale_id]).get(offer.sale_id, (0, 0))
    entries.append(
        offer=offer,
        kind=Kind.ATTACH if number else Kind.EARN,
        points=offer.points,
        position=number,
        rule=rule,
        actor=actor,
        now=now,
        member_id=member_id,
    )
    offer.member_id, offer.claimed_at, offer.claimed_by = member_id, now, actor
    offer.state, offer.updated_at = State.CREDITED, now
    offer.save()
    extras = bonuses.known(offer.organisation_id, [offer.sale_id])
    if extras.rules:
        chain = reads.chains_of(offer.organisation_id, [offer.sale_id])[offer.sale_id]
        bonuses.settle(
            offer,
            chain,
            extras,
            worth=offer.points,
            stops_at_zero=programme.stops_at_zero,
            now=now,
            is_claim=True,
        )
    notify_live(offer.organisation_id, LIVE_TOPIC)


def part(organisation_id: UUID, sale_id: UUID, *, now: datetime) -> None:
    """Staff says that it is a sale of its own after all: it waits like any other. Twice changes nothing."""
    for offer in lock(organisation_id, [sale_id]):
        if offer.twin_of is not None:
            offer.twin_of, offer.is_twin_sure = None, False
            offer.save(update_fields=["twin_of", "is_twin_sure"])
            settle(organisation_id, [offer], now=now)


def take_back(offer: Offer, *, actor: str, now: datetime) -> None:
    """Undo the claim of a locked, settled offer: what it brought comes off, and it waits again (E22, E28)."""
    member_id = offer.member_id
    if member_id is None:
        return
    entries.lock(offer.organisation_id, [member_id])
    points, number = entries.given_for(offer.organisation_id, [offer.sale_id]).get(offer.sale_id, (0, 0))
    if number:
        entries.append(
            offer=offer,
            kind=Kind.UNDO,
            points=-points,
            position=number,
            rule=programmes.version(offer.organisation_id, offer.programme_version).rule,
            actor=actor,
            now=now,
            member_id=member_id,
        )
    bonuses.take_back(offer, member_id, actor=actor, now=now)
    named.release(offer, member_id)
    offer.member_id, offer.claimed_at, offer.claimed_by = None, None, ""
    offer.ceiling, offer.forgiven = None, 0
    offer.save()
    settle(offer.organisation_id, [offer], now=now)


def _correct(
    offer: Offer,
    verdict: Verdict,
    rule: Rule,
    given: tuple[int, int],
    *,
    stops_at_zero: bool,
    member_id: UUID,
    now: datetime,
) -> None:
    """One entry for the difference between what the sale is worth now and what was given for it.

    `stops_at_zero`: a balance that has too little is taken to 0, and the rest is forgiven.
    """
    points, number = given
    delta = correction(offer.points, points - offer.forgiven)
    if delta and stops_at_zero:
        left = entries.balance(offer.organisation_id, member_id) if delta < 0 else None
        written = at_zero(delta, offer.forgiven, left)
        offer.forgiven += written - delta
        delta = written
    if delta:
        entries.append(
            offer=offer,
            kind=Kind.REVERSAL,
            points=delta,
            position=number,
            rule=rule,
            actor="",
            now=now,
            member_id=member_id,
        )
        number += 1
    offer.state = state_once_credited(verdict, has_reversals=number > 1)
    offer.reason = verdict.reason
