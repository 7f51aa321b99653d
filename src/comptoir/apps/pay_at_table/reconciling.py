"""The report of a business day: what was taken beside what the till shows, kept, served, and mailed when it differs."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from django.db import transaction
from django.db.models import F, Q

from comptoir.apps.pay_at_table import checks, days, happenings, mails
from comptoir.apps.pay_at_table.day_tables import DayReport
from comptoir.apps.pay_at_table.matching import Line, Matched, Taken, match
from comptoir.apps.pay_at_table.mirror import PREFIX
from comptoir.apps.pay_at_table.models import Attempt, GuestPayment, Integration, MethodKind, State
from comptoir.kernel.money import Money, to_minor
from comptoir.pos.capabilities import ReadsChecks
from comptoir.pos.model import Payment, Sale
from comptoir.web import spreadsheets

AFTER_CLOSE: Final = timedelta(minutes=30)
NEXT_MORNING: Final = timedelta(hours=5)
"""After the day's end: at nine where it ends at four."""
LATE: Final = timedelta(hours=1)
COLUMNS: Final = (
    "state",
    "payment",
    "provider_payment_id",
    "kind",
    "check",
    "taken",
    "refunded",
    "tip",
    "on_pos",
    "pos_method",
    "pos_reference",
    "difference",
    "currency",
    "at",
)
TEST: Final = "test"
"""The kind of money that is nobody's."""
STANDS: Final = {
    State.APPLIED: "applied",
    State.SETTLED_MANUALLY: "settled_manually",
    State.REFUNDED: "refunded",
}


def make(integration: Integration, day: date, *, now: datetime) -> DayReport:
    """Read the till and set it beside what was taken that day. Raises the vendor's errors."""
    begin, end = days.bounds(integration, day)
    lines = tuple(_lines(integration, begin, min(end, now) + LATE, now=now))
    with transaction.atomic():
        rows = GuestPayment.objects.filter(
            organisation_id=integration.organisation_id, integration_id=integration.id, business_date=day
        )
        payments = [_taken(integration, each) for each in rows.order_by("id")]
        kinds = {integration.card_method: str(MethodKind.CARD)}
        kinds.setdefault(integration.voucher_method, str(MethodKind.VOUCHER))
        kinds.pop("", None)
        found = match(payments, lines, kinds=kinds, foreign=_foreign(integration, day, lines))
        currency = days.store_of(integration).currency
        values = {
            "currency": currency,
            "rows": [_row(each, currency) for each in found.rows],
            "totals": {kind: asdict(each) for kind, each in found.totals.items()},
            "difference": found.difference,
            "is_final": now >= end,
            "made_at": now,
        }
        key: dict[str, Any] = {
            "organisation_id": integration.organisation_id,
            "integration_id": integration.id,
            "business_date": day,
        }
        report, _ = DayReport.objects.update_or_create(**key, defaults=values)
        if report.is_final:
            happenings.say(
                "reconciliation.ready",
                organisation_id=integration.organisation_id,
                integration_id=integration.id,
                now=now,
                business_date=day.isoformat(),
            )
            _mail(integration, report, now=now)
        return report


def report_of(integration: Integration, day: date) -> DayReport | None:
    """As it was made last."""
    return DayReport.objects.filter(
        organisation_id=integration.organisation_id, integration_id=integration.id, business_date=day
    ).first()


def due(*, now: datetime) -> Iterator[tuple[Integration, date]]:
    """Days with payments that are over: half an hour later, and once more the next morning."""
    for integration in Integration.objects.order_by("organisation_id", "id"):
        yesterday = days.of_store(integration, now) - timedelta(days=1)
        _, end = days.bounds(integration, yesterday)
        if now < end + AFTER_CLOSE:
            continue
        taken = GuestPayment.objects.filter(
            organisation_id=integration.organisation_id, integration_id=integration.id, business_date=yesterday
        )
        made = report_of(integration, yesterday)
        again = made is not None and made.made_at < end + NEXT_MORNING <= now
        if taken.exists() and (made is None or not made.is_final or again):
            yield integration, yesterday


def csv_of(report: DayReport) -> str:
    """The rows as a file; amounts in major units with a point."""
    lines = [spreadsheets.line(COLUMNS)]
    for row in report.rows:
        cells = dict(row)
        for name in ("taken", "refunded", "tip", "on_pos", "difference"):
            amount = row.get(name)  # reports of earlier versions know no part that was given back
            cells[name] = "" if amount is None else Money(amount, report.currency).major
        lines.append(spreadsheets.line(cells[name] for name in COLUMNS))
    return "".join(lines)


