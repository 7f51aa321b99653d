"""What is mailed to a partner's contacts about a brand, and to the operator (loyalty.md 2.2); no mail holds a token."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from comptoir.core.accounts.models import Membership, Store, User
from comptoir.core.accounts.partner_tables import PartnerRequest
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.send import send

REQUESTED, USER_MADE, SLUGS, TOKEN = "requested", "user_made", "slugs", "token"
MAILS: Final = (REQUESTED, USER_MADE, SLUGS, TOKEN)
PATH: Final = "/settings/partners"
OPERATORS_PATH: Final = "/backoffice/partners"


def tell(row: PartnerRequest, what: str, *, now: datetime, again: bool = False) -> int:
    """Mail the partner's contacts, of a new request the operator too; how many mails there were.

    Sent *again*, it is another mail.
    """
    operators = _operators() if what == REQUESTED else []
    to = dict.fromkeys([*row.client.contacts, *operators])
    stores = Store.objects.filter(organisation_id=row.organisation_id, id__in=row.store_ids).order_by("name")
    once = now.isoformat() if again else f"{row.requested_at.isoformat()} {_said_by(row, what)}"
    languages = dict(User.objects.filter(email__in=to).exclude(language="").values_list("email", "language"))
    for address in to:
        is_operator = address in operators
        send(
            template="mails/partner_news",
            to=address,
            language=languages.get(address, settings.LANGUAGE_CODE),
            context={
                "what": what,
                "organisation": row.organisation.name,
                "partner": row.client.name,
                "stores": [(each.name, each.slug) for each in stores],
                "url": f"{settings.COMPTOIR_URL}{OPERATORS_PATH if is_operator else PATH}",
            },
            organisation_id=row.organisation_id,
            now=now,
            key=f"partner {row.id} {what} {hashlib.sha256(f'{once} {address}'.encode()).hexdigest()}",
        )
    return len(to)


def _said_by(row: PartnerRequest, what: str) -> str:
    """What a mail tells beside whose it is: said once, the same is not said again."""
    if what in (REQUESTED, SLUGS):
        return hashlib.sha256(" ".join(map(str, row.store_ids)).encode()).hexdigest()[:12]
    return row.token_issued_at.isoformat() if what == TOKEN and row.token_issued_at else ""


def _operators() -> list[str]:
    """Who hears of what waits for the operator: the address of the installation, else everybody who is one."""
    if settings.COMPTOIR_OPERATOR_EMAIL:
        return [settings.COMPTOIR_OPERATOR_EMAIL]
    return list(User.objects.filter(is_operator=True, is_active=True).order_by("id").values_list("email", flat=True))


def mails_of(rows: Iterable[PartnerRequest]) -> dict[UUID, tuple[str, ...]]:
    """By request, the mails that tell what is so, and can be sent again."""
    asked = list(rows)
    there = with_user(asked)
    so = {each.id: {USER_MADE: each.id in there, TOKEN: each.token_issued_at is not None} for each in asked}
    return {each.id: tuple(mail for mail in MAILS if so[each.id].get(mail, True)) for each in asked}


def with_user(rows: Collection[PartnerRequest]) -> set[UUID]:
    """The requests whose partner has its technical user in the organisation."""
    members = Membership.objects.filter(
        organisation_id__in={each.organisation_id for each in rows}, role=Role.PARTNER, user__is_active=True
    )
    emails = list(members.values_list("organisation_id", "user__email"))
    return {row.id for row in rows for owner, email in emails if owner == row.organisation_id and is_of(row, email)}


def is_of(row: PartnerRequest, email: str) -> bool:
    """Whether an address is at the same place as one of the partner's contacts."""
    domain = email.rpartition("@")[2].lower()
    return any(each.lower().endswith(f"@{domain}") for each in row.client.contacts)
