"""Orders that a partner pushes: each once, corrected, given back; and the points of whoever paid (loyalty.md 3.5, 1.7).

An order is taken in first, in a transaction of its own where the caller has none: money has moved. Then its customer is
credited. A caller that comes again finishes what was cut in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from comptoir.apps.loyalty import claims, entries, offers
from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.bonus import giving as bonuses
from comptoir.apps.loyalty.holdings import AlertKind
from comptoir.apps.loyalty.members.consents import Source
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.partner import people
from comptoir.apps.loyalty.partner.api import Invalid
from comptoir.apps.loyalty.partner_tables import PushedOrder
from comptoir.apps.loyalty.points import State
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.partners import requests
from comptoir.core.accounts.partners.tokens import Bearer
from comptoir.core.installations import modules
from comptoir.core.intake import pushed
from comptoir.kernel.errors import RuleBroken

CLOCK_SKEW: Final = timedelta(minutes=5)
WITHOUT_ID: Final = ""
CANCELLED: Final = "cancelled"
REFUNDED: Final = "refunded"
PARTLY: Final = "partially_refunded"


@dataclass(frozen=True)
class Outcome:
    """An order as it stands, what it brought and whom. `is_known`: it was taken in before, and nothing was changed.

    `conflict`: a repeat named another amount. `refused` is the code of why its customer got nothing.
    """

    order: PushedOrder
    points: int = 0
    member: Member | None = None
    balance: int = 0
    is_known: bool = False
    conflict: bool = False
    refused: str = ""


@dataclass(frozen=True)
class Whose:
    """Whom a call names as the customer."""

    phone: str = ""
    member: Member | None = None
    said: Mapping[str, Any] | None = None

    def is_for(self, member: Member) -> bool:
        """Whether this names them."""
        return member.phone == self.phone if self.member is None else member.id == self.member.id


def create(
    caller: Bearer, store: Store, *, document: dict[str, Any], whose: Whose, now: datetime, is_checkin: bool = False
) -> Outcome:
    """Take an order in, once, and credit its customer. Raises RuleBroken."""
    with transaction.atomic():
        row, is_new = _claimed(caller, store, str(document["order_id"]), now)
        if row.sale_id is None or (row.is_checkin and not is_checkin):
            row.document, row.is_checkin = _settled(document, now), is_checkin
            _take(caller, store, row, now)
            requests.heard(organisation_id=caller.organisation_id, client_id=caller.client_id, now=now)
            is_new = True
        conflict = not is_new and int(document["amount"]) != int(row.document["amount"]) and not is_checkin
        if conflict and row.conflict != document["amount"]:
            row.conflict = document["amount"]
            row.save(update_fields=["conflict"])
            telling.tell(
                organisation_id=caller.organisation_id,
                kind=AlertKind.ORDER_CONFLICT,
                subject=row.order_id,
                sale_id=row.sale_id,
                store_id=store.id,
                now=now,
            )
    return replace(_credit(caller, store, row, whose, now), is_known=not is_new, conflict=conflict)


def change(
    caller: Bearer, store: Store, row_id: UUID, *, said: Mapping[str, Any], whose: Whose, now: datetime
) -> Outcome:
    """Correct an order, or give some of it back; twice under one refund id is once. Raises RuleBroken."""
    with transaction.atomic():
        row = PushedOrder.objects.select_for_update().get(organisation_id=caller.organisation_id, id=row_id)
        before = (dict(row.document), dict(row.refunds))
        for name in ("amount", "delivery_status", "reward_ids"):
            if name in said:
                row.document[name] = said[name]
        _give_back(row, said)
        status = said.get("status")
        if status in (REFUNDED, PARTLY) and str(row.document["status"]) in ("paid", "closed"):
            status = None  # what was taken stays taken; what was given back stands beside it
        if status is not None:
            if row.document["status"] not in ("paid", "closed") and status in ("paid", "closed"):
                row.document["closed_at"] = now.isoformat()
            row.document["status"] = status
        if (row.document, row.refunds) != before:
            _take(caller, store, row, now)
    return _credit(caller, store, row, whose, now)


def given_back(row: PushedOrder) -> int:
    """Everything that was given back, in minor units."""
    return sum(int(each["amount"]) for each in row.refunds.values())


def find(
    caller: Bearer, order_id: str, slugs: Mapping[str, Store], *, store: Store | None
) -> tuple[PushedOrder, Store]:
    """An order by its own id, within the caller's stores. Raises RuleBroken: `order_not_found`, `ambiguous_order`."""
    mine = {each.id: each for each in slugs.values()}
    rows = PushedOrder.objects.filter(
        organisation_id=caller.organisation_id, provider=caller.provider, order_id=order_id, sale_id__isnull=False
    ).filter(store_id__in=[store.id] if store else list(mine))
    found = list(rows[:2])
    if not found:
        raise RuleBroken("There is no such order.", code="order_not_found", status=404)
    if len(found) > 1:
        raise RuleBroken("Several stores have this order: name the store as well.", code="ambiguous_order")
    return found[0], mine[found[0].store_id]


