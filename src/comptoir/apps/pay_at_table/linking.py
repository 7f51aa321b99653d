"""Provider keys, and which integration each may see: the merchant says, once, and may take it back."""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table.link_tables import Link, LinkState, ProviderKey
from comptoir.apps.pay_at_table.models import Integration
from comptoir.core.audit.notes import note
from comptoir.core.outbox import endpoints
from comptoir.core.outbox.endpoints import Audience
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret, new_token, token_hash

START: Final = 12
EVENTS: Final = "pay_at_table"
"""The stream that its endpoints hear (`events.py`)."""
MOST_KEYS: Final = 2
"""Of one provider's program at a time: the one in use, and the one that takes its place."""


def make_key(
    *,
    provider: str,
    now: datetime,
    beside: ProviderKey | None = None,
    is_test: bool = False,
    networks: Sequence[str] = (),
    contact: str = "",
) -> tuple[ProviderKey, Secret]:
    """A key and its only showing. `beside` names the key it will replace: both are good until that one is revoked.

    Raises RuleBroken `too_many_keys` beyond two, `network_invalid`.
    """
    allowed = [str(_network(each)) for each in networks]
    clear = new_token("cpt_test_" if is_test else "cpt_live_")
    key = ProviderKey(
        provider=provider, is_test=is_test, networks=allowed, contact=contact, start=clear[:START], created_at=now
    )
    key.key_hash = token_hash(clear)
    key.app_id = beside.app_id if beside else key.id
    with transaction.atomic():
        good = ProviderKey.objects.select_for_update().filter(app_id=key.app_id, revoked_at=None)
        if len(good) >= MOST_KEYS:
            raise RuleBroken(_("Revoke one of its two keys first."), code="too_many_keys", status=409)
        key.save()
    return key, Secret(clear)


def revoke_key(key: ProviderKey, *, now: datetime) -> None:
    """From now on it opens nothing. Harmless to repeat."""
    ProviderKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=now)


def key_behind(clear: str) -> ProviderKey | None:
    """The key behind a bearer, unless it is unknown or revoked."""
    return ProviderKey.objects.filter(key_hash=token_hash(clear), revoked_at=None).first()


def may_come_from(key: ProviderKey, address: str) -> bool:
    """Whether the key may be used from there."""
    try:
        return not key.networks or any(ip_address(address) in ip_network(each) for each in key.networks)
    except ValueError:
        return False


def ask(*, key: ProviderKey, integration_id: UUID, now: datetime) -> Link:
    """A provider asks; asking again changes nothing, whatever was decided. Raises RuleBroken."""
    integration = Integration.objects.filter(id=integration_id, is_test=key.is_test).first()
    if integration is None:
        raise nothing_here()
    link, _made = Link.objects.get_or_create(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        key_id=key.app_id,
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
        if not yes:
            _silence(link)
        what = "table.provider_linked" if yes else "table.provider_refused"
        note(organisation_id=organisation_id, actor=actor, what=what, now=now)
        return link


def unlink(*, key: ProviderKey, integration_id: UUID, now: datetime) -> None:
    """The provider itself lets go. Harmless to repeat."""
    with transaction.atomic():
        for link in Link.objects.select_for_update().filter(key_id=key.app_id, integration_id=integration_id):
            actor, what = f"provider:{key.id}", "table.provider_left"
            note(organisation_id=link.organisation_id, actor=actor, what=what, now=now, subject=key.provider)
            _silence(link)
            link.delete()


def seen_by(key: ProviderKey, integration_id: UUID) -> Integration:
    """An integration this key is linked to. Raises RuleBroken: that others exist is nobody's business."""
    link = Link.objects.filter(key_id=key.app_id, integration_id=integration_id, state=LinkState.LINKED).first()
    if link is None:
        raise nothing_here()
    found = Integration.objects.filter(organisation_id=link.organisation_id, id=integration_id, is_test=key.is_test)
    mine = found.first()
    if mine is None:
        raise nothing_here()
    return mine


def _silence(link: Link) -> None:
    """Its addresses hear nothing any more."""
    audience = Audience(EVENTS, link.integration_id, link.key_id)
    endpoints.remove_all(organisation_id=link.organisation_id, audience=audience)


def nothing_here() -> RuleBroken:
    """The one answer to whoever may not see."""
    return RuleBroken(_("There is no such integration."), code="integration_not_found", status=404)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        words = f"{text[:60]} is no network such as 192.0.2.0/24."
        raise RuleBroken(words, code="network_invalid", status=422) from None
