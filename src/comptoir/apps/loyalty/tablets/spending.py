"""Points are spent on the tablet, behind the thanks: a reward is bought and used at once, and staff hand it out.

It belongs to a claim: whoever has just collected under its key, on this tablet. Queued requests may come late and
twice: each purchase has a key of its own, and hears the same answer again (loyalty.md 2.4).
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import entries, pins, tries
from comptoir.apps.loyalty.devices import Tablet, TabletClaim
from comptoir.apps.loyalty.holdings import said_aloud
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.rewards import reads, using
from comptoir.apps.loyalty.tablets.claiming import actor
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id

SPEND_WITHIN: Final = timedelta(minutes=5)
PURCHASES: Final = 20
PURCHASES_WINDOW: Final = timedelta(minutes=10)
MOST_SHOWN: Final = 6


def offered(tablet: Tablet, member: Member, balance: int) -> dict[str, Any]:
    """What these points buy here, the dearest first, and how far the next reward is; nothing for who cannot spend."""
    sold = reads.rewards(tablet.organisation_id, store_id=tablet.store_id, tags=member.tags)
    within = [each for each in sold if each.points <= balance]
    beyond = next((each for each in sold if each.points > balance), None)
    return {
        "rewards": [
            {"id": public_id("rew", each.id), "name": each.name, "points": each.points}
            for each in reversed(within[-MOST_SHOWN:])
        ],
        "next": {"name": beyond.name, "missing": beyond.points - max(balance, 0)} if beyond else None,
        "has_pin": bool(member.pin),
    }


def after(*, tablet: Tablet, key: str) -> dict[str, Any]:
    """The same for whoever collected under this key, at this moment; empty once it was undone."""
    try:
        _made, member = _collected(tablet, key)
    except RuleBroken:
        return {}
    return offered(tablet, member, entries.balance(tablet.organisation_id, member.id))


def spend(*, tablet: Tablet, key: str, purchase: str, reward: str, pin: str | None, now: datetime) -> dict[str, Any]:
    """Buy a reward and use it now; the same `purchase` hears the same answer, whatever happened since.

    Raises RuleBroken: `not_found` (404: nothing collected under this key, or undone), `too_late` (409), those of
    `using.buy_and_use`, `pin_required` and `pin_wrong` (403), `rate_limited` (429).
    """
    reward_id = parse_id("rew", reward)
    made, member = _collected(tablet, key)
    if answered := made.answer.get("spent", {}).get(purchase):
        return dict(answered)
    if now - made.made_at > SPEND_WITHIN:
        raise RuleBroken(_("This can be done for five minutes only. The staff can still help."), code="too_late")
    tries.count(f"spend {tablet.id}", limit=PURCHASES, window=PURCHASES_WINDOW, now=now)
    pins.require(member, pin, now=now)
    with transaction.atomic():
        rows = TabletClaim.objects.select_for_update().filter(organisation_id=tablet.organisation_id)
        held_claim = rows.get(tablet_id=tablet.id, key=key)
        if answered := held_claim.answer.get("spent", {}).get(purchase):
            return dict(answered)
        if held_claim.undone_at is not None:
            raise _nothing()
        held = using.buy_and_use(
            organisation_id=tablet.organisation_id,
            member_id=member.id,
            reward_id=reward_id,
            store_id=tablet.store_id,
            actor=actor(tablet),
            now=now,
        )
        balance = entries.balance(tablet.organisation_id, member.id)
        answer = {
            "name": held.name,
            "code": said_aloud(held.code),
            "at": now.isoformat(),
            "balance": balance,
            **offered(tablet, member, balance),
        }
        held_claim.answer["spent"] = {**held_claim.answer.get("spent", {}), purchase: answer}
        held_claim.save(update_fields=["answer"])
    return answer


def _collected(tablet: Tablet, key: str) -> tuple[TabletClaim, Member]:
    """What was collected under this key and still is, and by whom. Raises RuleBroken (404)."""
    rows = TabletClaim.objects.filter(organisation_id=tablet.organisation_id, tablet_id=tablet.id, key=key)
    made = rows.filter(undone_at=None).first()
    offer = Offer.objects.filter(organisation_id=tablet.organisation_id, id=made.offer_id).first() if made else None
    if made is None or offer is None or offer.member_id is None or offer.claimed_at != made.made_at:
        raise _nothing()
    return made, Member.objects.get(organisation_id=tablet.organisation_id, id=offer.member_id)


def _nothing() -> RuleBroken:
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
