"""What pages and the API show of rewards."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comptoir.apps.loyalty.holdings import Held, HeldReward, Reward, RewardProduct, said_aloud
from comptoir.kernel.ids import public_id


@dataclass(frozen=True)
class ProductFacts:
    """A product of a till that a reward stands for."""

    provider: str
    sku: str


@dataclass(frozen=True)
class RewardFacts:
    """An item of the catalogue; no stores means all of them, no tags every member.

    `takes_all`: the products of a provider are given together; else they are a choice.
    """

    id: UUID
    organisation_id: UUID
    name: str
    description: str
    points: int
    store_ids: tuple[UUID, ...]
    tags: tuple[str, ...]
    takes_all: bool
    products: tuple[ProductFacts, ...]

    @property
    def public_id(self) -> str:
        """`rew_…`"""
        return public_id("rew", self.id)


@dataclass(frozen=True)
class HeldFacts:
    """A reward as a member bought it. `state` is what it is now: locked and expired are told by the clock."""

    id: UUID
    organisation_id: UUID
    member_id: UUID
    reward_id: UUID
    code: str
    name: str
    points: int
    state: str
    bought_at: datetime
    bought_by: str
    store_id: UUID
    valid_until: datetime
    locked_by: str
    locked_until: datetime | None
    used_at: datetime | None
    used_by: str
    used_store_id: UUID | None
    used_sale_id: UUID | None
    cancelled_at: datetime | None

    @property
    def public_id(self) -> str:
        """`hrw_…`"""
        return public_id("hrw", self.id)

    @property
    def said_aloud(self) -> str:
        """What the tablet shows of its code."""
        return said_aloud(self.code)


def rewards(
    organisation_id: UUID,
    *,
    store_id: UUID | None = None,
    least: int | None = None,
    most: int | None = None,
    tags: Collection[str] | None = None,
) -> list[RewardFacts]:
    """What can be bought, the cheapest first: at that store, for at least and at most so many points.

    `tags` are those of a member: what is for other members is left out. None leaves nothing out.
    """
    rows = Reward.objects.filter(organisation_id=organisation_id, is_active=True)
    if least is not None:
        rows = rows.filter(points__gte=least)
    if most is not None:
        rows = rows.filter(points__lte=most)
    found = [
        row
        for row in rows.order_by("points", "id")
        if (store_id is None or _is_sold(row, store_id)) and (tags is None or not row.tags or set(row.tags) & set(tags))
    ]
    products = _products(organisation_id, {row.id for row in found})
    return [
        RewardFacts(
            id=row.id,
            organisation_id=organisation_id,
            name=row.name,
            description=row.description,
            points=row.points,
            store_ids=tuple(row.store_ids),
            tags=tuple(row.tags),
            takes_all=row.takes_all,
            products=tuple(products.get(row.id, ())),
        )
        for row in found
    ]


def one(organisation_id: UUID, reward_id: UUID, *, name: str, points: int) -> RewardFacts:
    """An item of the catalogue, sold or not any more, under the name and the price that somebody bought it for."""
    row = Reward.objects.get(organisation_id=organisation_id, id=reward_id)
    return RewardFacts(
        id=row.id,
        organisation_id=organisation_id,
        name=name,
        description=row.description,
        points=points,
        store_ids=tuple(row.store_ids),
        tags=tuple(row.tags),
        takes_all=row.takes_all,
        products=tuple(_products(organisation_id, {row.id}).get(row.id, ())),
    )


def held_by(
    organisation_id: UUID, member_id: UUID, *, now: datetime, before: UUID | None = None, limit: int = 50
) -> list[HeldFacts]:
    """What a member bought, newest first."""
    rows = HeldReward.objects.filter(organisation_id=organisation_id, member_id=member_id)
    if before:
        rows = rows.filter(id__lt=before)
    return [facts(row, now=now) for row in rows.order_by("-id")[:limit]]


def held(organisation_id: UUID, held_id: UUID, *, now: datetime) -> HeldFacts | None:
    """One held reward."""
    row = HeldReward.objects.filter(organisation_id=organisation_id, id=held_id).first()
    return None if row is None else facts(row, now=now)


def facts(row: HeldReward, *, now: datetime) -> HeldFacts:
    """A held reward as it stands at this moment."""
    is_locked = row.locked_until is not None and row.locked_until > now
    state = str(row.state)
    if row.state == Held.AVAILABLE:
        state = "expired" if row.valid_until <= now else "locked" if is_locked else state
    return HeldFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        member_id=row.member_id,
        reward_id=row.reward_id,
        code=row.code,
        name=row.name,
        points=row.points,
        state=state,
        bought_at=row.bought_at,
        bought_by=row.bought_by,
        store_id=row.store_id,
        valid_until=row.valid_until,
        locked_by=row.locked_by if is_locked else "",
        locked_until=row.locked_until if is_locked else None,
        used_at=row.used_at,
        used_by=row.used_by,
        used_store_id=row.used_store_id,
        used_sale_id=row.used_sale_id,
        cancelled_at=row.cancelled_at,
    )


def _is_sold(reward: Reward, store_id: UUID) -> bool:
    return not reward.store_ids or store_id in reward.store_ids


def _products(organisation_id: UUID, reward_ids: Collection[UUID]) -> dict[UUID, list[ProductFacts]]:
    found: defaultdict[UUID, list[ProductFacts]] = defaultdict(list)
    rows = RewardProduct.objects.filter(organisation_id=organisation_id, reward_id__in=reward_ids)
    for row in rows.order_by("provider", "position"):
        found[row.reward_id].append(ProductFacts(row.provider, row.sku))
    return dict(found)
