"""Bills for the provider API: found by their visit or the till's number, read within five seconds or shown as stale."""

from datetime import datetime, timedelta
from typing import Final

from comptoir.apps.pay_at_table import checks, patience
from comptoir.apps.pay_at_table.application import FRESH
from comptoir.apps.pay_at_table.models import Bill, Integration
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.ids import parse_id

LONGEST_CHAIN: Final = 20
CLOSED_SHOWN: Final = timedelta(days=1)


def number_of(integration: Integration, check: str) -> str:
    """The till's number of a bill now; `check` is `chk_…`, or a number of the till's, given up ones included.

    What names no bill we saw stands for itself: the till may know it. Raises RuleBroken `check_not_found`.
    """
    mine = Bill.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
    if check.startswith("chk_"):
        try:
            visit = parse_id("chk", check)
        except RuleBroken:
            raise _unknown() from None
        bill = mine.filter(visit_id=visit, succeeded_by="").order_by("-opened_at", "-fetched_at").first()
        if bill is None:
            raise _unknown()
        return str(bill.check_id)
    for _ in range(LONGEST_CHAIN):
        follower = mine.filter(check_id=check).exclude(succeeded_by="").values_list("succeeded_by", flat=True).first()
        if follower is None:
            break
        check = follower
    return check


def one(integration: Integration, check: str, *, fresh: bool, now: datetime) -> tuple[Bill, bool]:
    """A bill, and whether it is stale. Raises `check_not_found`, and the vendor's errors where none is kept."""
    number = number_of(integration, check)
    age = timedelta(0) if fresh else FRESH

    def mirrored() -> Bill | None:
        return Bill.objects.filter(
            organisation_id=integration.organisation_id, integration_id=integration.id, check_id=number
        ).first()

    kept = mirrored()
    if kept is not None and kept.closed and not fresh:
        return kept, False
    return patience.in_time(lambda: checks.fresh_bill(integration, number, now=now, age=age), mirrored)


def every_open(integration: Integration, *, now: datetime) -> tuple[list[Bill], bool]:
    """Every open bill, and whether they are stale."""

    def mirrored() -> list[Bill] | None:
        mine = Bill.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
        return list(mine.filter(closed=False).order_by("check_id")) if mine.exists() else None

    return patience.in_time(lambda: checks.open_bills(integration, now=now), mirrored)


def only_one_at(integration: Integration, table_number: str, *, now: datetime) -> str:
    """The number of the one open bill of a table; "" where there is none, are several, or nobody can say."""
    try:
        found, stale = every_open(integration, now=now)
    except (VendorBusy, VendorUnreadable, OutcomeUnknown, VendorRefused):
        return ""
    there = [bill for bill in found if bill.table_number == table_number]
    return there[0].check_id if len(there) == 1 and not stale else ""


def closed_lately(integration: Integration, *, now: datetime) -> list[Bill]:
    """Bills that were seen to close within a day."""
    mine = Bill.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
    return list(mine.filter(closed=True, succeeded_by="", fetched_at__gt=now - CLOSED_SHOWN).order_by("check_id"))


def _unknown() -> RuleBroken:
    return RuleBroken("There is no such bill.", code="check_not_found", status=404)
