"""A new request told in the managers' chat, over a webhook that speaks Slack's words (loyalty.md 2.2)."""

import json
from uuid import UUID

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from comptoir.core.accounts.partner_tables import PartnerRequest
from comptoir.core.jobs import engine
from comptoir.kernel import egress
from comptoir.kernel.errors import VendorBusy

log = structlog.get_logger(__name__)


def post(organisation_id: UUID, request_id: UUID) -> None:
    """Post one message. Raises VendorBusy while nobody takes it."""
    rows = PartnerRequest.objects.filter(organisation_id=organisation_id, id=request_id)
    row = rows.select_related("organisation", "client").first()
    if row is None or not settings.COMPTOIR_PARTNER_CHAT_URL:
        return
    words = f"{row.organisation.name} wants {row.client.name} connected: {settings.COMPTOIR_URL}/backoffice/partners"
    call = egress.Call(
        settings.COMPTOIR_PARTNER_CHAT_URL,
        json.dumps({"text": words}).encode(),
        {"content-type": "application/json", "user-agent": "Comptoir"},
    )
    [outcome] = egress.post_all([call], egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW))
    if outcome.answer is None or outcome.answer.status >= 300:
        status = outcome.answer.status if outcome.answer else None
        log.warning("partner_chat.failed", status=status)
        raise VendorBusy(_("The chat does not answer."), for_log=f"partner chat: status {status} {outcome.fault}")


@engine.job("accounts.partner_chat", queue=engine.WEBHOOKS)
def tell(*, organisation_id: str, asked_id: str, **_: str) -> None:
    """The same as a job; tried again for about two days."""
    post(UUID(organisation_id), UUID(asked_id))
