"""What the rows of a day's report are called."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.pay_at_table.matching import Row

WORDS: Final[Mapping[str, Promise]] = {
    Row.MATCHED: _("On the till"),
    Row.MATCHED_BY_AMOUNT: _("On the till, found by its amount"),
    Row.AMOUNT_DIFFERS: _("Another amount on the till"),
    Row.TIP_DIFFERS: _("Another tip on the till"),
    Row.METHOD_DIFFERS: _("Another payment method on the till"),
    Row.MISSING_ON_POS: _("Not on the till"),
    Row.MISSING_AT_PROVIDER: _("On the till, and no provider reported it"),
    Row.DUPLICATE_ON_POS: _("Twice on the till"),
    Row.SETTLED_MANUALLY: _("Entered by hand"),
    Row.REFUNDED: _("Refunded"),
    Row.REFUNDED_NOT_REMOVED: _("Refunded, still on the till"),
    Row.REMOVED_NOT_REFUNDED: _("Removed from the till, not refunded"),
    Row.TEST_PAYMENT: _("Test payment"),
    Row.TEST_SETTLED: _("Test payment, settled"),
}


def row_words(state: str) -> str:
    """In the active language."""
    return str(WORDS[state])
