"""A day by notifications equals the same day by V2 reads: one sale, told twice, comes out the same to the byte."""

from datetime import UTC, datetime

import msgspec
from hypothesis import given

from comptoir.connectors.lightspeed_k import mapping, schemas
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.values import decode
from comptoir.pos.connector import Notification
from comptoir.pos.model import Location, Observed, Sale, Source
from tests.connectors.lightspeed_k.kseries_bodies import (
    LOCATION_ID,
    MadeSale,
    encoded,
    glass_of_chasselas,
    notification,
    v2_sale,
)
from tests.connectors.lightspeed_k.kseries_sales import made_sales

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
BISTRO = Location(
    external_id=str(LOCATION_ID), name="Bistro", business_name="Bistro SA", currency="CHF", timezone="Europe/Zurich"
)


def by_notification(sale: MadeSale) -> Observed:
    body = encoded(notification(sale))
    (observed,) = CONNECTOR.read(Notification(body=body, received_at=NOW)).observed
    return observed


def by_read(sale: MadeSale) -> Observed:
    page = decode(encoded({"sales": [v2_sale(sale)]}), schemas.SALES_PAGE)
    # Where neither a line nor a payment names the currency, the location's holds.
    location = msgspec.structs.replace(BISTRO, currency=sale.currency)
    return mapping.from_sale(page.sales[0], location=location, now=NOW, path="$.sales[0]")


def test_one_sale_told_twice_is_the_same_to_the_byte() -> None:
    told, read = by_notification(glass_of_chasselas()), by_read(glass_of_chasselas())
    assert msgspec.json.encode(told.sale) == msgspec.json.encode(read.sale)
    assert (told.source, read.source) == (Source.NOTIFICATION, Source.READ)
    assert told.observed_at == datetime(2026, 3, 7, 19, 30, 44, 310_000, tzinfo=UTC)
    assert read.observed_at == NOW


def test_the_bytes_are_these() -> None:
    """Written out once by hand, so that both sides cannot change together unseen."""
    assert msgspec.json.decode(msgspec.json.encode(by_notification(glass_of_chasselas()).sale)) == {
        "location_id": "90000000000001",
        "external_id": "A40017.231",
        "kind": "sale",
        "state": "closed",
        "counted": True,
        "currency": "CHF",
        "opened_at": "2026-03-07T18:40:58Z",
        "closed_at": "2026-03-07T19:30:44.310000Z",
        "total": "28.5",
        "paid": "28.5",
        "tax": "2.1355",
        "discount": "0",
        "service_charge": "0",
        "tip": "1.5",
        "covers": 2,
        "receipt_number": "R40017.104",
        "register": {"id": "40017", "name": "Bar 1"},
        "staff": {"id": "5501", "name": "Lea"},
        "table": "Table 12",
        "order_profile": "SURPLACE",
        "lines": [
            {
                "name": "Chasselas 1dl",
                "quantity": "3",
                "unit_price": "9.5",
                "total": "28.5",
                "sku": "CHASSELAS",
                "tax_rate_ppm": 81000,
                "category": "Vins",
            }
        ],
        "payments": [{"amount": "28.5", "tip": "1.5", "method": {"id": "TWINT", "name": "Twint"}}],
    }


@given(made_sales())
def test_any_sale_told_twice_is_the_same_to_the_byte(sale: MadeSale) -> None:
    assert msgspec.json.encode(by_notification(sale).sale) == msgspec.json.encode(by_read(sale).sale)


@given(made_sales())
def test_a_record_survives_its_own_json(sale: MadeSale) -> None:
    record = by_notification(sale).sale
    assert msgspec.json.decode(msgspec.json.encode(record), type=Sale) == record


@given(made_sales())
def test_nothing_personal_enters_the_record(sale: MadeSale) -> None:
    assert b"example.com" not in msgspec.json.encode(by_notification(sale).sale)
