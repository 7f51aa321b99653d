"""Whom a partner's call is about: found by number, public id or pass, enrolled where that is asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from comptoir.apps.loyalty import phones
from comptoir.apps.loyalty.members import consents, guards, passes, profile
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.partner.api import Invalid
from comptoir.core.accounts.partners.tokens import Bearer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id

PROFILE: Final = ("email", "first_name", "last_name", "gender", "birthday", "tags")
NO_COUNTRY: Final = ""


def number(text: str, *, at: str) -> str:
    """A number as E.164. Raises Invalid: a national one too, since the API cannot know the country (loyalty.md 1.3)."""
    if text.strip().startswith("0") and not text.strip().startswith("00"):
        raise Invalid({at: ["Give the number in international format, without the +."]})
    try:
        return phones.parse(text, country=NO_COUNTRY)
    except RuleBroken as refused:
        raise Invalid({at: [refused.for_owner]}) from None


def by_public_id(organisation_id: UUID, text: str) -> Member:
    """A member by the id we gave, or by the code of the pass they showed. Raises RuleBroken (`customer_not_found`)."""
    found: Member | None = None
    try:
        if code := passes.code_in(text):
            found = passes.holder(organisation_id, code)
        else:
            identifier = parse_id("mem", text)
            found = Member.objects.filter(organisation_id=organisation_id, id=identifier).first()
            while found is not None and found.merged_into is not None:
                found = Member.objects.filter(organisation_id=organisation_id, id=found.merged_into).first()
    except RuleBroken:
        found = None
    if found is None or found.erased_at is not None:
        raise unknown()
    return found


def by_phone(organisation_id: UUID, phone: str) -> Member | None:
    """The member with this number (E.164)."""
    return Member.objects.filter(organisation_id=organisation_id, phone=phone, merged_into=None).first()


def unknown() -> RuleBroken:
    """The refusal: alike for somebody of another merchant and for nobody."""
    return RuleBroken("There is no such customer.", code="customer_not_found", status=404)


def enrol(
    caller: Bearer, *, store_id: UUID, phone: str, fields: Mapping[str, Any], now: datetime, closed_at: datetime
) -> Member | None:
    """The member with this number; whoever is not a member becomes one. What is known already stays as it is.

    None for somebody who asked to be forgotten after that sale (E45).
    """
    organisation_id = caller.organisation_id
    if found := by_phone(organisation_id, phone):
        return found
    if guards.is_from_before(organisation_id, phone, closed_at, now=now):
        return None
    try:
        return profile.create(
            organisation_id=organisation_id,
            store_id=store_id,
            phone=phone,
            actor=caller.actor,
            now=now,
            fields={name: value for name, value in fields.items() if name in PROFILE and value not in (None, "", [])},
        )
    except profile.MemberExists:  # two first orders at once
        return by_phone(organisation_id, phone)


def agree(
    caller: Bearer, member: Member, said: Mapping[str, Any], *, source: Source, now: datetime, context: str
) -> None:
    """Keep what this person said about advertising, as far as the call says anything; null says nothing (1.9)."""
    for channel, name in ((Channel.SMS, "has_optin"), (Channel.EMAIL, "has_optin_email")):
        value = said.get(name)
        if value is None:
            continue
        current = member.sms_consent if channel is Channel.SMS else member.email_consent
        if value == current and value is True:
            continue
        consents.record(
            organisation_id=caller.organisation_id,
            member_id=member.id,
            channel=channel,
            value=value,
            source=source,
            actor=caller.actor,
            now=now,
            at=now if value else None,
            context=context[:120],
        )
