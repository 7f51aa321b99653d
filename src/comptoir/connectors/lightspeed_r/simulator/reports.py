"""Accounting reports: totals by shop and its own calendar day (sheet section 9.18)."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_r.simulator.basket import ZERO
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.query import Query
from comptoir.connectors.lightspeed_r.simulator.wire import Row

Key = tuple[Any, ...]
SCOPE: Final = "reports"


def rows(books: Books, name: str, query: Query) -> tuple[str, list[Row]]:
    """The key and the rows of a report, by date. Raises Refused (400, 404)."""
    if name not in REPORTS:
        raise Refused(404, f"There is no report named {name}.")
    sort = query.get("sort", "date")
    if sort.removeprefix("-") != "date":
        raise Refused(400, f"{name} cannot be sorted by '{sort}'. Allowed: date.")
    first, last = _day(query, "startDate"), _day(query, "endDate")
    key, build = REPORTS[name]
    counted = [(day, sale) for day, sale in _counted(books) if first <= day <= last]
    found = sorted(build(books, counted), key=lambda each: each[0], reverse=sort.startswith("-"))
    return key, [{"date": f"{day:%m/%d/%Y}", **row} for day, row in found]


def _day(query: Query, name: str) -> date:
    try:
        return date.fromisoformat(query[name])
    except KeyError:
        raise Refused(400, f"{name} is required.") from None
    except ValueError:
        raise Refused(400, f"'{query[name]}' is no value for '{name}'.") from None


def _counted(books: Books) -> Iterator[tuple[date, Row]]:
    """Sales that count (11.1), each with its day at its shop; that the reports go by it is assumed (section 15)."""
    zones = {each["shopID"]: ZoneInfo(str(each["timeZone"] or "UTC")) for each in books.all("Shop")}
    for sale in books.all("Sale"):
        if sale["completed"] and not sale["voided"] and not sale["archived"]:
            yield sale["completeTime"].astimezone(zones[sale["shopID"]]).date(), sale


def _sums(parts: Iterator[tuple[Key, tuple[Decimal, ...]]]) -> dict[Key, list[Decimal]]:
    found: dict[Key, list[Decimal]] = {}
    for key, amounts in parts:
        held = found.setdefault(key, [ZERO] * len(amounts))
        for place, amount in enumerate(amounts):
            held[place] += amount
    return dict(sorted(found.items()))


def _by_class(books: Books, counted: list[tuple[date, Row]]) -> Iterator[tuple[date, Row]]:
    """Before discounts, which have a report of their own: assumed."""

    def parts() -> Iterator[tuple[Key, tuple[Decimal, ...]]]:
        for day, sale in counted:
            for line in books.children("SaleLine", "saleID", int(sale["saleID"])):
                units = line["unitQuantity"]
                amounts = (line["calcSubtotal"], line["fifoCost"] * units, line["avgCost"] * units)
                yield (day, sale["shopID"], line["taxClassID"]), amounts

    for (day, shop, kind), (subtotal, fifo, average) in _sums(parts()).items():
        name = (books.get("TaxClass", int(kind)) or {}).get("name", "")
        about = {"taxClassID": str(kind), "taxClassName": name, "shopID": str(shop)}
        yield day, {**about, "subtotal": f"{subtotal:.2f}", "fifoCost": f"{fifo:.9f}", "avgCost": f"{average:.9f}"}


def _payments(books: Books, counted: list[tuple[date, Row]]) -> Iterator[tuple[date, Row]]:
    def parts() -> Iterator[tuple[Key, tuple[Decimal, ...]]]:
        for day, sale in counted:
            for paid in books.children("SalePayment", "saleID", int(sale["saleID"])):
                if not paid["archived"]:
                    yield (day, sale["shopID"], paid["paymentTypeID"]), (paid["amount"],)

    for (day, shop, kind), (amount,) in _sums(parts()).items():
        name = (books.get("PaymentType", int(kind)) or {}).get("name", "")
        about = {"paymentTypeName": name, "paymentTypeID": str(kind)}
        yield day, {"shopID": str(shop), "amount": f"{amount:.2f}", **about}


def _taxes(books: Books, counted: list[tuple[date, Row]]) -> Iterator[tuple[date, Row]]:
    def parts() -> Iterator[tuple[Key, tuple[Decimal, ...]]]:
        for day, sale in counted:
            yield (day, sale["shopID"], sale["taxCategoryID"]), (sale["taxTotal"],)

    for (day, shop, category), (tax,) in _sums(parts()).items():
        name = (books.get("TaxCategory", int(category)) or {}).get("tax1Name", "")
        about = {"taxCategoryID": str(category), "taxCategoryName": name}
        yield day, {"shopID": str(shop), **about, "tax": f"{tax:.2f}"}


def _discounts(_books: Books, counted: list[tuple[date, Row]]) -> Iterator[tuple[date, Row]]:
    def parts() -> Iterator[tuple[Key, tuple[Decimal, ...]]]:
        for day, sale in counted:
            yield (day, sale["shopID"]), (sale["calcDiscount"],)

    for (day, shop), (discount,) in _sums(parts()).items():
        yield day, {"shopID": str(shop), "discount": f"{discount:.2f}"}


Build = Callable[[Books, list[tuple[date, Row]]], Iterator[tuple[date, Row]]]
REPORTS: Final[dict[str, tuple[str, Build]]] = {
    "TaxClassSalesByDay": ("SalesDay", _by_class),
    "PaymentsByDay": ("Payments", _payments),
    "TaxesByDay": ("Taxes", _taxes),
    "DiscountsByDay": ("Discounts", _discounts),
}
