"""What a page of the balance was asked: which department, which week, which day. What is not theirs answers 404."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import reads, setting_up, sources
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.apps.weekly_balance.rules.days import week_of
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest


def client_of(request: OrganisationRequest) -> Client:
    """The settings of the organisation that was entered."""
    return setting_up.client_of(request.organisation.id, now=timezone.now())


def department_of(request: OrganisationRequest, text: str) -> Department:
    """The department of an id. Raises RuleBroken (404)."""
    found = reads.department(request.organisation.id, parse_id("dep", text), store_ids=request.store_ids)
    if found is None:
        raise nothing()
    return found


def shown_department(request: OrganisationRequest, mine: Sequence[Department]) -> Department | None:
    """The department of the address, else the first of theirs; None where there is none. Raises RuleBroken (404)."""
    chosen = request.GET.get("department", "")
    return department_of(request, chosen) if chosen else next(iter(mine), None)


def mine(request: OrganisationRequest) -> list[Department]:
    """The departments that this person may see."""
    return setting_up.departments(request.organisation.id, store_ids=request.store_ids)


def day_of(text: str) -> date:
    """A date of an address. Raises RuleBroken (404)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise nothing() from None


def week(request: OrganisationRequest, client: Client, department: Department) -> tuple[date, ...]:
    """The week that the address names, else the one that is going on where the department is."""
    text = request.GET.get("week", "") or request.POST.get("week", "")
    today = sources.clock_of(department).day_of(timezone.now())
    return week_of(day_of(text) if text else today, starts_on=client.week_starts_on)


def beside(days: tuple[date, ...]) -> tuple[date, date]:
    """The first day of the week before and of the week after."""
    return days[0] - timedelta(days=7), days[0] + timedelta(days=7)


def actor(request: OrganisationRequest) -> str:
    """Who does it, as the trail names them."""
    return f"user:{request.user.pk}"


def nothing() -> RuleBroken:
    """The answer for what does not exist, or not for this person."""
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)


def decimal(text: str) -> Decimal | None:
    """A number as people write it, with a comma or a point, spaces between thousands. Raises RuleBroken."""
    plain = "".join(text.split()).replace("’", "").replace("'", "")
    if not plain:
        return None
    if "," in plain and "." in plain:
        plain = plain.replace("." if plain.rfind(",") > plain.rfind(".") else ",", "")
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 13:
        raise RuleBroken(_("“%(text)s” is not a number.") % {"text": text[:20]}, code="number_unreadable", status=422)
    return value.quantize(Decimal("0.000001"))


def week_address(request: OrganisationRequest, department: Department, day: date | None = None) -> str:
    """The week of a day, or the one that the form was on."""
    asked = {"department": department.public_id, "week": day.isoformat() if day else request.POST.get("week", "")}
    if shown := request.POST.get("on", ""):
        asked["on"] = shown
    return f"{reverse('balance')}?{urlencode(asked)}"


def shown_day(request: OrganisationRequest, department: Department, days: tuple[date, ...]) -> date | None:
    """The day that a narrow screen shows: the one of the address, else today; None is the sum of the week."""
    text = request.GET.get("on", "")
    if text:
        return next((day for day in days if day.isoformat() == text), None)
    today = sources.clock_of(department).day_of(timezone.now())
    return today if today in days else days[0]
