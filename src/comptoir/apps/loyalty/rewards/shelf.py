"""The catalogue as its owner sees it: what is sold or no more, who typed which product, how often it was taken."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, Count, F, Func, Q

from comptoir.apps.loyalty.holdings import Held, HeldReward, Reward, RewardProduct
from comptoir.apps.loyalty.models import Member
from comptoir.kernel.ids import public_id


@dataclass(frozen=True)
class Product:
    """A product of a till that a reward stands for, and who typed it."""

    provider: str
    sku: str
    added_by: str
    added_at: datetime
    missing_since: datetime | None


@dataclass(frozen=True)
class ShelfItem:
    """A reward with what became of it. `bought` counts all that were ever bought, `used` those that were used."""

    id: UUID
    name: str
    description: str
    points: int
    store_ids: tuple[UUID, ...]
    tags: tuple[str, ...]
    takes_all: bool
    is_active: bool
    products: tuple[Product, ...]
    bought: int
    used: int

    @property
    def public_id(self) -> str:
        """`rew_…`"""
        return public_id("rew", self.id)

    def skus(self, provider: str) -> str:
        """The products of one till as they are typed."""
        return ", ".join(each.sku for each in self.products if each.provider == provider)


def items(organisation_id: UUID, *, search: str = "", ids: Iterable[UUID] | None = None) -> list[ShelfItem]:
    """All rewards, those that are sold first, the cheapest first."""
    rows = Reward.objects.filter(organisation_id=organisation_id)
    if search:
        sold_as = RewardProduct.objects.filter(organisation_id=organisation_id, sku__iexact=search)
        rows = rows.filter(
            Q(name__icontains=search) | Q(description__icontains=search) | Q(id__in=sold_as.values("reward_id"))
        )
    if ids is not None:
        rows = rows.filter(id__in=list(ids))
    found = list(rows.order_by("-is_active", "points", "id"))
    products, taken = _products(organisation_id, found), _taken(organisation_id, found)
    return [
        ShelfItem(
            id=row.id,
            name=row.name,
            description=row.description,
            points=row.points,
            store_ids=tuple(row.store_ids),
            tags=tuple(row.tags),
            takes_all=row.takes_all,
            is_active=row.is_active,
            products=tuple(products[row.id]),
            bought=taken[row.id][0],
            used=taken[row.id][1],
        )
        for row in found
    ]


def tags(organisation_id: UUID) -> list[str]:
    """Every tag that a member has."""
    each = Func(F("tags"), function="unnest", output_field=CharField())
    rows = Member.objects.filter(organisation_id=organisation_id).annotate(tag=each)
    return sorted(set(rows.values_list("tag", flat=True)))


def phones_of(organisation_id: UUID, member_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of members, to be masked by whoever shows them."""
    rows = Member.objects.filter(organisation_id=organisation_id, id__in=set(member_ids))
    return dict(rows.values_list("id", "phone"))


def _products(organisation_id: UUID, rewards: list[Reward]) -> defaultdict[UUID, list[Product]]:
    found: defaultdict[UUID, list[Product]] = defaultdict(list)
    rows = RewardProduct.objects.filter(organisation_id=organisation_id, reward_id__in=[each.id for each in rewards])
    for row in rows.order_by("provider", "position"):
        found[row.reward_id].append(Product(row.provider, row.sku, row.added_by, row.added_at, row.missing_since))
    return found


def _taken(organisation_id: UUID, rewards: list[Reward]) -> defaultdict[UUID, tuple[int, int]]:
    rows = HeldReward.objects.filter(organisation_id=organisation_id, reward_id__in=[each.id for each in rewards])
    counted = rows.exclude(state=Held.CANCELLED).values("reward_id").order_by()
    found: defaultdict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in counted.annotate(bought=Count("id"), used=Count("id", filter=Q(state=Held.USED))):
        found[row["reward_id"]] = (row["bought"], row["used"])
    return found
