"""`/partner/v1/test-token`, `/oauth/me`, `/stores`: whether a token works, and for what (loyalty.md 3.2, 3.3)."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from comptoir.apps.loyalty.partner import checklist
from comptoir.apps.loyalty.partner.api import ErrorOut, Scope, caller, stores_of
from comptoir.core.accounts.models import Organisation, User

router = Router(tags=["Token and stores"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 429: ErrorOut}


class TokenOut(Schema):
    """The token works: whose it is and what it may do. `sandbox`: this merchant is there to try calls out."""

    merchant: str
    sandbox: bool
    partner: str
    scopes: list[str]


class UserOut(Schema):
    """A user behind a token, null for the token of a brand."""

    email: str
    name: str


class MerchantOut(Schema):
    """The brand a token speaks for."""

    public_id: str
    name: str
    sandbox: bool


class MeOut(Schema):
    """Who calls."""

    user: UserOut | None
    merchant: MerchantOut


class StoreOut(Schema):
    """A store; `slug` goes with every order."""

    public_id: str
    slug: str
    name: str
    timezone: str
    currency: str
    country: str


@router.get("/test-token", response={200: TokenOut, **FAULTS}, auth=Scope("store.read"))
def test_token(request: HttpRequest) -> TokenOut:
    """Whether this token works."""
    found = caller(request)
    checklist.observe(found, checklist.TOKEN, now=timezone.now())
    owner = Organisation.objects.get(id=found.organisation_id)
    return TokenOut(
        merchant=owner.name,
        sandbox=owner.is_sandbox,
        partner=found.client_name,
        scopes=sorted(found.scopes),
    )


@router.get("/oauth/me", response={200: MeOut, **FAULTS}, auth=Scope("store.read"))
def me(request: HttpRequest) -> MeOut:
    """The user and the merchant behind this token."""
    found = caller(request)
    owner = Organisation.objects.get(id=found.organisation_id)
    user = User.objects.filter(pk=found.user_id).first() if found.user_id else None
    return MeOut(
        user=UserOut(email=user.email, name=user.name) if user else None,
        merchant=MerchantOut(public_id=owner.public_id, name=owner.name, sandbox=owner.is_sandbox),
    )


@router.get("/stores", response={200: list[StoreOut], **FAULTS}, auth=Scope("store.read"))
def list_stores(request: HttpRequest) -> list[StoreOut]:
    """The stores this token speaks for, by name."""
    checklist.observe(caller(request), checklist.STORES, now=timezone.now())
    return [
        StoreOut(
            public_id=each.public_id,
            slug=each.slug,
            name=each.name,
            timezone=each.timezone,
            currency=each.currency,
            country=each.country,
        )
        for each in stores_of(caller(request)).values()
    ]
