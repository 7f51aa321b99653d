"""Rewards are bought with points, and points come back when one is cancelled (loyalty.md 1.7).

Whoever buys or cancels holds the member's lock; the database refuses a purchase that a balance does not cover.
"""

import secrets
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import entries, programmes, wallets
from comptoir.apps.loyalty.expiry.rules import months_later
from comptoir.apps.loyalty.holdings import Held, HeldReward, Reward
from comptoir.apps.loyalty.hooks import emitting
from comptoir.apps.loyalty.models import Entry, Kind, Member
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.core.installations import modules
from comptoir.kernel.errors import RuleBroken


@transaction.atomic
def buy(
    *, organisation_id: UUID, member_id: UUID, reward_id: UUID, store_id: UUID, actor: str, now: datetime
) -> HeldReward:
    """Take the price off a member's points and give them the reward.

    Raises RuleBroken: `not_found` (404), `module_inactive` (403), `reward_unavailable` (409: not sold any more),
    `reward_not_here` (409: for other stores), `reward_not_yours` (409: for other members), `insufficient_points` (409).
    """
    modules.require_on(organisation_id=organisation_id, store_id=store_id, app="loyalty")
    if not Member.objects.filter(organisation_id=organisation_id, id=member_id).exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    entries.lock(organisation_id, [member_id])
    reward = catalogue.one(organisation_id, reward_id)
    if not reward.is_active:
        raise RuleBroken(_("This reward is not sold any more."), code="reward_unavailable")
    require_allowed(reward, store_id, member_id)
    balance = wallets.write_expired(organisation_id, member_id, now=now)
    if balance < reward.points:
        raise RuleBroken(_("There are not enough points for this reward."), code="insufficient_points")
    held = HeldReward.objects.create(
        organisation_id=organisation_id,
        code=secrets.token_urlsafe(18),
        reward_id=reward.id,
        member_id=member_id,
        name=reward.name,
        points=reward.points,
        bought_at=now,
        bought_by=actor,
        store_id=store_id,
        valid_until=_valid_until(organisation_id, now),
    )
    _write(held, Kind.SPEND, -held.points, actor=actor, now=now)
    return held


@transaction.atomic
def win(
    *, organisation_id: UUID, member_id: UUID, reward_id: UUID, store_id: UUID, actor: str, now: datetime
) -> HeldReward:
    """Give a member a reward that was won: it cost no points, so none come back. Raises RuleBroken (`not_found`)."""
    entries.lock(organisation_id, [member_id])
    reward = catalogue.one(organisation_id, reward_id)
    return HeldReward.objects.create(
        organisation_id=organisation_id,
        code=secrets.token_urlsafe(18),
        reward_id=reward.id,
        member_id=member_id,
        name=reward.name,
        points=0,
        bought_at=now,
        bought_by=actor,
        store_id=store_id,
        valid_until=_valid_until(organisation_id, now),
    )


def code_of(organisation_id: UUID, held_id: UUID) -> str:
    """What names a held reward outside."""
    return HeldReward.objects.get(organisation_id=organisation_id, id=held_id).code


@transaction.atomic
def cancel(*, organisation_id: UUID, held_id: UUID, actor: str, now: datetime, owner: str = "") -> HeldReward:
    """Give the points of an unused reward back, as old as they were; asked again, nothing more happens.

    Who locked it is `owner`, else the actor.

    Raises RuleBroken: `not_found` (404), `reward_already_used`, `reward_locked`, `reward_expired` (409).
    """
    held = lock(organisation_id, held_id)
    if held.state == Held.CANCELLED:
        return held
    require_free(held, by=owner or actor, now=now)
    held.state, held.cancelled_at = Held.CANCELLED, now
    held.save()
    _write(held, Kind.RETURN, held.points, actor=actor, now=now)
    return held


def lock(organisation_id: UUID, held_id: UUID) -> HeldReward:
    """A held reward and its member's points, ours alone. Raises RuleBroken (`not_found`, 404)."""
    found = HeldReward.objects.filter(organisation_id=organisation_id, id=held_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    entries.lock(organisation_id, [found.member_id])
    return HeldReward.objects.select_for_update().get(organisation_id=organisation_id, id=held_id)


def require_free(held: HeldReward, *, by: str, now: datetime) -> None:
    """Raises RuleBroken (409) for a reward that is used, cancelled, too old, or locked by somebody else."""
    if held.state == Held.USED:
        raise RuleBroken(_("This reward was already used."), code="reward_already_used")
    if held.state == Held.CANCELLED:
        raise RuleBroken(_("This reward was cancelled: its points came back."), code="reward_cancelled")
    if held.valid_until <= now:
        raise RuleBroken(_("This reward is too old to be used."), code="reward_expired")
    if held.locked_until and held.locked_until > now and held.locked_by != by:
        raise RuleBroken(_("Somebody is using this reward right now."), code="reward_locked")


def require_allowed(reward: Reward, store_id: UUID, member_id: UUID) -> None:
    """Raises RuleBroken (409): `reward_not_here` for a reward of other stores, `reward_not_yours` of other members."""
    tags = Member.objects.get(organisation_id=reward.organisation_id, id=member_id).tags
    refusal = reward.refusal(store_id, tags)
    if refusal == "reward_not_here":
        raise RuleBroken(_("This reward is for other stores."), code="reward_not_here")
    if refusal:
        raise RuleBroken(_("This reward is for other members."), code="reward_not_yours")


def _valid_until(organisation_id: UUID, now: datetime) -> datetime:
    """The end of the day, so many months from now."""
    months = programmes.in_force(organisation_id, now, now=now).reward_months
    zone = wallets.term(organisation_id, now=now).zone
    day = months_later(now.astimezone(zone).date(), months) + timedelta(days=1)
    return datetime.combine(day, time(), zone)


def _write(held: HeldReward, kind: Kind, points: int, *, actor: str, now: datetime) -> None:
    emitting.emit(held.organisation_id, emitting.POINTS, member_id=held.member_id, now=now, points=points)
    if kind is Kind.SPEND:
        emitting.emit(held.organisation_id, emitting.BOUGHT, member_id=held.member_id, now=now, hash=held.code)
    Entry.objects.create(
        organisation_id=held.organisation_id,
        member_id=held.member_id,
        kind=kind,
        points=points,
        store_id=held.store_id,
        inputs={"held": str(held.id), "reward": held.name},
        actor=actor,
        created_at=now,
    )
