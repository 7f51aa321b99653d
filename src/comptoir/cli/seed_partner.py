"""What the demo finds of a partner: a brand whose till is 6xpos, its technical user, a token, and an operator.

Every step can be repeated; token and secret are made anew at each start, since they are shown once.
"""

from datetime import datetime, time
from typing import Any, Final

from comptoir.apps.loyalty.rewards import catalogue
from comptoir.core.accounts.models import Membership, Organisation, Store, User
from comptoir.core.accounts.operators import set_operator
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerRequest, PartnerToken
from comptoir.core.accounts.partners import grants, requests, scopes, tokens
from comptoir.core.accounts.roles import Role
from comptoir.core.installations.install import install_all
from comptoir.kernel.seal import new_token, token_hash

PROVIDER: Final = "sixpos"
BRAND: Final = "La Cantine"
PARTNER: Final = "6xpos"
OWNER: Final = "alice+cantine@example.com"
TECHNICAL: Final = "technic+cantine@6xpos.example"
OPERATOR: Final = "operator@example.com"
CONTACT: Final = "integrations@6xpos.example"
ACTOR: Final = "system"


def sow(*, password: str, now: datetime) -> tuple[list[Membership], User, dict[str, str]]:
    """The brand's people, the operator, and what the till needs: `token`, `slug`, and the partner's `secret`.

    Raises ComptoirError.
    """
    organisation = Organisation.objects.filter(name=BRAND).first()
    organisation = organisation or Organisation.objects.create(name=BRAND, created_at=now)
    store, _ = Store.objects.get_or_create(
        organisation=organisation,
        name=BRAND,
        defaults={
            "timezone": "Europe/Paris",
            "currency": "EUR",
            "country": "FR",
            "day_start": time(4),
            "created_at": now,
        },
    )
    people = [
        _member(organisation, OWNER, "Alice", Role.OWNER, password),
        _member(organisation, TECHNICAL, PARTNER, Role.PARTNER, password),
    ]
    operator = _user(OPERATOR, "Olga", password)
    set_operator(email=operator.email, is_operator=True, now=now)
    client = PartnerClient.objects.filter(name=PARTNER).first()
    if client is None:
        client, _secret = grants.register(
            name=PARTNER, provider=PROVIDER, redirect_uris=(), contacts=[CONTACT], now=now
        )
    token = _token(organisation, store, client, now)
    secret = new_token("cps_")
    PartnerClient.objects.filter(id=client.id).update(secret_hash=token_hash(secret))
    return people, operator, {"token": token, "slug": store.slug, "secret": secret}


def simulator(*, web: str, known: dict[str, str]) -> dict[str, Any]:
    """The till's line of `demo.json`: it is a caller, so its address is that of the partner API."""
    found = PartnerClient.objects.get(name=PARTNER)
    return {
        "provider": PROVIDER,
        "url": f"{web}/partner/v1",
        "account_id": known["slug"],
        "client_id": found.client_id,
        "client_secret": known["secret"],
        "access_token": known["token"],
        "refresh_token": "",
    }


def _token(organisation: Organisation, store: Store, client: PartnerClient, now: datetime) -> str:
    """Asked for and approved once; the token of an earlier start ends here."""
    row = PartnerRequest.objects.filter(organisation=organisation, client=client).first()
    if row is None:
        row = requests.ask(organisation=organisation, client_id=client.id, store_ids=[store.id], actor=ACTOR, now=now)
        requests.decide(organisation_id=organisation.id, request_id=row.id, is_approved=True, actor=ACTOR, now=now)
        _reward(organisation, now)
    for old in PartnerToken.objects.filter(organisation=organisation, client=client, kind="brand", revoked_at=None):
        tokens.revoke(organisation_id=organisation.id, token_id=old.id, actor=ACTOR, now=now)
    _, _, secret = requests.issue(
        organisation_id=organisation.id, request_id=row.id, scopes=scopes.DEFAULT, actor=ACTOR, now=now
    )
    install_all(organisation=organisation, store=store, provider=PROVIDER, now=now)
    return secret.reveal()


def _reward(organisation: Organisation, now: datetime) -> None:
    catalogue.save(
        organisation_id=organisation.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=20,
        store_ids=(),
        is_active=True,
        products={PROVIDER: "7"},
        actor=ACTOR,
        now=now,
    )


def _member(organisation: Organisation, email: str, name: str, role: Role, password: str) -> Membership:
    user = _user(email, name, password)
    found, _ = Membership.objects.get_or_create(organisation=organisation, user=user, defaults={"role": role})
    return found


def _user(email: str, name: str, password: str) -> User:
    return User.objects.filter(email=email).first() or User.objects.create_user(email, password, name=name)
