"""`/partner/v1/rewards`: list, buy, lock, unlock, use (loyalty.md 3.7)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from comptoir.apps.loyalty import idempotency, pins, wallets
from comptoir.apps.loyalty.holdings import HeldReward, Reward
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.partner import checklist, people
from comptoir.apps.loyalty.partner.api import ErrorOut, Invalid, Scope, caller, note_ignored, store_of, stores_of
from comptoir.apps.loyalty.partner_tables import PushedOrder
from comptoir.apps.loyalty.rewards import buying, reads, using
from comptoir.core.accounts.models import Store
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id

router = Router(tags=["Rewards"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
READ, UPDATE = Scope("reward.read"), Scope("reward.update")
Points = Annotated[int | None, Query(ge=0, le=2**31 - 1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Pin = Annotated[str, Field(max_length=10)]


class RewardOut(Schema):
    """What can be bought. `external_id` are your own product ids for it, a comma between them; null without any.

    `affordable` and `customer_allowed` are null where no customer was named.
    """

    public_id: str
    name: str
    description: str
    image: str | None
    points: int
    external_id: str | None
    stores: list[str] | None
    customer_allowed: bool | None
    affordable: bool | None


class HeldOut(Schema):
    """A reward that a customer bought or won; `hash` names it."""

    hash: str
    reward: RewardOut
    status: str
    received_at: datetime
    used_at: datetime | None
    expires_at: datetime


class BuyIn(Schema):
    """Who buys, and where; `used` uses it at once, or does neither."""

    customer: Name
    store_slug: Name
    used: bool = False
    pin: Pin | None = None
    order_id: Annotated[str, Field(max_length=64)] | None = None


class HashIn(Schema):
    """Which held reward; `device` keeps two devices of one caller apart."""

    hash: Name | None = None
    pin: Pin | None = None
    device: Annotated[str, Field(max_length=32, pattern=r"^[ -~]*$")] = ""


class UseIn(HashIn):
    """Where it is used, and on which order."""

    store_slug: Name
    order_id: Annotated[str, Field(max_length=64)] | None = None


@router.get("/rewards", response={200: list[RewardOut], **FAULTS}, auth=READ)
def list_rewards(
    request: HttpRequest,
    min_points: Points = None,
    max_points: Points = None,
    store_slug: Annotated[str | None, Query(max_length=64)] = None,
    customer: Annotated[str | None, Query(max_length=200)] = None,
) -> list[RewardOut]:
    """The catalogue, the cheapest first. With `customer`, what they cannot take is left out; without, all is shown."""
    found = caller(request)
    store = store_of(found, store_slug, at="store_slug") if store_slug else None
    member = people.by_public_id(found.organisation_id, customer) if customer else None
    balance = wallets.wallet_of(found.organisation_id, member.id).balance if member else None
    if member:
        checklist.observe(found, checklist.LISTED, now=timezone.now())
    listed = reads.rewards(
        found.organisation_id,
        store_id=store.id if store else None,
        least=min_points,
        most=max_points,
        tags=member.tags if member else None,
    )
    mine = {each.id: each for each in stores_of(found).values()}
    return [
        _reward(each, found.provider, mine, balance)
        for each in listed
        if not each.store_ids or set(each.store_ids) & set(mine)
    ]


@router.post("/rewards/{reward_id}/buy", response={201: HeldOut, **FAULTS}, auth=UPDATE)
def buy_reward(request: HttpRequest, reward_id: str, said: BuyIn) -> Any:
    """Take the price off a customer's points. Refusals (409): `insufficient_points`, `reward_unavailable`,
    `reward_not_here`, `reward_not_yours`; 403 `pin_required`, `pin_wrong`."""
    note_ignored(request, BuyIn)
    found, now = caller(request), timezone.now()
    reward = catalogue_item(found.organisation_id, reward_id)
    store = store_of(found, said.store_slug, at="store_slug")
    member = people.by_public_id(found.organisation_id, said.customer)
    pins.require(member, said.pin, now=now)
    sale_id = _sale(request, said.order_id, store)

    def act() -> tuple[int, Any]:
        who: dict[str, Any] = {
            "organisation_id": found.organisation_id,
            "member_id": member.id,
            "reward_id": reward.id,
            "store_id": store.id,
            "actor": found.actor,
            "now": now,
        }
        held = using.buy_and_use(**who, sale_id=sale_id) if said.used else buying.buy(**who)
        checklist.observe(found, checklist.BOUGHT, now=now)
        return 201, _held(request, held, now)

    return idempotency.once(request, act, now=now)


@router.get("/customers/{public_id}/rewards", response={200: list[HeldOut], **FAULTS}, auth=READ)
def list_held_rewards(request: HttpRequest, public_id: str) -> Any:
    """What a customer bought or won, newest first, in any state; at most 200."""
    found, now = caller(request), timezone.now()
    member = people.by_public_id(found.organisation_id, public_id)
    rows = HeldReward.objects.filter(organisation_id=found.organisation_id, member_id=member.id).order_by("-id")
    return [_held(request, row, now) for row in rows[:200]]


@router.post("/customers/{public_id}/rewards/lock", response={200: HeldOut, **FAULTS}, auth=UPDATE)
def lock_reward(request: HttpRequest, public_id: str, said: HashIn) -> Any:
    """Keep a held reward for this caller for ten minutes; asked again, ten more. Others get 409 `reward_locked`."""
    return _locking(request, public_id, said, using.hold)


@router.delete("/customers/{public_id}/rewards/lock", response={200: HeldOut, **FAULTS}, auth=UPDATE)
def unlock_reward(
    request: HttpRequest,
    public_id: str,
    said: HashIn | None = None,
    hash: Annotated[str | None, Query(max_length=200)] = None,  # noqa: A002  (its public name)
    pin: Annotated[str | None, Query(max_length=10)] = None,
    device: Annotated[str, Query(max_length=32, pattern=r"^[ -~]*$")] = "",
) -> Any:
    """Let go of one's own lock. What is asked stands in the body or in the address: some proxies drop such bodies."""
    body = said if said and said.hash else HashIn(hash=hash, pin=pin, device=device)
    return _locking(request, public_id, body, using.release)


