"""`/partner/v1/customers`: find, enrol, change, attributes (loyalty.md 3.4)."""

from datetime import timedelta
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from comptoir.apps.loyalty import idempotency, tries
from comptoir.apps.loyalty.members import profile
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.partner import checklist, customers, people
from comptoir.apps.loyalty.partner.api import (
    ErrorOut,
    Invalid,
    Scope,
    caller,
    failure,
    note_ignored,
    require_on,
    store_of,
)
from comptoir.apps.loyalty.partner.customer_schemas import (
    AttributeChange,
    AttributeIn,
    AttributeOut,
    CustomerChange,
    CustomerFields,
    CustomerIn,
    CustomerOut,
    CustomersOut,
)
from comptoir.apps.loyalty.partner_tables import MemberAttribute
from comptoir.kernel.errors import RuleBroken

router = Router(tags=["Customers"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
CREATE, READ, UPDATE = Scope("customer.create"), Scope("customer.read"), Scope("customer.update")
LOOKUPS: Final = 120
LOOKUPS_WINDOW: Final = timedelta(minutes=1)
Page = Annotated[int, Query(ge=1, le=10_000)]
PerPage = Annotated[int, Query(ge=1, le=100)]
Phone = Annotated[str, Query(min_length=1, max_length=40)]


@router.api_operation(["HEAD"], "/customers", auth=READ, include_in_schema=False)
def has_customer(request: HttpRequest, phone: Phone) -> HttpResponse:
    """Whether somebody has this number: 200 or 404, counted like any other look-up (E30)."""
    found = _looked_up(request, phone)
    return HttpResponse(status=200 if found else 404)


@router.get("/customers", response={200: CustomersOut, **FAULTS}, auth=READ)
def list_customers(
    request: HttpRequest,
    phone: Annotated[str | None, Query(max_length=40)] = None,
    email: Annotated[str | None, Query(max_length=254)] = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
    page: Page = 1,
    per_page: PerPage = 50,
) -> CustomersOut:
    """Customers, newest first; `phone` finds one. At most 120 look-ups by number in a minute (429)."""
    if phone is not None:
        found = _looked_up(request, phone)
        return CustomersOut(data=customers.shown([found] if found else []), page=1, next_page=None)
    rows = Member.objects.filter(organisation_id=caller(request).organisation_id, erased_at=None, merged_into=None)
    rows = rows.filter(email=email.strip().lower()) if email else rows
    rows = rows.filter(tags__contains=[tag]) if tag else rows
    begin = (page - 1) * per_page
    shown = list(rows.order_by("-id")[begin : begin + per_page + 1])
    following = page + 1 if len(shown) > per_page else None
    return CustomersOut(data=customers.shown(shown[:per_page]), page=page, next_page=following)


@router.post("/customers", response={200: CustomerOut, 201: CustomerOut, **FAULTS}, auth=CREATE)
def create_customer(request: HttpRequest, said: CustomerIn, upsert: bool = False) -> Any:
    """Enrol somebody, once they were asked for their consent to advertising.

    A number that is known is a 409 `customer_exists` with the `public_id` under `errors`; with `upsert=1` it is a 200,
    and what was sent is changed.
    """
    note_ignored(request, CustomerIn)
    found, now = caller(request), timezone.now()
    named = said.reference_store_slug or said.store_id
    if not named:
        raise Invalid({"reference_store_slug": ["The reference store slug field is required."]})
    store = store_of(found, named, at="reference_store_slug")
    require_on(found.organisation_id, store.id)
    number = people.number(said.phone, at="phone")
    _count(request)
    known = _said(said)

    def act() -> tuple[int, Any]:
        there = people.by_phone(found.organisation_id, number) if upsert else None
        if there is not None:
            customers.update(found, there, store_id=store.id, said=known, now=now)
            return 200, customers.one(found, there.id)
        made = customers.create(found, store_id=store.id, phone=number, said=known, now=now)
        shown = [checklist.ENROLLED, *([checklist.ASKED] if said.has_optin is not None else [])]
        checklist.observe(found, *shown, now=now)
        return 201, customers.one(found, made.id)

    return _once(request, act)


@router.get("/customers/by-phone/{phone}", response={200: CustomerOut, **FAULTS}, auth=READ)
def get_customer_by_phone(request: HttpRequest, phone: str) -> Any:
    """A customer by number."""
    found = _looked_up(request, phone)
    if found is None:
        raise people.unknown()
    return customers.shown([found])[0]


@router.get("/customers/{public_id}", response={200: CustomerOut, **FAULTS}, auth=READ)
def get_customer(request: HttpRequest, public_id: str) -> Any:
    """A customer by public id, or by the code that their pass shows."""
    checklist.observe(caller(request), checklist.FOUND, now=timezone.now())
    return customers.shown([people.by_public_id(caller(request).organisation_id, public_id)])[0]


@router.api_operation(["PUT", "PATCH"], "/customers/{public_id}", response={200: CustomerOut, **FAULTS}, auth=UPDATE)
def update_customer(request: HttpRequest, public_id: str, said: CustomerChange) -> Any:
    """Change what is given; PUT and PATCH do the same. Another customer's number is a 409 `customer_exists`."""
    note_ignored(request, CustomerChange)
    found, now = caller(request), timezone.now()
    member = people.by_public_id(found.organisation_id, public_id)
    named = said.store_id or said.reference_store_slug
    store = store_of(found, named, at="store_id") if named else None
    known = _said(said)
    if said.phone:
        _count(request)
        known["phone"] = people.number(said.phone, at="phone")

    def act() -> tuple[int, Any]:
        customers.update(found, member, store_id=store.id if store else None, said=known, now=now)
        return 200, customers.one(found, member.id)

    return _once(request, act)


@router.get("/attributes", response={200: list[str], **FAULTS}, auth=READ)
def list_attribute_names(request: HttpRequest) -> list[str]:
    """The names of attributes that some customer has."""
    rows = MemberAttribute.objects.filter(organisation_id=caller(request).organisation_id)
    return list(rows.order_by("name").values_list("name", flat=True).distinct())


@router.get("/tags", response={200: list[str], **FAULTS}, auth=READ)
def list_tags(request: HttpRequest) -> list[str]:
    """The tags that some customer has."""
    rows = Member.objects.filter(organisation_id=caller(request).organisation_id, erased_at=None).exclude(tags=[])
    return sorted({tag for tags in rows.values_list("tags", flat=True) for tag in tags})


@router.get("/customers/{public_id}/attributes", response={200: list[AttributeOut], **FAULTS}, auth=READ)
def list_attributes(request: HttpRequest, public_id: str) -> Any:
    """The attributes of a customer."""
    return _attributes(_member(request, public_id))


@router.post("/customers/{public_id}/attributes", response={201: list[AttributeOut], **FAULTS}, auth=UPDATE)
def add_attribute(request: HttpRequest, public_id: str, said: AttributeIn) -> Any:
    """Add an attribute to a customer; one of this name gets the new value."""
    note_ignored(request, AttributeIn)
    member = _member(request, public_id)

    def act() -> tuple[int, Any]:
        customers.put_attribute(caller(request), member, said.name, said.value, now=timezone.now())
        return 201, _attributes(member)

    return idempotency.once(request, act, now=timezone.now())


@router.put("/customers/{public_id}/attributes/{name}", response={200: list[AttributeOut], **FAULTS}, auth=UPDATE)
def update_attribute(request: HttpRequest, public_id: str, name: str, said: AttributeChange) -> Any:
    """Change the value of an attribute."""
    note_ignored(request, AttributeChange)
    member = _member(request, public_id)

    def act() -> tuple[int, Any]:
        if not _rows(member).filter(name=name).exists():
            raise RuleBroken("There is no such attribute.", code="not_found", status=404)
        customers.put_attribute(caller(request), member, name, said.value, now=timezone.now())
        return 200, _attributes(member)

    return idempotency.once(request, act, now=timezone.now())


@router.delete("/customers/{public_id}/attributes/{name}", response={200: list[AttributeOut], **FAULTS}, auth=UPDATE)
def remove_attribute(request: HttpRequest, public_id: str, name: str) -> Any:
    """Take an attribute away; asked again, nothing more happens."""
    member = _member(request, public_id)

    def act() -> tuple[int, Any]:
        _rows(member).filter(name=name).delete()
        return 200, _attributes(member)

    return idempotency.once(request, act, now=timezone.now())


def _member(request: HttpRequest, public_id: str) -> Member:
    return people.by_public_id(caller(request).organisation_id, public_id)


def _rows(member: Member) -> Any:
    return MemberAttribute.objects.filter(organisation_id=member.organisation_id, member_id=member.id)


def _attributes(member: Member) -> Any:
    return [{"name": row.name, "value": row.value} for row in _rows(member).order_by("name")]


def _said(body: CustomerFields) -> dict[str, Any]:
    return {name: value for name, value in body.model_dump().items() if value is not None and name != "phone"}


def _looked_up(request: HttpRequest, phone: str) -> Member | None:
    """Whoever has this number, after the look-up was counted."""
    _count(request)
    checklist.observe(caller(request), checklist.FOUND, now=timezone.now())
    return people.by_phone(caller(request).organisation_id, people.number(phone, at="phone"))


def _count(request: HttpRequest) -> None:
    tries.count(f"look up {caller(request).id}", limit=LOOKUPS, window=LOOKUPS_WINDOW, now=timezone.now())


def _once(request: HttpRequest, act: Any) -> Any:
    """Under the caller's Idempotency-Key; a number that is taken is told with whose it is."""
    try:
        return idempotency.once(request, act, now=timezone.now())
    except profile.MemberExists as taken:
        errors = {"phone": ["This phone number is taken."], "public_id": [taken.public_id]}
        return failure(request, status=409, code=taken.code, message=taken.for_owner, errors=errors)
