"""Budgets of locations: a month of them, typed for a day or spread over more, and taken from a file."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.traffic import budget_changes, budgets, shown
from comptoir.apps.traffic.budget_tables import MEASURES, Budget, BudgetChange
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG, OF_STAFF
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.cells import Cell
from comptoir.apps.traffic.pages.where import Where, chosen_at, place_of, where_of
from comptoir.core.accounts.reads import names_of
from comptoir.core.accounts.roles import may
from comptoir.kernel.clock import business_date, day_in
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.formats import days, weekday
from comptoir.web.forms import DayInput
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast

DAY: Final = timedelta(days=1)
A_MONTH: Final = timedelta(days=31)
KEY: Final = frozenset({"visitors", "sales", "staff_hours"})
"""What a phone shows of a row."""


class BudgetForm(forms.Form):
    """So much of something, for the days from one to another together."""

    store = forms.ChoiceField(label=gettext_lazy("Location"))
    measure = forms.ChoiceField(
        label=gettext_lazy("Budget of"), choices=[(each, BY_SLUG[each].label) for each in MEASURES], initial="sales"
    )
    first = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    last = forms.DateField(
        label=gettext_lazy("Until"),
        widget=DayInput(),
        help_text=gettext_lazy("A day, a week, a month, a year: spread by the location’s own weekdays."),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Altogether"),
        required=False,
        min_value=Decimal(0),
        max_value=budgets.MOST,
        help_text=gettext_lazy("Sales are net. Empty: those days have none."),
    )

    def __init__(self, where: Where, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.store.public_id, each.store.name) for each in where.everywhere]
        label, first = self.fields["store"].label, where.places[0].store.public_id if where.places else ""
        self.fields["store"] = forms.ChoiceField(label=label, choices=choices, initial=first)


@require_GET
@page("traffic.view")
def months(request: OrganisationRequest) -> HttpResponse:
    """A month: day by day of one location, else location by location."""
    return _page(request)


@require_POST
@page("traffic.manage")
def spread(request: OrganisationRequest) -> HttpResponse:
    """Set the budget of some days."""
    form = BudgetForm(where_of(request, at=""), request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    said, now = form.cleaned_data, timezone.now()
    place = place_of(request, said["store"])
    with refusals(request):
        change = budgets.spread(
            store=place.store,
            measure=said["measure"],
            first=said["first"],
            last=said["last"],
            amount=said["amount"],
            actor=actor(request),
            now=now,
            today=_today(place, now),
        )
        words = _("The budget is saved.") if said["amount"] is not None else _("Those days have no budget now.")
        toast(request, words, undo_url=_undo(change))
    kept = {"month": said["first"].strftime("%Y-%m"), "at": chosen_at(request)}
    return redirect(f"{reverse('traffic_budgets')}?{urlencode({name: word for name, word in kept.items() if word})}")


@require_POST
@page("traffic.manage")
def upload(request: OrganisationRequest) -> HttpResponse:
    """A file of budgets: what of it was taken, and what not, line by line."""
    file = request.FILES.get("file")
    if file is None:
        raise RuleBroken(_("Choose a file first."), code="file_missing", status=422)
    taken = budgets.take(
        organisation_id=request.organisation.id,
        content=file.read(),
        places=where_of(request, at="").places,
        actor=actor(request),
        now=timezone.now(),
    )
    return _page(request, taken=taken)


@require_POST
@page("traffic.manage")
def back(request: OrganisationRequest, change_id: str) -> HttpResponse:
    """What an edit or a file set is as it was before; the toast sets it again."""
    everywhere = where_of(request, at="").everywhere
    change, left = budgets.take_back(
        organisation_id=request.organisation.id,
        change_id=parse_id("bch", change_id),
        store_ids=[each.store.id for each in everywhere],
        actor=actor(request),
        now=timezone.now(),
    )
    if left:
        words = ngettext(
            "Taken back, except %(count)d amount that somebody set again since.",
            "Taken back, except %(count)d amounts that somebody set again since.",
            left,
        ) % {"count": left}
        toast(request, words, level="warn", undo_url=_undo(change))
    else:
        toast(request, _("The budgets are as they were before."), undo_url=_undo(change))
    return redirect(f"{reverse('traffic_budgets')}?{urlencode({'month': request.GET.get('month', '')})}")


def _undo(change: BudgetChange | None) -> str:
    return reverse("traffic_budget_back", args=[change.public_id]) if change else ""


def _latest(request: OrganisationRequest, where: Where) -> list[tuple[BudgetChange, str, str]]:
    """The latest edits and files, each with what it set, of which days, and whose it was."""
    found = budget_changes.latest(request.organisation.id, [each.store.id for each in where.everywhere])
    names = names_of([each.actor for each in found])
    return [(each, _what(each), names.get(each.actor, "")) for each in found]


def _what(change: BudgetChange) -> str:
    """`Sales, Visitors: 1 November – 28 November 2026`"""
    moved = {each[2] for each in change.moved}
    dates = sorted(date.fromisoformat(each[1]) for each in change.moved)
    labels = ", ".join(str(BY_SLUG[each].label) for each in MEASURES if each in moved)
    return f"{labels} · {days(dates[0], dates[-1])}"


def _page(
    request: OrganisationRequest,
    *,
    form: BudgetForm | None = None,
    taken: budgets.Taken | None = None,
    status: int = 200,
) -> HttpResponse:
    where = where_of(request)
    today = _today(where.places[0], timezone.now()) if where.places else timezone.localdate()
    first = (day_in(f"{request.GET.get('month', '')}-01") or today).replace(day=1)
    last = (first + A_MONTH).replace(day=1) - DAY
    rows = _rows(request.organisation.id, where, first, last)
    values = {
        "where": where,
        "first": first,
        "last": last,
        "earlier": (first - DAY).strftime("%Y-%m"),
        "later": (last + DAY).strftime("%Y-%m"),
        "heads": [BY_SLUG[each].label for each in _seen(where)],
        "rows": rows,
        "is_by_day": len(where.places) == 1,
        "latest": _latest(request, where) if may(request.role, "traffic.manage") else [],
        "form": (form or BudgetForm(where, initial={"first": first, "last": last}))
        if may(request.role, "traffic.manage")
        else None,
        "taken": taken,
    }
    return render(request, "traffic/budgets.html", values, status=status)


def _today(place: Place, now: Any) -> date:
    return business_date(now, zone=ZoneInfo(place.store.timezone), day_start=place.store.day_start)


def _rows(organisation_id: UUID, where: Where, first: date, last: date) -> list[tuple[str, str, list[Cell]]]:
    """Each with what it is called, the location it leads to, and its budgets; the sum of a single location last.

    A day whose only budgets are hidden from the reader is none: that there is one would tell of staff.
    """
    has_any = Q(*(Q(**{f"{each}__isnull": False}) for each in _seen(where)), _connector=Q.OR)
    mine = Budget.objects.filter(
        has_any, organisation_id=organisation_id, store_id__in=where.store_ids, business_date__range=(first, last)
    )
    whole = {row["store_id"]: row for row in mine.values("store_id").annotate(**{f"{m}": Sum(m) for m in MEASURES})}
    if len(where.places) != 1:
        known = [each for each in where.places if each.store.id in whole]
        return [
            (each.store.name, each.store.public_id, _cells(where, whole[each.store.id], each.store.currency))
            for each in known
        ]
    (place,) = where.places
    days = mine.order_by("business_date").values("business_date", *MEASURES)
    rows = [(weekday(row["business_date"]), "", _cells(where, row, place.store.currency)) for row in days]
    return [*rows, (_("Month"), "", _cells(where, whole[place.store.id], place.store.currency))] if rows else []


def _seen(where: Where) -> list[str]:
    """What there are budgets of, as far as the reader sees it."""
    return [each for each in MEASURES if where.sees_staff or each not in OF_STAFF]


def _cells(where: Where, row: Any, currency: str) -> list[Cell]:
    return [
        Cell(BY_SLUG[each].label, shown.figure(BY_SLUG[each], row[each], currency), is_key=each in KEY)
        for each in _seen(where)
    ]
