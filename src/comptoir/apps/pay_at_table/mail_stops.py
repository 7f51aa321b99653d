"""The stop link of a mail: whoever got it may take his address out of an integration; nothing happens by opening it."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table.integrations import addresses_in
from comptoir.apps.pay_at_table.models import Integration
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.kernel.seal import SealBroken

GOOD_FOR: Final = timedelta(days=90)
STOP_ROUTE: Final = "pay-at-table/stop/<str:token>"
"""Where the page behind the link answers; so the mails say."""


def url_of(integration: Integration, address: str, *, now: datetime) -> str:
    """The address of the link."""
    claims = {"stop": public_id("int", integration.id), "to": address}
    token = sealer().sign(claims, expires_at=now + GOOD_FOR)
    return f"{settings.COMPTOIR_URL}/{STOP_ROUTE.replace('<str:token>', token)}"


def behind(token: str, *, now: datetime) -> tuple[Integration, str]:
    """The integration and the address a token is about. Raises RuleBroken `link_unknown`."""
    try:
        claims = sealer().verify(token, now=now)
        integration = Integration.objects.filter(id=parse_id("int", str(claims["stop"]))).first()
    except (SealBroken, KeyError) as error:
        raise RuleBroken(_("This link is not one of ours."), code="link_unknown", status=404) from error
    if integration is None:
        raise RuleBroken(_("This link is not one of ours."), code="link_unknown", status=404)
    return integration, str(claims["to"])


def stop(token: str, *, now: datetime) -> Integration:
    """Take the address out. Harmless to repeat. Raises RuleBroken `link_unknown`."""
    integration, address = behind(token, now=now)
    with transaction.atomic():
        row = Integration.objects.select_for_update().get(
            organisation_id=integration.organisation_id, id=integration.id
        )
        row.emails = ", ".join(each for each in addresses_in(row.emails) if each != address)
        row.save(update_fields=["emails"])
        return row