def _lines(integration: Integration, begin: datetime, end: datetime, *, now: datetime) -> Iterator[Line]:
    with checks.at_the_till(integration) as (vendor, location):
        for check in cast(ReadsChecks, vendor).checks(location, now=now):
            if check.sale.opened_at >= begin:
                yield from (replace(line, tip=None) for line in _of(check.sale, now))
        for page in vendor.sales(location, begin, end, cursor="", now=now):
            for observed in page.observed:
                yield from _of(observed.sale, now)


def _of(sale: Sale, now: datetime) -> Iterator[Line]:
    for each in sale.payments:
        yield _line(sale, each, sale.closed_at or now)


def _line(sale: Sale, payment: Payment, at: datetime) -> Line:
    return Line(
        check_id=sale.external_id,
        reference=payment.external_reference,
        amount=to_minor(payment.amount, sale.currency),
        tip=to_minor(payment.tip, sale.currency),
        method=payment.method.id if payment.method else "",
        at=at,
    )


def _taken(integration: Integration, payment: GuestPayment) -> Taken:
    attempts = list(Attempt.objects.filter(organisation_id=payment.organisation_id, payment_id=payment.id))
    voucher = payment.method_kind == MethodKind.VOUCHER
    used = next((each.method for each in attempts if each.reference == payment.applied_reference), "")
    return Taken(
        id=payment.public_id,
        provider_payment_id=payment.provider_payment_id,
        kind=TEST if payment.is_test else payment.method_kind,
        amount=payment.amount,
        given_back=payment.given_back,
        tip=payment.tip if integration.tip_to_pos else 0,
        method=used or (integration.voucher_method if voucher else integration.card_method),
        check_id=payment.check_id,
        references=frozenset(each.reference for each in attempts),
        stands=_stands(payment),
        reason=payment.reason,
        at=payment.applied_at or payment.created_at,
        is_test=payment.is_test,
    )


def _stands(payment: GuestPayment) -> str:
    """Of what was not given back; what is still on the till after a refund is so far there."""
    if payment.state == State.REFUND_PENDING_POS:
        return "applied" if payment.due else "refunded"
    if payment.is_test and not payment.applied_reference:  # given up: nobody says that it was removed
        return "open"
    return STANDS.get(State(payment.state), "open")


def _foreign(integration: Integration, day: date, lines: tuple[Line, ...]) -> frozenset[str]:
    """References on these bills that belong to payments of another day."""
    ours = [line.reference for line in lines if line.reference.startswith(PREFIX)]
    others = GuestPayment.objects.filter(
        ~Q(business_date=day), organisation_id=integration.organisation_id, integration_id=integration.id
    )
    found = Attempt.objects.filter(
        organisation_id=integration.organisation_id, reference__in=ours, payment_id__in=others.values("id")
    )
    return frozenset(found.values_list("reference", flat=True))


def _row(row: Matched, currency: str) -> dict[str, Any]:
    first = row.lines[0] if row.lines else None
    taken = row.taken
    money = None if taken is None or taken.is_test else taken
    return {
        "state": str(row.state),
        "payment": taken.id if taken else "",
        "provider_payment_id": taken.provider_payment_id if taken else "",
        "kind": taken.kind if taken else "",
        "check": taken.check_id if taken and taken.check_id else first.check_id if first else "",
        "taken": money.amount if money else None,
        "refunded": money.given_back if money else None,
        "tip": money.tip if money else None,
        "on_pos": sum(line.amount for line in row.lines) if row.lines else None,
        "pos_method": first.method if first else "",
        "pos_reference": ", ".join(line.reference for line in row.lines if line.reference),
        "difference": row.difference,
        "currency": currency,
        "at": (taken.at if taken else first.at if first else None).isoformat() if taken or first else "",  # type: ignore[union-attr]
    }


def _mail(integration: Integration, report: DayReport, *, now: datetime) -> None:
    """Once for each difference: the morning's report says nothing new when nothing moved."""
    if report.difference == 0 or report.mailed_difference == report.difference:
        return
    odd = [row for row in report.rows if row["difference"]]
    mails.day_differs(integration, report, odd, now=now)
    DayReport.objects.filter(
        organisation_id=report.organisation_id, integration_id=report.integration_id, business_date=report.business_date
    ).update(mailed_difference=F("difference"))
