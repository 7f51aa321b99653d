"""Requests of partners: asked for, approved, opened with a token, active by the first order (loyalty.md 2.2, X2–X12).

Who is concerned hears of each step by mail; each mail can be sent again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Membership, Organisation, Store
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerRequest, PartnerToken
from comptoir.core.accounts.partners import chat, tokens
from comptoir.core.accounts.partners import scopes as known_scopes
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.notes import note
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret

State = PartnerRequest.State
REQUESTED, USER_MADE, SLUGS, TOKEN = "requested", "user_made", "slugs", "token"
MAILS: Final = (REQUESTED, USER_MADE, SLUGS, TOKEN)
PAUSE_BETWEEN_MAILS: Final = timedelta(minutes=1)
PATH: Final = "/settings/partners"
OPERATORS_PATH: Final = "/backoffice/partners"


def clients() -> list[PartnerClient]:
    """The partners that this installation knows, by name."""
    return list(PartnerClient.objects.filter(disabled_at=None).order_by("name"))


def of(organisation_id: UUID) -> list[PartnerRequest]:
    """The requests of a brand, by partner."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id).select_related("client")
    return list(rows.order_by("client__name"))


def providers(organisation_id: UUID) -> set[str]:
    """The connectors of partners that call for this brand."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id, state__in=tokens.OPEN)
    return set(rows.values_list("client__provider", flat=True))


def feeding(organisation_id: UUID) -> dict[UUID, str]:
    """The stores whose sales a partner pushes, with the connector that reads them."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id, state__in=tokens.OPEN)
    found = rows.values_list("store_ids", "client__provider")
    return {store_id: provider for store_ids, provider in found for store_id in store_ids}


def waiting() -> int:
    """How many requests of all organisations wait for the operator: for a word, or for the token."""
    return PartnerRequest.objects.filter(state__in=(State.REQUESTED, State.APPROVED)).count()


def one(organisation_id: UUID, request_id: UUID) -> PartnerRequest:
    """One request. Raises RuleBroken (`not_found`, 404)."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id, id=request_id)
    found = rows.select_related("client", "organisation").first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


@transaction.atomic
def ask(
    *, organisation: Organisation, client_id: UUID, store_ids: Collection[UUID], actor: str, now: datetime
) -> PartnerRequest:
    """*Notify partner* (X2): the partner's contacts and whoever runs the installation hear that a brand wants it.

    Asked again, its stores are changed and it stays as far as it is; one that was declined begins anew. Raises
    RuleBroken: `not_found` (404), `store_unknown` (422).
    """
    client = PartnerClient.objects.filter(id=client_id, disabled_at=None).first()
    if client is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    mine = Store.objects.filter(organisation=organisation, id__in=store_ids)
    wanted = sorted(mine.values_list("id", flat=True))
    if not wanted:
        raise RuleBroken(_("Choose at least one store of this organisation."), code="store_unknown", status=422)
    row, is_new = PartnerRequest.objects.get_or_create(
        organisation=organisation,
        client=client,
        defaults={"store_ids": wanted, "requested_at": now, "requested_by": actor},
    )
    if not is_new:
        row.store_ids = wanted
        if row.state == State.DECLINED:
            row.state, row.requested_at, row.requested_by = State.REQUESTED, now, actor
        row.save()
    note(
        organisation_id=organisation.id,
        actor=actor,
        what="partner.requested",
        subject=client.name,
        details={"stores": [each.slug for each in mine]},
        now=now,
    )
    if is_new or row.state == State.REQUESTED:
        tell(row, REQUESTED, now=now)
        tell(row, SLUGS, now=now)
        if any(_is_of(row, email) for email in _technical_users(organisation.id)):
            tell(row, USER_MADE, now=now)  # who was made before the partner was asked for (X1, X2)
        if is_new and settings.COMPTOIR_PARTNER_CHAT_URL:
            chat.tell.enqueue(organisation_id=str(organisation.id), asked_id=str(row.id))
    return row


@transaction.atomic
def decide(*, organisation_id: UUID, request_id: UUID, is_approved: bool, actor: str, now: datetime) -> PartnerRequest:
    """The operator says yes or no. Raises RuleBroken: `not_found` (404), `already_decided` (409)."""
    row = _locked(organisation_id, request_id)
    if row.state not in (State.REQUESTED, State.APPROVED):
        raise RuleBroken(_("This request was decided already."), code="already_decided")
    row.state = State.APPROVED if is_approved else State.DECLINED
    row.decided_at, row.decided_by = now, actor
    row.save()
    what = "partner.approved" if is_approved else "partner.declined"
    note(organisation_id=organisation_id, actor=actor, what=what, subject=row.client.name, now=now)
    return row


@transaction.atomic
def issue(
    *, organisation_id: UUID, request_id: UUID, scopes: Collection[str], actor: str, now: datetime
) -> tuple[PartnerRequest, PartnerToken, Secret]:
    """The brand's token (X5) and its only showing; from now on its calls are answered, and the partner is told.

    Raises RuleBroken: `not_found` (404), `not_approved` (409), and as `tokens.issue_brand`.
    """
    row = _locked(organisation_id, request_id)
    if row.state in (State.REQUESTED, State.DECLINED):
        raise RuleBroken(_("Approve the request first."), code="not_approved")
    made, secret = tokens.issue_brand(
        organisation_id=organisation_id,
        client=row.client,
        store_ids=row.store_ids,
        scopes=scopes or known_scopes.DEFAULT,
        actor=actor,
        now=now,
    )
    if row.state == State.APPROVED:
        row.state = State.TOKEN_ISSUED
    row.token_issued_at = now
    row.save()
    tell(row, TOKEN, now=now)
    return row, made, secret


def heard(*, organisation_id: UUID, client_id: UUID, now: datetime) -> None:
    """An order came: the first one makes the integration active (X12)."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id, client_id=client_id)
    rows.filter(state=State.TOKEN_ISSUED).update(state=State.ACTIVE, first_order_at=now)


