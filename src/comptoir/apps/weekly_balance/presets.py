"""The activation step: one day under each preset, and the bridge from sales to what was paid (weekly-balance.md 4)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.weekly_balance import sources, wording
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.apps.weekly_balance.rules import reconciling
from comptoir.apps.weekly_balance.rules.figures import Figures
from comptoir.apps.weekly_balance.rules.terms import FieldType, Preset

BRIDGE: Final[dict[str, Promise]] = {
    "net_with_tax": _("Net sales with tax"),
    "gift_card": _("Gift cards sold"),
    "deposit": _("Deposits"),
    "tip": _("Tips"),
    "service_charge": _("Service charge"),
    "shipping": _("Shipping"),
    "fee": _("Fees"),
    "donation": _("Donations"),
    "rounding": _("Rounding"),
    "paid": _("Paid at the till"),
}


@dataclass(frozen=True)
class Comparison:
    """A day's figures under each preset, and the bridge to what was paid."""

    figures: dict[Preset, Figures]
    bridge: dict[str, Decimal]


def compare(client: Client, department: Department, day: date) -> Comparison:
    """Three readings of the same bills."""
    choices = {each: replace(client.choices, preset=each) for each in Preset}
    found = {
        each: sources.measured(department, choice, first=day, last=day).get(day, sources.DayFigures())
        for each, choice in choices.items()
    }
    sales = [each.sale for each in found[Preset.RETAIL].sales]
    return Comparison({each: figures.day for each, figures in found.items()}, reconciling.bridge(sales, client.choices))


def bridge_in_words(found: Comparison, currency: str) -> list[tuple[str | Promise, str]]:
    """Line by line, each with its amount; what is left over is named, so that no difference is unexplained."""
    lines: list[tuple[str | Promise, Decimal]] = [
        (BRIDGE[name], amount) for name, amount in found.bridge.items() if name in BRIDGE
    ]
    sold = sum((amount for name, amount in found.bridge.items() if name != "paid"), Decimal(0))
    left = found.bridge.get("paid", Decimal(0)) - sold
    words = [(label, wording.number(amount, FieldType.NET_SALES, currency)) for label, amount in lines]
    return [*words, (_("Not explained"), wording.number(left, FieldType.NET_SALES, currency))] if left else words
