"""The catalogue: rewards are added and changed; what was bought stays as it was bought (loyalty.md 1.6)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty.holdings import Reward, RewardProduct
from comptoir.kernel.errors import RuleBroken


def skus(text: str) -> list[str]:
    """Product ids as people type them, separated by commas: trimmed, in order, each once (E38)."""
    return list(dict.fromkeys(part for each in text.split(",") if (part := each.strip())))


@transaction.atomic
def save(
    *,
    organisation_id: UUID,
    reward_id: UUID | None,
    name: str,
    description: str,
    points: int,
    store_ids: Collection[UUID],
    is_active: bool,
    products: dict[str, str],
    actor: str,
    now: datetime,
) -> Reward:
    """Add a reward, or change one. `products` are ids as typed, for each provider.

    Raises RuleBroken (`not_found`, 404).
    """
    if reward_id is None:
        reward = Reward(organisation_id=organisation_id, created_at=now)
    else:
        reward = one(organisation_id, reward_id, is_locked=True)
    reward.name, reward.description, reward.points = name, description, points
    reward.store_ids, reward.is_active = sorted(store_ids), is_active
    reward.updated_at, reward.updated_by = now, actor
    reward.save()
    for provider, typed in products.items():
        _associate(reward, provider, skus(typed), actor, now)
    return reward


def one(organisation_id: UUID, reward_id: UUID, *, is_locked: bool = False) -> Reward:
    """One reward. Raises RuleBroken (`not_found`, 404)."""
    rows = Reward.objects.select_for_update() if is_locked else Reward.objects
    found = rows.filter(organisation_id=organisation_id, id=reward_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _associate(reward: Reward, provider: str, wanted: list[str], actor: str, now: datetime) -> None:
    """The products of one provider; who typed an id first stays beside it."""
    mine = RewardProduct.objects.filter(organisation_id=reward.organisation_id, reward_id=reward.id, provider=provider)
    mine.exclude(sku__in=wanted).delete()
    rows = [
        RewardProduct(
            organisation_id=reward.organisation_id,
            reward_id=reward.id,
            provider=provider,
            sku=sku,
            position=place,
            added_by=actor,
            added_at=now,
        )
        for place, sku in enumerate(wanted)
    ]
    RewardProduct.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation", "reward_id", "provider", "sku"],
        update_fields=["position"],
    )
