"""What a page of the balance was asked: which department, which week, which day. What is not theirs answers 404."""

from datetime import date, timedelta

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
