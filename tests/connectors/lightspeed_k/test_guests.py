"""Who a sale is for: beside the sale, never in it; asked only when wanted."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from comptoir.connectors.lightspeed_k import mapping
from comptoir.connectors.lightspeed_k.account import KSeriesAccount
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.pos.connector import Notification, Reading
from comptoir.pos.model import Identified
from tests.answering import Answering, Told
from tests.connectors.lightspeed_k.kseries_bodies import encoded, glass_of_chasselas, notification, v2_sale
from tests.connectors.lightspeed_k.test_checks import BISTRO

NOW = datetime(2026, 3, 9, 6, tzinfo=UTC)
START, END = datetime(2026, 3, 7, 4, tzinfo=UTC), datetime(2026, 3, 8, 4, tzinfo=UTC)
ALICE = {"firstName": "Alice", "lastName": "Roux", "phoneNumber1": "+41 79 000 00 00", "phoneNumber2": ""}


def read(**account: Any) -> Reading:
    body = encoded(notification(glass_of_chasselas(), **account))
    return CONNECTOR.read(Notification(body=body, received_at=NOW))


def test_a_notification_names_the_guest() -> None:
    record = {
        "consumer": {"emailAddress": "alice@example.com"},
        "contactInformation": ALICE,
        "externalReferences": [{"prefix": "PONGO", "reference": 77}],
    }
    references = [{"prefix": "TASK", "reference": "OO-1-ref"}, {"prefix": None, "reference": ""}]
    reading = read(consumerRecord=record, externalReferences=references)
    (found,) = reading.identified
    assert found == Identified(
        location_id="90000000000001",
        sale_id="A40017.231",
        phone="+41 79 000 00 00",
        email="alice@example.com",
        first_name="Alice",
        last_name="Roux",
        references=("TASK:OO-1-ref", "PONGO:77"),
    )
    assert repr(found) == "Identified(90000000000001, A40017.231, …)"
    assert "alice" not in repr(reading)
    assert b"Alice" not in msgspec.json.encode(reading.observed[0].sale)


@pytest.mark.parametrize(
    "record", [None, {}, {"consumer": None, "contactInformation": None}, {"contactInformation": {"firstName": ""}}]
)
def test_nobody_is_often_the_answer(record: Any) -> None:
    assert read(consumerRecord=record, externalReferences=None).identified == ()


def test_the_second_number_stands_in_for_the_first() -> None:
    contact = {"phoneNumber1": "", "phoneNumber2": 41790000000}
    (found,) = read(consumerRecord={"contactInformation": contact}).identified
    assert found.phone == "41790000000"


def test_an_address_is_whole_or_not_there() -> None:
    long = "a" * 190 + "@example.com"
    record = {"consumer": {"emailAddress": long}, "contactInformation": {"phoneNumber1": "7" * 300}}
    (found,) = read(consumerRecord=record).identified
    assert (found.email, found.phone) == (long, "")


def with_consumers(*consumers: Any, **changed: Any) -> dict[str, Any]:
    said = v2_sale(glass_of_chasselas(), **changed)
    said["payments"] = [{**said["payments"][0], "consumer": each} for each in consumers]
    return said


def test_guests_are_asked_for_only_when_wanted(till: Answering, account: KSeriesAccount) -> None:
    consumer = {**ALICE, "email": "alice@example.com", "id": "u", "customerId": 7}
    body = with_consumers(
        consumer, consumer, None, {"firstName": "Bob"}, externalReferences=["TASK:OO-1-ref", "RESA-1"]
    )
    till.will(Told(200, encoded({"sales": [body]})))
    (page,) = account.sales_with_guests(BISTRO, START, END, cursor="", now=NOW)
    assert [(each.first_name, each.phone, each.references) for each in page.identified] == [
        ("Alice", "+41 79 000 00 00", ("TASK:OO-1-ref", "RESA-1")),
        ("Bob", "", ("TASK:OO-1-ref", "RESA-1")),
    ]
    (plain,) = account.sales(BISTRO, START, END, cursor="", now=NOW)
    assert plain.observed == page.observed
    assert [asked.query["include"].endswith(",consumer") for asked in till.asked] == [True, False]


def test_references_come_without_asking(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(200, encoded({"sales": [v2_sale(glass_of_chasselas(), externalReferences=["RESA-1"])]})))
    (page,) = account.sales(BISTRO, START, END, cursor="", now=NOW)
    assert [each.references for each in page.identified] == [("RESA-1",)]


def test_recorded_people(recorded: Callable[[str], bytes]) -> None:
    reading = CONNECTOR.read(Notification(body=recorded("rtn-open"), received_at=NOW))
    (found,) = reading.identified
    assert (found.first_name, found.email, found.phone) == ("John", "test@email.com", "")
    assert found.references == ("TASK:OO-40570261078018-TESTtfLreaxzh",)


# Which till


def test_both_readings_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    body = notification(glass_of_chasselas())
    body["account"]["transactionLines"][0].update(deviceId=40018, deviceName="Terrace")
    listed = v2_sale(glass_of_chasselas())
    listed["salesLines"][0].update(deviceId=40018, deviceName="Terrace")

    def tills() -> list[str]:
        told = CONNECTOR.read(Notification(body=encoded(body), received_at=NOW)).observed[0].sale
        page = mapping.schemas.SALES_PAGE.decode(encoded({"sales": [listed]}))
        found = mapping.from_sale(page.sales[0], location=BISTRO, now=NOW, path="$").sale
        return [each.register.name for each in (told, found) if each.register]

    assert tills() == ["Bar 1", "Bar 1"]
    monkeypatch.setattr(mapping, "ACCOUNT_DEVICE_IS_THE_TILL", False)
    assert tills() == ["Terrace", "Terrace"]
