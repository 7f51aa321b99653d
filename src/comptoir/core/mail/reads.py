"""Questions to the mail room, answered in plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q

from comptoir.core.mail.models import OutgoingMail

State = OutgoingMail.State


@dataclass(frozen=True)
class Standing:
    """Whether mails leave this house."""

    mail_server: bool
    mails_waiting: int
    mails_given_up: int
    oldest_mail_waiting_seconds: int | None
    latest_mail_fault: str


def standing(*, now: datetime) -> Standing:
    """How the mail room does; of the whole installation, so for its operator alone."""
    counted = OutgoingMail.objects.aggregate(
        waiting=Count("id", filter=Q(state=State.WAITING)),
        given_up=Count("id", filter=Q(state=State.GIVEN_UP)),
        oldest=Min("created_at", filter=Q(state=State.WAITING)),
    )
    faulty = OutgoingMail.objects.exclude(fault="").order_by("-created_at", "-pk").values_list("fault", flat=True)
    return Standing(
        mail_server=settings.COMPTOIR_MAIL_SERVER is not None,
        mails_waiting=counted["waiting"],
        mails_given_up=counted["given_up"],
        oldest_mail_waiting_seconds=int((now - counted["oldest"]).total_seconds()) if counted["oldest"] else None,
        latest_mail_fault=faulty.first() or "",
    )


def given_up(keys: Mapping[str, str]) -> set[str]:
    """Of mails asked for under these keys: what stands beside the keys of those that no server took for good."""
    rows = OutgoingMail.objects.filter(key__in=list(keys), state=State.GIVEN_UP)
    return {keys[key] for key in rows.values_list("key", flat=True)}
