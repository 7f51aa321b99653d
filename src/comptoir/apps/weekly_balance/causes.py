"""When nothing arrives: why a week has no numbers, in words, and the next step (weekly-balance.md 3.9)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comptoir.apps.weekly_balance import import_logs, importing, sources, states
from comptoir.apps.weekly_balance.models import Client, Department, Field
from comptoir.apps.weekly_balance.reads import Week
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES
from comptoir.core.connections.models import LocationLink
from comptoir.web import formats
from comptoir.web.kept_words import in_reader_words
from comptoir.web.parts import Action

NOTHING_SOLD = _("The store sold nothing in this week. Zero is what the till says, and no fault.")


@dataclass(frozen=True)
class Cause:
    """Why nothing is there, and what to do; the log of the latest import is there to be sent to somebody."""

    words: str | Promise
    action: Action | None = None
    is_fault: bool = True
    log: str = ""


def of(client: Client, department: Department, week: Week, *, now: datetime) -> Cause | None:
    """The first cause that holds, in the order of 3.9; None when there are numbers of the till. Zeros are said to be
    the till's own."""
    numbers = [each.measured for row in week.rows for each in row.numbers if each.measured is not None]
    if numbers:
        return None if any(numbers) or not _is_whole(department, week, now) else Cause(NOTHING_SOLD, is_fault=False)
    if not client.pos_import:
        return Cause(_("POS import is off."), Action(_("Open the settings"), reverse("balance_settings")))
    links = LocationLink.objects.filter(
        organisation_id=client.organisation_id, store_id=department.store_id
    ).select_related("connection")
    linked = [each for each in links if client.provider in ("", each.provider)]
    if not linked:
        return Cause(_("The store is not connected to a point of sale."), Action(_("Connect"), reverse("connections")))
    broken = next((each.connection for each in linked if each.connection.status != "connected"), None)
    if broken is not None:
        return Cause(
            broken.status_reason or _("The connection to the point of sale does not work."),
            Action(_("Connect again"), reverse("connections")),
        )
    known = {each.external_id for each in linked}
    if department.client_number and department.client_number not in known:
        return Cause(
            _("The point of sale does not know this POS client number."),
            Action(_("Edit the department"), reverse("balance_department", args=[department.public_id])),
        )
    if not Field.objects.filter(organisation_id=client.organisation_id).filter(field_type__in=POS_TYPES).exists():
        return Cause(
            _("No field is fed by the point of sale yet."), Action(_("Map the fields"), reverse("balance_fields"))
        )
    return _of_imports(client, department, week, now=now)


def _of_imports(client: Client, department: Department, week: Week, *, now: datetime) -> Cause | None:
    latest = import_logs.latest_of(department)
    page = Action(_("Import POS"), reverse("balance_import"))
    found = importing.progress(latest, now=now) if latest is not None else None
    log = found.log(department.store_id) if found is not None else ""
    days = [column.day for column in week.columns]
    if sources.unallocated(client.organisation_id, department.store_id, first=days[0], last=days[-1]):
        return Cause(
            _("A register sold and belongs to no department."),
            Action(_("Edit the department"), reverse("balance_department", args=[department.public_id])),
            log=log,
        )
    if latest is not None and found is not None and latest.finished_at is None:
        return Cause(_going(department, found), page, is_fault=bool(found.words), log=log)
    if latest is not None and latest.fault:
        return Cause(in_reader_words(latest.fault), page, log=log)
    if latest is None:
        return Cause(_("Nothing was imported yet."), page)
    return _of_reading(department, days, page, log, now)


def _of_reading(department: Department, days: list[date], page: Action, log: str, now: datetime) -> Cause:
    """A week sold nothing only where all of it that has begun was read: what was not read is not known."""
    today = sources.clock_of(department).day_of(now)
    begun = [day for day in days if day <= today]
    if not begun:
        return Cause(_("This week has not begun."), is_fault=False)
    known = states.covered(department, begun)
    if any(day not in known and day != today for day in begun):
        return Cause(_("Days of this week were not read from the till yet."), page, log=log)
    opened = sources.first_sale(department)
    if opened is not None and days[-1] < opened:
        words = gettext("The store was not open yet: its first sale was on %(day)s.") % {"day": formats.day(opened)}
        return Cause(words, is_fault=False, log=log)
    return Cause(NOTHING_SOLD, is_fault=False, log=log)


def _is_whole(department: Department, week: Week, now: datetime) -> bool:
    """Whether every day of the week that is over has a number of the till."""
    today = sources.clock_of(department).day_of(now)
    known = {each.day for row in week.rows for each in row.numbers if each.measured is not None}
    return all(column.day in known for column in week.columns if column.day < today)


def _going(department: Department, found: importing.Progress) -> str:
    """How far it is, or what it waits for and until when on the department's own clock."""
    if not found.words:
        return gettext("An import is running: %(percent)s %%.") % {"percent": found.percent}
    words = in_reader_words(found.words)
    if found.resumes_at is None:
        return words
    at = found.resumes_at.astimezone(sources.clock_of(department).zone)
    return f"{words} {gettext('It goes on at %(time)s.') % {'time': f'{at:%H:%M}'}}"
