"""Customers as a partner sees and changes them (loyalty.md 3.4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.holdings import AlertKind
from comptoir.apps.loyalty.members import consents, pin, profile
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.models import Entry, Kind, Member, Offer
from comptoir.apps.loyalty.partner import people
from comptoir.apps.loyalty.partner.customer_schemas import CustomerOut
from comptoir.apps.loyalty.partner_tables import MemberAttribute, PaymentHash
from comptoir.core.accounts.partners import scopes
from comptoir.core.accounts.partners.tokens import Bearer
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken

MOST_ATTRIBUTES: Final = 50


@transaction.atomic
def create(caller: Bearer, *, store_id: UUID, phone: str, said: Mapping[str, Any], now: datetime) -> Member:
    """Enrol somebody; what they said about advertising is kept as said to the till.

    Raises MemberExists (409 `customer_exists`), RuleBroken (403 `scope_missing`, 422).
    """
    require_adjust(caller, said)
    made = profile.create(
        organisation_id=caller.organisation_id,
        store_id=store_id,
        phone=phone,
        actor=caller.actor,
        now=now,
        fields=_fields(said),
    )
    people.agree(caller, made, said, source=Source.POS, now=now, context="partner api")
    _beside(caller, made, said, store_id, now)
    return made


@transaction.atomic
def update(caller: Bearer, member: Member, *, store_id: UUID | None, said: Mapping[str, Any], now: datetime) -> None:
    """Change what is given. A yes without the moment it was said never undoes a no (E44). Raises as `create`."""
    require_adjust(caller, said)
    profile.update(
        organisation_id=caller.organisation_id,
        member_id=member.id,
        fields=_fields(said),
        actor=caller.actor,
        now=now,
    )
    _agree_anew(caller, member, said, now)
    _beside(caller, member, said, store_id or member.store_id, now)


def require_adjust(caller: Bearer, said: Mapping[str, Any]) -> None:
    """Whoever adds points needs a right of its own (E40). Raises RuleBroken (403)."""
    if said.get("points") and not caller.may(scopes.ADJUST):
        raise RuleBroken(f"This token lacks the scope {scopes.ADJUST}.", code="scope_missing", status=403)


def shown(members: Sequence[Member]) -> list[CustomerOut]:
    """Members as the API shows them, in a few queries."""
    organisations, ids = {each.organisation_id for each in members}, [each.id for each in members]
    balances = _by_member(
        Entry.objects.filter(organisation_id__in=organisations, member_id__in=ids)
        .values_list("member_id")
        .annotate(points=Sum("points"))
    )
    visits = _by_member(
        Offer.objects.filter(organisation_id__in=organisations, member_id__in=ids)
        .values_list("member_id")
        .annotate(latest=Max("closed_at"))
    )
    return [
        CustomerOut(
            public_id=each.public_id,
            phone=each.phone.removeprefix("+"),
            email=each.email,
            first_name=each.first_name,
            last_name=each.last_name,
            gender=each.gender,
            birthday=each.birthday,
            points=balances.get(each.id, 0),
            has_optin=each.sms_consent,
            has_optin_email=each.email_consent,
            tags=each.tags,
            has_pin=bool(each.pin),
            created_at=each.enrolled_at,
            last_visit_at=visits.get(each.id),
        )
        for each in members
    ]


def one(caller: Bearer, member_id: UUID) -> Any:
    """One member as plain JSON, as they are now."""
    found = Member.objects.get(organisation_id=caller.organisation_id, id=member_id)
    return shown([found])[0].model_dump(mode="json")


def put_attribute(caller: Bearer, member: Member, name: str, value: str, *, now: datetime) -> None:
    """Keep a named value. Raises RuleBroken (409 `too_many_attributes`)."""
    mine = MemberAttribute.objects.filter(organisation_id=caller.organisation_id, member_id=member.id)
    if mine.exclude(name=name).count() >= MOST_ATTRIBUTES:
        raise RuleBroken("This customer has as many attributes as there can be.", code="too_many_attributes")
    MemberAttribute.objects.update_or_create(
        organisation_id=caller.organisation_id,
        member_id=member.id,
        name=name,
        defaults={"value": value, "updated_at": now},
    )


def _by_member(rows: Iterable[Any]) -> dict[UUID, Any]:
    return dict(rows)


def _fields(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name in (*people.PROFILE, "phone") and value is not None}


def _agree_anew(caller: Bearer, member: Member, said: Mapping[str, Any], now: datetime) -> None:
    at = said.get("has_optin_at")
    source = Source.POS if at is not None else Source.ORDER
    for channel, name in ((Channel.SMS, "has_optin"), (Channel.EMAIL, "has_optin_email")):
        if (value := said.get(name)) is not None:
            consents.record(
                organisation_id=caller.organisation_id,
                member_id=member.id,
                channel=channel,
                value=value,
                source=source if value else Source.POS,
                actor=caller.actor,
                now=now,
                at=(at or now) if value else None,
                context="partner api",
            )


def _beside(caller: Bearer, member: Member, said: Mapping[str, Any], store_id: UUID, now: datetime) -> None:
    """PIN, card and points."""
    if said.get("pin"):
        pin.set_pin(
            organisation_id=caller.organisation_id, member_id=member.id, pin=said["pin"], actor=caller.actor, now=now
        )
    if said.get("payment_method_hash"):
        PaymentHash.objects.update_or_create(
            organisation_id=caller.organisation_id,
            hash=said["payment_method_hash"],
            defaults={"member_id": member.id, "created_at": now},
        )
    if said.get("points"):
        _add_points(caller, member, int(said["points"]), store_id, now)


def _add_points(caller: Bearer, member: Member, points: int, store_id: UUID, now: datetime) -> None:
    """Points out of nothing: written down, noted, and told to whoever looks at alerts (E40)."""
    entries.lock(caller.organisation_id, [member.id])
    entry = Entry.objects.create(
        organisation_id=caller.organisation_id,
        member_id=member.id,
        kind=Kind.ADJUST,
        points=points,
        store_id=store_id,
        inputs={"partner": caller.client_name},
        actor=caller.actor,
        created_at=now,
    )
    note(
        organisation_id=caller.organisation_id,
        actor=caller.actor,
        what="points.adjusted",
        subject=member.public_id,
        details={"points": points},
        now=now,
    )
    telling.tell(
        organisation_id=caller.organisation_id,
        kind=AlertKind.POINTS_ADJUSTED,
        subject=entry.public_id,
        store_id=store_id,
        member_id=member.id,
        now=now,
    )
