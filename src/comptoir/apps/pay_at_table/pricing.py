"""What an integration costs: set in the back office by whoever runs the installation, who also sends the bill.

Amounts are minor units for one period. Plan lines keep the price at which they were chosen.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table.plan_tables import Period
from comptoir.core.accounts import configuration
from comptoir.core.accounts.house_tables import Configuration
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import Money, decimal_places, to_minor

NAME: Final = "pay_at_table.prices"
AT_FIRST: Final[Mapping[str, Any]] = {"currency": "EUR", "monthly": 2900, "yearly": 29000}
"""Until somebody sets others; what others ask is not published (pay-at-table.md, A12)."""
LARGEST: Final = Decimal(100_000)


def prices() -> dict[Period, Money]:
    """Of one integration, a month and a year, as of now."""
    said = configuration.value(NAME, AT_FIRST)
    return {each: Money(int(said[each]), str(said["currency"])) for each in Period}


def change(*, currency: str, monthly: Decimal, yearly: Decimal, actor: str, now: datetime) -> dict[Period, Money]:
    """Ask these prices, in major units, from the next choice on; lines that were chosen keep theirs. Raises
    RuleBroken `price_invalid`: nothing, too much, or parts the currency does not have."""
    minor = {"monthly": _minor(monthly, currency), "yearly": _minor(yearly, currency)}
    configuration.change(NAME, {"currency": currency, **minor}, actor=actor, now=now)
    return prices()


def changed() -> Configuration | None:
    """Who set them, and when; None while they are as at first."""
    return configuration.row(NAME)


def _minor(amount: Decimal, currency: str) -> int:
    unit = Decimal(1).scaleb(-decimal_places(currency))
    exact = amount.is_finite() and 0 < amount <= LARGEST and amount == amount.quantize(unit)
    if not exact:
        raise RuleBroken(_("This is no price."), code="price_invalid", status=422)
    return to_minor(amount, currency)
