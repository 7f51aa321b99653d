"""Provider keys, and which integration each may see: the merchant says, once, and may take it back."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from comptoir.apps.pay_at_table.models import Integration, Link, LinkState, ProviderKey
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret, new_token, token_hash

START: Final = 12


def make_key(*, provider: str, now: datetime) -> tuple[ProviderKey, Secret]:
    """A key and its only showing."""
    clear = new_token("cpt_live_")
    key = ProviderKey.objects.create(provider=provider, key_hash=token_hash(clear), start=clear[:START], created_at=now)
    return key, Secret(clear)


def key_behind(clear: str) -> ProviderKey | None:
    """The key behind a bearer, unless it is unknown or revoked."""
    return ProviderKey.objects.filter(key_hash=token_hash(clear), revoked_at=None).first()


def ask(*, key: ProviderKey, integration_id: UUID, now: datetime) -> Link:
    """A provider asks; asking again changes nothing, whatever was decided. Raises RuleBroken."""
    integration = Integration.objects.filter(id=integration_id).first()
    if integration is None:
        raise nothing_here()
    link, _ = Link.objects.get_or_create(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        key_id=key.id,
        defaults={"asked_at": now},
    )
    return link


def decide(*, organisation_id: UUID, integration_id: UUID, key_id: UUID, yes: bool, actor: str, now: datetime) -> Link:
    """The merchant's word; also how a link is taken back. Raises RuleBroken."""
    with transaction.atomic():
        found = Link.objects.select_for_update().filter(
            organisation_id=organisation_id, integration_id=integration_id, key_id=key_id
        )
        link = found.first()
        if link is None:
            raise nothing_here()
        link.state = LinkState.LINKED if yes else LinkState.REFUSED
        link.decided_at, link.decided_by = now, actor
        link.save(update_fields=["state", "decided_at", "decided_by"])
        what = "table.provider_linked" if yes else "table.provider_refused"
        note(organisation_id=organisation_id, actor=actor, what=what, now=now)
        return link


def unlink(*, key: ProviderKey, integration_id: UUID, now: datetime) -> None:
    """The provider itself lets go. Harmless to repeat."""
    del now
    Link.objects.filter(key_id=key.id, integration_id=integration_id).delete()


def seen_by(key: ProviderKey, integration_id: UUID) -> Integration:
    """An integration this key is linked to. Raises RuleBroken: that others exist is nobody's business."""
    link = Link.objects.filter(key_id=key.id, integration_id=integration_id, state=LinkState.LINKED).first()
    if link is None:
        raise nothing_here()
    return Integration.objects.get(organisation_id=link.organisation_id, id=integration_id)


def nothing_here() -> RuleBroken:
    """The one answer to whoever may not see."""
    return RuleBroken("There is no such integration.", code="integration_not_found", status=404)
