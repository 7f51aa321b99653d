"""Numbers that may not collect a sale: of staff, too often in a day, paused, erased (loyalty.md E29, E45).

One refusal for all of them: a screen that told them apart would tell who is a member (E30).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from comptoir.apps.loyalty.members import habits
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.persons import Erased
from comptoir.core.accounts.models import Store
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken

REMEMBERED: Final = timedelta(days=365)


def require_welcome(offer: Offer, phone: str, *, now: datetime) -> None:
    """Raises RuleBroken `number_refused` (409)."""
    settings = habits.of(offer.organisation_id)
    member = Member.objects.filter(organisation_id=offer.organisation_id, phone=phone).first()
    if (
        phone in settings.staff_phones
        or (member is None and is_from_before(offer.organisation_id, phone, offer.closed_at, now=now))
        or (member is not None and member.paused_at is not None)
        or (member is not None and _is_over(offer, member.id, settings.most_claims_per_day, now))
    ):
        raise RuleBroken(
            _("This sale cannot be collected with this number. The staff can tell why."), code="number_refused"
        )


def is_from_before(organisation_id: UUID, phone: str, closed_at: datetime, *, now: datetime) -> bool:
    """Whether whoever had this number asked to be forgotten after that sale, within the last 12 months."""
    hashes = sealer().fingerprints(f"{organisation_id} {phone}")
    rows = Erased.objects.filter(organisation_id=organisation_id, phone_hash__in=hashes)
    return rows.filter(erased_at__gte=closed_at, erased_at__gt=now - REMEMBERED).exists()


def erased(organisation_id: UUID, numbers: Collection[str], *, now: datetime) -> set[str]:
    """Those of these numbers that were erased within the last 12 months."""
    rows = Erased.objects.filter(organisation_id=organisation_id, erased_at__gt=now - REMEMBERED)
    known = {bytes(each) for each in rows.values_list("phone_hash", flat=True)}
    if not known:
        return set()
    return {each for each in numbers if known & set(sealer().fingerprints(f"{organisation_id} {each}"))}


def remember_erased(organisation_id: UUID, phone: str, *, now: datetime) -> None:
    """Keep the keyed hash of a number, and forget those that are 12 months old."""
    forget_old(now=now)
    if phone:
        newest = sealer().fingerprints(f"{organisation_id} {phone}")[0]
        Erased.objects.update_or_create(organisation_id=organisation_id, phone_hash=newest, defaults={"erased_at": now})


def forget_old(*, now: datetime) -> None:
    """Hashes of numbers, of everybody, after 12 months."""
    Erased.objects.filter(erased_at__lte=now - REMEMBERED).delete()


def _is_over(offer: Offer, member_id: UUID, most: int | None, now: datetime) -> bool:
    if most is None:
        return False
    zone = Store.objects.get(organisation_id=offer.organisation_id, id=offer.store_id).timezone
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Offer.objects.filter(
        organisation_id=offer.organisation_id, member_id=member_id, claimed_at__gte=midnight, claimed_at__lte=now
    )
    return rows.count() >= most
