"""Who runs the installation: an account that may enter the back office."""

from comptoir.core.accounts.models import User
from comptoir.kernel.errors import RuleBroken


def set_operator(*, email: str, is_operator: bool) -> User:
    """Let an account in, or not any more. Raises RuleBroken (`not_found`, 404) for an address without an account."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise RuleBroken(f"There is no account with the address {email}.", code="not_found", status=404)
    user.is_operator = is_operator
    user.save(update_fields=["is_operator"])
    return user
