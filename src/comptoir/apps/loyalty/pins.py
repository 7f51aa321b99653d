"""A member's PIN: four digits that points are spent with, kept as a hash (loyalty.md 1.7, 3.4, E31).

Five wrong ones block for a quarter of an hour; what is answered then is what a wrong PIN hears, so that nobody learns
from it. Tries are counted in the database, outside the deed that they stand before.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.urls import reverse
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import tries
from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.holdings import AlertKind
from comptoir.apps.loyalty.models import Member
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.send import send
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id

SHAPE: Final = re.compile(r"[0-9]{4}")
WRONG_PINS: Final = 5
BLOCKED_FOR: Final = timedelta(minutes=15)
TOLD_AFTER_BLOCKS: Final = 3
A_DAY: Final = timedelta(days=1)


def require(member: Member, typed: str | None, *, now: datetime) -> None:
    """Let whoever knows the PIN pass; a member without one needs none. Call it before the deed, in no transaction.

    Raises RuleBroken (403): `pin_required` when none was typed, `pin_wrong`.
    """
    if not member.pin:
        return
    if not typed:
        raise RuleBroken(_("This member spends points with a PIN."), code="pin_required", status=403)
    who = subject(member)
    number = tries.counted(who, window=BLOCKED_FOR, now=now)
    if number <= WRONG_PINS and SHAPE.fullmatch(typed) and check_password(typed, member.pin):
        tries.forget(who)
        return
    if number == WRONG_PINS:
        tries.prolong(who, until=now + BLOCKED_FOR)
        _blocked(member, now)
    raise RuleBroken(
        _("This PIN is not right. After five of them, wait a quarter of an hour."), code="pin_wrong", status=403
    )


def _blocked(member: Member, now: datetime) -> None:
    """Tell the owners when it happens again and again: a mail, and an alert on its page (E31)."""
    if tries.counted(f"pin blocks {member.id}", window=A_DAY, now=now) != TOLD_AFTER_BLOCKS:
        return
    telling.tell(
        organisation_id=member.organisation_id,
        kind=AlertKind.PIN_BLOCKED,
        subject=f"{now:%Y-%m-%d}",
        member_id=member.id,
        now=now,
    )
    url = settings.COMPTOIR_URL.rstrip("/") + reverse("loyalty_member", args=[public_id("mem", member.id)])
    owners = Membership.objects.filter(organisation_id=member.organisation_id, role=Role.OWNER, user__is_active=True)
    for owner in owners.select_related("user", "organisation"):
        send(
            template="loyalty/mails/pin_blocked",
            to=owner.user.email,
            language=owner.user.mail_language,
            context={"organisation": owner.organisation.name, "url": url, "times": TOLD_AFTER_BLOCKS},
            organisation_id=member.organisation_id,
            now=now,
            key=f"pin blocked {member.id} {now:%Y-%m-%d} {owner.user.pk}",
        )


def subject(member: Member) -> str:
    """What tries are counted under."""
    return f"pin {member.id}"
