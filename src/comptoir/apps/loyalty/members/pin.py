"""Set a member's PIN, or take it away."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import pins, tries
from comptoir.apps.loyalty.members import profile
from comptoir.kernel.errors import RuleBroken


@transaction.atomic
def set_pin(*, organisation_id: UUID, member_id: UUID, pin: str, actor: str, now: datetime) -> None:
    """A new PIN, or none (an empty one). Raises RuleBroken as `profile.locked`, and `pin_invalid` (422)."""
    if pin and not pins.SHAPE.fullmatch(pin):
        raise RuleBroken(_("A PIN is four digits."), code="pin_invalid", status=422)
    member = profile.locked(organisation_id, member_id)
    member.pin = make_password(pin) if pin else ""
    member.save(update_fields=["pin"])
    tries.forget(pins.subject(member))
    profile.note(member, what="pin_set" if pin else "pin_removed", actor=actor, now=now)
