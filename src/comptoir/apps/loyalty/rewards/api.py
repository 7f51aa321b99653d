"""`/v1/loyalty/rewards` and `/v1/loyalty/held-rewards`: the catalogue, buying, locking, using, cancelling."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from comptoir.apps.loyalty import idempotency, pins
from comptoir.apps.loyalty import reads as members
from comptoir.apps.loyalty.holdings import HeldReward, Reward
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.rewards import buying, reads, using
from comptoir.apps.loyalty.rewards.schemas import (
    BuyIn,
    DeviceIn,
    HeldListOut,
    HeldOut,
    ProductOut,
    RewardOut,
    RewardsOut,
    UseIn,
)
from comptoir.core.accounts.models import Store
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.api import Bearer, Problem, actor, allowed_organisations

router = Router(tags=["Loyalty"])
READ, WRITE = Bearer("loyalty.read"), Bearer("loyalty.write")
FAULTS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
WRITES = FAULTS | {409: Problem}
Points = Annotated[int | None, Query(ge=0, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/loyalty/rewards", response={200: RewardsOut, **FAULTS}, auth=READ)
def list_rewards(
    request: HttpRequest,
    organisation: str | None = None,
    store: str | None = None,
    member: str | None = None,
    min_points: Points = None,
    max_points: Points = None,
) -> RewardsOut:
    """What can be bought, the cheapest first. With `member`: what they may have, and whether their points reach."""
    organisations = allowed_organisations(request, organisation)
    buyer = _member(organisations, member) if member else None
    if buyer:
        organisations = [buyer.organisation_id]
    place = _store(organisations, store) if store else None
    tags = Member.objects.get(organisation_id=buyer.organisation_id, id=buyer.id).tags if buyer else None
    found = [
        each
        for owner in organisations
        for each in reads.rewards(owner, store_id=place, least=min_points, most=max_points, tags=tags)
    ]
    return RewardsOut(data=[_reward(each, None if buyer is None else buyer.balance >= each.points) for each in found])


@router.get("/loyalty/members/{member_id}/rewards", response={200: HeldListOut, **FAULTS}, auth=READ)
def list_held_rewards(request: HttpRequest, member_id: str, after: str | None = None, limit: Limit = 50) -> HeldListOut:
    """What a member bought, newest first, in any state."""
    member = _member(allowed_organisations(request, None), member_id)
    before = parse_id("hrw", after) if after else None
    now = timezone.now()
    found = reads.held_by(member.organisation_id, member.id, now=now, before=before, limit=limit + 1)
    shown = found[:limit]
    following = shown[-1].public_id if len(found) > limit else None
    return HeldListOut(data=[_held(each) for each in shown], next=following)


@router.get("/loyalty/held-rewards/{held_id}", response={200: HeldOut, **FAULTS}, auth=READ)
def get_held_reward(request: HttpRequest, held_id: str) -> HeldOut:
    """One held reward by our id."""
    return _held(_find(request, held_id))


@router.post("/loyalty/rewards/{reward_id}/buy", response={201: HeldOut, **WRITES}, auth=WRITE)
def buy_reward(request: HttpRequest, reward_id: str, body: BuyIn) -> Any:
    """Take the price off a member's points; with `used`, use it at once, or do neither.

    Refusals (409): `insufficient_points`, `reward_unavailable`, `reward_not_here`, `reward_not_yours`;
    403 `pin_required`, `pin_wrong`.
    """
    identifier, organisations = parse_id("rew", reward_id), allowed_organisations(request, None)
    found = Reward.objects.filter(organisation_id__in=organisations, id=identifier).first()
    if found is None:
        raise _nothing_here()
    mine = [found.organisation_id]
    member, store_id, sale_id = _member(mine, body.member), _store(mine, body.store), _sale(mine, body.sale)
    _require_pin(found.organisation_id, member.id, body.pin)

    def act() -> tuple[int, Any]:
        said: dict[str, Any] = {
            "organisation_id": found.organisation_id,
            "member_id": member.id,
            "reward_id": found.id,
            "store_id": store_id,
            "actor": actor(request),
            "now": timezone.now(),
        }
        held = using.buy_and_use(**said, sale_id=sale_id) if body.used else buying.buy(**said)
        return 201, _json(held)

    return idempotency.once(request, act, now=timezone.now())


@router.post("/loyalty/held-rewards/{held_id}/lock", response={200: HeldOut, **WRITES}, auth=WRITE)
def lock_held_reward(request: HttpRequest, held_id: str, body: DeviceIn) -> Any:
    """Keep it for this caller and device for ten minutes; asked again, ten more. Others get 409 `reward_locked`."""
    return _locking(request, held_id, body, using.hold)


@router.post("/loyalty/held-rewards/{held_id}/unlock", response={200: HeldOut, **WRITES}, auth=WRITE)
def unlock_held_reward(request: HttpRequest, held_id: str, body: DeviceIn) -> Any:
    """Let go of one's own lock, when the basket was abandoned."""
    return _locking(request, held_id, body, using.release)


def _locking(request: HttpRequest, held_id: str, body: DeviceIn, act: Callable[..., HeldReward]) -> Any:
    found, owner, now = _find(request, held_id), _owner(request, body), timezone.now()
    _require_pin(found.organisation_id, found.member_id, body.pin)

    def deed() -> tuple[int, Any]:
        return 200, _json(act(organisation_id=found.organisation_id, held_id=found.id, owner=owner, now=now))

    return idempotency.once(request, deed, now=now)