@router.patch("/customers/{public_id}/rewards/use", response={200: HeldOut, **FAULTS}, auth=UPDATE)
def use_reward(request: HttpRequest, public_id: str, said: UseIn) -> Any:
    """Use a held reward, on an order where it is known; for the same order again, nothing more happens.

    Refusals (409): `reward_already_used`, `reward_locked`, `reward_cancelled`, `reward_expired`, `reward_not_here`.
    """
    note_ignored(request, UseIn)
    found, now = caller(request), timezone.now()
    member = people.by_public_id(found.organisation_id, public_id)
    held = _find(member, said.hash)
    store = store_of(found, said.store_slug, at="store_slug")
    sale_id = _sale(request, said.order_id, store)
    pins.require(member, said.pin, now=now)

    def act() -> tuple[int, Any]:
        used = using.use(
            organisation_id=found.organisation_id,
            held_id=held.id,
            store_id=store.id,
            actor=found.actor,
            now=now,
            sale_id=sale_id,
            owner=_owner(request, said.device),
        )
        return 200, _held(request, used, now)

    return idempotency.once(request, act, now=now)


def _locking(request: HttpRequest, public_id: str, said: HashIn, act: Any) -> Any:
    found, now = caller(request), timezone.now()
    member = people.by_public_id(found.organisation_id, public_id)
    held = _find(member, said.hash)
    pins.require(member, said.pin, now=now)

    def deed() -> tuple[int, Any]:
        owner = _owner(request, said.device)
        done = act(organisation_id=found.organisation_id, held_id=held.id, owner=owner, now=now)
        return 200, _held(request, done, now)

    return idempotency.once(request, deed, now=now)


def _owner(request: HttpRequest, device: str) -> str:
    return f"{caller(request).actor} {device}".strip()


def _find(member: Member, said: str | None) -> HeldReward:
    if not said:
        raise Invalid({"hash": ["The hash field is required."]})
    rows = HeldReward.objects.filter(organisation_id=member.organisation_id, member_id=member.id)
    found = rows.filter(code=said).first()
    if found is None:
        raise _unknown()
    return found


def catalogue_item(organisation_id: UUID, text: str) -> Reward:
    """An item of the catalogue. Raises RuleBroken (404 `reward_not_found`)."""
    try:
        found = Reward.objects.filter(organisation_id=organisation_id, id=parse_id("rew", text)).first()
    except RuleBroken:
        found = None
    if found is None:
        raise _unknown()
    return found


def _unknown() -> RuleBroken:
    return RuleBroken("There is no such reward.", code="reward_not_found", status=404)


def _sale(request: HttpRequest, order_id: str | None, store: Store) -> UUID | None:
    """The sale of an order that came before; of one that is still to come, the order itself names the reward."""
    found = caller(request)
    rows = PushedOrder.objects.filter(
        organisation_id=found.organisation_id, store_id=store.id, provider=found.provider, order_id=order_id or ""
    )
    return rows.values_list("sale_id", flat=True).first()


def _reward(
    each: reads.RewardFacts, provider: str, mine: dict[UUID, Store], balance: int | None, *, is_held: bool = False
) -> RewardOut:
    skus = [product.sku for product in each.products if product.provider == provider]
    is_asked = balance is not None and not is_held
    return RewardOut(
        public_id=each.public_id,
        name=each.name,
        description=each.description,
        image=None,
        points=each.points,
        external_id=",".join(skus) or None,
        stores=[mine[place].slug for place in each.store_ids if place in mine] if each.store_ids else None,
        customer_allowed=True if is_asked else None,
        affordable=balance >= each.points if is_asked and balance is not None else None,
    )


def _held(request: HttpRequest, row: HeldReward, now: datetime) -> Any:
    """A held reward as it was bought: its name and price are those of that day."""
    found, facts = caller(request), reads.facts(row, now=now)
    known = reads.one(found.organisation_id, row.reward_id, name=row.name, points=row.points)
    mine = {each.id: each for each in stores_of(found).values()}
    return HeldOut(
        hash=row.code,
        reward=_reward(known, found.provider, mine, None, is_held=True),
        status=facts.state,
        received_at=row.bought_at,
        used_at=row.used_at,
        expires_at=row.valid_until,
    ).model_dump(mode="json")
