"""The checklist that a partner goes through before his till sells (loyalty.md 2.5): each point is shown by a call."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.apps.loyalty.partner_tables import PartnerCheck
from comptoir.core.accounts.partners.tokens import Bearer

SOON: Final = timedelta(minutes=2)
TOKEN, STORES, ENROLLED, ASKED, FOUND = "token", "stores", "enrolled", "optin_asked", "found"
ORDER, CUSTOMER, LINES, AT_ONCE, AGAIN = "order", "order_customer", "order_lines", "order_at_once", "order_again"
LISTED, BOUGHT, USED, REFUNDED = "rewards_listed", "reward_bought", "reward_used", "refunded"
CHECKS: Final[dict[str, str | Promise]] = {
    TOKEN: _("The token was tested."),
    STORES: _("The stores were read, so that each till knows its slug."),
    ENROLLED: _("A customer was enrolled with a phone number."),
    ASKED: _("The customer was asked for consent to advertising, and the answer was sent: yes or no."),
    FOUND: _("A customer was found by phone number, public id or pass."),
    ORDER: _("An order was sent with the slug of its store."),
    CUSTOMER: _("An order carried its customer: phone number or public id."),
    LINES: _("An order carried its products, each with the number the till knows it by."),
    AT_ONCE: _("An order was sent within two minutes of its payment."),
    AGAIN: _("An order was sent twice, and the second answer was taken as success."),
    LISTED: _("The rewards of a customer were listed."),
    BOUGHT: _("A reward was bought."),
    USED: _("A reward was used on an order, with its line and its public id."),
    REFUNDED: _("A refund was told under a number of its own."),
}


@dataclass(frozen=True)
class Point:
    """One point: since when it is shown, or not yet."""

    name: str
    words: str | Promise
    first_at: datetime | None


def observe(caller: Bearer, *names: str, now: datetime) -> None:
    """These points were shown by a call. Shown before, nothing changes."""
    PartnerCheck.objects.bulk_create(
        [
            PartnerCheck(
                organisation_id=caller.organisation_id, client_id=caller.client_id, check_name=name, first_at=now
            )
            for name in names
        ],
        ignore_conflicts=True,
    )


def points(organisation_id: UUID, client_id: UUID) -> list[Point]:
    """Every point, in the order of the list."""
    rows = PartnerCheck.objects.filter(organisation_id=organisation_id, client_id=client_id)
    shown = dict(rows.values_list("check_name", "first_at"))
    return [Point(name, words, shown.get(name)) for name, words in CHECKS.items()]
