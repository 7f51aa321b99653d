"""How a guest pays: all of it, an amount, a share, his own items; with a tip, by card or by meal voucher."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from babel.numbers import format_currency, get_currency_precision
from ulid import ULID

from comptoir.sandbox.provider.api import Refused
from comptoir.sandbox.provider.books import Row
from comptoir.sandbox.provider.company import Company

MOST_SHARES: Final = 20
WORDS: Final = {
    "amount_exceeds_payable": "Somebody else is paying part of this right now. Less is left than you chose.",
    "amount_exceeds_remaining": "Less is left to pay than you chose.",
    "amount_invalid": "This amount cannot be paid. Choose another one.",
    "voucher_invalid": "The voucher is worth less than what you pay; the rest goes by card.",
    "check_changed": "The bill has changed. Look at it again.",
    "check_closed": "This bill is closed: nothing is left to pay.",
    "check_not_found": "This bill is gone from the till. Look at the table again.",
    "pos_unreachable": "The restaurant’s till does not answer. Please pay at the counter, or try again in a moment.",
    "pos_not_ready": "The restaurant’s till is not ready. Please pay at the counter, or try again in a moment.",
    "integration_disabled": "This restaurant takes no payments by phone now.",
    "plan_inactive": "This restaurant takes no payments by phone now.",
    "integration_not_found": "This restaurant takes no payments by phone.",
    "no_answer": "The service does not answer. Try again in a moment.",
}


def major(minor: int, currency: str) -> Decimal:
    """Minor units as people read them."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def shown(check: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """A bill as text."""
    currency = check["total"]["currency"]

    def money(name: str) -> str:
        return format_currency(major(check[name]["amount"], currency), currency, locale=locale) if name in check else ""

    return {
        "id": check["id"],
        "total": money("total"),
        "paid": money("paid") if check.get("paid", {}).get("amount") else "",
        "held": money("held") if check["held"]["amount"] else "",
        "remaining": money("remaining"),
        "payable": money("payable"),
        "nothing_left": not check["payable"]["amount"],
        "stale": bool(check.get("stale")),
        "opened_at": str(check.get("opened_at") or "")[11:16],
        "covers": check.get("covers"),
        "lines": [
            {
                "line": each["line"],
                "name": each["name"],
                "with": ", ".join(each.get("includes") or ()),
                "quantity": str(each["quantity"]).removesuffix(".0"),
                "total": format_currency(major(each["total"]["amount"], currency), currency, locale=locale),
            }
            for each in check.get("lines") or ()
        ],
    }


def begin(company: Company, store: str, check: Mapping[str, Any], guest: str, said: Mapping[str, str]) -> Row:
    """Hold what a guest chose to pay. Raises Refused."""
    currency, payable = check["total"]["currency"], int(check["payable"]["amount"])
    how, claims = said.get("how", "all"), None
    if how == "amount":
        amount = _minor(said.get("amount", ""), currency)
    elif how == "shares":
        number = min(max(_whole(said.get("shares", "2")), 1), MOST_SHARES)
        amount = company.api.shares(store, check["id"], number, key=str(ULID()))[0]
    elif how == "items":
        claims = [{"line": int(each[5:])} for each in said if each.startswith("line-") and each[5:].isdecimal()]
        if not claims:
            raise Refused(422, "amount_invalid", WORDS["amount_invalid"])
        amount = sum(each["total"]["amount"] for each in check["lines"] if {"line": each["line"]} in claims)
    else:
        amount = payable
    if amount <= 0:
        raise Refused(422, "amount_invalid", WORDS["amount_invalid"])
    tip = (
        _minor(said["tip_amount"], currency) if said.get("tip_amount") else amount * _whole(said.get("tip", "0")) // 100
    )
    guest = guest or "unknown"
    if said.get("kind") == "both":
        return _both(
            company, store, check, guest, amount=amount, tip=tip, voucher=_minor(said.get("voucher", ""), currency)
        )
    kind = "voucher" if said.get("kind") == "voucher" else "card"
    return company.hold(store, check, guest, amount=amount, tip=tip, kind=kind, claims=claims)


def _both(
    company: Company, store: str, check: Mapping[str, Any], guest: str, *, amount: int, tip: int, voucher: int
) -> Row:
    """A voucher, and the rest with its tip by card: two holds, all of it or nothing. Raises Refused."""
    if not 0 < voucher < amount:
        raise Refused(422, "voucher_invalid", WORDS["voucher_invalid"])
    together = f"both-{ULID()}"
    first = company.hold(store, check, guest, amount=voucher, tip=0, kind="voucher", together=together)
    try:
        return company.hold(store, check, guest, amount=amount - voucher, tip=tip, kind="card", together=together)
    except Refused:
        company.give_up(first["id"])
        raise


def _minor(text: str, currency: str) -> int:
    try:
        amount = Decimal(text.strip().replace(",", ".")).scaleb(get_currency_precision(currency))
        if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount < 10**9:
            raise InvalidOperation
    except InvalidOperation:
        raise Refused(422, "amount_invalid", WORDS["amount_invalid"]) from None
    return int(amount)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
