"""Pages of targets, of departments side by side, and of today's index (weekly-balance.md 2, 6)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from babel.dates import get_day_names
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.weekly_balance import asking, budgeting, reads, totals, wording
from comptoir.apps.weekly_balance.models import Department
from comptoir.apps.weekly_balance.rules.days import week_label
from comptoir.apps.weekly_balance.rules.terms import BUDGETED, POS_TYPES, FieldType
from comptoir.apps.weekly_balance.set_up_pages import tabs
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import RuleBroken
from comptoir.web.formats import locale
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_GET
@page("weekly_balance.view")
def budget(request: OrganisationRequest) -> HttpResponse:
    """A week's targets to type over, a longer period to spread, and how it is spread."""
    client, departments = asking.client_of(request), asking.mine(request)
    values: dict[str, Any] = {
        "tabs": tabs("budgets"),
        "departments": departments,
        "may_manage": may(request.role, "weekly_balance.manage"),
    }
    department = asking.shown_department(request, departments)
    if department is None:
        return render(request, "weekly_balance/budgets.html", values)
    days = asking.week(request, client, department)
    before, after = asking.beside(days)
    shape = budgeting.shape(department)
    names = get_day_names("abbreviated", locale=locale())
    values |= {
        "department": department,
        "label": week_label(days[0]),
        "days": days,
        "before": before,
        "after": after,
        "rows": _rows(department, days),
        "measures": [(each, wording.TYPES[each]) for each in BUDGETED],
        "weekdays": [(number, names[number], share) for number, share in enumerate(shape.weekdays)],
        "hours": [(hour, f"{hour:02}", shape.hours.get(str(hour), "")) for hour in range(24)],
        "year": (date(days[3].year, 1, 1), date(days[3].year, 12, 31)),
    }
    return render(request, "weekly_balance/budgets.html", values)


def _rows(department: Department, days: tuple[date, ...]) -> list[dict[str, Any]]:
    found = budgeting.of(department, days)
    rows = []
    for kind in BUDGETED:
        amounts = [found.get((kind, day)) for day in days]
        known = [each for each in amounts if each is not None]
        rows.append(
            {
                "kind": kind,
                "name": wording.TYPES[kind],
                "total": wording.bare(sum(known, Decimal(0)) if known else None, kind, department.currency),
                "numbers": [
                    {
                        "day": day,
                        "name": f"{kind}/{day}",
                        "typed": wording.typed(amount, kind, department.currency),
                        "shown": wording.bare(amount, kind, department.currency),
                    }
                    for day, amount in zip(days, amounts, strict=True)
                ],
            }
        )
    return rows


@require_POST
@page("weekly_balance.manage")
def save_budget(request: OrganisationRequest, department_id: str, what: str) -> HttpResponse:
    """`days`: the numbers of a week; `spread`: one number over a period; `shape`: how that is done."""
    department = asking.department_of(request, department_id)
    acts = {"days": _save_days, "spread": _spread, "shape": _shape}
    if what not in acts:
        raise asking.nothing()
    try:
        acts[what](request, department)
    except RuleBroken as refused:
        toast(request, in_words(refused), level="bad")
    else:
        toast(request, _("The budget is saved."))
    week = request.POST.get("week", "")
    return redirect(f"{reverse('balance_budgets')}?department={department.public_id}&week={week}")


def _save_days(request: OrganisationRequest, department: Department) -> None:
    amounts: dict[budgeting.Key, Decimal | None] = {}
    for name in request.POST:
        kind, slash, day = name.partition("/")
        if slash and kind in list(BUDGETED) and request.POST.get(f"was:{name}") != request.POST[name].strip():
            amounts[FieldType(kind), asking.day_of(day)] = asking.decimal(request.POST[name])
    budgeting.save(department=department, amounts=amounts, actor=asking.actor(request), now=timezone.now())


def _spread(request: OrganisationRequest, department: Department) -> None:
    amount, measure = asking.decimal(request.POST.get("amount", "")), request.POST.get("measure", "")
    if amount is None or measure not in list(BUDGETED):
        raise RuleBroken(_("Give an amount to spread."), code="budget_missing", status=422)
    try:
        first, last = (date.fromisoformat(request.POST.get(name, "")) for name in ("from", "until"))
    except ValueError:
        raise RuleBroken(_("Give the first and the last day."), code="budget_missing", status=422) from None
    budgeting.spread(
        department=department,
        measure=FieldType(measure),
        first=first,
        last=last,
        amount=amount,
        actor=asking.actor(request),
        now=timezone.now(),
    )


def _shape(request: OrganisationRequest, department: Department) -> None:
    def said(name: str) -> Decimal:
        return asking.decimal(request.POST.get(name, "")) or Decimal(0)

    budgeting.save_shape(
        department=department,
        weekdays=[said(f"weekday:{number}") for number in range(7)],
        hours={hour: said(f"hour:{hour}") for hour in range(24)},
        actor=asking.actor(request),
        now=timezone.now(),
    )


@require_GET
@page("weekly_balance.view")
def side_by_side(request: OrganisationRequest) -> HttpResponse:
    """The week of every department that this person may see, and what they add up to."""
    client, departments = asking.client_of(request), asking.mine(request)
    values: dict[str, Any] = {"departments": departments}
    if departments:
        days = asking.week(request, client, departments[0])
        before, after = asking.beside(days)
        mapped = {each.field_type for each in reads.fields(request.organisation.id)}
        kinds = [kind for kind in POS_TYPES if kind in mapped]
        values |= {
            "days": days,
            "label": week_label(days[0]),
            "before": before,
            "after": after,
            "kinds": [wording.TYPES[kind] for kind in kinds],
            "lines": [_total(each, kinds, days[0]) for each in totals.of(departments, days)],
        }
    return render(request, "weekly_balance/totals.html", values)


def _total(each: totals.Total, kinds: Sequence[FieldType], week: date) -> tuple[totals.Total, str, list[Any], str]:
    """A row: what it is of, the week it leads to, its figures and its index."""
    asked = {"department": each.department.public_id, "week": week} if each.department else {}
    link = f"{reverse('balance')}?{urlencode(asked)}"
    figures = [(wording.TYPES[kind], wording.bare(each.values.get(kind), kind, each.currency), True) for kind in kinds]
    return each, link, figures, wording.tenths(each.index)


@require_GET
@page("weekly_balance.today")
def today(request: OrganisationRequest) -> HttpResponse:
    """How today goes, for staff whose client lets them see it."""
    client = asking.client_of(request)
    found = totals.today(client, asking.mine(request), now=timezone.now())
    values = {"lines": [(each, wording.tenths(each.index)) for each in found], "is_allowed": client.staff_sees_index}
    return render(request, "weekly_balance/today.html", values)
