"""A held reward is locked for a moment, and used once (loyalty.md 1.7)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from comptoir.apps.loyalty import offers, redeemed
from comptoir.apps.loyalty.holdings import AlertKind, Held, HeldReward
from comptoir.apps.loyalty.hooks import emitting
from comptoir.apps.loyalty.rewards import buying, catalogue
from comptoir.core.installations import modules
from comptoir.kernel.errors import RuleBroken

LOCKED_FOR: Final = timedelta(minutes=10)
TOLD: Final = frozenset(
    {"reward_already_used", "reward_cancelled", "reward_expired", "reward_not_here", "reward_not_yours"}
)


@transaction.atomic
def hold(*, organisation_id: UUID, held_id: UUID, owner: str, now: datetime) -> HeldReward:
    """Keep a reward for one caller; the owner renews it by asking again, and a crashed owner loses it by itself.

    Raises RuleBroken: `not_found` (404), `reward_locked`, `reward_already_used`, `reward_expired` (409).
    """
    held = buying.lock(organisation_id, held_id)
    buying.require_free(held, by=owner, now=now)
    held.locked_by, held.locked_until = owner, now + LOCKED_FOR
    held.save()
    return held


@transaction.atomic
def release(*, organisation_id: UUID, held_id: UUID, owner: str, now: datetime) -> HeldReward:
    """Let go of one's own lock; a lock of somebody else stays (409 `reward_locked`)."""
    held = buying.lock(organisation_id, held_id)
    if held.state == Held.AVAILABLE:
        buying.require_free(held, by=owner, now=now)
    held.locked_by, held.locked_until = "", None
    held.save()
    return held


def use(
    *,
    organisation_id: UUID,
    held_id: UUID,
    store_id: UUID,
    actor: str,
    now: datetime,
    sale_id: UUID | None = None,
    owner: str = "",
) -> HeldReward:
    """Use a reward, on a sale where it is known; for the same sale again, nothing more happens.

    Raises RuleBroken: `not_found` (404), `module_inactive` (403), `reward_already_used`, `reward_locked`,
    `reward_cancelled`, `reward_expired`, `reward_not_here`, `reward_not_yours` (409). A sale that names a
    reward it cannot have stands all the same, so that is told as an alert.
    """
    try:
        with transaction.atomic():
            return _use(organisation_id, held_id, store_id, actor, now, sale_id, owner or actor)
    except RuleBroken as refused:
        tell(
            organisation_id=organisation_id,
            held_id=held_id,
            sale_id=sale_id,
            store_id=store_id,
            code=refused.code,
            now=now,
        )
        raise


def tell(
    *, organisation_id: UUID, held_id: UUID, sale_id: UUID | None, store_id: UUID, code: str, now: datetime
) -> None:
    """Tell, once, that a sale names a reward it cannot have; a caller whose own transaction is undone asks again."""
    if sale_id is not None and code in TOLD:
        held = HeldReward.objects.get(organisation_id=organisation_id, id=held_id)
        redeemed.alert(held, AlertKind.REWARD_CONFLICT, sale_id, store_id, code, now)


@transaction.atomic
def buy_and_use(
    *,
    organisation_id: UUID,
    member_id: UUID,
    reward_id: UUID,
    store_id: UUID,
    actor: str,
    now: datetime,
    sale_id: UUID | None = None,
) -> HeldReward:
    """Both in one act: a reward that cannot be used is not bought either. Raises what `buy` and `use` raise."""
    if sale_id is not None:
        # The lock of an offer comes before that of a member, and buying takes the member's.
        offers.lock(organisation_id, [sale_id])
    held = buying.buy(
        organisation_id=organisation_id,
        member_id=member_id,
        reward_id=reward_id,
        store_id=store_id,
        actor=actor,
        now=now,
    )
    return _use(organisation_id, held.id, store_id, actor, now, sale_id, actor)


def _use(
    organisation_id: UUID,
    held_id: UUID,
    store_id: UUID,
    actor: str,
    now: datetime,
    sale_id: UUID | None,
    owner: str,
) -> HeldReward:
    modules.require_on(organisation_id=organisation_id, store_id=store_id, app="loyalty")
    # The lock of an offer comes before that of a member, everywhere.
    waiting = offers.lock(organisation_id, [sale_id]) if sale_id else []
    held = buying.lock(organisation_id, held_id)
    if held.state == Held.USED and sale_id is not None and held.used_sale_id == sale_id:
        return held
    buying.require_free(held, by=owner, now=now)
    buying.require_allowed(catalogue.one(organisation_id, held.reward_id), store_id, held.member_id)
    held.state, held.used_at, held.used_by = Held.USED, now, actor
    held.used_store_id, held.used_sale_id = store_id, sale_id
    held.locked_by, held.locked_until = "", None
    held.save()
    emitting.emit(organisation_id, emitting.USED, member_id=held.member_id, now=now, hash=held.code)
    offers.settle(organisation_id, waiting, now=now)
    return held
