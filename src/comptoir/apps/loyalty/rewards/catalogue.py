"""The catalogue: rewards are added and changed; what was bought stays as it was bought (loyalty.md 1.6)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty.holdings import Reward, RewardProduct
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id

ADDED: Final = "loyalty.reward_added"
CHANGED: Final = "loyalty.reward_changed"


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
    tags: Collection[str] = (),
    takes_all: bool = False,
) -> Reward:
    """Add a reward, or change one. `products` are ids as typed, for each provider; each change is written down.

    Raises RuleBroken (`not_found`, 404).
    """
    if reward_id is None:
        reward = Reward(organisation_id=organisation_id, created_at=now)
    else:
        reward = one(organisation_id, reward_id, is_locked=True)
    before = _told(reward)
    reward.name, reward.description, reward.points = name, description, points
    reward.store_ids, reward.is_active = sorted(store_ids), is_active
    reward.tags, reward.takes_all = sorted(set(tags)), takes_all
    reward.updated_at, reward.updated_by = now, actor
    reward.save()
    for provider, typed in products.items():
        _associate(reward, provider, skus(typed), actor, now)
    after = _told(reward)
    changed = {name: after.get(name) for name in {**before, **after} if before.get(name) != after.get(name)}
    if changed:
        note(
            organisation_id=organisation_id,
            actor=actor,
            what=CHANGED if reward_id else ADDED,
            subject=reward.public_id,
            now=now,
            details={"before": {name: before.get(name) for name in changed}, "after": changed},
        )
    return reward


def one(organisation_id: UUID, reward_id: UUID, *, is_locked: bool = False) -> Reward:
    """One reward. Raises RuleBroken (`not_found`, 404)."""
    rows = Reward.objects.select_for_update() if is_locked else Reward.objects
    found = rows.filter(organisation_id=organisation_id, id=reward_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _told(reward: Reward) -> dict[str, Any]:
    """A reward as plain data, its products by provider; a new one is nothing yet."""
    if reward._state.adding:
        return {}
    found: dict[str, list[str]] = {}
    rows = RewardProduct.objects.filter(organisation_id=reward.organisation_id, reward_id=reward.id)
    for row in rows.order_by("provider", "position"):
        found.setdefault(row.provider, []).append(row.sku)
    return {
        "name": reward.name,
        "description": reward.description,
        "points": reward.points,
        "stores": [public_id("sto", each) for each in reward.store_ids],
        "tags": list(reward.tags),
        "takes_all": reward.takes_all,
        "sold": reward.is_active,
        **{f"products.{provider}": skus for provider, skus in found.items()},
    }


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
