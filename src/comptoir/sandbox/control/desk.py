"""What the provider's own desk shows: its restaurants with their tables, what it took and what it heard."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import segno
from babel.numbers import format_currency
from django.utils.safestring import mark_safe

from comptoir.pos.hosting import Request
from comptoir.sandbox.control.desk_words import DeskWords
from comptoir.sandbox.provider import paying
from comptoir.sandbox.provider.api import Refused
from comptoir.sandbox.provider.books import Row
from comptoir.sandbox.provider.company import NAME, Company


def shown(company: Company, request: Request, t: DeskWords, *, hook: str) -> dict[str, Any]:
    """In the words of `t`; of the restaurant that the address names, or of the first one."""
    stores = company.stores(hook=hook) if company.key_start else []
    linked = [each for each in stores if each["state"] == "linked"]
    wanted = request.query.get("store", "")
    store = next((each for each in linked if each["integration"] == wanted), next(iter(linked), None))
    values = {"t": t, "name": NAME, "key": company.key_start, "stores": [_store(each, t) for each in stores]}
    if store is None:
        return values
    host = f"http://{request.headers.get('host', 'localhost')}"
    of = store["integration"]
    return {
        **values,
        "store": store,
        "tables_of": t.tables_of.format(name=store["name"]),
        "tables": [_table(each, of, host, t) for each in _tables(company, of)],
        "payments": [_paid(each, t) for each in company.payments(of)],
        "orders": [_ordered(each, t) for each in company.orders(of)],
        "heard": [{**each, "times_words": t.times.format(number=each["times"])} for each in company.heard(of)],
    }


def _store(row: Mapping[str, Any], t: DeskWords) -> dict[str, Any]:
    let_go = t.let_go_of.format(name=row["name"] or row["integration"])
    return {**row, "state_words": t.links.get(row["state"], row["state"]), "let_go_words": let_go}


def _tables(company: Company, store: str) -> list[dict[str, Any]]:
    """Those with an open bill first."""
    try:
        tables = company.api.tables(store)
    except Refused:  # what this Comptoir does not tell, the open bills do
        numbers = sorted({each["table_number"] for each in company.api.checks(store) if each["table_number"]})
        tables = [{"number": each, "has_open_check": True} for each in numbers]
    return sorted(tables, key=lambda each: not each.get("has_open_check"))


def _table(row: Mapping[str, Any], store: str, host: str, t: DeskWords) -> dict[str, Any]:
    """A table with the code that guests scan."""
    path = f"/phones/{store}/tables/{quote(str(row['number']))}"
    code = segno.make(host + path, error="m").svg_inline(scale=2, border=2)
    words = {"words": t.table.format(number=row["number"]), "phone_words": t.phone_at.format(number=row["number"])}
    return {**row, **words, "path": path, "qr": mark_safe(code)}  # noqa: S308  (drawn here)


def _paid(row: Row, t: DeskWords) -> dict[str, Any]:
    amount, said = _money(row["amount"], row["currency"], t), row["said"] or row["state"]
    tip = _money(row["tip"], row["currency"], t)
    return {
        **row,
        "what": t.with_tip.format(amount=amount, tip=tip) if row["tip"] else amount,
        "light": {"applied": "ok", "needs_attention": "bad"}.get(row["said"], "off"),
        "table_words": t.table.format(number=row["table_number"]),
        "kind_words": t.kinds.get(row["kind"], row["kind"]),
        "state_words": t.payments.get(said, said),
    }


def _ordered(row: Row, t: DeskWords) -> dict[str, Any]:
    table = row["table_number"]
    words = t.table.format(number=table) if table else t.to_go
    return {**row, "table_words": words, "state_words": t.order_states.get(row["state"], row["state"])}


def _money(minor: int, currency: str, t: DeskWords) -> str:
    return format_currency(paying.major(minor, currency), currency, locale=t.locale)
