"""A link for an account holder who has no user here: he consents at the till's maker, and people here are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Membership, Organisation, User
from comptoir.core.accounts.roles import PERMISSIONS
from comptoir.core.audit.notes import note
from comptoir.core.connections.models import Connection, ConsentLink
from comptoir.core.mail.send import check_address, send
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import new_token, token_hash
from comptoir.pos import registry

LIFETIME: Final = timedelta(hours=72)
MOST_OPEN: Final = 20
PATH: Final = "/consent/"


@dataclass(frozen=True)
class Asked:
    """What a link is for, as its page says it."""

    link: ConsentLink
    organisation_name: str
    provider_name: str
    asked_by: str


def ask(
    *, organisation: Organisation, provider: str, email: str, language: str, by: User, now: datetime
) -> ConsentLink:
    """Write the link and its mail. Raises RuleBroken: `address_invalid`, `too_many_consent_links`."""
    address = email.strip().lower()
    check_address(address)
    connector = registry.connector(provider)
    ConsentLink.objects.filter(organisation=organisation, used_at=None, expires_at__lt=now).delete()
    if ConsentLink.objects.filter(organisation=organisation, used_at=None).count() >= MOST_OPEN:
        raise RuleBroken(_("Too many links wait for a consent already."), code="too_many_consent_links", status=409)
    key = new_token("cns_")
    with transaction.atomic():
        link = ConsentLink.objects.create(
            organisation=organisation,
            provider=provider,
            email=address,
            language=language,
            token_hash=token_hash(key),
            asked_by=by,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        context = {
            "organisation": organisation.name,
            "by": str(by),
            "vendor": connector.manifest.name,
            "url": f"{settings.COMPTOIR_URL}{PATH}{key}",
            "hours": int(LIFETIME.total_seconds()) // 3600,
        }
        send(
            template="mails/consent_link",
            to=address,
            language=language,
            context=context,
            organisation_id=organisation.id,
            now=now,
        )
        _note(link, f"user:{by.pk}", "connection.consent_asked", now)
    return link


def find(key: str, *, now: datetime) -> Asked | None:
    """What a key is for; None when it was used, is older than 72 hours, or never was one."""
    rows = ConsentLink.objects.select_related("organisation", "asked_by")
    found = rows.filter(token_hash=token_hash(key), used_at=None, expires_at__gte=now).first()
    if found is None:
        return None
    vendor = registry.connector(found.provider).manifest.name
    by = str(found.asked_by) if found.asked_by else found.organisation.name
    return Asked(found, found.organisation.name, vendor, by)


def open_one(link_id: UUID, *, now: datetime) -> ConsentLink | None:
    """A link that was opened in this browser and is still good."""
    return ConsentLink.objects.filter(id=link_id, used_at=None, expires_at__gte=now).first()


def claim(link: ConsentLink, *, now: datetime) -> bool:
    """Use a link up, before the vendor is asked for tokens; False when somebody was faster with it."""
    return bool(ConsentLink.objects.filter(id=link.id, used_at=None).update(used_at=now))


def give_back(link: ConsentLink) -> None:
    """The vendor refused: the link is good for another try."""
    ConsentLink.objects.filter(id=link.id).update(used_at=None)


@transaction.atomic
def tell(link: ConsentLink, connection: Connection, *, now: datetime) -> None:
    """The consent was given: whoever may connect a till is told by mail, and nobody has to tell anybody."""
    members = Membership.objects.filter(
        organisation_id=link.organisation_id,
        role__in=sorted(PERMISSIONS["connections.manage"]),
        user__is_active=True,
    )
    vendor = registry.connector(link.provider).manifest.name
    for member in members.select_related("user", "organisation").order_by("id"):
        context = {
            "organisation": member.organisation.name,
            "address": link.email,
            "vendor": vendor,
            "url": f"{settings.COMPTOIR_URL}/connections/{connection.public_id}",
        }
        send(
            template="mails/consent_given",
            to=member.user.email,
            language=member.user.mail_language,
            context=context,
            organisation_id=link.organisation_id,
            now=now,
            key=f"consent_given:{link.id}:{member.user_id}",
        )
    _note(link, f"link:{link.email}", "connection.consent_given", now)


def _note(link: ConsentLink, actor: str, what: str, now: datetime) -> None:
    note(
        organisation_id=link.organisation_id,
        actor=actor,
        what=what,
        subject=link.email,
        details={"provider": link.provider},
        now=now,
    )