@router.post("/loyalty/held-rewards/{held_id}/use", response={200: HeldOut, **WRITES}, auth=WRITE)
def use_held_reward(request: HttpRequest, held_id: str, body: UseIn) -> Any:
    """Use it, on a sale where that is known; for the same sale again, nothing more happens.

    Refusals (409): `reward_already_used`, `reward_locked`, `reward_cancelled`, `reward_expired`,
    `reward_not_here`, `reward_not_yours`; a PIN that is sent and wrong is a 403 `pin_wrong`.
    """
    found, owner = _find(request, held_id), _owner(request, body)
    mine = [found.organisation_id]
    store_id, sale_id = _store(mine, body.store), _sale(mine, body.sale)
    now = timezone.now()
    if body.pin is not None:
        _require_pin(found.organisation_id, found.member_id, body.pin)

    def act() -> tuple[int, Any]:
        held = using.use(
            organisation_id=found.organisation_id,
            held_id=found.id,
            store_id=store_id,
            actor=actor(request),
            now=now,
            sale_id=sale_id,
            owner=owner,
        )
        return 200, _json(held)

    try:
        return idempotency.once(request, act, now=timezone.now())
    except RuleBroken as refused:
        # Under a key the deed was undone as a whole, and with it what it told.
        using.tell(
            organisation_id=found.organisation_id,
            held_id=found.id,
            sale_id=sale_id,
            store_id=store_id,
            code=refused.code,
            now=now,
        )
        raise


@router.post("/loyalty/held-rewards/{held_id}/cancel", response={200: HeldOut, **WRITES}, auth=WRITE)
def cancel_held_reward(request: HttpRequest, held_id: str, body: DeviceIn) -> Any:
    """Give the points of an unused reward back, as old as they were; asked again, nothing more happens."""
    found, owner = _find(request, held_id), _owner(request, body)

    def act() -> tuple[int, Any]:
        held = buying.cancel(
            organisation_id=found.organisation_id,
            held_id=found.id,
            actor=actor(request),
            now=timezone.now(),
            owner=owner,
        )
        return 200, _json(held)

    return idempotency.once(request, act, now=timezone.now())


def _owner(request: HttpRequest, body: DeviceIn) -> str:
    """Whose a lock is: two devices of one caller keep each other out."""
    return f"{actor(request)} {body.device}".strip()


def _find(request: HttpRequest, held_id: str) -> reads.HeldFacts:
    identifier, now = parse_id("hrw", held_id), timezone.now()
    for each in allowed_organisations(request, None):
        if found := reads.held(each, identifier, now=now):
            return found
    raise _nothing_here()


def _member(organisations: list[UUID], text: str) -> members.MemberFacts:
    identifier = parse_id("mem", text)
    for each in organisations:
        if found := members.member(each, identifier):
            return found
    raise _nothing_here()


def _require_pin(organisation_id: UUID, member_id: UUID, typed: str | None) -> None:
    """Before the deed: a wrong one counts although nothing is done."""
    pins.require(Member.objects.get(organisation_id=organisation_id, id=member_id), typed, now=timezone.now())


def _store(organisations: list[UUID], text: str) -> UUID:
    identifier = parse_id("sto", text)
    if not Store.objects.filter(organisation_id__in=organisations, id=identifier).exists():
        raise _nothing_here()
    return identifier


def _sale(organisations: list[UUID], text: str | None) -> UUID | None:
    """A sale of the programme."""
    if text is None:
        return None
    identifier = parse_id("sal", text)
    if not Offer.objects.filter(organisation_id__in=organisations, sale_id=identifier).exists():
        raise _nothing_here()
    return identifier


def _nothing_here() -> RuleBroken:
    return RuleBroken("There is nothing here under this id.", code="not_found", status=404)


def _reward(each: reads.RewardFacts, is_affordable: bool | None) -> RewardOut:
    return RewardOut(
        id=each.public_id,
        organisation=public_id("org", each.organisation_id),
        name=each.name,
        description=each.description,
        points=each.points,
        stores=[public_id("sto", store_id) for store_id in each.store_ids] or None,
        tags=list(each.tags) or None,
        takes_all=each.takes_all,
        products=[ProductOut(provider=product.provider, sku=product.sku) for product in each.products],
        affordable=is_affordable,
    )


def _json(row: HeldReward) -> Any:
    return _held(reads.facts(row, now=timezone.now())).model_dump(mode="json")


def _held(each: reads.HeldFacts) -> HeldOut:
    return HeldOut(
        id=each.public_id,
        organisation=public_id("org", each.organisation_id),
        member=public_id("mem", each.member_id),
        reward=public_id("rew", each.reward_id),
        code=each.code,
        name=each.name,
        points=each.points,
        state=each.state,
        bought_at=each.bought_at,
        expires_at=each.valid_until,
        locked_until=each.locked_until,
        used_at=each.used_at,
        store=_or_none("sto", each.used_store_id),
        sale=_or_none("sal", each.used_sale_id),
    )


def _or_none(prefix: str, identifier: UUID | None) -> str | None:
    return None if identifier is None else public_id(prefix, identifier)
