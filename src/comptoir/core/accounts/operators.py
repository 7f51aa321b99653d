"""Who runs the installation: an account that may enter the back office."""

from datetime import datetime

from django.db import transaction

from comptoir.core.accounts import house
from comptoir.core.accounts.models import User
from comptoir.core.audit.notes import SYSTEM
from comptoir.kernel.errors import RuleBroken


@transaction.atomic
def set_operator(*, email: str, is_operator: bool, now: datetime) -> User:
    """Let an account in, or not any more. Raises RuleBroken (`not_found`, 404) for an address without an account."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise RuleBroken(f"There is no account with the address {email}.", code="not_found", status=404)
    if user.is_operator == is_operator:
        return user
    user.is_operator = is_operator
    user.save(update_fields=["is_operator"])
    what = "operator.made" if is_operator else "operator.removed"
    house.note(actor=SYSTEM, what=what, subject=user.email, now=now)
    return user
