"""What keeps an order out of the kitchen, in words of an order: no row of the failure table speaks of money here.

The codes are those of `failures.py`; `of_order` says what their mails say of an order.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from comptoir.apps.pay_at_table.failure_kinds import Failure, Words
from comptoir.apps.pay_at_table.failures import named

SAME: Final = frozenset({"invalid_sku", "printing_error", "unknown_result"})
"""Rows whose words are of orders, or of either."""
TAKE_BACK: Final = _("Or take the order back, and tell the guest: call or see the table.")
ANY: Final[tuple[Words, tuple[Words, ...]]] = (
    _("The till did not take the order: %(cause)s."),
    (_("See to the cause, then send the order again."), TAKE_BACK),
)
WORDS: Final[Mapping[str, tuple[Words, tuple[Words, ...]]]] = {
    "check_closed": (
        _("The bill was closed on the till before the order for it arrived."),
        (_("Reopen the bill on the till, then send the order again."), TAKE_BACK),
    ),
    "pos_unreachable": (
        _("The till could not be reached for too long: the order is not sent any more by itself."),
        (_("Ask the guest whether it is still wanted; if so, send the order again."), TAKE_BACK),
    ),
}


def of_order(code: str) -> Failure:
    """The row of a code, as it is told of an order; the places of its words are `cause`, `said` and `location`."""
    failure = named(code)
    if failure.code in SAME:
        return failure
    happened, steps = WORDS.get(failure.code, ANY)
    return replace(failure, happened=happened, steps=steps)
