"""`/v1/sales`, `/v1/stores`, `/v1/integrations`: the canonical entities."""

from datetime import date, datetime
from decimal import Decimal
from heapq import nlargest
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Query, Schema

from comptoir.core.accounts.models import Store
from comptoir.core.connections.locations import webhook_path
from comptoir.core.connections.models import LocationLink, WebhookAddress
from comptoir.core.installations import manifest
from comptoir.core.installations.models import Installation
from comptoir.core.ledger import reads
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.pos.model import Named, Payment, Sale
from comptoir.web.api import Amount, Bearer, Problem, allowed_organisations, amount, api

FAULTS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}


class Party(Schema):
    """Something the till names."""

    id: str
    name: str


class LineOut(Schema):
    """A line; `total` is with tax, after discounts, in major units as the till gave it. `parent` is an index.

    `tax` is what of the total is tax, null where the till does not say; `kind` is `merchandise`, `fee` or `gift_card`.
    """

    name: str
    sku: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    tax_rate_ppm: int | None
    parent: int | None
    category: str
    kind: str
    tax: Decimal | None


class PaymentOut(Schema):
    """A payment as the till knows it; `amount` without the tip."""

    amount: Amount | None
    tip: Amount | None
    method: Party | None
    external_reference: str


class SaleOut(Schema):
    """One bill, from the first item to the closed receipt; while open it is the check."""

    id: str
    organisation: str
    store: str
    provider: str
    location_id: str
    external_id: str
    previous_external_id: str
    receipt_number: str
    kind: str
    state: str
    counted: bool
    unbalanced: bool
    opened_at: datetime
    closed_at: datetime | None
    business_date: date
    currency: str
    total: Amount | None
    paid: Amount | None
    tax: Amount | None
    discount: Amount | None
    service_charge: Amount | None
    tip: Amount | None
    covers: int | None
    # `register` alone would hide a method that every schema has.
    register_: Party | None = Field(serialization_alias="register")
    staff: Party | None
    table: str
    order_profile: str
    lines: list[LineOut]
    payments: list[PaymentOut]
    revision: int
    source: str
    updated_at: datetime


class SalesOut(Schema):
    """A page of sales, newest first; `next` goes on behind it and is null on the last page."""

    data: list[SaleOut]
    next: str | None


class StoreOut(Schema):
    """A place of sale."""

    id: str
    organisation: str
    name: str
    timezone: str
    currency: str
    country: str


class IntegrationOut(Schema):
    """One app running for one store over one point of sale."""

    id: str
    organisation: str
    store: str
    app: str
    provider: str
    enabled: bool
    vendor_location_id: str | None
    webhook_url: str | None


