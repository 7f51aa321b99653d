"""A confirmed day is asked to be reopened: who asks, who grants or refuses, and that the asker saw it (section 2).

Reopening itself is `confirming.reopen`, which grants whatever waits for the day, so that no request outlives its point.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import confirming, engine, trail
from comptoir.apps.weekly_balance.models import Department, ReopenRequest
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.core.accounts import reads as accounts
from comptoir.core.accounts.models import Organisation, User
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken
from comptoir.web import formats

State = ReopenRequest.State


@transaction.atomic
def ask(*, department: Department, days: Sequence[date], reason: str, actor: str, now: datetime) -> list[ReopenRequest]:
    """Ask for the confirmed ones among these days; those who may reopen them get one mail for all.

    A day that somebody asks for already is not asked for twice. Raises RuleBroken: `reason_missing`,
    `nothing_to_reopen`.
    """
    reason = reason.strip()[: confirming.LONGEST_REASON]
    if not reason:
        raise RuleBroken(_("Say why the day is to be reopened."), code="reason_missing", status=422)
    mine = {"organisation_id": department.organisation_id, "department_id": department.id}
    rows = engine.lock_days(department, sorted(days))
    waits = set(
        ReopenRequest.objects.filter(**mine, business_date__in=days, state=State.WAITING).values_list(
            "business_date", flat=True
        )
    )
    confirmed = [day for day, row in sorted(rows.items()) if row.state == DayState.CONFIRMED and day not in waits]
    if not confirmed:
        raise RuleBroken(_("No day here is confirmed and not asked for already."), code="nothing_to_reopen", status=409)
    made = [ReopenRequest(**mine, business_date=day, reason=reason, asked_by=actor, asked_at=now) for day in confirmed]
    ReopenRequest.objects.bulk_create(made)
    for each in made:
        _note(each, actor, trail.REOPEN_ASKED, reason, now)
    _tell_those_who_may(department, made, now)
    return made


@transaction.atomic
def answer(
    *,
    organisation_id: UUID,
    request_id: UUID,
    grant: bool,
    words: str,
    actor: str,
    now: datetime,
    store_ids: Collection[UUID] | None,
) -> ReopenRequest:
    """Reopen the day for the asker's reason, or say no; the asker gets a mail.

    Raises RuleBroken: `not_found`, `reopen_answered`.
    """
    found, department = _named(organisation_id, request_id, store_ids)
    words = words.strip()[: confirming.LONGEST_REASON]
    if grant:
        confirming.reopen(department=department, day=found.business_date, reason=found.reason, actor=actor, now=now)
        ReopenRequest.objects.filter(organisation_id=organisation_id, id=request_id).update(answer=words)
    else:
        _settle(found, State.REFUSED, words, actor, now)
        _note(found, actor, trail.REOPEN_REFUSED, words, now)
    found = ReopenRequest.objects.get(organisation_id=organisation_id, id=request_id)
    _tell_the_asker(department, found, now)
    return found


@transaction.atomic
def withdraw(*, organisation_id: UUID, request_id: UUID, actor: str, now: datetime) -> ReopenRequest:
    """The asker does not want it any more. Raises RuleBroken: `not_found`, `reopen_answered`."""
    found, _department = _named(organisation_id, request_id, None, asked_by=actor)
    _settle(found, State.WITHDRAWN, "", actor, now)
    _note(found, actor, trail.REOPEN_WITHDRAWN, "", now)
    return found


def take_note(*, organisation_id: UUID, request_id: UUID, actor: str, now: datetime) -> None:
    """The asker has read the answer; twice is once. Raises RuleBroken (404) for what somebody else asked."""
    mine = ReopenRequest.objects.filter(organisation_id=organisation_id, id=request_id, asked_by=actor)
    if not mine.exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    mine.filter(answered_at__isnull=False, seen_at__isnull=True).update(seen_at=now)


def waiting(departments: Iterable[Department]) -> list[tuple[Department, ReopenRequest]]:
    """What waits for an answer in these departments, the oldest first."""
    known = {each.id: each for each in departments}
    rows = ReopenRequest.objects.filter(
        organisation_id__in={each.organisation_id for each in known.values()},
        department_id__in=list(known),
        state=State.WAITING,
    )
    return [(known[row.department_id], row) for row in rows.order_by("id")]


def unseen(departments: Iterable[Department], actor: str) -> list[tuple[Department, ReopenRequest]]:
    """Answers to somebody that they have not taken note of, the newest first."""
    known = {each.id: each for each in departments}
    rows = ReopenRequest.objects.filter(
        organisation_id__in={each.organisation_id for each in known.values()},
        asked_by=actor,
        state__in=(State.GRANTED, State.REFUSED),
        seen_at__isnull=True,
    )
    return [(known[row.department_id], row) for row in rows.order_by("-id") if row.department_id in known]


def _named(
    organisation_id: UUID, request_id: UUID, store_ids: Collection[UUID] | None, **more: str
) -> tuple[ReopenRequest, Department]:
    """A request that waits, its day locked. Raises RuleBroken."""
    rows = ReopenRequest.objects.filter(organisation_id=organisation_id, id=request_id, **more)
    found = rows.first()
    departments = Department.objects.filter(organisation_id=organisation_id)
    mine = departments if store_ids is None else departments.filter(store_id__in=store_ids)
    department = mine.filter(id=found.department_id).first() if found else None
    if found is None or department is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    engine.lock_days(department, [found.business_date])
    found = rows.get()  # as it is under the lock
    if found.state != State.WAITING:
        raise RuleBroken(_("Somebody has answered this already."), code="reopen_answered", status=409)
    return found, department


def _settle(found: ReopenRequest, state: str, words: str, actor: str, now: datetime) -> None:
    found.state, found.answer, found.answered_by, found.answered_at = state, words, actor, now
    found.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def _note(found: ReopenRequest, actor: str, cause: str, reason: str, now: datetime) -> None:
    """The day's history tells of it, though the day stays as it is."""
    trail.change(
        organisation_id=found.organisation_id,
        department_id=found.department_id,
        day=found.business_date,
        field_id=None,
        before=DayState.CONFIRMED,
        after=DayState.CONFIRMED,
        actor=actor,
        cause=cause,
        now=now,
        reason=reason,
    ).save(force_insert=True)


