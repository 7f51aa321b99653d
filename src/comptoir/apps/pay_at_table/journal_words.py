"""What the journal and the attempts of a payment say, in the reader's language: kept are codes, or sentences in English
with their names filled in. What is neither, such as a reason that a person typed, stays as it is."""

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from comptoir.apps.pay_at_table.application import Outcome
from comptoir.apps.pay_at_table.failures import BY_CODE
from comptoir.apps.pay_at_table.models import Attempt
from comptoir.apps.pay_at_table.order_tables import OrderAttempt
from comptoir.web.kept_words import filled

CODES: Final[dict[str, Promise]] = {
    "another_first": _("another payment of this bill goes first"),
    "booked_by_hand": _("the refund was booked on the till by hand"),
    "entered_by_hand": _("entered on the till by hand"),
    "given_back": _("some of it was given back, the rest goes on"),
    "line_changed": _("the till shows the right amount now"),
    "line_removed": _("it was removed on the till"),
    "not_removed": _("it was not removed after all"),
    "reference_used": _("the till knows this reference already"),
    "refund_reported": _("the provider says that it was refunded"),
    "retry": _("sent again"),
    "said_taken": _("the till said afterwards that it took it"),
    "seen_on_till": _("it was seen on the till"),
    "sending": _("it is being sent"),
    "settlement_undone": _("it was not entered by hand after all"),
    "test_given_up": _("the test was given up"),
    "with_order": _("it goes with its order"),
}
SENTENCES: Final = (
    gettext_noop("retry on %(bill)s instead of %(other)s"),
    gettext_noop("the bill %(bill)s is %(other)s now"),
    gettext_noop("entered by hand as well"),
    gettext_noop("the business day is over"),
    gettext_noop("the till said so"),
    gettext_noop("with order %(order)s"),
    gettext_noop("refund %(refund)s"),
    gettext_noop("order %(order)s"),
    gettext_noop("line %(reference)s"),
)
IDS: Final = frozenset({"order", "refund", "reference"})
"""Names that are one word: what a person typed may begin as these sentences do."""
OUTCOMES: Final[dict[str, Promise]] = {
    Outcome.SENDING: _("being sent"),
    Outcome.UNKNOWN: _("not known yet"),
    Outcome.ACCEPTED: _("handed over, the till will say"),
    Outcome.TAKEN: _("taken by the till"),
    Outcome.REFUSED: _("refused"),
    Outcome.EXPIRED: _("not seen in time"),
}


def cause_words(kept: str) -> str:
    """Why a payment went on."""
    if kept in CODES:
        return str(CODES[kept])
    if kept in BY_CODE:
        return str(BY_CODE[kept].short)
    for sentence in SENTENCES:
        names = filled(kept, sentence)
        if names is not None and not any(name in IDS and " " in value for name, value in names.items()):
            return translated(sentence) % names if names else translated(sentence)
    return kept


def attempt_rows(attempts: Iterable[Attempt | OrderAttempt]) -> list[dict[str, object]]:
    """Attempts, ready to be drawn: reference, when, what became of each and why."""
    return [
        {
            "reference": each.reference,
            "sent_at": each.sent_at,
            "outcome": OUTCOMES.get(each.outcome, each.outcome),
            "code": cause_words(each.code),
        }
        for each in attempts
    ]
