"""`/v1/loyalty`: sales that wait for a customer; members have their own file."""

from datetime import datetime
from heapq import nlargest
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from comptoir.apps.loyalty import claims, reads
from comptoir.apps.loyalty.members import api as members_api
from comptoir.apps.loyalty.members.schemas import MemberOut
from comptoir.apps.loyalty.points import State
from comptoir.apps.loyalty.rewards import api as rewards_api
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.api import Amount, Bearer, Problem, actor, allowed_organisations, amount

router = Router(tags=["Loyalty"])
router.add_router("", members_api.router)
router.add_router("", rewards_api.router)
READ, WRITE = Bearer("loyalty.read"), Bearer("loyalty.write")
FAULTS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
Limit = Annotated[int, Query(ge=1, le=200)]


class OfferOut(Schema):
    """A sale as loyalty sees it: `open` waits for a customer; `reason` says why one earns nothing.

    `points` is what the sale is worth now, after refunds; `member` whose it is, once it was collected.
    """

    id: str
    organisation: str
    store: str
    sale: str
    external_id: str
    receipt_number: str
    table: str
    register_name: str
    closed_at: datetime
    amount: Amount | None
    eligible: Amount | None
    points: int
    state: str
    reason: str
    member: str | None
    claimed_at: datetime | None


class OffersOut(Schema):
    """A page of sales in the programme, newest first; `next` goes on behind it and is null on the last page."""

    data: list[OfferOut]
    next: str | None


class ClaimIn(Schema):
    """Whose sale it is. A national number is read with `country` (ISO 3166), else with the store's country."""

    phone: str = Field(min_length=1, max_length=40)
    country: str = Field("", max_length=2)


class ClaimOut(Schema):
    """What a claim brought; `repeated` says that the sale was this member's already."""

    offer: OfferOut
    member: MemberOut
    points: int
    balance: int
    new_member: bool
    repeated: bool


@router.get("/loyalty/offers", response={200: OffersOut, **FAULTS}, auth=READ)
def list_offers(
    request: HttpRequest,
    organisation: str | None = None,
    external_id: str | None = None,
    state: Literal["ineligible", "open", "credited", "adjusted", "voided"] | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> OffersOut:
    """Sales in the programme, newest first. Without a filter, those that wait for a customer.

    `external_id` finds a sale by the vendor's number, in any state.
    """
    before = parse_id("off", after) if after else None
    wanted = state or ("" if external_id else State.OPEN)
    pages = [
        reads.offers(each, state=wanted, external_id=external_id or "", before=before, limit=limit + 1)
        for each in allowed_organisations(request, organisation)
    ]
    found = nlargest(limit + 1, (offer for page in pages for offer in page), key=lambda offer: offer.id)
    shown = found[:limit]
    following = shown[-1].public_id if len(found) > limit else None
    return OffersOut(data=[_offer(each) for each in shown], next=following)


@router.get("/loyalty/offers/{offer_id}", response={200: OfferOut, **FAULTS}, auth=READ)
def get_offer(request: HttpRequest, offer_id: str) -> OfferOut:
    """One sale in the programme by our id."""
    return _offer(_find_offer(request, offer_id))


@router.post("/loyalty/offers/{offer_id}/claim", response={200: ClaimOut, **FAULTS, 409: Problem}, auth=WRITE)
def claim_offer(request: HttpRequest, offer_id: str, body: ClaimIn) -> ClaimOut:
    """Give a waiting sale to the member with this phone number; an unknown number is enrolled.

    The first claim wins (409 `already_collected` for others); repeating one's own is harmless.
    """
    found = _find_offer(request, offer_id)
    result = claims.claim(
        organisation_id=found.organisation_id,
        offer_id=found.id,
        phone=body.phone,
        country=body.country,
        actor=actor(request),
        now=timezone.now(),
    )
    after = reads.offer(found.organisation_id, found.id) or found
    member = reads.member(found.organisation_id, result.member.id)
    if member is None:
        raise _nothing_here()
    return ClaimOut(
        offer=_offer(after),
        member=members_api.as_out(member),
        points=result.points,
        balance=result.balance,
        new_member=result.is_new_member,
        repeated=result.is_repeat,
    )


def _find_offer(request: HttpRequest, offer_id: str) -> reads.OfferFacts:
    identifier = parse_id("off", offer_id)
    for each in allowed_organisations(request, None):
        if found := reads.offer(each, identifier):
            return found
    raise _nothing_here()


def _nothing_here() -> RuleBroken:
    return RuleBroken("There is nothing here under this id.", code="not_found", status=404)


def _offer(offer: reads.OfferFacts) -> OfferOut:
    return OfferOut(
        id=offer.public_id,
        organisation=_organisation(offer.organisation_id),
        store=public_id("sto", offer.store_id),
        sale=offer.sale_public_id,
        external_id=offer.external_id,
        receipt_number=offer.receipt_number,
        table=offer.table_name,
        register_name=offer.register_name,
        closed_at=offer.closed_at,
        amount=amount(offer.amount),
        eligible=amount(offer.eligible),
        points=offer.points,
        state=offer.state,
        reason=offer.reason,
        member=None if offer.member_id is None else public_id("mem", offer.member_id),
        claimed_at=offer.claimed_at,
    )


def _organisation(identifier: UUID) -> str:
    return public_id("org", identifier)
