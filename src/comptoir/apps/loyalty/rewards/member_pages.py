"""Rewards on a member's page: what was bought, and staff who buy, use and cancel for the guest in front of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from comptoir.apps.loyalty import pins, redeemed
from comptoir.apps.loyalty import reads as members
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.rewards import buying, reads, using
from comptoir.apps.loyalty.rewards.reads import HeldFacts, RewardFacts
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.accounts.stores import stores
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.formats import clock_time
from comptoir.web.parts import Level, Status
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast

STATES: Final[dict[str, tuple[Level, Promise]]] = {
    "available": ("ok", gettext_lazy("Can be used")),
    "locked": ("info", gettext_lazy("Being used right now")),
    "used": ("off", pgettext_lazy("a reward", "Used")),
    "cancelled": ("off", gettext_lazy("Cancelled, points given back")),
    "expired": ("off", pgettext_lazy("a reward", "Expired")),
}
CAN_BE_USED: Final = ("available", "locked")
SHOWN: Final = 10
MOST_SHOWN: Final = 500


@dataclass(frozen=True)
class Row:
    """One held reward: its light, what happened to it, and whether the reader holds its lock."""

    held: HeldFacts
    light: Status
    acts: list[str]
    is_mine: bool


@dataclass(frozen=True)
class Section:
    """What the page shows: what can be used, what is over, what the points buy, and what this person may do."""

    held: list[Row]
    over: list[Row]
    more: int
    affordable: list[RewardFacts]
    stores: list[Store]
    may_use: bool
    may_cancel: bool


def section(request: OrganisationRequest, member: Member, balance: int) -> Section:
    """For the stores that the reader was given; `?rewards=all` shows everything that is over."""
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    is_here = not member.erased_at and not member.merged_into
    held = reads.held_by(request.organisation.id, member.id, now=timezone.now(), limit=MOST_SHOWN)
    offered = reads.rewards(request.organisation.id, most=balance, tags=member.tags) if balance > 0 and is_here else []
    here = {store.id for store in mine}
    rows = _rows(request, held, {store.id: store.name for store in mine})
    over = [row for row in rows if row.held.state not in CAN_BE_USED]
    shown = over if request.GET.get("rewards") == "all" else over[:SHOWN]
    return Section(
        held=[row for row in rows if row.held.state in CAN_BE_USED],
        over=shown,
        more=len(over) - len(shown),
        affordable=[each for each in offered if not each.store_ids or here & set(each.store_ids)],
        stores=mine,
        may_use=is_here and may(request.role, "loyalty.claim"),
        may_cancel=is_here and may(request.role, "loyalty.members"),
    )


def _rows(request: OrganisationRequest, held: list[HeldFacts], names: dict[UUID, str]) -> list[Row]:
    actors = {name for each in held for name in (each.bought_by, each.used_by)}
    people = members.names_of(request.organisation.id, actors)
    return [
        Row(each, _light(each), _acts(each, people, names), each.locked_by == f"user:{request.user.pk}")
        for each in held
    ]


def _acts(held: HeldFacts, people: dict[str, str], names: dict[UUID, str]) -> list[str]:
    """What was done to it, when, where and by whom, as far as the reader may know."""
    done: list[tuple[str, datetime, UUID | None, str]] = [(_("bought"), held.bought_at, held.store_id, held.bought_by)]
    if held.used_at is not None:
        done.append((pgettext("a reward", "used"), held.used_at, held.used_store_id, held.used_by))
    if held.cancelled_at is not None:
        done.append((pgettext("a reward", "cancelled"), held.cancelled_at, None, ""))
    return [
        " · ".join(filter(None, (f"{what} {clock_time(at)}", names.get(place) if place else "", _who(who, people))))
        for what, at, place, who in done
    ]


def _who(actor: str, people: dict[str, str]) -> str:
    if actor.startswith("tablet:"):
        return _("on a tablet")
    return _("on the bill") if actor == redeemed.BY_SALE else people.get(actor, "")


@require_POST
@page("loyalty.claim")
def buy(request: OrganisationRequest, member_id: str) -> HttpResponse:
    """Points become a reward; used at once where the form says so."""
    member = _member(request, member_id)
    if not _pin_is_right(request, member):
        return redirect("loyalty_member", member.public_id)
    given: dict[str, Any] = {
        "organisation_id": request.organisation.id,
        "member_id": member.id,
        "reward_id": parse_id("rew", request.POST.get("reward", "")),
        "store_id": _store(request),
        "actor": f"user:{request.user.pk}",
        "now": timezone.now(),
    }
    if request.POST.get("use"):
        _told(request, lambda: using.buy_and_use(**given), _("Bought and used."))
    else:
        _told(request, lambda: buying.buy(**given), _("Bought: the guest can use it from now on."))
    return redirect("loyalty_member", member.public_id)


@require_POST
@page("loyalty.claim")
def use(request: OrganisationRequest, held_id: str) -> HttpResponse:
    """The guest gets it now."""
    held = _held(request, held_id)
    _told(
        request,
        lambda: using.use(
            organisation_id=request.organisation.id,
            held_id=held.id,
            store_id=_store(request),
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
        ),
        _("Used."),
    )
    return redirect("loyalty_member", public_id("mem", held.member_id))


@require_POST
@page("loyalty.claim")
def lock(request: OrganisationRequest, held_id: str) -> HttpResponse:
    """Nobody else uses it for ten minutes; asked again, ten more."""
    held = _held(request, held_id)
    member = Member.objects.get(organisation_id=request.organisation.id, id=held.member_id)
    if _pin_is_right(request, member):
        _lock(request, held, using.hold, _("Held for ten minutes: only you can use it."))
    return redirect("loyalty_member", public_id("mem", held.member_id))


@require_POST
@page("loyalty.claim")
def unlock(request: OrganisationRequest, held_id: str) -> HttpResponse:
    """The guest does not take it after all."""
    held = _held(request, held_id)
    _lock(request, held, using.release, _("Let go: it can be used again."))
    return redirect("loyalty_member", public_id("mem", held.member_id))


def _lock(request: OrganisationRequest, held: HeldFacts, act: Callable[..., object], words: str) -> None:
    owner, organisation_id = f"user:{request.user.pk}", request.organisation.id
    _told(
        request,
        lambda: act(organisation_id=organisation_id, held_id=held.id, owner=owner, now=timezone.now()),
        words,
    )


@require_POST
@page("loyalty.members")
def cancel(request: OrganisationRequest, held_id: str) -> HttpResponse:
    """The points come back as old as they were."""
    held = _held(request, held_id)
    _told(
        request,
        lambda: buying.cancel(
            organisation_id=request.organisation.id,
            held_id=held.id,
            actor=f"user:{request.user.pk}",
            now=timezone.now(),
        ),
        _("Cancelled: the points are back."),
    )
    return redirect("loyalty_member", public_id("mem", held.member_id))


def _pin_is_right(request: OrganisationRequest, member: Member) -> bool:
    """Whether the guest typed the PIN, where there is one; a refusal is said."""
    try:
        pins.require(member, request.POST.get("pin"), now=timezone.now())
    except RuleBroken as refused:
        toast(request, refused.for_owner, level="bad")
        return False
    return True


def _told(request: OrganisationRequest, act: Callable[[], object], words: str) -> None:
    """Do it and say so; a refusal is said too, and the page shown again."""
    with refusals(request, raising=(403, 404)):
        act()
        toast(request, words)


def _store(request: OrganisationRequest) -> UUID:
    """Where it happens: one of the stores this person was given. Raises RuleBroken (404)."""
    mine = stores(request.organisation.id, store_ids=request.store_ids)
    asked = request.POST.get("store", "")
    for each in mine:
        if each.public_id == asked or (not asked and len(mine) == 1):
            return each.id
    raise _nothing()


def _member(request: OrganisationRequest, public: str) -> Member:
    found = Member.objects.filter(organisation=request.organisation, id=parse_id("mem", public)).first()
    if found is None:
        raise _nothing()
    return found


def _held(request: OrganisationRequest, public: str) -> HeldFacts:
    found = reads.held(request.organisation.id, parse_id("hrw", public), now=timezone.now())
    if found is None:
        raise _nothing()
    return found


def _nothing() -> RuleBroken:
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)


def _light(held: HeldFacts) -> Status:
    level, word = STATES[held.state]
    return Status(level, word)
