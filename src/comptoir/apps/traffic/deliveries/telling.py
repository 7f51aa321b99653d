"""Mails about exports: the file itself, and that one does not arrive."""

from datetime import date, datetime
from typing import Final

from django.conf import settings

from comptoir.apps.traffic import subscriptions
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.core.accounts.models import Organisation, User
from comptoir.core.mail.send import Attachment, send

LARGEST: Final = 10_000_000
"""In bytes. A file that is larger is behind the button alone: mail servers refuse it."""


def file(plan: ExportPlan, run: ExportRun, to: User, name: str, content: bytes, media: str, *, now: datetime) -> None:
    """The file of a run, attached, and a button that leads to the same days."""
    fits = len(content) <= LARGEST
    send(
        template="traffic/mails/export",
        to=to.email,
        language=plan.language,
        context={**_about(plan, run.since, run.until), "file": name, "fits": fits},
        organisation_id=plan.organisation_id,
        now=now,
        key=f"export {run.id}",
        attachments=[Attachment(name, media, content)] if fits else [],
    )


def failing(plan: ExportPlan, *, said: str, is_over: bool, occasion: str, now: datetime) -> None:
    """It does not arrive, and why; once for each occasion. `is_over`: nothing more is tried by itself."""
    to = subscriptions.reader_of(plan)
    if to is None:
        return
    send(
        template="traffic/mails/export_failing",
        to=to.email,
        language=plan.language,
        context={
            "organisation": Organisation.objects.get(id=plan.organisation_id).name,
            "name": plan.name,
            "said": said,
            "is_over": is_over,
            "url": f"{settings.COMPTOIR_URL}/traffic/reports/exports",
        },
        organisation_id=plan.organisation_id,
        now=now,
        key=f"export failing {occasion}"[:200],
    )


def _about(plan: ExportPlan, since: date, until: date) -> dict[str, object]:
    return {
        "organisation": Organisation.objects.get(id=plan.organisation_id).name,
        "name": plan.name,
        "since": since,
        "until": until,
        "url": f"{settings.COMPTOIR_URL}/traffic/reports/data?since={since}&until={until}",
        "exports_url": f"{settings.COMPTOIR_URL}/traffic/reports/exports",
    }
