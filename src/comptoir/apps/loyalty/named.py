"""Rewards that a bill names are used on it: by the code of a held one, by an item of the catalogue, or because the
product of a reward that its member holds cost nothing (loyalty.md 1.7, 2.5).

A bill has moved money: what it may not have is told, and the bill stands. The caller holds the offer's lock and those
of its member and of `owners`.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from comptoir.apps.loyalty import redeemed
from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.holdings import Alert, AlertKind, Held, HeldReward, Reward
from comptoir.apps.loyalty.hooks import emitting
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.core.ledger.reads import Chain
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos.model import Sale, SaleKind, SaleState

HANDED_OUT_BEFORE: Final = timedelta(hours=12)
"""How long before its bill a reward may have been used at the counter, where the tablet showed its code."""


def owners(organisation_id: UUID, chains: Iterable[Chain]) -> set[UUID]:
    """The members whose rewards these bills name."""
    found = {name for chain in chains for name in names(chain.root.sale)}
    return set(_held(organisation_id, found).values_list("member_id", flat=True)) if found else set()


def mark(offer: Offer, chain: Chain, *, member_id: UUID | None, now: datetime) -> bool:
    """Use what the bill names; whether anything changed. Again, nothing more happens.

    `member_id`: whose bill it is, where that is known; who it is about to become counts.
    """
    sale = chain.root.sale
    is_final = sale.kind is SaleKind.SALE and sale.state is SaleState.CLOSED and sale.counted
    if not is_final or (not (said := names(sale)) and (member_id is None or not _free(sale))):
        return False
    held = list(_held(offer.organisation_id, said).select_for_update().order_by("id")) if said else []
    known = {name for row in held for name in (row.code, row.public_id)}
    items = Counter(name for name in said if name not in known and name.startswith("rew_"))
    before = HeldReward.objects.filter(organisation_id=offer.organisation_id, used_sale_id=offer.sale_id).count()
    for row in held:
        _use(offer, chain, row, now)
    if member_id is not None:
        _use_items(offer, chain, member_id, items, now)
        _use_free(offer, chain, member_id)
    for name in said:
        if name not in known and not (name in items and _is_sold(offer, name)):
            _tell(offer, "reward_unknown", now, subject=name[:64])
    after = HeldReward.objects.filter(organisation_id=offer.organisation_id, used_sale_id=offer.sale_id).count()
    return after != before


def release(offer: Offer, member_id: UUID) -> None:
    """The bill is not this member's after all: what it used of theirs can be used again."""
    rows = HeldReward.objects.filter(organisation_id=offer.organisation_id, used_sale_id=offer.sale_id)
    rows.filter(member_id=member_id, used_by=redeemed.BY_SALE).update(
        state=Held.AVAILABLE, used_at=None, used_by="", used_store_id=None, used_sale_id=None
    )


def names(sale: Sale) -> list[str]:
    """What the bill names, once for each line; what it names as a whole counts where no line does."""
    lines = [line.reward for line in sale.lines if line.reward and line.quantity > 0]
    return lines + list((Counter(sale.rewards) - Counter(lines)).elements())


def _free(sale: Sale) -> Counter[str]:
    """How many units of each product cost nothing, and are not named as rewards."""
    found: Counter[str] = Counter()
    for line in sale.lines:
        if line.sku and not line.reward and line.total == 0 and line.quantity > 0:
            found[line.sku] += max(1, int(line.quantity))
    return found


def _held(organisation_id: UUID, said: Collection[str]) -> "QuerySet[HeldReward]":
    ids = []
    for name in said:
        try:
            ids.append(parse_id("hrw", name))
        except RuleBroken:
            continue  # a code, or an item of the catalogue
    return HeldReward.objects.filter(Q(id__in=ids) | Q(code__in=said), organisation_id=organisation_id)


def _use(offer: Offer, chain: Chain, held: HeldReward, now: datetime) -> None:
    """One held reward that the bill names itself."""
    if held.used_sale_id == offer.sale_id or _is_over(offer, chain, held):
        return
    if held.state == Held.USED and _was_handed_out_for(offer, held):
        _bind(offer, held)
    elif code := _refusal(offer, held):
        _tell(offer, code, now, held_id=held.id)
    else:
        _write(offer, held)


def _use_items(offer: Offer, chain: Chain, member_id: UUID, items: Counter[str], now: datetime) -> None:
    """Items of the catalogue: the member's own, as many as the bill names."""
    for name, number in items.items():
        if _is_sold(offer, name) and not _use_some(offer, chain, member_id, [parse_id("rew", name)], number):
            _tell(offer, "reward_unknown", now, subject=name)


