"""The activation step: one day under each preset, and the bridge from sales to what was paid (weekly-balance.md 4)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.weekly_balance import closing, sources, wording
from comptoir.apps.weekly_balance.closing import Closings
from comptoir.apps.weekly_balance.closing_words import closings_in_words
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.apps.weekly_balance.rules import reconciling
from comptoir.apps.weekly_balance.rules.figures import Figures, given_away, is_return_receipt
from comptoir.apps.weekly_balance.rules.terms import Basis, FieldType, Preset

BRIDGE: Final[dict[str, Promise]] = {
    "net_with_tax": _("Net sales with tax"),
    "gift_card": _("Gift cards sold"),
    "deposit": _("Deposits"),
    "tip": _("Tips"),
    "owed": _("On account, not settled yet"),
    "service_charge": _("Service charge"),
    "shipping": _("Shipping"),
    "fee": _("Fees"),
    "donation": _("Donations"),
    "rounding": _("Rounding"),
    "paid": _("Paid at the till"),
}


TOTAL: Final = _("Total of the bills")
NOT_PAID_FOR: Final = ("tip", "owed", "paid")
"""What the bridge has behind the total of the bills."""


@dataclass(frozen=True)
class Comparison:
    """A day's figures under each preset, the bridge to what was paid, and what the till says of the day itself.

    `closings` are what its registers counted, `sums` the number and total of its sales as its maker adds them up; of
    a till that tells neither, the bridge starts from what its bills were paid with. `unpaid` names the bills whose
    payments are not what they sold, each with the difference; `given_away` is the list price of what was sold for
    nothing, `return_receipts` how many receipts have returns alone.
    """

    figures: dict[Preset, Figures]
    bridge: dict[str, Decimal]
    closings: Closings | None
    sums: tuple[int, Decimal] | None
    unpaid: tuple[tuple[str, Decimal], ...]
    given_away: Decimal
    return_receipts: int


def compare(client: Client, department: Department, day: date, *, basis: Basis) -> Comparison:
    """Three readings of the same bills in a tax basis, and the till's own."""
    asked = replace(client.choices, basis=basis)
    choices = {each: replace(asked, preset=each) for each in Preset}
    found = {
        each: sources.measured(department, choice, first=day, last=day).get(day, sources.DayFigures())
        for each, choice in choices.items()
    }
    sales = [each.sale for each in found[Preset.RETAIL].sales]
    named = [(each.receipt_number or each.external_id, each) for each in sales]
    return Comparison(
        figures={each: figures.day for each, figures in found.items()},
        bridge=reconciling.bridge(sales, asked),
        closings=closing.of_days(client, department, [day]).get(day),
        sums=sources.vendor_sums(department, asked, [day]).get(day),
        given_away=sum((given_away(each, asked) for each in sales), Decimal(0)),
        return_receipts=sum(is_return_receipt(each, asked) for each in sales),
        unpaid=tuple((each.where, each.by) for each in reconciling.takings(named, asked)),
    )


def bridge_in_words(found: Comparison, currency: str) -> list[tuple[str | Promise, str]]:
    """Line by line, each with its amount; what is left over is named, so that no difference is unexplained."""

    def money(amount: Decimal) -> str:
        return wording.number(amount, FieldType.NET_SALES, currency)

    sold = {name: amount for name, amount in found.bridge.items() if name not in NOT_PAID_FOR}
    total = sum(sold.values(), Decimal(0))
    words: list[tuple[str | Promise, str]] = [(BRIDGE[name], money(amount)) for name, amount in sold.items()]
    words.append((TOTAL, money(total)))
    if found.sums is not None and found.sums[1] != total:
        words.append((_("The till says of it"), money(found.sums[1])))
        words.append((_("Not explained"), money(found.sums[1] - total)))
    tips, owed, paid = (found.bridge.get(name, Decimal(0)) for name in NOT_PAID_FOR)
    words += [(BRIDGE[name], money(amount)) for name, amount in (("tip", tips), ("owed", owed)) if amount]
    words.append((BRIDGE["paid"], money(paid)))
    if left := paid - tips - owed - total:
        words.append((_("Not explained"), money(left)))
    return words


def report_in_words(found: Comparison, department: Department) -> dict[str, Any]:
    """What the till says itself, and which figures agree with it; and the bills that explain what is left over."""

    def money(amount: Decimal) -> str:
        return wording.number(amount, FieldType.NET_SALES, department.currency)

    return {
        "sales": found.sums[0] if found.sums else None,
        "total": money(found.sums[1]) if found.sums else "",
        "agrees": [
            f"{wording.PRESETS[preset][0]}: {wording.TYPES[kind]}"
            for preset, figures in found.figures.items()
            for kind in (FieldType.GROSS_SALES, FieldType.NET_SALES)
            if found.sums and figures.get(kind) == found.sums[1]
        ],
        "given_away": money(found.given_away) if found.given_away else "",
        "return_receipts": found.return_receipts,
        "closings": closings_in_words(department, found.closings),
        "unpaid": [(name, money(by)) for name, by in found.unpaid],
    }
