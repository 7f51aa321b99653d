"""Say on the till itself that a guest has paid and the bill does not show it."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import checks
from comptoir.apps.pay_at_table.alarm_tables import Notice
from comptoir.apps.pay_at_table.models import ENDS, GuestPayment
from comptoir.kernel.money import Money
from comptoir.pos.capabilities import ShowsMessages
from comptoir.web import formats


def show(organisation_id: UUID, payment_id: UUID, *, now: datetime) -> None:
    """Once for each cause, while it lasts. Raises the vendor's errors."""
    live = Notice.objects.filter(organisation_id=organisation_id, payment_id=payment_id, over_at=None, shown_at=None)
    payment = GuestPayment.objects.get(organisation_id=organisation_id, id=payment_id)
    if payment.state in ENDS or not live.exists():
        return
    integration = checks.integration_of(organisation_id, payment.integration_id)
    with translation.override(integration.language):
        words = _(
            "Table %(table)s paid %(amount)s by %(provider)s, not on the check, ref %(ref)s, do not ask again."
        ) % {
            "table": payment.table_number or "–",
            "amount": formats.money(Money(payment.at_stake, payment.currency)),
            "provider": integration.name,
            "ref": payment.ulid[-4:],
        }
    with checks.at_the_till(integration) as (vendor, location):
        cast(ShowsMessages, vendor).show_message(location, words)
    live.update(shown_at=now)