def standing(row: PushedOrder) -> Outcome:
    """What an order has brought by now."""
    rows = Offer.objects.filter(organisation_id=row.organisation_id)
    offer = _own(rows, row)
    if offer is None or offer.member_id is None:
        return Outcome(row)
    member = Member.objects.get(organisation_id=row.organisation_id, id=offer.member_id)
    points = offer.points + bonuses.points_of(row.organisation_id, offer.sale_id)
    return Outcome(row, points, member, entries.balance(row.organisation_id, member.id))


def _own(rows: "QuerySet[Offer]", row: PushedOrder) -> Offer | None:
    """The offer of an order; of one that another till told of under its reference, that till's (E05)."""
    offer = rows.filter(sale_id=row.sale_id).first() if row.sale_id else None
    first = rows.filter(sale_id=offer.twin_of).first() if offer and offer.twin_of and offer.is_twin_sure else None
    return first or offer


def _claimed(caller: Bearer, store: Store, order_id: str, now: datetime) -> tuple[PushedOrder, bool]:
    """The row of this order, ours alone: of fifty at once, one finds it empty (E01)."""
    draft = PushedOrder(
        organisation_id=caller.organisation_id,
        store_id=store.id,
        provider=caller.provider,
        order_id=order_id,
        client_id=caller.client_id,
        created_at=now,
        updated_at=now,
    )
    PushedOrder.objects.bulk_create([draft], ignore_conflicts=True)
    row = PushedOrder.objects.select_for_update().get(
        organisation_id=caller.organisation_id, store_id=store.id, provider=caller.provider, order_id=order_id
    )
    return row, row.id == draft.id


def _settled(document: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The order with instants that can be: a clock that is ahead is set right (E19)."""
    kept = dict(document)
    for name in ("created_at", "closed_at"):
        if name in kept and datetime.fromisoformat(str(kept[name])) > now + CLOCK_SKEW:
            kept[name] = now.isoformat()
    return kept


def _take(caller: Bearer, store: Store, row: PushedOrder, now: datetime) -> None:
    """Order and refunds as they stand go through the door of every sale."""
    document = {
        "location": store.slug,
        "currency": store.currency,
        "order": row.document,
        "refunds": [{"order_id": row.order_id, "refund_id": each, **row.refunds[each]} for each in sorted(row.refunds)],
    }
    taken = pushed.take(
        organisation_id=caller.organisation_id,
        store_id=store.id,
        provider=caller.provider,
        document=document,
        now=now,
    )
    row.sale_id, row.updated_at = taken.sale_id, now
    row.save()


def _give_back(row: PushedOrder, said: Mapping[str, Any]) -> None:
    """Note a refund: with an id that one, without one everything so far. Raises Invalid for more than was paid."""
    amount, refund_id = said.get("refunded_amount"), str(said.get("refund_id", WITHOUT_ID))
    by_id = sum(int(each["amount"]) for name, each in row.refunds.items() if name != refund_id)
    if amount is None and said.get("status") == REFUNDED:
        amount = max(0, int(row.document["amount"]) - by_id)
    if amount is None:
        if said.get("status") == PARTLY or refund_id:
            raise Invalid({"refunded_amount": ["The refunded amount field is required."]})
        if given_back(row) > int(row.document["amount"]):
            raise Invalid({"amount": ["More than this was given back already."]})
        return
    known = row.refunds.get(refund_id)
    if known is not None and (refund_id or int(known["amount"]) == amount):
        return  # told before: nothing is taken back twice
    if by_id + amount > int(row.document["amount"]):
        raise Invalid({"refunded_amount": ["More cannot be given back than was paid."]})
    row.refunds[refund_id] = {"amount": amount, "at": said["at"]}


def _credit(caller: Bearer, store: Store, row: PushedOrder, whose: Whose, now: datetime) -> Outcome:
    """Bring loyalty in step, and give the order to its customer. What a rule refuses leaves the order as it is."""
    if (store.id, "loyalty") in modules.switched_off([caller.organisation_id], app="loyalty"):
        return replace(standing(row), refused="module_inactive")
    assert row.sale_id is not None  # noqa: S101  (it was taken in)
    refused = ""
    with transaction.atomic():
        offers.refresh(organisation_id=caller.organisation_id, sale_ids=[row.sale_id], now=now)
        offer = _own(Offer.objects.filter(organisation_id=caller.organisation_id), row)
        closed_at = offer.closed_at if offer else now
        member = whose.member
        if offer is not None and offer.member_id is not None and whose.phone:
            # It is somebody's already: whoever else is named gets nothing of it, and is not made a member by it.
            member = people.by_phone(caller.organisation_id, whose.phone)
        elif member is None and whose.phone:
            member = people.enrol(
                caller,
                store_id=store.id,
                phone=whose.phone,
                fields=whose.said or {},
                now=now,
                closed_at=closed_at,
            )
        if member is not None and whose.said:
            people.agree(caller, member, whose.said, source=Source.ORDER, now=now, context=row.public_id)
    if member is not None and offer is not None and offer.member_id is None and offer.state == State.OPEN:
        try:
            claims.claim(
                organisation_id=caller.organisation_id,
                offer_id=offer.id,
                phone=member.phone,
                actor=caller.actor,
                now=now,
            )
        except RuleBroken as refusal:
            refused = refusal.code
    found = standing(row)
    if found.member is None and member is not None:
        found = replace(found, member=member, balance=entries.balance(caller.organisation_id, member.id))
    return replace(found, refused=refused)
