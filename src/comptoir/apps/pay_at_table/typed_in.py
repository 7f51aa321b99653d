"""Lines of a bill that staff may have typed in for a guest payment: of its amount, no program's, and not older (E38).

Whether such a line is this payment, only a person knows: it is named, and nothing is sent before somebody says that
it is another one.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import checks, mirror, patience
from comptoir.apps.pay_at_table.days import store_of
from comptoir.apps.pay_at_table.mirror import PREFIX
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration, State
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.money import Money
from comptoir.web import formats

WAITING: Final = frozenset({State.NEEDS_ATTENTION, State.QUEUED})


@dataclass(frozen=True)
class TypedIn:
    """A line of the till; `at` is None where the till does not say when."""

    amount: Money
    method: str
    at: datetime | None


def lines_like(payment: GuestPayment, check_id: str = "") -> list[TypedIn]:
    """Those of this payment's bill, or of another one, as it was read last, while the payment waits for somebody."""
    if payment.state not in WAITING or not payment.due:
        return []
    mine = {"organisation_id": payment.organisation_id, "integration_id": payment.integration_id}
    bill = Bill.objects.filter(**mine, check_id=check_id or payment.check_id).first()
    taken_at = min(payment.captured_at or payment.created_at, payment.created_at)
    found = []
    for line in bill.payments if bill else ():
        at = datetime.fromisoformat(line["at"]) if line.get("at") else None
        is_older = at is not None and at < taken_at
        if line["amount"] == payment.due and not line["reference"].startswith(PREFIX) and not is_older:
            name = line["method_name"] or line["method"]
            found.append(TypedIn(Money(line["amount"], payment.currency), name, at))
    return found


def words(payment: GuestPayment, line: TypedIn) -> str:
    """Such a line as a sentence, in the active language."""
    integration = Integration.objects.get(organisation_id=payment.organisation_id, id=payment.integration_id)
    said = {"amount": formats.money(line.amount), "method": line.method or "–"}
    if line.at is None:
        return _("A payment of the same amount is on the bill: %(amount)s with %(method)s.") % said
    said["time"] = formats.clock_time(line.at, ZoneInfo(store_of(integration).timezone))
    return _("A payment of the same amount is on the bill: %(amount)s with %(method)s, entered %(time)s.") % said


def _read(integration: Integration, check_id: str, *, since: datetime, now: datetime) -> None:
    """The bill as it is now; one that is not open any more shows its payments among the sales that were closed."""
    try:
        checks.fresh_bill(integration, check_id, now=now, age=checks.GAP)
        return
    except RuleBroken:
        mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    start, end = max(since - checks.AHEAD, now - checks.SEARCHED), now + checks.AHEAD
    with checks.at_the_till(integration) as (vendor, location):
        pages = vendor.sales(location, start, end, cursor="", now=now)
        found = [each.sale for page in pages for each in page.observed if each.sale.external_id == check_id]
    if found:
        # Without a fingerprint the next read of the bill, should it be opened again, counts as another.
        lines = mirror.lines_of(found[-1])
        Bill.objects.filter(**mine, check_id=check_id).update(payments=lines, content_hash=b"")


def must_be_another(payment: GuestPayment, *, seen: int, now: datetime, check_id: str = "") -> None:
    """Read the bill again before somebody's *again*. Raises RuleBroken `perhaps_entered_by_hand` (409) where it shows
    more such lines than the `seen` ones that the person was shown and said not to be this payment."""
    if payment.state not in WAITING:
        return
    integration = Integration.objects.get(organisation_id=payment.organisation_id, id=payment.integration_id)
    with suppress(ComptoirError):  # the worker meets the same, and says so
        patience.in_time(
            lambda: _read(integration, check_id or payment.check_id, since=payment.created_at, now=now), lambda: None
        )
    found = lines_like(payment, check_id)
    if len(found) > seen:
        asked = _("Nothing was sent. Was it this one? Then say that it was entered by hand.")
        raise RuleBroken(f"{words(payment, found[-1])} {asked}", code="perhaps_entered_by_hand", status=409)
