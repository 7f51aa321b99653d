"""A made-up till: records bills in the ledger and lets loyalty hear of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from django.db import transaction

from comptoir.apps.loyalty import claims
from comptoir.apps.loyalty.models import Entry, Offer
from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.installations.install import install
from comptoir.core.ledger import store as ledger
from comptoir.core.outbox import dispatch
from comptoir.core.outbox.models import Delivery
from comptoir.pos.model import Named, Observed, Sale, SaleKind, SaleState, Source

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
ALICES_PHONE = "+33612345642"
BOBS_PHONE = "+33687654321"


def bill(number: str, total: str, *, at: datetime = NOON, **changes: object) -> Sale:
    """A closed, counted sale; `changes` are fields of `pos.model.Sale`."""
    fields: dict[str, object] = {
        "location_id": "45100",
        "external_id": number,
        "kind": SaleKind.SALE,
        "state": SaleState.CLOSED,
        "counted": True,
        "currency": "EUR",
        "opened_at": at - timedelta(minutes=40),
        "closed_at": at,
        "total": Decimal(total),
        "receipt_number": f"R{number}",
        "register": Named(id="device-1", name="Bar"),
        "table": "Table 12",
    }
    return Sale(**fields | changes)  # type: ignore[arg-type]


def refund(number: str, of: str, total: str, **changes: object) -> Sale:
    """A refund of a bill; `total` is negative."""
    return bill(number, total, kind=SaleKind.REFUND, previous_external_id=of, **changes)


def counter_entry(number: str, of: str, total: str, **changes: object) -> Sale:
    """A TRANSITORY bill that cancels another one."""
    return bill(number, total, kind=SaleKind.CORRECTION, counted=False, previous_external_id=of, **changes)


def open_check(number: str, total: str, **changes: object) -> Sale:
    return bill(number, total, state=SaleState.OPEN, closed_at=None, **changes)


@dataclass
class Till:
    """The till of one store."""

    organisation: Organisation
    store: Store
    now: datetime = NOON + timedelta(seconds=2)
    ticks: count = field(default_factory=count)  # type: ignore[type-arg]

    def record(self, *sales: Sale, source: Source = Source.NOTIFICATION, aliases: tuple[str, ...] = ()) -> None:
        """Into the ledger only: loyalty has not heard of it yet."""
        observed = [
            Observed(
                sale=sale,
                source=source,
                observed_at=self.now + timedelta(milliseconds=next(self.ticks)),
                aliases=aliases,
            )
            for sale in sales
        ]
        with transaction.atomic():
            facts = ledger.lock_stores([self.store.id])[self.store.id]
            ledger.record(store=facts, provider="lightspeed_k", observed=observed, now=self.now)

    def hear(self) -> int:
        """Loyalty hears of what was recorded; a handler that fails would only be tried again, so look for it."""
        handled = dispatch.dispatch(clock=lambda: self.now)
        assert list(Delivery.objects.exclude(fault="").values_list("fault", flat=True)) == []
        return handled

    def sends(self, *sales: Sale) -> None:
        """Each bill is recorded, and loyalty hears of it, in this order."""
        for sale in sales:
            self.record(sale)
            self.hear()

    def offer(self, number: str) -> Offer:
        return Offer.objects.get(organisation=self.organisation, external_id=number)

    def offers(self) -> list[Offer]:
        return list(Offer.objects.filter(organisation=self.organisation).order_by("external_id"))

    def claim(self, number: str, phone: str = ALICES_PHONE) -> claims.Claim:
        return self.claim_offer(self.offer(number).id, phone)

    def claim_offer(self, offer_id: UUID, phone: str = ALICES_PHONE) -> claims.Claim:
        return claims.claim(
            organisation_id=self.organisation.id, offer_id=offer_id, phone=phone, actor="user:1", now=self.now
        )

    def entries(self, number: str) -> list[tuple[str, int]]:
        """Kind and points of what was written for a bill, in order."""
        rows = Entry.objects.filter(organisation=self.organisation, sale_id=self.offer(number).sale_id)
        return list(rows.order_by("position").values_list("kind", "points"))

    def points(self, number: str) -> int:
        """What a bill has brought its member by now."""
        return sum(points for _, points in self.entries(number))


def till_of(organisation: Organisation, store: Store) -> Till:
    """A till whose store has loyalty switched on."""
    install(organisation=organisation, store=store, app="loyalty", provider="lightspeed_k", now=NOON)
    return Till(organisation, store)
