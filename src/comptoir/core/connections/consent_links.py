"""A link for an account holder who has no user here: he consents at the till's maker, and people here are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Membership, Organisation, User
from comptoir.core.accounts.reach import visible_stores, with_stores
from comptoir.core.accounts.roles import PERMISSIONS
from comptoir.core.audit.notes import note
from comptoir.core.connections.models import Connection, ConsentLink, LocationLink
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


def tell(link: ConsentLink, connection: Connection, *, now: datetime) -> None:
    """The consent was given: whom it concerns hears of it by mail, each once, and nobody has to tell anybody.

    Asked again when the account's shops are known, it writes to those of their stores as well.
    """
    vendor = registry.connector(link.provider).manifest.name
    for member, sees in _concerned(link, connection):
        page = f"/connections/{connection.public_id}" if sees else "/connections"
        context = {
            "organisation": member.organisation.name,
            "address": link.email,
            "vendor": vendor,
            "url": f"{settings.COMPTOIR_URL}{page}",
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


def record(link: ConsentLink, *, now: datetime) -> None:
    """That the consent was given, for the record of activity."""
    _note(link, f"link:{link.email}", "connection.consent_given", now)


def _concerned(link: ConsentLink, connection: Connection) -> Iterator[tuple[Membership, bool]]:
    """Of those who may connect a till: who asked, owners, whoever signed in at this account before, and those whose
    stores its shops feed (all stores: whatever they feed). Each with whether he sees the connection's page."""
    fed, signed_in = _known_of(connection)
    members = Membership.objects.filter(
        organisation_id=link.organisation_id,
        role__in=sorted(PERMISSIONS["connections.manage"]),
        user__is_active=True,
    )
    for member in with_stores(members).select_related("user", "organisation").order_by("id"):
        reach = visible_stores(member)
        sees = reach is None or bool(reach & fed)
        if sees or member.user_id in {link.asked_by_id, *signed_in}:
            yield member, reach is None or _is_open_to(connection, reach)


def _known_of(connection: Connection) -> tuple[set[UUID], set[int]]:
    """The stores that this account's shops feed, over whichever connection, and who signed in for those."""
    mine = LocationLink.objects.filter(organisation_id=connection.organisation_id, provider=connection.provider)
    shops = mine.filter(connection=connection).values("external_id")
    found = list(mine.filter(external_id__in=shops).values_list("store_id", "connection__consented_by_id"))
    return {store for store, _user in found if store is not None}, {user for _store, user in found if user}


def _is_open_to(connection: Connection, reach: frozenset[UUID]) -> bool:
    """Whether somebody with these stores sees its page: it feeds one of them, or none of anybody yet (`reads.py`)."""
    fed = LocationLink.objects.filter(
        organisation_id=connection.organisation_id, connection=connection, store__isnull=False
    )
    return not fed.exists() or fed.filter(store_id__in=reach).exists()


def _note(link: ConsentLink, actor: str, what: str, now: datetime) -> None:
    note(
        organisation_id=link.organisation_id,
        actor=actor,
        what=what,
        subject=link.email,
        details={"provider": link.provider},
        now=now,
    )