def _tell_those_who_may(department: Department, made: list[ReopenRequest], now: datetime) -> None:
    asker = accounts.names_of([made[0].asked_by]).get(made[0].asked_by, "")
    for each in accounts.holders(department.organisation_id, "weekly_balance.reopen", store_id=department.store_id):
        _mail("reopen_asked", department, made, to=each.user_id, who=asker, words=made[0].reason, now=now)


def _tell_the_asker(department: Department, found: ReopenRequest, now: datetime) -> None:
    who = accounts.names_of([found.answered_by]).get(found.answered_by, "")
    template = "reopen_granted" if found.state == State.GRANTED else "reopen_refused"
    user_id = found.asked_by.removeprefix("user:")
    if user_id.isdecimal():
        _mail(template, department, [found], to=int(user_id), who=who, words=found.answer, now=now)


def _mail(
    template: str,
    department: Department,
    about: Sequence[ReopenRequest],
    *,
    to: int,
    who: str,
    words: str,
    now: datetime,
) -> None:
    user = User.objects.filter(pk=to, is_active=True).first()
    if user is None:
        return
    language = user.mail_language
    with translation.override(language):
        days = ", ".join(formats.day(each.business_date) for each in about)
    path = reverse("balance_day", args=[department.public_id, about[0].business_date.isoformat()])
    send(
        template=f"weekly_balance/mails/{template}",
        to=user.email,
        language=language,
        context={
            "organisation": Organisation.objects.get(id=department.organisation_id).name,
            "department": department.name,
            "days": days,
            "who": who,
            "words": words,
            "url": f"{settings.COMPTOIR_URL}{path}",
        },
        organisation_id=department.organisation_id,
        now=now,
    )
