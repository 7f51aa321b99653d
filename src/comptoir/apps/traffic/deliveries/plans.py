"""What goes out by itself, and when: each time is written down once, in the transaction that moves the plan on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import subscriptions
from comptoir.apps.traffic.deliveries import hooks
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.core.accounts.models import User
from comptoir.core.audit.notes import note
from comptoir.core.connections.sealing import sealer
from comptoir.core.outbox import endpoints
from comptoir.core.outbox.endpoints import Wish
from comptoir.kernel import egress
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import Secret
from comptoir.web.spreadsheets import USUAL, Form

KINDS: Final = ("csv", "xlsx", "parquet", "jsonl")
DAYS: Final = (1, 7, 35)
"""How far back a file reaches: the day before, a week, or a pay period in which hours may still have moved."""
MOST: Final = 50
KEPT: Final = timedelta(days=90)


@dataclass(frozen=True)
class Wanted:
    """What shall go out; `asked` are the parameters of *Data export*. `place` and `secret` are those of an SFTP server,
    `url` that of a webhook."""

    name: str
    kind: str
    rhythm: str
    hour: int
    days: int
    way: str
    form: Form = USUAL
    asked: Mapping[str, list[str]] = field(default_factory=dict)
    place: Mapping[str, Any] = field(default_factory=dict)
    secret: str = ""
    url: str = ""


@transaction.atomic
def add(
    *,
    organisation_id: UUID,
    user: User,
    wanted: Wanted,
    language: str,
    store_ids: frozenset[UUID] | None,
    node_id: UUID | None = None,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[ExportPlan, Secret | None]:
    """A plan, and the secret that its messages are signed with where it is a webhook. Raises RuleBroken."""
    if ExportPlan.objects.filter(organisation_id=organisation_id).count() >= MOST:
        raise RuleBroken(_("There are as many as there can be. Delete one first."), code="too_many_exports")
    if wanted.way == ExportPlan.SFTP:
        _check(wanted.place)
    plan = ExportPlan(
        organisation_id=organisation_id,
        id=new_id(),
        user_id=user.pk,
        name=wanted.name,
        kind=wanted.kind,
        separator=wanted.form.separator,
        decimal=wanted.form.decimal,
        rhythm=wanted.rhythm,
        hour=wanted.hour,
        days=7 if wanted.rhythm == "weekly" else wanted.days,
        language=language,
        store_ids=None if store_ids is None else sorted(str(each) for each in store_ids),
        node_id=node_id,
        asked=dict(wanted.asked),
        way=wanted.way,
        place=dict(wanted.place),
        secret=sealer().seal(Secret(wanted.secret)) if wanted.secret else None,
        due_at=subscriptions.next_time(wanted.rhythm, wanted.hour, zone, now),
        created_at=now,
    )
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
    except IntegrityError:
        raise RuleBroken(
            _("There is one called %(name)s already.") % {"name": wanted.name}, code="name_taken", status=422
        ) from None
    secret = None
    if wanted.way == ExportPlan.WEBHOOK:
        wish = Wish(wanted.url, description=wanted.name)
        _made, secret = endpoints.create(
            organisation_id=organisation_id, wish=wish, now=now, audience=hooks.audience(plan.id)
        )
    note(
        organisation_id=organisation_id,
        actor=f"user:{user.pk}",
        what="traffic.export_added",
        subject=plan.name,
        now=now,
    )
    return plan, secret


def _check(place: Mapping[str, Any]) -> None:
    """Raises RuleBroken (422) for a server that is not called, whatever its name stands for later."""
    try:
        host = str(place["host"])
        # The rules of egress are of addresses with a scheme; a server of SFTP is called under the same.
        egress.check(f"https://{host}:{place['port']}/", egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW))
    except egress.EgressRefused as refused:
        raise RuleBroken(str(endpoints.REFUSALS[refused.reason]), code="host_refused", status=422) from refused


@transaction.atomic
def delete(*, organisation_id: UUID, plan_id: UUID, actor: str, now: datetime) -> None:
    """Nothing of it goes out any more, what waits included. Raises RuleBroken (404)."""
    plan = find(organisation_id, plan_id)
    ExportRun.objects.filter(organisation_id=organisation_id, plan_id=plan_id).delete()
    endpoints.remove_all(organisation_id=organisation_id, audience=hooks.audience(plan_id))
    ExportPlan.objects.filter(organisation_id=organisation_id, id=plan_id).delete()
    note(organisation_id=organisation_id, actor=actor, what="traffic.export_deleted", subject=plan.name, now=now)


def find(organisation_id: UUID, plan_id: UUID) -> ExportPlan:
    """A plan of this chain. Raises RuleBroken (404)."""
    found = ExportPlan.objects.filter(organisation_id=organisation_id, id=plan_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def runs(organisation_id: UUID, plan_ids: Sequence[UUID]) -> dict[UUID, ExportRun]:
    """The latest run of each."""
    rows = ExportRun.objects.filter(organisation_id=organisation_id, plan_id__in=plan_ids)
    return {row.plan_id: row for row in rows.order_by("plan_id", "-slot").distinct("plan_id")}


def come_due(*, now: datetime) -> int:
    """Write down a run for each plan whose time has come; returns how many."""
    due = ExportPlan.objects.filter(due_at__lte=now).order_by("due_at", "pk").values_list("organisation_id", "id")
    return sum(_come_due(organisation_id, plan_id, now) for organisation_id, plan_id in due)


@transaction.atomic
def _come_due(organisation_id: UUID, plan_id: UUID, now: datetime) -> int:
    rows = ExportPlan.objects.select_for_update(skip_locked=True)
    plan = rows.filter(organisation_id=organisation_id, id=plan_id, due_at__lte=now).first()
    if plan is None:
        return 0
    if subscriptions.reader_of(plan) is None or subscriptions.is_off(plan):
        delete(organisation_id=organisation_id, plan_id=plan_id, actor="system", now=now)
        return 0
    slot = subscriptions.move_on(plan, subscriptions.places_of(plan, now=now), now=now)
    return int(run(plan, slot=slot, now=now) is not None)


@transaction.atomic
def run(plan: ExportPlan, *, slot: datetime, now: datetime) -> ExportRun | None:
    """Have a plan's file go out, once for each slot; None where there is no store any more or it went already."""
    places = subscriptions.places_of(plan, now=now)
    if not places:
        return None
    store = places[0].store
    until = business_date(slot, zone=ZoneInfo(store.timezone), day_start=store.day_start) - timedelta(days=1)
    row, is_new = ExportRun.objects.get_or_create(
        organisation_id=plan.organisation_id,
        plan_id=plan.id,
        slot=slot,
        defaults={"id": new_id(), "since": until - timedelta(days=plan.days - 1), "until": until, "due_at": now},
    )
    if not is_new:
        return None
    if plan.way == ExportPlan.WEBHOOK:
        hooks.tell(plan, row, now=now)
    return row


def forget_old(*, now: datetime) -> None:
    """Runs that are over are kept for ninety days."""
    ExportRun.objects.filter(finished_at__lt=now - KEPT).delete()
