"""Lines and sub-lines, in order."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from comptoir.connectors.lightspeed_k import mapping, schemas
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.values import decode
from comptoir.pos.connector import Notification
from comptoir.pos.model import Location, Sale
from tests.connectors.lightspeed_k.kseries_bodies import (
    LOCATION_ID,
    MadeLine,
    encoded,
    glass_of_chasselas,
    notification,
    v2_sale,
)

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
BISTRO = Location(
    external_id=str(LOCATION_ID), name="Bistro", business_name="Bistro SA", currency="CHF", timezone="Europe/Zurich"
)
WINE = glass_of_chasselas().lines[0]


def told(body: dict[str, Any]) -> Sale:
    (observed,) = CONNECTOR.read(Notification(body=encoded(body), received_at=NOW)).observed
    return observed.sale


def read(body: dict[str, Any]) -> Sale:
    page = decode(encoded({"sales": [body]}), schemas.SALES_PAGE)
    return mapping.from_sale(page.sales[0], location=BISTRO, now=NOW, path="$.sales[0]").sale


def made(name: str, *sub_lines: MadeLine) -> MadeLine:
    return replace(WINE, name=name, sub_lines=sub_lines)


def test_sub_lines_follow_their_parent() -> None:
    menu = made("menu", made("starter", made("extra")), made("main"))
    sale = glass_of_chasselas(lines=(made("aperitif"), menu, made("coffee")))
    for record in (told(notification(sale)), read(v2_sale(sale))):
        assert [(line.name, line.parent) for line in record.lines] == [
            ("aperitif", None),
            ("menu", None),
            ("starter", 1),
            ("extra", 2),
            ("main", 1),
            ("coffee", None),
        ]


def test_sub_lines_that_come_late_or_first_find_their_parent() -> None:
    body = notification(glass_of_chasselas(lines=(made("extra"), made("menu"), made("coffee"), made("main"))))
    for line, own, parent in zip(body["account"]["transactionLines"], (1, 2, 3, 4), (2, None, None, 2), strict=True):
        line.update(id=own, parentLineId=parent)
    assert [(line.name, line.parent) for line in told(body).lines] == [
        ("menu", None),
        ("extra", 0),
        ("main", 0),
        ("coffee", None),
    ]


def test_lines_that_are_each_others_parents_are_kept() -> None:
    lines = [
        {"id": "S1.1", "parentLineId": "S1.2", "quantity": "1", "totalNetAmountWithTax": "1", "name": "a"},
        {"id": "S1.2", "parentLineId": "S1.1", "quantity": "1", "totalNetAmountWithTax": "1", "name": "b"},
        {"id": "S1.3", "parentLineId": "S1.3", "quantity": "1", "totalNetAmountWithTax": "1", "name": "c"},
        {"id": "S1.4", "parentLineId": "S9.9", "quantity": "1", "totalNetAmountWithTax": "1", "name": "d"},
    ]
    sale = read(v2_sale(glass_of_chasselas(), salesLines=lines))
    assert sorted(line.name for line in sale.lines) == ["a", "b", "c", "d"]
    assert sale.total == 4


def test_what_was_struck_out_is_skipped() -> None:
    body = notification(glass_of_chasselas(lines=(made("kept"), made("struck", made("with it")))))
    body["account"]["transactionLines"][1]["active"] = False
    body["account"]["paymentLines"][0]["active"] = False
    sale = told(body)
    assert [line.name for line in sale.lines] == ["kept"]
    assert sale.payments == ()


def test_a_name_typed_at_the_till_goes_first() -> None:
    sale = glass_of_chasselas(lines=(replace(WINE, override="Wine of the day"),))
    for record in (told(notification(sale)), read(v2_sale(sale))):
        assert record.lines[0].name == "Wine of the day"


def test_a_reversing_payment_has_no_method() -> None:
    body = notification(glass_of_chasselas())
    body["account"]["paymentLines"][0].update(paymentMethod=None, paymentMethodDescription=None)
    assert told(body).payments[0].method is None
