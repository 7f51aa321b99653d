"""The journey to a vendor's consent page and back: OAuth 2 authorization code with state and PKCE (RFC 6749, 7636)."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Organisation, User
from comptoir.core.connections import credentials, grants, identity
from comptoir.core.connections.models import Connection, ConsentAttempt, ConsentLink
from comptoir.core.connections.sealing import sealer
from comptoir.core.connections.tokens import TokenPair, error_of, is_busy, is_our_client, read_token_answer
from comptoir.kernel.errors import ComptoirError, OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused
from comptoir.kernel.http import Answer, post_form
from comptoir.kernel.seal import Secret, token_hash
from comptoir.pos import registry
from comptoir.pos.connector import Connector, Endpoints

ATTEMPT_LIFETIME: Final = timedelta(minutes=15)


def redirect_uri() -> str:
    """Where vendors send people back to; registered with them, so it follows the public address."""
    return f"{settings.COMPTOIR_URL}/connections/returned"


def begin(
    *,
    organisation: Organisation,
    user: User | None,
    connector: Connector,
    endpoints: Endpoints,
    redirect_uri: str,
    now: datetime,
    connection: Connection | None = None,
    link: ConsentLink | None = None,
) -> str:
    """Remember the attempt and return the address of the vendor's consent page.

    `connection` is the one to connect again. Raises RuleBroken when it is another vendor's.
    """
    if connection is not None and connection.provider != connector.manifest.slug:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    ConsentAttempt.objects.filter(expires_at__lt=now).delete()
    ConsentAttempt.objects.create(
        state_hash=token_hash(state),
        organisation=organisation,
        user=user,
        link=link,
        provider=connector.manifest.slug,
        connection=connection,
        code_verifier=sealer().seal(Secret(verifier)),
        expires_at=now + ATTEMPT_LIFETIME,
    )
    query = {
        "response_type": "code",
        "client_id": endpoints.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(grants.asked_for(connector.manifest, endpoints)),
        "state": state,
    }
    if connector.manifest.pkce:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{endpoints.authorise_url}?{urlencode(query)}"


def take_attempt(*, state: str, user: User | None, now: datetime, link: ConsentLink | None = None) -> ConsentAttempt:
    """The attempt this state belongs to; it is used up. Raises RuleBroken when it is unknown, expired or another's."""
    mine = {"state_hash": token_hash(state), "user": user, "link": link}
    with transaction.atomic():
        attempt = ConsentAttempt.objects.select_for_update(of=("self",)).filter(**_known(mine)).first()
        if attempt is None or attempt.expires_at < now:
            raise RuleBroken(
                _("This answer from the till's sign-in page is too old or was used already. Connect again."),
                code="consent_unknown",
                status=400,
            )
        attempt.delete()
    return attempt


def _known(mine: dict[str, Any]) -> dict[str, Any]:
    """What is none has to be none: an attempt of a link is nobody's but the link's."""
    return {name if value is not None else f"{name}__isnull": value or True for name, value in mine.items()}


def complete(
    *,
    attempt: ConsentAttempt,
    code: str,
    endpoints: Endpoints,
    redirect_uri: str,
    now: datetime,
    domain: str = "",
) -> Connection:
    """Exchange the code and keep the sealed tokens. Raises VendorRefused, VendorBusy; then nothing is left behind.

    A client that is no approved partner's is refused with that reason, where it asks for what partners alone are given.

    `domain` is the account's own part of the host, as the browser brought it (`Endpoints.at`). Raises RuleBroken when a
    connection would be connected again with another vendor account.
    """
    vendor = registry.connector(attempt.provider).manifest
    endpoints = endpoints.at(domain)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if vendor.pkce:
        fields["code_verifier"] = sealer().unseal(attempt.code_verifier).reveal()
    client = (endpoints.client_id, endpoints.client_secret)
    try:
        answer = post_form(
            endpoints.token_url, fields, client=client, vendor=vendor.name, client_in_form=vendor.client_in_form
        )
    except OutcomeUnknown as lost:
        raise VendorBusy(f"{lost.for_owner} Connect again in a while.", for_log=lost.for_log) from lost
    if answer.status != 200:
        raise _refusal(answer, vendor.name)
    pair = read_token_answer(answer.body, vendor=vendor.name, now=now)
    grants.require_partners(vendor, endpoints, pair)
    if attempt.connection is not None:
        identity.require_same_account(attempt.connection, pair, endpoints)
    return keep(
        organisation_id=attempt.organisation_id,
        provider=attempt.provider,
        pair=pair,
        user=attempt.user,
        connection=attempt.connection,
        now=now,
        domain=domain,
    )


def _refusal(answer: Answer, vendor: str) -> ComptoirError:
    cause = f"token endpoint answered {answer.status}: {error_of(answer.body)}"
    if is_busy(answer):
        return VendorBusy(f"{vendor} does not answer at the moment. Connect again in a while.", for_log=cause)
    if is_our_client(answer):
        return VendorRefused(
            f"{vendor} does not know this installation as a client; its operator must correct id and secret.",
            for_log=cause,
        )
    return VendorRefused(f"{vendor} did not accept the sign-in. Connect again.", for_log=cause)


def keep(
    *,
    organisation_id: UUID,
    provider: str,
    pair: TokenPair,
    user: User | None,
    now: datetime,
    connection: Connection | None = None,
    domain: str = "",
) -> Connection:
    """Store a fresh pair of tokens on a new connection, or on the one that was connected again."""
    if connection is None:
        connection = Connection(organisation_id=organisation_id, provider=provider, created_at=now)
    connection.status = Connection.Status.CONNECTED
    connection.status_since, connection.status_reason, connection.probe_at = now, "", None
    connection.consented_by = user
    connection.domain = domain
    credentials.put(connection, pair, now=now)
    connection.save()
    return connection
