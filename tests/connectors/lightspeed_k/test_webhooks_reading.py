"""Notifications as tills send them, and the faults they can have."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.connector import Notification, Reading
from comptoir.pos.model import SaleKind, SaleState, Source
from tests.connectors.lightspeed_k.kseries_bodies import encoded, glass_of_chasselas, notification

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
RECORDED = Path(os.environ.get("COMPTOIR_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data") / "k-series"


def read(body: bytes) -> Reading:
    return CONNECTOR.read(Notification(body=body, received_at=NOW))


def fault(body: dict[str, Any] | bytes) -> VendorUnreadable:
    with pytest.raises(VendorUnreadable) as caught:
        read(body if isinstance(body, bytes) else encoded(body))
    return caught.value


def recorded(name: str) -> bytes:
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip(f"recorded body {name}.json is not here (COMPTOIR_TEST_DATA)")
    return path.read_bytes()


# Recorded bodies


def test_recorded_open_account() -> None:
    reading = read(recorded("rtn-open"))
    (observed,) = reading.observed
    sale = observed.sale
    assert reading.location_id == sale.location_id == "40570261078018"
    assert reading.delivery == "OPEN · A22096.23"
    assert (sale.kind, sale.state, sale.counted) == (SaleKind.SALE, SaleState.OPEN, True)
    assert (sale.external_id, sale.previous_external_id) == ("A22096.23", "A22096.22")
    assert (sale.total, sale.paid, sale.tax, sale.covers) == (10, 0, Decimal("1.6667"), 2)
    assert (sale.currency, sale.table, sale.order_profile) == ("GBP", "Table 2", "AAP")
    assert sale.opened_at == datetime(2021, 12, 2, 19, 32, 32, 51_000, tzinfo=UTC)
    assert observed.observed_at == datetime(2021, 12, 2, 19, 32, 32, 53_000, tzinfo=UTC)
    assert observed.source is Source.NOTIFICATION
    (line,) = sale.lines
    assert (line.name, line.sku, line.tax_rate_ppm, line.category) == ("burger", "19", 200_000, "Food")


def test_recorded_transitory_account() -> None:
    (observed,) = read(recorded("rtn-update-transitory")).observed
    sale = observed.sale
    assert (sale.kind, sale.state, sale.counted) == (SaleKind.CORRECTION, SaleState.CLOSED, False)
    assert (sale.external_id, sale.previous_external_id) == ("A22096.22", "A22096.21")
    assert (sale.total, sale.paid, sale.covers, sale.lines[0].quantity) == (-10, -10, -2, -1)
    assert sale.payments[0].method is None


@pytest.mark.parametrize("name", ["rtn-open", "rtn-update-transitory"])
def test_recorded_people_stay_out_of_the_record(name: str) -> None:
    (observed,) = read(recorded(name)).observed
    record = msgspec.json.encode(observed.sale)
    assert not any(word in record for word in (b"John", b"Doe", b"test@email.com", b"9e2921d0"))


def test_a_recorded_answer_is_no_notification() -> None:
    assert fault(recorded("get-check-list")).path == "$"


# Made-up bodies


def test_a_delivery_in_words() -> None:
    body = notification(glass_of_chasselas())
    assert read(encoded(body)).delivery == "CLOSE · A40017.231"
    body["retryCounter"] = 2
    assert read(encoded(body)).delivery == "CLOSE · A40017.231 · retry 2"


def test_what_2019_did_not_send() -> None:
    body = notification(glass_of_chasselas(), kind="UPDATE")
    for name in ("type", "updateDate", "originAccountNumber", "serviceCharge", "orderMode", "accountProfileCode"):
        del body["account"][name]
    del body["retryCounter"]
    (observed,) = read(encoded(body)).observed
    assert (observed.sale.kind, observed.sale.state) == (SaleKind.SALE, SaleState.CLOSED)
    assert observed.observed_at == observed.sale.closed_at


def test_an_open_account_was_seen_when_it_was_opened() -> None:
    body = notification(glass_of_chasselas(), status="open", updateDate=None)
    (observed,) = read(encoded(body)).observed
    assert observed.observed_at == observed.sale.opened_at


@pytest.mark.parametrize("written", [90000000000001, "90000000000001"])
def test_the_location_of_the_envelope_goes_before_that_of_the_account(written: object) -> None:
    body = notification(glass_of_chasselas(), businessLocationId=7)
    body["businessLocationId"] = written
    reading = read(encoded(body))
    assert reading.location_id == reading.observed[0].sale.location_id == "90000000000001"
    del body["businessLocationId"]
    assert read(encoded(body)).location_id == "7"


def test_ids_and_money_as_strings_or_numbers() -> None:
    as_numbers = read(encoded(notification(glass_of_chasselas())))
    text = {"deviceId": "40017", "staffId": "5501", "totalAmount": "28.50", "paidAmount": "28.5", "coverCount": "2"}
    as_text = read(encoded(notification(glass_of_chasselas(), **text, openDate=Decimal("1772908858000.0"))))
    assert as_text.observed == as_numbers.observed


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"accountNumber": None}, "$.account.accountNumber"),
        ({"accountNumber": ""}, "$.account.accountNumber"),
        ({"accountNumber": "A" * 65}, "$.account.accountNumber"),
        ({"status": "paid"}, "$.account.status"),
        ({"status": None}, "$.account.status"),
        ({"openDate": None}, "$.account.openDate"),
        ({"openDate": -1}, "$.account.openDate"),
        ({"openDate": 10**17}, "$.account.openDate"),
        ({"openDate": "yesterday"}, "$.account.openDate"),
        ({"openDate": True}, "$.account.openDate"),
        ({"closeDate": None}, "$.account.closeDate"),
        ({"totalAmount": None}, "$.account.totalAmount"),
        ({"totalAmount": "a lot"}, "$.account.totalAmount"),
        ({"totalAmount": "NaN"}, "$.account.totalAmount"),
        ({"totalAmount": "1e400"}, "$.account.totalAmount"),
        ({"totalAmount": 10**30}, "$.account.totalAmount"),
        ({"totalAmount": True}, "$.account.totalAmount"),
        ({"currencyCode": "pounds"}, "$.account.currencyCode"),
        ({"currencyCode": "GBP\n"}, "$.account.currencyCode"),
        ({"type": "GIFT"}, "$.account.type"),
        ({"type": 7}, "$.account.type"),
        ({"coverCount": 10**12}, "$.account.coverCount"),
        ({"deviceId": 2**70}, "$.account.deviceId"),
        ({"transactionLines": {}}, "$.account.transactionLines"),
        ({"transactionLines": [None]}, "$.account.transactionLines[0]"),
        ({"transactionLines": [{"amount": 1}]}, "$.account.transactionLines[0].quantity"),
        ({"paymentLines": [{}]}, "$.account.paymentLines[0].amount"),
    ],
)
def test_a_fault_names_its_path(change: dict[str, Any], path: str) -> None:
    assert fault(notification(glass_of_chasselas(), **change)).path == path


@pytest.mark.parametrize("name", ["accountNumber", "status", "openDate", "totalAmount", "currencyCode"])
def test_a_missing_field_names_its_path(name: str) -> None:
    body = notification(glass_of_chasselas())
    del body["account"][name]
    assert fault(body).path == f"$.account.{name}"


def test_faults_of_the_envelope() -> None:
    body = notification(glass_of_chasselas())
    assert fault({**body, "notificationType": "REOPEN"}).path == "$.notificationType"
    assert fault({**body, "account": None}).path == "$.account"
    assert fault({**body, "businessLocationId": True}).path == "$.businessLocationId"
    nowhere = notification(glass_of_chasselas(), businessLocationId=None)
    del nowhere["businessLocationId"]
    assert fault(nowhere).path == "$.businessLocationId"


def test_a_fault_is_told_in_one_plain_sentence() -> None:
    found = fault(notification(glass_of_chasselas(), type="GIFT" * 100_000))
    assert found.for_owner == "Lightspeed sent something that Comptoir cannot read, so it was set aside."
    assert found.for_log.startswith("$.account.type: Invalid enum value 'GIFT")
    assert len(found.for_log) < 400
