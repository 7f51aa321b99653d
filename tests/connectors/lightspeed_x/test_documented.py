"""The simulator answers as the vendor's own documents say: `documented.json` has what their OpenAPI files of 2026-07
name, field by field; what they do not name is not sent (lightspeed-x-series.md, main sources)."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from comptoir.connectors.lightspeed_x.simulator import Article
from tests.connectors.lightspeed_x.stage import Shop, shop

DOCUMENTED: dict[str, Any] = json.loads(Path(__file__).with_name("documented.json").read_text())
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def busy() -> Iterator[Shop]:
    """A shop in which everything that is written down has happened."""
    with shop() as made:
        name, counter = made.retailer.identifier, made.counter
        person = {"id": name("bob"), "first_name": "Bob", "last_name": None, "email": "bob@example.com"}
        bob = made.retailer.put("customers", {**person, "mobile": "+33 6 12 34 56 78"})
        sold = counter.ring([Article(Decimal(20), discount=Decimal(2))], at=NOW, customer=bob["id"])
        counter.ring([Article(Decimal(20), Decimal(-1))], at=NOW, original=sold["id"])
        counter.ring([Article(Decimal(50), gift_card="GC-1")], at=NOW)
        for state, attributes in (("parked", []), ("pending", ["onaccount"]), ("voided", [])):
            counter.ring([Article(Decimal(5))], at=NOW, state=state, attributes=attributes)
        gone = counter.ring([Article(Decimal(5))], at=NOW)
        made.retailer.delete("sales", gone["id"], now=NOW)
        shift = {"id": name("shift"), "retailer_id": made.retailer.about["id"], "user_id": name("user/alice")}
        times = {"time_in": NOW - timedelta(hours=4), "created_at": NOW, "updated_at": NOW}
        made.retailer.put("shifts", {**shift, **times})
        made.retailer.put("shifts", {**shift, "id": name("shift/2"), **times, "time_out": NOW})
        made.simulator.tills.close("main", at=NOW)
        yield made


def answer(made: Shop, path: str, method: str = "GET", body: Any = None, **query: str) -> Any:
    found = httpx.request(
        method,
        made.endpoints.api_url + path,
        params=query,
        json=body,
        headers={"authorization": f"Bearer {made.mint()}", "user-agent": "tests"},
    )
    assert found.status_code < 300, found.text
    return found.json()


def check(path: str, said: Any) -> None:
    """Raises jsonschema_rs.ValidationError with the place of the fault."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": DOCUMENTED["$defs"]}
    jsonschema_rs.validator_for({**schema, **DOCUMENTED["answers"][path]}, validate_formats=True).validate(said)


@pytest.mark.parametrize(
    "path",
    ["/retailer", "/outlets", "/registers", "/users", "/payment_types", "/shifts", "/customers", "/sales", "/webhooks"],
)
def test_lists_are_as_documented(busy: Shop, path: str) -> None:
    said = answer(busy, path)
    check(path, said)
    assert path == "/webhooks" or said["data"], "something was there to be looked at"


def test_sales_of_the_older_version_are_as_its_document_says(busy: Shop) -> None:
    """Field by field as the sheet has them of API 2.0 (section 5); that a line names its gift card is an assumption."""
    older = dataclasses.replace(busy, version="2.0")
    said = answer(older, "/sales")
    check("2.0 /sales", said)
    assert {each["status"] for each in said["data"]} == {"SAVED", "ONACCOUNT", "VOIDED", "CLOSED"}


def test_single_records_are_as_documented(busy: Shop) -> None:
    name = busy.retailer.identifier
    sale = answer(busy, "/sales")["data"][0]["id"]
    check("/sales/{id}", answer(busy, f"/sales/{sale}"))
    check("/customers/{id}", answer(busy, f"/customers/{name('bob')}"))
    check("/registers/{id}/payments_summary", answer(busy, f"/registers/{name('register/main')}/payments_summary"))


def test_a_search_is_as_documented(busy: Shop) -> None:
    said = answer(busy, "/search", type="sales", date_from="2026-01-01T00:00:00Z")
    check("/search", said)
    assert len(said["data"]) > 3


def test_a_subscription_is_as_documented(busy: Shop) -> None:
    asked = {"active": True, "type": "sale.update", "url": "http://127.0.0.1:9/hook"}
    made = answer(busy, "/webhooks", "POST", asked)
    check("/webhooks/{id}", made)
    check("/webhooks", answer(busy, "/webhooks"))


def test_what_is_not_documented_would_be_found() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        check("/sales/{id}", {"data": {"id": "7d0f3b1e-0000-4000-8000-000000000001", "made_up": 1}})
    with pytest.raises(jsonschema_rs.ValidationError):
        check("/sales/{id}", {"data": {"id": "7d0f3b1e-0000-4000-8000-000000000001", "customer_id": None}})
