"""A day's closings as its page says them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import wording
from comptoir.apps.weekly_balance.closing import Closings, is_compared
from comptoir.apps.weekly_balance.models import Department
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.core.ledger.closures import Kept


def closings_in_words(department: Department, found: Closings | None) -> dict[str, Any] | None:
    """Each closing with its hours and what was counted, and the bridge to the day; None where the till tells none."""
    if found is None:
        return None
    return {
        "rows": [_row(department, each) for each in found.kept],
        "steps": [
            (
                found.method_names.get(each.method) or each.method or _("no way to pay"),
                [
                    wording.bare(amount, FieldType.NET_SALES, department.currency)
                    for amount in (each.counted, each.other_days, each.unclosed, each.unexplained, each.day)
                ],
            )
            for each in found.steps
        ],
    }


def _row(department: Department, kept: Kept) -> dict[str, Any]:
    closure = kept.closure
    counted = sum((each.total for each in closure.takings), start=Decimal(0))
    return {
        "register": closure.register.name or closure.register.id,
        "sequence": closure.sequence,
        "opened_at": closure.opened_at,
        "closed_at": closure.closed_at,
        "is_too_long": not is_compared(kept),
        "counted": wording.bare(counted, FieldType.NET_SALES, department.currency),
    }
