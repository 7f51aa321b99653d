"""Rewards that were used on a sale: what of the sale does not earn, and what becomes of them when it is refunded.

A reward line never earns. A sale that is voided or refunded lets go of its reward; a partial refund does so only when
the reward's own product comes back (loyalty.md 1.7).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString
from uuid import UUID

from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.holdings import AlertKind, Held, HeldReward, Reward, RewardProduct
from comptoir.apps.loyalty.hooks import emitting
from comptoir.core.ledger.reads import Chain
from comptoir.core.prepared import fetch
from comptoir.kernel import arrays
from comptoir.kernel.ids import public_id
from comptoir.pos.model import Line, SaleState

Used = dict[UUID, list[HeldReward]]
USED: Final[LiteralString] = "organisation_id = %s AND used_sale_id = ANY(%s::uuid[]) ORDER BY id"
BY_SALE: Final = "sale"
"""Who used a reward that its bill names."""


def used_on(organisation_id: UUID, sale_ids: Collection[UUID]) -> Used:
    """The rewards used on each of these sales."""
    found: defaultdict[UUID, list[HeldReward]] = defaultdict(list)
    if not sale_ids:
        return {}
    for row in fetch(HeldReward, USED, [organisation_id, arrays.of_ids(sale_ids)]):
        if row.used_sale_id:
            found[row.used_sale_id].append(row)
    return dict(found)


@dataclass(frozen=True)
class Products:
    """The products of one till that a reward stands for: one of them, or all of them together."""

    skus: frozenset[str] = frozenset()
    together: bool = False

    @property
    def parts(self) -> list[frozenset[str]]:
        """What it takes off a bill: one unit out of each of these."""
        return [frozenset({sku}) for sku in sorted(self.skus)] if self.together else [self.skus]


NOTHING: Final = Products()
Taken = tuple[HeldReward, Products]


def products(organisation_id: UUID, reward_ids: Collection[UUID]) -> dict[tuple[UUID, str], Products]:
    """The products of these rewards: (reward, provider) to what it stands for there."""
    found: defaultdict[tuple[UUID, str], set[str]] = defaultdict(set)
    if not reward_ids:
        return {}
    for row in RewardProduct.objects.filter(organisation_id=organisation_id, reward_id__in=reward_ids):
        found[row.reward_id, row.provider].add(row.sku)
    whole = Reward.objects.filter(organisation_id=organisation_id, id__in=reward_ids, takes_all=True)
    together = set(whole.values_list("id", flat=True))
    return {key: Products(frozenset(skus), key[0] in together) for key, skus in found.items()}


def names(held: HeldReward) -> set[str]:
    """What a bill may call a held reward: its code, its id, and the item of the catalogue."""
    return {held.code, held.public_id, public_id("rew", held.reward_id)}


def value(chain: Chain, used: Sequence[Taken]) -> Decimal:
    """What is left of the lines that rewards stand for: those that the bill says are rewards, and one unit of a chosen
    product for each reward that no such line names.

    A line that cost nothing is a reward's before one that was paid.
    """
    lines = chain.root.sale.lines
    said = [line for line in lines if line.reward]
    total = sum((line.total for line in said if line.total > 0), Decimal(0))
    left = {place: max(1, int(line.quantity)) for place, line in enumerate(lines) if not line.reward}
    skus = {line.sku for line in said if line.sku}
    for held, known in used:
        skus |= known.skus
        for part in known.parts:
            if mine := next((line for line in said if line.reward in names(held) or line.sku in part), None):
                said.remove(mine)
            elif (place := _unit(lines, left, part)) is not None:
                left[place] -= 1
                total += lines[place].total / max(Decimal(1), lines[place].quantity)
    back = sum((-line.total for line in _returned(chain, skus) if line.total < 0), Decimal(0))
    return max(Decimal(0), total - back)


def _unit(lines: Sequence[Line], left: Mapping[int, int], skus: Collection[str]) -> int | None:
    """Where a unit of one of these products stands that no reward has taken, the cheapest that is free first."""
    found = [place for place, units in left.items() if units and lines[place].sku in skus and lines[place].total >= 0]
    return min(found, key=lambda place: (lines[place].total > 0, place), default=None)


def is_given_back(chain: Chain, skus: Collection[str]) -> bool:
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
        if reinstates:
            emitting.emit(held.organisation_id, emitting.REINSTATED, member_id=held.member_id, now=now, hash=held.code)
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


def _returned(chain: Chain, skus: Collection[str]) -> list[Line]:
    closed = (each.sale for each in chain.corrections if each.sale.state is SaleState.CLOSED)
    return [line for sale in closed for line in sale.lines if line.sku in skus]
