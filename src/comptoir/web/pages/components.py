"""The test page of all components at `/_ui`, in development only: every state of every part, with made-up facts."""

from datetime import date, datetime, timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from comptoir.kernel.money import Money
from comptoir.web import charts, icons
from comptoir.web.charts import Chart, Series
from comptoir.web.forms import DayInput
from comptoir.web.parts import Action, Moment, Status, Step, Tab
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

ROWS_PER_PAGE = 3


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name of the store", help_text="As your guests know it.", max_length=40)
    amount = forms.DecimalField(label="Amount per point", decimal_places=2, min_value=1, required=False)
    phone = forms.CharField(label="Phone", widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    kind = forms.ChoiceField(label="Kind", choices=[("restaurant", "Restaurant"), ("shop", "Shop")])
    day = forms.DateField(label="First day", widget=DayInput(), required=False)
    counting = forms.ChoiceField(
        label="Counts", choices=[("net", "Net sales"), ("gross", "Gross sales")], widget=forms.RadioSelect
    )
    words = forms.CharField(label="Words on the receipt", widget=forms.Textarea, required=False)
    agrees = forms.BooleanField(label="Send a mail when the till falls silent", required=False)


@require_http_methods(["GET", "POST"])
@page("overview.view")
def components(request: OrganisationRequest) -> HttpResponse:
    """Everything on one page; POST shows the form's errors, or a toast with Undo."""
    now = timezone.now()
    if "picture" in request.GET:
        drawn = charts.svg(_chart(), "dark" if request.GET.get("theme") == "dark" else "light")
        return HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    if request.method == "GET" and "HX-Request" in request.headers:
        return render(request, "web/components_live.html", _sales(request) | {"sold": now})
    form = SampleForm(request.POST or None)
    if form.is_bound and form.is_valid():
        toast(request, "Saved. Points now count net sales.", undo_url=request.path)
        return redirect(request.path)
    if request.method == "POST" and "name" not in request.POST:
        toast(request, "Undone.", level="info")
        return redirect(request.path)
    values = _sales(request) | {
        "form": form,
        "lights": _lights(now),
        "steps": _steps(now),
        "moments": _moments(now),
        "tabs": [Tab("Facts", "#", is_current=True), Tab("Receipts", "#", count=1204), Tab("Notifications", "#")],
        "action": Action("Undo", request.path, method="post"),
        "today": date(2026, 2, 28),
        "icons": icons.PATHS,
        "chart": _chart(),
        "states": [("", "All"), ("open", "Open")],
    }
    return render(request, "web/components.html", values, status=422 if form.is_bound else 200)


def _sales(request: OrganisationRequest) -> dict[str, object]:
    """What the live part shows; when it asks anew, a sale of this moment stands on top."""
    now = timezone.now()
    return {
        "rows": Paginator(range(1, 12), ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "money": [Money(2450, "EUR"), Money(-123456789, "EUR"), Money(500, "JPY")],
        "sums": [("Amount", "€269.50", True), ("When", "", False)],
        "instants": [now, now - timedelta(minutes=8), now - timedelta(days=3)],
    }


def _chart() -> Chart:
    days = tuple(date(2026, 2, 22) + timedelta(days=number) for number in range(7))
    now = Series("this week", (12, 18, 9, None, 24, 31, 28))
    before = Series("the week before", (10, 15, 12, 14, 20, 33, 25), is_comparison=True)
    return Chart("Receipts, per day", "receipts", days, (now, before))


def _lights(now: datetime) -> list[Status]:
    return [
        Status("ok", "Receiving", now - timedelta(seconds=8)),
        Status("warn", "Quiet", now - timedelta(hours=26), "no sale since yesterday"),
        Status("bad", "Sign in again", now - timedelta(minutes=12), "K-Series no longer accepts us"),
        Status("off", "Waiting", None, "for the first sale"),
        Status("info", "Importing", now - timedelta(minutes=2)),
    ]


def _steps(now: datetime) -> list[Step]:
    return [
        Step("Sign in at Lightspeed", "done", "by Alice", now - timedelta(minutes=4)),
        Step("Link the store", "stuck", "Le Zinc is in Paris, the till says Lyon.", None, Action("Choose", "#")),
        Step("See a first sale", "now", "Close any check at the till.", None, Action("Open the sandbox", "#")),
        Step("Switch points on", "waiting"),
    ]


def _moments(now: datetime) -> list[Moment]:
    return [
        Moment(now, "24 points taken back", "Check 1042 was refunded: €24.50", "Comptoir", "warn", "#"),
        Moment(now - timedelta(minutes=9), "24 points claimed", "+33 6 12 34 56 78", "Bob", "ok"),
        Moment(now - timedelta(days=2), "Check opened", "Table 7, 2 covers", "K-Series"),
    ]
