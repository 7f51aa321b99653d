"""Rewards that were used on a sale: what of the sale does not earn, and what becomes of them when it is refunded.

A reward line never earns. A sale that is voided or refunded lets go of its reward; a partial refund does so only when
the reward's own product comes back (loyalty.md 1.7).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.holdings import AlertKind, Held, HeldReward, RewardProduct
from comptoir.core.ledger.reads import Chain
from comptoir.pos.model import Line, SaleState

Used = dict[UUID, list[HeldReward]]
BY_SALE: Final = "sale"
"""Who used a reward that its bill names."""


def used_on(organisation_id: UUID, sale_ids: Collection[UUID]) -> Used:
    """The rewards used on each of these sales."""
    found: defaultdict[UUID, list[HeldReward]] = defaultdict(list)
    rows = HeldReward.objects.filter(organisation_id=organisation_id, used_sale_id__in=sale_ids)
    for row in rows.order_by("id"):
        if row.used_sale_id:
            found[row.used_sale_id].append(row)
    return dict(found)


def products(organisation_id: UUID, rewards: Iterable[HeldReward]) -> dict[tuple[UUID, str], set[str]]:
    """The products of these rewards: (reward, provider) to SKUs."""
    found: defaultdict[tuple[UUID, str], set[str]] = defaultdict(set)
    wanted = {each.reward_id for each in rewards}
    rows = RewardProduct.objects.filter(organisation_id=organisation_id, reward_id__in=wanted) if wanted else ()
    for row in rows:
        found[row.reward_id, row.provider].add(row.sku)
    return dict(found)


def value(chain: Chain, choices: Sequence[set[str]]) -> Decimal:
    """What is left of the lines that rewards stand for: one unit of a chosen product for each reward."""
    taken: set[int] = set()
    total = Decimal(0)
    for skus in choices:
        for place, line in enumerate(chain.root.sale.lines):
            if line.sku in skus and line.total > 0 and place not in taken:
                taken.add(place)
                total += line.total / max(Decimal(1), line.quantity)
                break
    back = sum((-line.total for line in _returned(chain, set().union(*choices)) if line.total < 0), Decimal(0))
    return max(Decimal(0), total - back)


def is_given_back(chain: Chain, skus: set[str]) -> bool:
    """Whether the sale was voided or refunded whole, or the reward's own product came back."""
    sale = chain.root.sale
    if sale.state is not SaleState.CLOSED or not sale.counted:
        return True
    if sale.total > 0 and chain.net_total <= 0:
        return True
    bought = sum((abs(line.quantity) for line in sale.lines if line.sku in skus), Decimal(0))
    returned = sum((abs(line.quantity) for line in _returned(chain, skus)), Decimal(0))
    return 0 < bought <= returned


def let_go(held: HeldReward, *, reinstates: bool, now: datetime) -> None:
    """The sale of a used reward is no more: it can be used again, where the programme says so. Always told."""
    sale_id = held.used_sale_id
    if sale_id is None:
        return
    mine = HeldReward.objects.filter(organisation_id=held.organisation_id, id=held.id, used_sale_id=sale_id)
    again = {"state": Held.AVAILABLE, "used_at": None, "used_by": "", "used_store_id": None, "reinstated_at": now}
    # Of two at once, one finds it still bound to the sale.
    if mine.update(used_sale_id=None, **(again if reinstates else {})):
        reason = "reinstated" if reinstates else "kept"
        alert(held, AlertKind.REWARD_ON_REFUNDED_SALE, sale_id, held.used_store_id, reason, now)


def alert(held: HeldReward, kind: AlertKind, sale_id: UUID, store_id: UUID | None, reason: str, now: datetime) -> None:
    """Tell once."""
    telling.tell(
        organisation_id=held.organisation_id,
        kind=kind,
        held_id=held.id,
        sale_id=sale_id,
        store_id=store_id,
        reason=reason,
        now=now,
    )


def _returned(chain: Chain, skus: set[str]) -> list[Line]:
    closed = (each.sale for each in chain.corrections if each.sale.state is SaleState.CLOSED)
    return [line for sale in closed for line in sale.lines if line.sku in skus]
