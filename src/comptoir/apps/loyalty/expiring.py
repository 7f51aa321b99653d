"""Points that are gone are written down each night, and members hear of it thirty days before (loyalty.md 1.8).

What has expired follows from the entries alone, so a night may be left out, doubled or cut in the middle: whoever comes
next finds the same, and writes it once, under the member's lock. A spend between the deadline and the night is refused
by `wallets`, not by this.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from comptoir.apps.loyalty import entries, programmes, wallets
from comptoir.apps.loyalty.expiry.rules import Expiry, Term, Wallet, expired, next_expiry
from comptoir.apps.loyalty.members import consents
from comptoir.apps.loyalty.members.consents import Channel
from comptoir.apps.loyalty.models import Member, Programme
from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken

log = structlog.get_logger(__name__)

TOLD_BEFORE: Final = timedelta(days=30)
BATCH: Final = 200
FRENCH: Final = frozenset({"FR", "BE", "LU", "MC"})
"""Where a member whose language nobody knows is written to in French."""


def organisations() -> list[UUID]:
    """Those whose programme lets points expire, now or by an earlier version."""
    rows = Programme.objects.exclude(expiry=Expiry.NEVER)
    return sorted(set(rows.values_list("organisation_id", flat=True)))


def run(*, organisation_id: UUID, clock: Callable[[], datetime]) -> int:
    """Write down what has expired, and tell whose points go within thirty days; returns how many members lost some."""
    now = clock()
    term = wallets.term(organisation_id, now=now)
    if term.expiry is Expiry.NEVER or not programmes.runs_anywhere(organisation_id):
        return 0
    lost = 0
    for members in _batches(organisation_id):
        held = wallets.wallets_of(organisation_id, [each.id for each in members])
        for member in members:
            if expired(held[member.id], term, now):
                lost += _write(organisation_id, member.id, now)
            _tell(member, held[member.id], term, now)
    log.info("loyalty.expired", organisation=str(organisation_id), members=lost)
    return lost


def _batches(organisation_id: UUID) -> Iterator[Sequence[Member]]:
    """Every member who is somebody, by id."""
    latest: UUID | None = None
    rows = Member.objects.filter(organisation_id=organisation_id, merged_into=None).order_by("id")
    while True:
        found = list((rows.filter(id__gt=latest) if latest else rows)[:BATCH])
        if not found:
            return
        yield found
        latest = found[-1].id


@transaction.atomic
def _write(organisation_id: UUID, member_id: UUID, now: datetime) -> bool:
    """Looked at again under the lock: somebody may have spent meanwhile."""
    entries.lock(organisation_id, [member_id])
    before = entries.balance(organisation_id, member_id)
    return wallets.write_expired(organisation_id, member_id, now=now) != before


def _tell(member: Member, held: Wallet, term: Term, now: datetime) -> None:
    """Once for each day on which points go, and only to whoever agreed to mails."""
    coming = next_expiry(held, term, now)
    if coming is None or not member.email_consent or not member.email or member.paused_at or member.erased_at:
        return
    at, points = coming
    if at - now > TOLD_BEFORE:
        return
    last_day = (at - timedelta(microseconds=1)).astimezone(term.zone).date()
    organisation = Organisation.objects.get(id=member.organisation_id)
    token = consents.unsubscribe_token(
        organisation_id=member.organisation_id, member_id=member.id, channel=Channel.EMAIL, now=now
    )
    try:
        send(
            template="loyalty/mails/expiry",
            to=member.email,
            language=_language(member),
            context={
                "organisation": organisation.name,
                "name": member.first_name,
                "points": points,
                "last_day": last_day,
                "url": "",
                "unsubscribe": settings.COMPTOIR_URL.rstrip("/") + reverse("loyalty_unsubscribe", args=[token]),
            },
            organisation_id=member.organisation_id,
            now=now,
            key=f"points expire {member.id} {last_day}",
        )
    except RuleBroken as unaddressable:  # an address that was typed wrong costs its member the mail, and nobody else
        log.warning("loyalty.expiry_not_told", member=str(member.id), cause=unaddressable.code)


def _language(member: Member) -> str:
    store = Store.objects.filter(organisation_id=member.organisation_id, id=member.store_id).first()
    return "fr" if store and store.country in FRENCH else "en"
