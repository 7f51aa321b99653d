"""Links in mails: they open the retry page without a login and change nothing by being opened.

A link is 256 random bits, kept as their hash, good for seven days or until what it is about is settled, however often
it is pressed meanwhile, but not faster than ten times a minute (pay-at-table.md F5).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import retrying, typed_in
from comptoir.apps.pay_at_table.alarm_tables import RetryLink
from comptoir.apps.pay_at_table.models import ENDS, GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import Order
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from comptoir.kernel.seal import new_token, token_hash

GOOD_FOR: Final = timedelta(days=7)
WINDOW: Final = timedelta(minutes=1)
MOST_PRESSES: Final = 10
ACTOR: Final = "mail"

RETRY_ROUTE: Final = "pay-at-table/again/<str:token>"
"""Where the page behind the button answers; so the mails say."""
ORDER_ROUTE: Final = "pay-at-table/orders/<str:order_id>"


@dataclass(frozen=True)
class Opened:
    """What a link leads to: one payment, or those of one cause."""

    link: RetryLink
    integration: Integration
    payments: tuple[GuestPayment, ...]


def make(*, integration: Integration, now: datetime, payment_id: UUID | None = None, code: str = "") -> str:
    """A link's token, in clear for the only time. Without a payment it is for all of one cause."""
    clear = new_token("")
    RetryLink.objects.create(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        payment_id=payment_id,
        code=code,
        token_hash=token_hash(clear),
        expires_at=now + GOOD_FOR,
        created_at=now,
    )
    return clear


def url_of(token: str) -> str:
    """The address that a mail's button leads to."""
    return f"{settings.COMPTOIR_URL}/{RETRY_ROUTE.replace('<str:token>', token)}"


def open_link(token: str, *, now: datetime) -> Opened:
    """What is behind a token; looking changes nothing. Raises RuleBroken `link_unknown` (404), `link_expired` (410)."""
    link = RetryLink.objects.filter(token_hash=token_hash(token)).first()
    if link is None:
        raise RuleBroken(_("This link is not one of ours."), code="link_unknown", status=404)
    if link.expires_at <= now:
        words = _("This link has expired. Sign in to see the open payments.")
        raise RuleBroken(words, code="link_expired", status=410)
    mine = link.organisation_id
    integration = Integration.objects.get(organisation_id=mine, id=link.integration_id)
    found = GuestPayment.objects.filter(organisation_id=mine, integration_id=link.integration_id, is_test=False)
    if link.payment_id is not None:
        return Opened(link, integration, tuple(found.filter(id=link.payment_id)))
    open_ones = found.filter(reason__in=retrying.reasons_of(link.code)).exclude(state__in=ENDS)
    return Opened(link, integration, tuple(open_ones.order_by("id")[: retrying.MOST_AT_ONCE]))


def press(token: str, *, now: datetime, check_id: str = "", seen: int = 0) -> list[GuestPayment]:
    """Retry what the link is about. Raises RuleBroken: as `open_link`, `pressed_too_often` (429), as `retry`, and
    `perhaps_entered_by_hand` where the bill shows more lines like it than the `seen` ones (E38)."""
    opened = open_link(token, now=now)
    _count(opened.link, now)
    mine = opened.link.organisation_id
    if opened.link.payment_id is None:
        return retrying.retry_all(
            organisation_id=mine, integration_id=opened.integration.id, cause=opened.link.code, actor=ACTOR, now=now
        )
    identifier = opened.link.payment_id
    for payment in opened.payments:
        typed_in.must_be_another(payment, seen=seen, now=now, check_id=check_id)
    return [retrying.retry(organisation_id=mine, payment_id=identifier, actor=ACTOR, now=now, check_id=check_id)]


def payment_url(payment: GuestPayment) -> str:
    """The page of one payment, for whoever is signed in."""
    return f"{settings.COMPTOIR_URL}/pay-at-table/payments/{payment.public_id}"


def order_url(order: Order) -> str:
    """The page of one order, for whoever is signed in."""
    return f"{settings.COMPTOIR_URL}/{ORDER_ROUTE.replace('<str:order_id>', order.public_id)}"


def list_url() -> str:
    """The list of open payments, for whoever is signed in."""
    return f"{settings.COMPTOIR_URL}/pay-at-table/payments?state=open"


def integration_url(integration: Integration) -> str:
    """The settings of an integration, for whoever is signed in."""
    return f"{settings.COMPTOIR_URL}/pay-at-table/integrations/{public_id('int', integration.id)}"


def reconciliation_url(integration: Integration, day: date) -> str:
    """The report of a business day, for whoever is signed in."""
    return f"{settings.COMPTOIR_URL}/pay-at-table/reconciliation?integration={integration.public_id}&day={day}"


def _count(link: RetryLink, now: datetime) -> None:
    with transaction.atomic():
        row = RetryLink.objects.select_for_update().get(organisation_id=link.organisation_id, id=link.id)
        if row.pressed_at is None or now - row.pressed_at >= WINDOW:
            row.pressed_at, row.presses = now, 0
        row.presses += 1
        if row.presses > MOST_PRESSES:
            words = _("Pressed too often. Wait a minute.")
            raise RuleBroken(words, code="pressed_too_often", status=429)
        row.save(update_fields=["pressed_at", "presses"])
