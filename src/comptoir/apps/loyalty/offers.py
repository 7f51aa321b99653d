"""What a sale is worth to a customer, kept in step with the ledger: made, updated, withdrawn, corrected.

Events may come twice, late, in any order, to two workers at once: each looks at the sale as it is *now*, under the
lock of its offer, and writes only the difference.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final
from uuid import UUID

from comptoir.apps.loyalty import entries, limits, named, programmes, redeemed, writing
from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.bonus import giving as bonuses
from comptoir.apps.loyalty.holdings import AlertKind
from comptoir.apps.loyalty.models import Kind, Offer, Programme
from comptoir.apps.loyalty.points import (
    Basis,
    Facts,
    Reason,
    Rule,
    State,
    Verdict,
    at_most,
    at_zero,
    correction,
    earning_instant,
    eligible_amount,
    is_too_old,
    judge,
    state_once_credited,
)
from comptoir.core.installations import modules
from comptoir.core.ledger import reads, twins
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.money import to_minor
from comptoir.pos.model import SaleKind, SaleState

LIVE_TOPIC: Final = "loyalty"
RECOMPUTED: Final = tuple(
    field.name
    for field in Offer._meta.concrete_fields
    if field.name not in ("organisation", "id", "sale_id", "store_id", "created_at")
)


_content: Final = attrgetter(*(field.attname for field in Offer._meta.concrete_fields if field.attname != "updated_at"))
"""Everything of an offer but the instant of its latest change."""


def refresh(*, organisation_id: UUID, sale_ids: Collection[UUID], now: datetime) -> list[UUID]:
    """Bring loyalty in step with sales, and with the sales that they correct or did (loyalty.md 1.7); returns those.

    Call it in a transaction. A refund whose sale is not known yet changes nothing: the sale's own event will find it
    (E11).
    """
    roots = reads.affected(organisation_id, sale_ids)
    if roots:
        _make_missing(organisation_id, roots, now)
        settle(organisation_id, lock(organisation_id, roots), now=now)
    return roots


def lock(organisation_id: UUID, sale_ids: Collection[UUID]) -> list[Offer]:
    """The offers of these sales, as far as there are any, ours alone until the transaction ends; in one order."""
    found = Offer.objects.select_for_update().filter(organisation_id=organisation_id, sale_id__in=sale_ids)
    return list(found.order_by("sale_id"))


def settle(organisation_id: UUID, offers: Sequence[Offer], *, now: datetime) -> None:
    """Recompute locked offers from the ledger and, for those that are claimed, write the one entry that is missing.

    The ledger is read here, after the lock: whoever comes last sees everything that was committed before.
    """
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
        for held in used.get(offer.sale_id, ()):
            known = products.get((held.reward_id, offer.provider), redeemed.NOTHING)
            kept.append((held, known))
            if redeemed.is_given_back(chain, known.skus):
                redeemed.let_go(held, reinstates=_programme(offer, versions).reinstates_rewards, now=now)
        _settle(offer, chain, versions, given.get(offer.sale_id, (0, 0)), redeemed.value(chain, kept), now)
        stops = _programme(offer, versions).stops_at_zero
        bonuses.settle(offer, chain, extras, worth=offer.points, stops_at_zero=stops, now=now)
        if _content(offer) != before:
            offer.updated_at = now
            changed.append(offer)
    if changed:
        writing.write(changed, unique=("organisation", "sale_id"), updated=RECOMPUTED)
        notify_live(organisation_id, LIVE_TOPIC)


def _settle(
    offer: Offer,
    chain: reads.Chain,
    versions: programmes.Versions,
    given: tuple[int, int],
    rewarded: Decimal,
    now: datetime,
) -> None:
    _copy_facts(offer, chain.root)
    programme = _programme(offer, versions)
    rule = programme.rule
    verdict = judge(_facts(offer, chain, rule, rewarded), rule)
    offer.eligible, offer.programme_version = verdict.eligible, rule.version
    offer.points = at_most(verdict.points, offer.ceiling)
    if offer.member_id is None:
        offer.state, offer.reason = verdict.state, verdict.reason
        if offer.twin_of is not None and offer.state == State.OPEN:
            offer.state, offer.reason = State.INELIGIBLE, Reason.DUPLICATE
    else:
        _correct(
            offer,
            verdict,
            rule,
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


def _make_missing(organisation_id: UUID, roots: Sequence[UUID], now: datetime) -> None:
    """Offers for those of these sales that can have one and have none, wherever loyalty runs."""
    known = Offer.objects.filter(organisation_id=organisation_id, sale_id__in=roots).values_list("sale_id", flat=True)
    missing = set(roots) - set(known)
    chains = reads.chains_of(organisation_id, missing) if missing else {}
    found = [chain for _sale_id, chain in sorted(chains.items()) if _begins_an_offer(chain.root)]
    running = programmes.running_at(organisation_id, {chain.root.store_id for chain in found}) if found else set()
    made = [chain for chain in found if chain.root.store_id in running]
    if made:
        versions = programmes.versions(organisation_id, now=now)
        doubled = modules.with_several_tills(organisation_id, {chain.root.store_id for chain in made})
        drafts = [_draft(organisation_id, chain, versions, now, doubled) for chain in made]
        # In the order of their sales, so that two inserters never wait for each other; the second finds the first's.
        writing.write(drafts)
        for draft in drafts:
            if draft.twin_of is not None and not draft.is_twin_sure:
                telling.tell(
                    organisation_id=organisation_id,
                    kind=AlertKind.DUPLICATE,
                    store_id=draft.store_id,
                    sale_id=draft.sale_id,
                    now=now,
                )


def _draft(
    organisation_id: UUID, chain: reads.Chain, versions: programmes.Versions, now: datetime, doubled: set[UUID]
) -> Offer:
    """What it is worth as far as we know: `settle` looks again under the lock, and mostly has nothing to write."""
    root = chain.root
    offer = Offer(organisation_id=organisation_id, sale_id=root.id, store_id=root.store_id, created_at=now)
    _copy_facts(offer, root)
    if root.store_id in doubled and (twin := twins.earlier(organisation_id, root)):
        offer.twin_of, offer.is_twin_sure = twin.sale_id, twin.is_sure
    _settle(offer, chain, versions, (0, 0), Decimal(0), now)
    offer.updated_at = now
    return offer


def _begins_an_offer(root: reads.SaleRecord) -> bool:
    """Closed, counted and not negative: open checks, counter-entries and cancelled bills never wait for anybody."""
    return _is_final(root) and root.sale.total >= 0


def _is_final(root: reads.SaleRecord) -> bool:
    sale = root.sale
    return sale.kind is SaleKind.SALE and sale.state is SaleState.CLOSED and sale.counted and sale.closed_at is not None


def _copy_facts(offer: Offer, root: reads.SaleRecord) -> None:
    """What people recognise a sale by."""
    sale = root.sale
    offer.provider, offer.location_id, offer.external_id = root.provider, sale.location_id, sale.external_id
    offer.receipt_number, offer.table_name = sale.receipt_number, sale.table
    offer.register_id = sale.register.id if sale.register else ""
    offer.register_name = sale.register.name if sale.register else ""
    if sale.closed_at is not None:
        offer.closed_at = sale.closed_at
    offer.business_date = root.business_date
    offer.currency, offer.total = sale.currency, to_minor(sale.total, sale.currency)


def _programme(offer: Offer, versions: programmes.Versions) -> Programme:
    """The version in force at the close; once the sale is claimed, the one it was credited with (loyalty.md 1.7)."""
    if offer.member_id is not None:
        return versions.numbered(offer.programme_version)
    return versions.in_force(earning_instant(offer.closed_at, offer.created_at))


def _facts(offer: Offer, chain: reads.Chain, rule: Rule, rewarded: Decimal) -> Facts:
    return Facts(
        is_final=_is_final(chain.root),
        total=offer.total,
        net=eligible_amount(chain.net_total, offer.currency),
        eligible=eligible_amount(chain.net_total - _not_earning(chain, rule) - rewarded, offer.currency),
        is_too_old=is_too_old(offer.closed_at, offer.created_at),
    )


def _not_earning(chain: reads.Chain, rule: Rule) -> Decimal:
    """What of a sale does not earn: its tax, where the programme counts without; a tax nobody knows is 0."""
    if rule.basis is Basis.WITH_TAX:
        return Decimal(0)
    counted = (chain.root, *(each for each in chain.corrections if each.sale.state is SaleState.CLOSED))
    return sum((each.sale.tax or Decimal(0) for each in counted), Decimal(0))


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
