"""A customer types a phone number at the counter: the sale becomes theirs (loyalty.md 2.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import entries, offers, phones, showings
from comptoir.apps.loyalty.bonus import giving as bonuses
from comptoir.apps.loyalty.hooks import emitting
from comptoir.apps.loyalty.members import guards, passes
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.points import Reason, State
from comptoir.core.accounts.models import Store
from comptoir.core.installations import modules
from comptoir.kernel.errors import RuleBroken

REATTACH_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Claim:
    """What a claim brought. `points` is what the sale is worth, bonuses with it; `is_repeat`: it was theirs already."""

    offer: Offer
    member: Member
    points: int
    balance: int
    is_new_member: bool
    is_repeat: bool


@transaction.atomic
def claim(*, organisation_id: UUID, offer_id: UUID, phone: str, actor: str, now: datetime, country: str = "") -> Claim:
    """Give a waiting sale to the member with this phone number; whoever is not a member yet becomes one.

    The code of a pass does for a number. National numbers are read with `country`, else with the store's. Enrolling is
    no consent to marketing (loyalty.md 1.9). The first claim wins; the same member may ask again and hears the same
    answer.

    Raises RuleBroken: `phone_invalid`, `phone_not_mobile` (422), `pass_unknown`, `not_found` (404), `module_inactive`
    (403, loyalty is off for its store), `already_collected` (409, somebody else was first), `not_collectable` (409, the
    sale earns nothing), `number_refused` (409, see `members/guards.py`).
    """
    offer = _locked(organisation_id, offer_id)
    modules.require_on(organisation_id=organisation_id, store_id=offer.store_id, app="loyalty")
    number = _number(offer, phone, country)
    # A refund may be in the ledger already while its event is still on the way.
    offers.settle(organisation_id, [offer], now=now)
    if offer.member_id is not None:
        return _again(offer, offer.member_id, number)
    if offer.state != State.OPEN:
        raise RuleBroken(_refusal(offer), code="not_collectable")
    guards.require_welcome(offer, number, now=now)
    member, is_new = _enrol(offer, number, actor, now)
    offers.welcome(offer, member_id=member.id, now=now)
    if offer.state != State.OPEN:
        raise RuleBroken(_refusal(offer), code="not_collectable")
    offers.credit(offer, member_id=member.id, actor=actor, now=now)
    showings.claimed(offer, by=actor, now=now)
    return Claim(
        offer=offer,
        member=member,
        points=offer.points + bonuses.points_of(organisation_id, offer.sale_id),
        balance=entries.balance(organisation_id, member.id),
        is_new_member=is_new,
        is_repeat=False,
    )


@transaction.atomic
def undo(*, organisation_id: UUID, offer_id: UUID, claimed_at: datetime, actor: str, now: datetime) -> None:
    """Take the claim of this instant back: the sale waits again, and its member keeps nothing of it.

    When somebody else has the sale by now, nothing changes.
    """
    offer = _locked(organisation_id, offer_id)
    if offer.claimed_at != claimed_at:
        return
    offers.settle(organisation_id, [offer], now=now)
    offers.take_back(offer, actor=actor, now=now)
    showings.reopened(offer)


@transaction.atomic
def reattach(*, organisation_id: UUID, offer_id: UUID, phone: str, actor: str, now: datetime) -> Claim:
    """Give a sale that somebody else collected to the right member, within a day (loyalty.md E22).

    Raises RuleBroken as `claim`, and `too_late` (409).
    """
    offer = _locked(organisation_id, offer_id)
    number = _number(offer, phone, "")
    if offer.claimed_at is not None and now - offer.claimed_at > REATTACH_WITHIN:
        raise RuleBroken(
            _("Points can be given to somebody else for 24 hours after they were collected."), code="too_late"
        )
    offers.settle(organisation_id, [offer], now=now)
    if offer.member_id is not None:
        owner = Member.objects.get(organisation_id=organisation_id, id=offer.member_id)
        if owner.phone != number:
            offers.take_back(offer, actor=actor, now=now)
    return claim(organisation_id=organisation_id, offer_id=offer_id, phone=phone, actor=actor, now=now)


def _number(offer: Offer, said: str, country: str) -> str:
    """The number that was typed, or the number of whose pass was shown."""
    if code := passes.code_in(said):
        return passes.holder(offer.organisation_id, code).phone
    return phones.parse(said, country=country or _country(offer))


def _locked(organisation_id: UUID, offer_id: UUID) -> Offer:
    offer = Offer.objects.select_for_update().filter(organisation_id=organisation_id, id=offer_id).first()
    if offer is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return offer


def _again(offer: Offer, member_id: UUID, number: str) -> Claim:
    """The same answer for the one who has it; for anybody else it is gone."""
    member = Member.objects.get(organisation_id=offer.organisation_id, id=member_id)
    if member.phone != number:
        raise RuleBroken(_("The points of this sale were already collected."), code="already_collected")
    return Claim(
        offer=offer,
        member=member,
        points=offer.points + bonuses.points_of(offer.organisation_id, offer.sale_id),
        balance=entries.balance(offer.organisation_id, member.id),
        is_new_member=False,
        is_repeat=True,
    )


def _enrol(offer: Offer, number: str, actor: str, now: datetime) -> tuple[Member, bool]:
    """The member with this number; two first claims at once agree on one row."""
    draft = Member(
        organisation_id=offer.organisation_id,
        phone=number,
        store_id=offer.store_id,
        enrolled_at=now,
        enrolled_by=actor,
    )
    Member.objects.bulk_create([draft], ignore_conflicts=True)
    member = Member.objects.get(organisation_id=offer.organisation_id, phone=number)
    is_new = member.id == draft.id
    if is_new:
        emitting.emit(offer.organisation_id, emitting.CREATED, member_id=member.id, now=now)
    return member, is_new


def _country(offer: Offer) -> str:
    return Store.objects.get(organisation_id=offer.organisation_id, id=offer.store_id).country


def _refusal(offer: Offer) -> str:
    match Reason(offer.reason):
        case Reason.REFUNDED:
            return _("This sale was refunded: there are no points left on it.")
        case Reason.CANCELLED:
            return _("This sale was cancelled at the till: there are no points on it.")
        case Reason.BELOW_MINIMUM:
            return _("This sale is below the minimum of the programme: it earns no points.")
        case Reason.DUPLICATE:
            return _("Another till told of this sale before: it is collected there, once.")
        case Reason.TOO_OLD:
            return _("This sale reached us more than 30 days after it was closed: nobody can collect it here.")
        case _reason:
            return _("This sale earns no points.")
