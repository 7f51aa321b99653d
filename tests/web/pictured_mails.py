"""The mails of traffic, written for pictures: reports with their charts, alerts and their end, exports that come and
that do not; of the house, those that an account of a till asks for.
"""

from datetime import datetime, timedelta

from django.utils import translation

from comptoir.apps.traffic import report_mails
from comptoir.apps.traffic.alert_tables import MOST_MAILS, Alert, AlertReader
from comptoir.apps.traffic.alerts import mailing
from comptoir.apps.traffic.deliveries import telling
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.pages import mailed
from comptoir.core.accounts import hours_by_person
from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.roles import Role
from comptoir.core.connections import consent_links
from comptoir.core.connections.models import Connection
from comptoir.core.health.causes import Cause, Subject
from comptoir.core.health.models import Incident
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import new_id
from comptoir.web import health_mails
from comptoir.web.kept_words import in_reader_words
from tests.tenants import World
from tests.web import twelve_more


def write(world: World, language: str, *, now: datetime) -> list[OutgoingMail]:
    """Each of them once, in that language, as it is written now; in the order they were written in."""
    OutgoingMail.objects.all().delete()
    alice = User.objects.filter(pk=world.people.alice.pk)
    alice.update(language=language)
    with translation.override(language):
        _reports(world, language, now)
        _alerts(world, language, now)
        _exports(world, language, now)
        _account(world, language, now)
    alice.update(language="")  # pages are read as the browser says
    return list(OutgoingMail.objects.order_by("id"))


def _reports(world: World, language: str, now: datetime) -> None:
    of_alice = {"organisation_id": world.people.le_zinc.id, "user_id": world.people.alice.pk}
    has = set(ReportMail.objects.filter(**of_alice, rhythm="weekly").values_list("report", flat=True))
    for report in ("summary", *mailed.REPORTS):
        if report not in has:
            ReportMail.objects.create(
                **of_alice, id=new_id(), report=report, rhythm="weekly", language=language, due_at=now, created_at=now
            )
    ReportMail.objects.all().update(language=language, due_at=now - timedelta(hours=1))
    report_mails.send_due(now=now)


def _alerts(world: World, language: str, now: datetime) -> None:
    """Of all kinds at once; the last mail about one; and what is over."""
    organisation_id = world.people.le_zinc.id
    AlertReader.objects.update_or_create(
        organisation_id=organisation_id, user_id=world.people.alice.pk, defaults={"language": language}
    )
    open_ones = list(Alert.objects.filter(organisation_id=organisation_id, closed_at=None))
    mailing._write(organisation_id, open_ones, mailing._wrong, now)
    for each in open_ones[:1]:
        each.mails = MOST_MAILS
        mailing._write(organisation_id, [each], mailing._wrong, now)
    over = list(Alert.objects.filter(organisation_id=organisation_id, closed_at__isnull=False))
    mailing._write(organisation_id, over, mailing._over, now)


def _exports(world: World, language: str, now: datetime) -> None:
    """A file that goes with its mail, one too large for that, one that does not arrive, one that is given up."""
    mine = ExportPlan.objects.filter(organisation_id=world.people.le_zinc.id)
    for plan in mine.filter(way=ExportPlan.MAIL)[:1]:
        plan.language = language
        run = ExportRun.objects.filter(organisation_id=plan.organisation_id, plan_id=plan.id).latest("slot")
        for content in (b"hours", bytes(telling.LARGEST + 1)):
            run.id = new_id()
            name = f"traffic-{run.since}-{run.until}.csv"
            telling.file(plan, run, world.people.alice, name, content, "text/csv", now=now)
    said = in_reader_words(twelve_more.FAULT)
    for plan in mine.filter(way=ExportPlan.SFTP)[:1]:
        plan.language = language
        for is_over in (False, True):
            telling.failing(plan, said=said, is_over=is_over, occasion=f"{language} {is_over} {now}", now=now)


def _account(world: World, language: str, now: datetime) -> None:
    """Consent that is asked for and given; an account that is refused, still is, and is not any more; a new HR."""
    house, alice = world.people.le_zinc, world.people.alice
    link = consent_links.ask(
        organisation=house,
        provider="lightspeed_r",
        email="charlie@example.com",
        language=language,
        by=alice,
        now=now,
    )
    refused = Connection.objects.get(organisation_id=house.id, account_name="Corners")
    consent_links.tell(link, refused, now=now)
    member = Membership.objects.select_related("user").get(organisation_id=house.id, user_id=alice.pk)
    for kind in ("alert", "reminder", "recovery"):
        row = Incident(
            organisation_id=house.id,
            id=new_id(),
            subject=Subject.CONNECTION,
            subject_id=refused.pk,
            cause=Cause.SIGNED_OUT,
            name="Corners",
            detail=refused.status_reason,
            opened_at=now - timedelta(hours=3),
        )
        health_mails._send(kind, [row], member, now)
    hours_by_person.tell_owners(
        organisation_id=house.id,
        user_id=world.people.bob.pk,
        role=Role.HR,
        before=None,
        actor=f"user:{world.people.charlie.pk}",
        now=now,
    )
