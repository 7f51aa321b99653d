"""What a provider reads of a business day: what it took beside what the till shows of it (pay-at-table.md 3.5)."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema

from comptoir.apps.pay_at_table import days, reconciling
from comptoir.apps.pay_at_table.day_tables import DayReport
from comptoir.apps.pay_at_table.matching import OF_TESTS
from comptoir.apps.pay_at_table.provider.door import mine, operation
from comptoir.kernel.errors import RuleBroken
from comptoir.web.api import Amount

FRESH: Final = timedelta(minutes=1)
"""A report of a day that is still open is made anew when it is older."""
SUMS: Final = ("taken", "applied", "settled_manually", "refunded", "open", "tips", "on_pos", "difference")


class DayRowOut(Schema):
    """A payment, or a line of the till that nobody reported; `difference` is what the till shows more than it should.
    What is not known, such as what the till has of a payment that is not there, is null."""

    state: str
    payment_id: str
    provider_payment_id: str
    method_kind: str
    pos_check_id: str
    taken: Amount | None
    refunded: Amount | None
    tip: Amount | None
    on_pos: Amount | None
    pos_reference: str
    difference: Amount


class DaySumsOut(Schema):
    """Of one kind of method: `taken` is `applied` + `settled_manually` + `refunded` + `open`."""

    method_kind: str
    taken: Amount
    applied: Amount
    settled_manually: Amount
    refunded: Amount
    open: Amount
    tips: Amount
    on_pos: Amount
    difference: Amount


class ReconciliationOut(Schema):
    """A business day of the store. While `day_open` it is how things stand, read from the till a minute ago at most."""

    business_date: date
    day_open: bool
    made_at: datetime
    currency: str
    difference: Amount
    totals: list[DaySumsOut]
    rows: list[DayRowOut]


@operation("GET", "/reconciliation", {200: ReconciliationOut})
def reconciliation(
    request: HttpRequest, response: HttpResponse, integration: str, business_date: date | None = None
) -> ReconciliationOut:
    """The day's report; without a date, of the day that runs. Of a day that is over it is made half an hour later."""
    found, now = mine(request, integration, response), timezone.now()
    today = days.of_store(found, now)
    day = business_date or today
    report = reconciling.report_of(found, day)
    if day == today and (report is None or now - report.made_at > FRESH):
        report = reconciling.make(found, day, now=now)
    if report is None:
        raise RuleBroken("There is no report of this day.", code="not_found", status=404)
    return _shown(report)


def _shown(report: DayReport) -> ReconciliationOut:
    def money(minor: int | None) -> Any:
        return None if minor is None else Amount(amount=minor, currency=report.currency)

    # A test payment is between the restaurant and its till.
    rows = [row for row in report.rows if row["state"] not in OF_TESTS]
    totals = {kind: sums for kind, sums in report.totals.items() if kind != reconciling.TEST}
    return ReconciliationOut(
        business_date=report.business_date,
        day_open=not report.is_final,
        made_at=report.made_at,
        currency=report.currency,
        difference=money(sum(row["difference"] for row in rows)),
        totals=[
            DaySumsOut(method_kind=kind, **{name: money(sums.get(name, 0)) for name in SUMS})
            for kind, sums in totals.items()
        ],
        rows=[
            DayRowOut(
                state=row["state"],
                payment_id=row["payment"],
                provider_payment_id=row["provider_payment_id"],
                method_kind=row["kind"],
                pos_check_id=row["check"],
                taken=money(row["taken"]),
                refunded=money(row.get("refunded")),
                tip=money(row["tip"]),
                on_pos=money(row["on_pos"]),
                pos_reference=row["pos_reference"],
                difference=money(row["difference"]),
            )
            for row in rows
        ],
    )