def tell(row: PartnerRequest, what: str, *, now: datetime, again: bool = False) -> int:
    """Mail the partner's contacts, of a new request the operator too; how many mails there were.

    Sent *again*, it is another mail. No mail holds a token.
    """
    to = list(row.client.contacts)
    if what == REQUESTED and settings.COMPTOIR_OPERATOR_EMAIL:
        to.append(settings.COMPTOIR_OPERATOR_EMAIL)
    stores = Store.objects.filter(organisation_id=row.organisation_id, id__in=row.store_ids).order_by("name")
    once = f" {now.isoformat()}" if again else f" {row.requested_at.isoformat()} {row.token_issued_at or ''}"
    for address in dict.fromkeys(to):
        is_operator = address == settings.COMPTOIR_OPERATOR_EMAIL
        send(
            template="mails/partner_news",
            to=address,
            language=settings.LANGUAGE_CODE,
            context={
                "what": what,
                "organisation": row.organisation.name,
                "partner": row.client.name,
                "stores": [(each.name, each.slug) for each in stores],
                "url": f"{settings.COMPTOIR_URL}{OPERATORS_PATH if is_operator else PATH}",
            },
            organisation_id=row.organisation_id,
            now=now,
            key=f"partner {row.id} {what} {address}{once}"[:200],
        )
    return len(to)


@transaction.atomic
def tell_again(*, organisation_id: UUID, request_id: UUID, what: str, actor: str, now: datetime) -> int:
    """*Send again*. Raises RuleBroken: `not_found` (404) for a request or a mail that is none."""
    row = _locked(organisation_id, request_id)
    if what not in MAILS or (what == TOKEN and row.token_issued_at is None):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    number = tell(row, what, now=now, again=True)
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="partner.mailed_again",
        subject=row.client.name,
        details={"mail": what},
        now=now,
    )
    return number


def technical_user_made(*, organisation_id: UUID, email: str, now: datetime) -> None:
    """A technical user joined (X1): the partners whose contacts have an address at the same place are told."""
    for row in of(organisation_id):
        if _is_of(row, email):
            tell(row, USER_MADE, now=now)


def _technical_users(organisation_id: UUID) -> list[str]:
    mine = Membership.objects.filter(organisation_id=organisation_id, role=Role.PARTNER, user__is_active=True)
    return list(mine.values_list("user__email", flat=True))


def _is_of(row: PartnerRequest, email: str) -> bool:
    domain = email.rpartition("@")[2].lower()
    return any(each.lower().endswith(f"@{domain}") for each in row.client.contacts)


def tokens_of(organisation_id: UUID) -> Sequence[PartnerToken]:
    """The brand's tokens, those in force first; the secret itself is nowhere."""
    rows = PartnerToken.objects.filter(organisation_id=organisation_id, kind=PartnerToken.Kind.BRAND)
    return sorted(
        rows.select_related("client"), key=lambda each: (each.revoked_at is not None, -each.created_at.timestamp())
    )


def _locked(organisation_id: UUID, request_id: UUID) -> PartnerRequest:
    rows = PartnerRequest.objects.select_for_update(of=("self",)).filter(organisation_id=organisation_id, id=request_id)
    found = rows.select_related("client", "organisation").first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found
