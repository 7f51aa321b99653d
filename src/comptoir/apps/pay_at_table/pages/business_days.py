"""A business day beside the till: what was taken, what the till shows, every difference a row (3.5)."""

from datetime import date
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.pay_at_table import days, listing, reconciling, wording
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.pages import asking
from comptoir.apps.pay_at_table.row_words import row_words
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.money import Money
from comptoir.web import spreadsheets
from comptoir.web.parts import Text
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

SUMS: Final[dict[str, Text]] = {
    "taken": gettext_lazy("Taken"),
    "settled_manually": gettext_lazy("Entered by hand"),
    "refunded": gettext_lazy("Refunded"),
    "open": gettext_lazy("Not on the till"),
    "tips": gettext_lazy("Tips"),
    "on_pos": gettext_lazy("On the till"),
    "difference": gettext_lazy("Difference"),
}


@require_GET
@page("pay_at_table.view")
def reconciliation(request: OrganisationRequest) -> HttpResponse:
    """A business day: taken beside on the till, every difference a row."""
    found = listing.integrations(request.organisation.id, store_ids=request.store_ids)
    chosen, day = _chosen(request, found)
    report = reconciling.report_of(chosen, day) if chosen else None
    values: dict[str, Any] = {"integrations": found, "chosen": chosen, "day": day, "report": report}
    if report:
        values["difference"] = Money(report.difference, report.currency)
        values["totals"] = [
            (
                wording.METHODS.get(kind, kind),
                [(word, Money(each[name], report.currency)) for name, word in SUMS.items()],
            )
            for kind, each in report.totals.items()
        ]
        values["columns"] = list(SUMS.values())
        values["rows"] = [
            row
            | {"words": row_words(row["state"])}
            | {name: _money(row[name], report.currency) for name in ("taken", "on_pos", "difference")}
            for row in report.rows
        ]
    return render(request, "pay_at_table/reconciliation.html", values)


@require_GET
@page("pay_at_table.view")
def reconciliation_export(request: OrganisationRequest) -> HttpResponseBase:
    """The same as a file."""
    chosen, day = _chosen(request, listing.integrations(request.organisation.id, store_ids=request.store_ids))
    report = reconciling.report_of(chosen, day) if chosen else None
    if report is None:
        return redirect("table_reconciliation")
    return spreadsheets.download(f"guest-payments-{day}.csv", [reconciling.csv_of(report)])


@require_POST
@page("pay_at_table.settle")
def reconcile(request: OrganisationRequest, integration_id: str, day: str) -> HttpResponse:
    """Read the till now and make the report anew."""
    integration = asking.integration_of(request, integration_id)
    try:
        reconciling.make(integration, date.fromisoformat(day), now=timezone.now())
    except ValueError:
        raise asking.nothing() from None
    except ComptoirError as error:
        toast(request, in_words(error), level="warn")
    else:
        toast(request, _("The till was read anew."))
    response = redirect("table_reconciliation")
    response["Location"] += f"?integration={integration.public_id}&day={day}"
    return response


def _chosen(request: OrganisationRequest, found: list[Integration]) -> tuple[Integration | None, date]:
    asked = request.GET.get("integration", "")
    chosen = asking.integration_of(request, asked) if asked else next(iter(found), None)
    try:
        return chosen, date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        now = timezone.now()
        return chosen, days.of_store(chosen, now) if chosen else now.date()


def _money(minor: int | None, currency: str) -> Money | None:
    """Nothing where the provider told, or the till shows, nothing."""
    return None if minor is None else Money(minor, currency)
