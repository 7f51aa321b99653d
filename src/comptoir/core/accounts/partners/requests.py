"""Requests of partners: asked for, approved, opened with a token, active by the first order (loyalty.md 2.2, X2–X12).

Who is concerned hears of each step by mail; each mail can be sent again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerRequest, PartnerToken
from comptoir.core.accounts.partners import chat, news, tokens
from comptoir.core.accounts.partners import scopes as known_scopes
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret

State = PartnerRequest.State
PAUSE_BETWEEN_MAILS: Final = timedelta(minutes=1)


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
    """How many requests of all organisations wait for the operator: for a word, for the token, or for more stores."""
    rows = PartnerRequest.objects.all()
    to_decide = rows.filter(state__in=(State.REQUESTED, State.APPROVED)).count()
    return to_decide + sum(map(bool, without_token(rows.filter(state__in=tokens.OPEN)).values()))


def without_token(rows: Iterable[PartnerRequest]) -> Mapping[UUID, frozenset[UUID]]:
    """By request, the stores that were added since its tokens were made; none where no token is in force at all."""
    asked = list(rows)
    in_force = PartnerToken.objects.filter(
        kind=PartnerToken.Kind.BRAND, revoked_at=None, organisation_id__in={each.organisation_id for each in asked}
    )
    held: dict[tuple[UUID, UUID], list[frozenset[UUID]]] = {}
    for organisation_id, client_id, store_ids in in_force.values_list("organisation_id", "client_id", "store_ids"):
        held.setdefault((organisation_id, client_id), []).append(frozenset(store_ids))
    found = {}
    for each in asked:
        mine = held.get((each.organisation_id, each.client_id), [frozenset()])
        is_everywhere = any(not store_ids for store_ids in mine)
        found[each.id] = frozenset() if is_everywhere else frozenset(each.store_ids) - frozenset().union(*mine)
    return found


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

    Asked again, stores are added and it stays as far as it is; one that was declined begins anew. Raises RuleBroken:
    `not_found` (404), `store_unknown` (422).
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
    is_more = is_new or not set(wanted) <= set(row.store_ids)
    if not is_new:
        row = _locked(organisation.id, row.id)
        if row.state == State.DECLINED:
            row.state, row.requested_at, row.requested_by, row.store_ids = State.REQUESTED, now, actor, wanted
        row.store_ids = sorted({*row.store_ids, *wanted})
        row.save()
    note(
        organisation_id=organisation.id,
        actor=actor,
        what="partner.requested",
        subject=client.name,
        details={"stores": [each.slug for each in mine]},
        now=now,
    )
    news.tell(row, news.REQUESTED, now=now)
    if row.state == State.REQUESTED:
        news.tell(row, news.SLUGS, now=now)
        if news.with_user([row]):
            news.tell(row, news.USER_MADE, now=now)  # who was made before the partner was asked for (X1, X2)
    if is_more and settings.COMPTOIR_PARTNER_CHAT_URL:
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
    news.tell(row, news.TOKEN, now=now)
    return row, made, secret


@transaction.atomic
def extend(*, organisation_id: UUID, request_id: UUID, actor: str, now: datetime) -> PartnerRequest:
    """The brand's tokens in force hold for the stores that were added; the partner hears their slugs.

    Raises RuleBroken: `not_found` (404), `nothing_to_extend` (409).
    """
    row = _locked(organisation_id, request_id)
    added = without_token([row])[row.id] if row.state in tokens.OPEN else frozenset()
    if not added:
        raise RuleBroken(_("Its token holds for all of these stores already."), code="nothing_to_extend")
    tokens.extend_brand(
        organisation_id=organisation_id, client=row.client, store_ids=sorted(added), actor=actor, now=now
    )
    news.tell(row, news.SLUGS, now=now)
    return row


def heard(*, organisation_id: UUID, client_id: UUID, now: datetime) -> None:
    """An order came: the first one makes the integration active (X12)."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id, client_id=client_id)
    rows.filter(state=State.TOKEN_ISSUED).update(state=State.ACTIVE, first_order_at=now)


@transaction.atomic
def tell_again(*, organisation_id: UUID, request_id: UUID, what: str, actor: str, now: datetime) -> int:
    """*Send again*. Raises RuleBroken: `not_found` (404) for a request or a mail that is none, or tells what is not."""
    row = _locked(organisation_id, request_id)
    if what not in news.mails_of([row])[row.id]:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    number = news.tell(row, what, now=now, again=True)
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
        if news.is_of(row, email):
            news.tell(row, news.USER_MADE, now=now)


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