def _use_free(offer: Offer, chain: Chain, member_id: UUID) -> None:
    """Products that cost nothing, of rewards that the member held when the bill was closed."""
    free = _free(chain.root.sale)
    rows = HeldReward.objects.filter(
        organisation_id=offer.organisation_id, member_id=member_id, bought_at__lte=offer.closed_at
    )
    reward_ids = set(rows.values_list("reward_id", flat=True)) if free else set()
    for (reward_id, provider), known in redeemed.products(offer.organisation_id, reward_ids).items():
        if provider != offer.provider:
            continue
        given = [sum(free[sku] for sku in part) for part in known.parts]
        _use_some(offer, chain, member_id, [reward_id], min(given), before=offer.closed_at)


def _use_some(
    offer: Offer,
    chain: Chain,
    member_id: UUID,
    reward_ids: list[UUID],
    number: int,
    *,
    before: datetime | None = None,
) -> bool:
    """Use so many of these rewards of a member, those that are held for a kiosk first; whether there were enough."""
    rows = HeldReward.objects.filter(organisation_id=offer.organisation_id, reward_id__in=reward_ids)
    missing = number - rows.filter(used_sale_id=offer.sale_id).count()
    handed_out = rows.select_for_update().filter(member_id=member_id, state=Held.USED, used_sale_id=None)
    for row in [row for row in handed_out.order_by("id") if _was_handed_out_for(offer, row)][: max(0, missing)]:
        _bind(offer, row)
        missing -= 1
    if missing <= 0:
        return True
    mine = rows.select_for_update().filter(member_id=member_id, state=Held.AVAILABLE)
    mine = mine if before is None else mine.filter(bought_at__lte=before)
    can = [row for row in mine.order_by("id") if not _is_over(offer, chain, row) and not _refusal(offer, row)]
    for row in sorted(can, key=lambda row: (row.locked_until is None, row.valid_until, row.id))[:missing]:
        _write(offer, row)
    return len(can) >= missing


def _write(offer: Offer, held: HeldReward) -> None:
    held.state, held.used_at, held.used_by = Held.USED, offer.closed_at, redeemed.BY_SALE
    held.used_store_id, held.used_sale_id = offer.store_id, offer.sale_id
    held.locked_by, held.locked_until = "", None
    held.save()
    emitting.emit(offer.organisation_id, emitting.USED, member_id=held.member_id, now=offer.closed_at, hash=held.code)


def _bind(offer: Offer, held: HeldReward) -> None:
    """It was used at the counter already: this is its bill."""
    held.used_sale_id = offer.sale_id
    held.save(update_fields=["used_sale_id"])


def _refusal(offer: Offer, held: HeldReward) -> str:
    """Why a bill may not have this reward; nothing where it may. Locks keep out kiosks, not what was paid."""
    if held.state != Held.AVAILABLE:
        return f"reward_{'already_used' if held.state == Held.USED else 'cancelled'}"
    if held.valid_until <= offer.closed_at:
        return "reward_expired"
    reward = Reward.objects.get(organisation_id=offer.organisation_id, id=held.reward_id)
    return reward.refusal(
        offer.store_id, Member.objects.get(organisation_id=offer.organisation_id, id=held.member_id).tags
    )


def _is_over(offer: Offer, chain: Chain, held: HeldReward) -> bool:
    """Whether the bill, or the reward's part of it, was given back: then it lets go, and does not take again."""
    known = redeemed.products(offer.organisation_id, [held.reward_id])
    return redeemed.is_given_back(chain, known.get((held.reward_id, offer.provider), redeemed.NOTHING).skus)


def _was_handed_out_for(offer: Offer, held: HeldReward) -> bool:
    """Whether it was used at this counter a little before, on no bill yet."""
    if held.used_sale_id is not None or held.used_store_id != offer.store_id or held.used_at is None:
        return False
    let_go = Alert.objects.filter(
        organisation_id=offer.organisation_id, held_id=held.id, kind=AlertKind.REWARD_ON_REFUNDED_SALE
    )
    return abs(offer.closed_at - held.used_at) <= HANDED_OUT_BEFORE and not let_go.exists()


def _is_sold(offer: Offer, name: str) -> bool:
    """Whether the catalogue has it, or had it."""
    try:
        return Reward.objects.filter(organisation_id=offer.organisation_id, id=parse_id("rew", name)).exists()
    except RuleBroken:
        return False


def _tell(offer: Offer, reason: str, now: datetime, *, held_id: UUID | None = None, subject: str = "") -> None:
    telling.tell(
        organisation_id=offer.organisation_id,
        kind=AlertKind.REWARD_CONFLICT,
        reason=reason,
        subject=subject,
        store_id=offer.store_id,
        held_id=held_id,
        sale_id=offer.sale_id,
        now=now,
    )
