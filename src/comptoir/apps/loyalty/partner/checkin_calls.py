"""`/partner/v1/checkins`: visits told by payment terminals, which know no basket (loyalty.md 3.6)."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema

from comptoir.apps.loyalty import idempotency
from comptoir.apps.loyalty.bonuses import BonusKind, BonusRule
from comptoir.apps.loyalty.members import profile
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.partner import orders, people
from comptoir.apps.loyalty.partner.api import ErrorOut, Invalid, Scope, caller, note_ignored, store_of
from comptoir.apps.loyalty.partner.customer_schemas import Hash
from comptoir.apps.loyalty.partner.order_calls import NOTICE, shown
from comptoir.apps.loyalty.partner.order_schemas import Cents, Moment, OrderId, OrderOut
from comptoir.apps.loyalty.partner_tables import PaymentHash
from comptoir.core.accounts.partners.tokens import Bearer
from comptoir.kernel.ids import new_id, public_id

router = Router(tags=["Check-ins"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
CREATE = Scope("checkin.create")
CLOCK_SKEW: Final = timedelta(seconds=30)


class CheckinIn(Schema):
    """Somebody paid at a terminal: who, where, when, how much."""

    store_slug: Annotated[str, Field(min_length=1, max_length=64)]
    international_phone_number: Annotated[str, Field(max_length=40)] | None = None
    payment_method_hash: Hash | None = None
    order_id: OrderId | None = None
    amount: Cents
    checked_in_at: Moment
    tags: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]
    enforce_checkin_delay: bool = False


@router.post("/checkins", response={201: OrderOut, 202: OrderOut, **FAULTS}, auth=CREATE)
def create_checkin(request: HttpRequest, said: CheckinIn, response: HttpResponse) -> Any:
    """Credit a visit. An unknown number enrols its customer; an order with the same id is the same visit."""
    note_ignored(request, CheckinIn)
    found, now = caller(request), timezone.now()
    store = store_of(found, said.store_slug, at="store_slug")
    if said.checked_in_at > now + CLOCK_SKEW:
        raise Invalid({"checked_in_at": ["The check-in cannot be in the future."]})
    whose = _whose(found, said)
    order_id = said.order_id or public_id("chk", new_id())
    document: dict[str, Any] = {
        "order_id": order_id,
        "channel": "payment_terminal",
        "delivery_mode": "on_site",
        "amount": said.amount,
        "status": "paid",
        "created_at": said.checked_in_at.isoformat(),
        "delivery_status": "delivered",
        "lines": [{"name": "Check-in", "quantity": "1", "amount": said.amount}],
    }
    too_soon = said.enforce_checkin_delay and whose.member is not None and _is_too_soon(found, whose.member, now)

    def act() -> tuple[int, Any]:
        mine = orders.Whose() if too_soon else whose
        outcome = orders.create(found, store, document=document, whose=mine, now=now, is_checkin=True)
        if outcome.member is not None and mine.is_for(outcome.member):
            _know(found, outcome.member, said)
        if too_soon:
            response[NOTICE] = "checkin_too_soon"
        return 202 if outcome.is_known else 201, shown(outcome, store)

    return idempotency.once(request, act, now=now)


def _whose(found: Bearer, said: CheckinIn) -> orders.Whose:
    if said.international_phone_number:
        number = people.number(said.international_phone_number, at="international_phone_number")
        known = people.by_phone(found.organisation_id, number)
        return orders.Whose(member=known) if known else orders.Whose(phone=number)
    if not said.payment_method_hash:
        raise Invalid({"international_phone_number": ["Name a phone number or a payment method hash."]})
    row = PaymentHash.objects.filter(organisation_id=found.organisation_id, hash=said.payment_method_hash).first()
    if row is None:
        raise people.unknown()
    return orders.Whose(member=people.by_public_id(found.organisation_id, public_id("mem", row.member_id)))


def _know(found: Bearer, member: Member, said: CheckinIn) -> None:
    """The card is this customer's, and the visit's tags are theirs."""
    now = timezone.now()
    if said.payment_method_hash:
        PaymentHash.objects.update_or_create(
            organisation_id=found.organisation_id,
            hash=said.payment_method_hash,
            defaults={"member_id": member.id, "created_at": now},
        )
    if set(said.tags) - set(member.tags):
        profile.update(
            organisation_id=found.organisation_id,
            member_id=member.id,
            fields={"tags": [*member.tags, *said.tags]},
            actor=found.actor,
            now=now,
        )


def _is_too_soon(found: Bearer, member: Member, now: datetime) -> bool:
    """Whether the merchant's delay between two earning visits is not over (1.4): that of its bonus for visits."""
    rules = BonusRule.objects.filter(organisation_id=found.organisation_id, kind=BonusKind.VISIT, starts_at__lte=now)
    minutes = max((rule.again_after for rule in rules if rule.ends_at is None or rule.ends_at > now), default=0)
    visits = Offer.objects.filter(organisation_id=found.organisation_id, member_id=member.id)
    return bool(minutes) and visits.filter(closed_at__gt=now - timedelta(minutes=minutes)).exists()