@api.get("/sales", response={200: SalesOut, **FAULTS}, auth=Bearer("sales.read"), tags=["Sales"], by_alias=True)
def list_sales(
    request: HttpRequest,
    organisation: str | None = None,
    external_id: str | None = None,
    state: str | None = None,
    business_date: date | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SalesOut:
    """Sales, newest first; `external_id` is any of the vendor's numbers, `after` is `next` of the page before."""
    before = parse_id("sal", after) if after else None
    pages = [
        [
            (each.id, organisation_id, each)
            for each in reads.sales(
                organisation_id,
                external_id=external_id or "",
                state=state or "",
                business_date=business_date,
                before=before,
                limit=limit + 1,
            )
        ]
        for organisation_id in allowed_organisations(request, organisation)
    ]
    found = nlargest(limit + 1, (each for page in pages for each in page), key=lambda each: each[0])
    shown = found[:limit]
    following = public_id("sal", shown[-1][0]) if len(found) > limit else None
    return SalesOut(data=[_sale(public_id("org", owner), record) for _, owner, record in shown], next=following)


@api.get(
    "/sales/{sale_id}", response={200: SaleOut, **FAULTS}, auth=Bearer("sales.read"), tags=["Sales"], by_alias=True
)
def get_sale(request: HttpRequest, sale_id: str) -> SaleOut:
    """One sale by our id."""
    identifier = parse_id("sal", sale_id)
    for organisation_id in allowed_organisations(request, None):
        record = reads.sale(organisation_id, identifier)
        if record:
            return _sale(public_id("org", organisation_id), record)
    raise RuleBroken("There is nothing here under this id.", code="not_found", status=404)


@api.get("/stores", response={200: list[StoreOut], **FAULTS}, auth=Bearer("stores.read"), tags=["Stores"])
def list_stores(request: HttpRequest, organisation: str | None = None) -> list[StoreOut]:
    """Every store the token can see."""
    stores = Store.objects.filter(organisation_id__in=allowed_organisations(request, organisation)).order_by("id")
    return [
        StoreOut(
            id=store.public_id,
            organisation=public_id("org", store.organisation_id),
            name=store.name,
            timezone=store.timezone,
            currency=store.currency,
            country=store.country,
        )
        for store in stores
    ]


@api.get(
    "/integrations", response={200: list[IntegrationOut], **FAULTS}, auth=Bearer("integrations.read"), tags=["Stores"]
)
def list_integrations(request: HttpRequest, organisation: str | None = None) -> list[IntegrationOut]:
    """Every app that runs for a store, with the webhook address its till should call."""
    organisations = allowed_organisations(request, organisation)
    links = LocationLink.objects.filter(organisation_id__in=organisations, store__isnull=False)
    locations = {(link.store_id, link.provider): link.external_id for link in links}
    addresses = {
        (address.store_id, address.provider): settings.COMPTOIR_URL + webhook_path(address)
        for address in WebhookAddress.objects.filter(organisation_id__in=organisations)
    }
    return [
        IntegrationOut(
            id=each.public_id,
            organisation=public_id("org", each.organisation_id),
            store=public_id("sto", each.store_id),
            app=each.app,
            provider=each.provider,
            enabled=each.enabled,
            vendor_location_id=locations.get((each.store_id, each.provider)),
            webhook_url=addresses.get((each.store_id, each.provider)),
        )
        for each in Installation.objects.filter(
            organisation_id__in=organisations, app__in=[app.slug for app in manifest.apps()]
        ).order_by("id")
    ]


def _sale(organisation: str, record: reads.SaleRecord) -> SaleOut:
    sale = record.sale
    return SaleOut(
        id=record.public_id,
        organisation=organisation,
        store=public_id("sto", record.store_id),
        provider=record.provider,
        location_id=sale.location_id,
        external_id=sale.external_id,
        previous_external_id=sale.previous_external_id,
        receipt_number=sale.receipt_number,
        kind=sale.kind,
        state=sale.state,
        counted=sale.counted,
        unbalanced=record.unbalanced,
        opened_at=sale.opened_at,
        closed_at=sale.closed_at,
        business_date=record.business_date,
        currency=sale.currency,
        total=amount(sale.money(sale.total)),
        paid=amount(sale.money(sale.paid)),
        tax=amount(sale.money(sale.tax)),
        discount=amount(sale.money(sale.discount)),
        service_charge=amount(sale.money(sale.service_charge)),
        tip=amount(sale.money(sale.tip)),
        covers=sale.covers,
        register_=_party(sale.register),
        staff=_party(sale.staff),
        table=sale.table,
        order_profile=sale.order_profile,
        lines=[LineOut(**{name: getattr(line, name) for name in LineOut.model_fields}) for line in sale.lines],
        payments=[_payment(sale, payment) for payment in sale.payments],
        revision=record.revision,
        source=record.source,
        updated_at=record.updated_at,
    )


def _payment(sale: Sale, payment: Payment) -> PaymentOut:
    return PaymentOut(
        amount=amount(sale.money(payment.amount)),
        tip=amount(sale.money(payment.tip)),
        method=_party(payment.method),
        external_reference=payment.external_reference,
    )


def _party(named: Named | None) -> Party | None:
    return Party(id=named.id, name=named.name) if named else None
