"""Consent to advertising: records that are added and never changed, and the one answer they give (loyalty.md 1.9).

Being a member is no consent. Missing is no. An act of the person (on a tablet, at the counter, a STOP) counts from its
instant on; what is merely copied from another file or sale never turns an explicit no back into a yes (E44).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comptoir.apps.loyalty.hooks import emitting
from comptoir.apps.loyalty.members import profile
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Consent
from comptoir.core.connections.sealing import sealer
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import SealBroken

WORDING: Final = "1"
"""Version of the sentences that people agree to; raise it when one of them changes its meaning."""
CLOCK_SKEW: Final = timedelta(minutes=5)
LINK_LASTS: Final = timedelta(days=5 * 365)
PURPOSE: Final = "unsubscribe"


class Channel(StrEnum):
    """How advertising reaches people."""

    SMS = "sms"
    EMAIL = "email"


class Source(StrEnum):
    """Where a record comes from. The last two are copies: nobody was asked at that moment."""

    TABLET = "tablet"
    COUNTER = "counter"
    PAGE = "page"
    WEB = "web"
    POS = "pos"
    STOP = "stop"
    UNSUBSCRIBE = "unsubscribe"
    ORDER = "order"
    IMPORT = "import"


COPIES: Final = frozenset({Source.ORDER, Source.IMPORT})


@dataclass(frozen=True)
class Said:
    """One record, as far as the answer depends on it."""

    value: bool
    at: datetime
    source: str


def holds(records: Iterable[Said]) -> bool:
    """Whether there is consent now; the same whatever order the records came in."""
    answer, refused = False, False
    # Of two at one instant the no is the later one: doubt is no consent.
    for each in sorted(records, key=lambda said: (said.at, not said.value)):
        if not each.value:
            answer, refused = False, True
        elif each.source not in COPIES:
            answer, refused = True, False
        elif not refused:
            answer = True
    return answer


@transaction.atomic
def record(
    *,
    organisation_id: UUID,
    member_id: UUID,
    channel: Channel,
    value: bool,
    source: Source,
    actor: str,
    now: datetime,
    at: datetime | None = None,
    context: str = "",
) -> bool:
    """Add what a person said, and return whether there is consent now. `at` is when it was said, if not just now.

    Raises RuleBroken: `not_found` (404), `person_erased` (409), `consent_needs_time` (422, a copied yes without the
    instant it was given), `consent_in_future` (422).
    """
    if at is None and value and source in COPIES:
        raise RuleBroken(
            _("Consent that was given elsewhere needs the moment it was given."), code="consent_needs_time", status=422
        )
    if at is not None and at > now + CLOCK_SKEW:
        raise RuleBroken(_("Consent cannot be given in the future."), code="consent_in_future", status=422)
    profile.locked_person(organisation_id, member_id)  # whoever was merged may still say no
    emitting.emit(organisation_id, emitting.CONSENT, member_id=member_id, now=now, channel=channel, value=value)
    Consent.objects.create(
        organisation_id=organisation_id,
        member_id=member_id,
        channel=channel,
        value=value,
        at=at or now,
        recorded_at=now,
        source=source,
        actor=actor,
        wording=f"{WORDING}-{get_language() or 'en'}",
        context=context[:120],
    )
    answers = refresh(organisation_id, [member_id])
    notify_live(organisation_id, "loyalty")
    return answers[member_id][channel]


def refresh(organisation_id: UUID, member_ids: Iterable[UUID]) -> dict[UUID, dict[Channel, bool]]:
    """Bring what lists filter by in step with the records; the caller holds the members' locks."""
    wanted = set(member_ids)
    said: dict[tuple[UUID, str], list[Said]] = {}
    for row in Consent.objects.filter(organisation_id=organisation_id, member_id__in=wanted):
        said.setdefault((row.member_id, row.channel), []).append(Said(row.value, row.at, row.source))
    answers = {each: {channel: holds(said.get((each, channel), ())) for channel in Channel} for each in wanted}
    changed = []
    for member in Member.objects.filter(organisation_id=organisation_id, id__in=wanted):
        sms, email = answers[member.id][Channel.SMS], answers[member.id][Channel.EMAIL]
        if (member.sms_consent, member.email_consent) != (sms, email):
            member.sms_consent, member.email_consent = sms, email
            changed.append(member)
    for member in changed:
        member.save(update_fields=["sms_consent", "email_consent"])
    return answers


def stop(*, organisation_id: UUID, phone: str, actor: str, now: datetime, at: datetime | None = None) -> bool:
    """Somebody answered STOP from this number (E.164): no more SMS, for all stores. False when nobody has it."""
    member = Member.objects.filter(organisation_id=organisation_id, phone=phone).exclude(phone="").first()
    if member is None:
        return False
    record(
        organisation_id=organisation_id,
        member_id=member.id,
        channel=Channel.SMS,
        value=False,
        source=Source.STOP,
        actor=actor,
        now=now,
        at=at,
    )
    return True


def unsubscribe_token(*, organisation_id: UUID, member_id: UUID, channel: Channel, now: datetime) -> str:
    """What a link in a mail carries; it names the person without saying who it is."""
    claims = {"for": PURPOSE, "org": str(organisation_id), "mem": str(member_id), "ch": channel.value}
    return sealer().sign(claims, expires_at=now + LINK_LASTS)


def behind(token: str, *, now: datetime) -> tuple[UUID, UUID, Channel]:
    """Organisation, member and channel of a link. Raises RuleBroken (404)."""
    try:
        said = sealer().verify(token, now=now)
        if said["for"] != PURPOSE:
            raise KeyError(PURPOSE)
        return UUID(said["org"]), UUID(said["mem"]), Channel(said["ch"])
    except (SealBroken, KeyError, ValueError) as error:
        raise RuleBroken(
            _("This link is not whole. Open it from the mail once more."), code="not_found", status=404
        ) from error


def records(organisation_id: UUID, member_id: UUID) -> list[Consent]:
    """All of them, the latest first: the proof."""
    rows = Consent.objects.filter(organisation_id=organisation_id, member_id=member_id)
    return sorted(rows, key=lambda row: (row.at, row.recorded_at, row.id), reverse=True)
