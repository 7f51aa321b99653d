"""What a partner's token may do, in the words of the public API (loyalty.md 3.1)."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from comptoir.kernel.errors import RuleBroken

DOCUMENTED: Final = (
    "customer.create",
    "customer.read",
    "customer.update",
    "reward.create",
    "reward.read",
    "reward.update",
    "contest-game.create",
    "contest-game.read",
    "contest-game.update",
    "order.create",
    "order.read",
    "order.update",
    "checkin.create",
)
STORES: Final = "store.read"
"""Implied by any other."""
WEBHOOKS: Final = "webhook.manage"
ADJUST: Final = "points.adjust"
"""Needed to add points through the customer calls; nobody has it unless somebody gave it."""
SCOPES: Final = (*DOCUMENTED, STORES, WEBHOOKS, ADJUST)
DEFAULT: Final = (*DOCUMENTED, STORES, WEBHOOKS)


def read(text: str) -> tuple[str, ...]:
    """Scopes as they stand in an address: separated by commas or blanks. Raises RuleBroken (`scope_unknown`, 422)."""
    return checked(text.replace(",", " ").split())


def checked(scopes: Iterable[str]) -> tuple[str, ...]:
    """The same, in the order of the table, each once. Raises RuleBroken."""
    wanted = set(scopes)
    if unknown := wanted - set(SCOPES):
        raise RuleBroken(
            _("There is no scope %(name)s.") % {"name": sorted(unknown)[0][:40]}, code="scope_unknown", status=422
        )
    return tuple(each for each in SCOPES if each in wanted)
