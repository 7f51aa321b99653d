"""Passes scanned at the till: the till is told whose it is, and the bill it was scanned for is collected by itself.

The reference that the till is given comes back with the closed bill (loyalty.md 2.6).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.apps.loyalty import claims, wallets
from comptoir.apps.loyalty.expiring import FRENCH
from comptoir.apps.loyalty.holdings import Held, HeldReward, Reward, RewardProduct
from comptoir.apps.loyalty.members import passes
from comptoir.apps.loyalty.models import Member, Offer
from comptoir.apps.loyalty.points import State
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import reads
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.scans import REFERENCE, Scanned

log = structlog.get_logger(__name__)

ACTOR: Final = "pass"
MOST_PRODUCTS: Final = 5


def scanned(organisation_id: UUID, store_id: UUID, provider: str, code: str, now: datetime) -> Scanned | None:
    """Whose pass this is, and the products of rewards they have bought; None for what is no pass of ours."""
    if not (known := passes.code_in(code)):
        return None
    member = passes.holder(organisation_id, known)
    store = Store.objects.get(organisation_id=organisation_id, id=store_id)
    balance = wallets.wallet_of(organisation_id, member.id).balance
    with translation.override("fr" if store.country in FRENCH else "en"):
        points = _("%(number)d pts") % {"number": balance}
    return Scanned(
        reference=known,
        message=" · ".join(part for part in (member.first_name, points) if part),
        first_name=member.first_name,
        products=_products(member, store_id, provider, now),
    )


def collect(organisation_id: UUID, sale_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Give bills to those whose pass was scanned for them; returns the sales that were given.

    Whoever collected first keeps it; twice changes nothing.
    """
    shown = reads.aliases(organisation_id, sale_ids, prefix=f"{REFERENCE}:")
    if not shown:
        return set()
    given: set[UUID] = set()
    waiting = Offer.objects.filter(organisation_id=organisation_id, sale_id__in=shown, state=State.OPEN, member_id=None)
    for offer in waiting.order_by("sale_id"):
        try:
            claims.claim(
                organisation_id=organisation_id, offer_id=offer.id, phone=shown[offer.sale_id], actor=ACTOR, now=now
            )
        except RuleBroken as refused:  # it waits at the counter, as any other bill
            log.info("scan.not_collected", offer=offer.public_id, cause=refused.code)
        else:
            given.add(offer.sale_id)
    return given


def _products(member: Member, store_id: UUID, provider: str, now: datetime) -> tuple[str, ...]:
    """One product for each reward that is bought and can be used here."""
    mine = HeldReward.objects.filter(
        organisation_id=member.organisation_id, member_id=member.id, state=Held.AVAILABLE, valid_until__gt=now
    ).order_by("valid_until", "id")
    found: list[str] = []
    for held in mine[:MOST_PRODUCTS]:
        reward = Reward.objects.get(organisation_id=member.organisation_id, id=held.reward_id)
        rows = RewardProduct.objects.filter(
            organisation_id=member.organisation_id, reward_id=held.reward_id, provider=provider
        )
        product = rows.order_by("position").first()
        if product is not None and not reward.refusal(store_id, member.tags):
            found.append(product.sku)
    return tuple(found)
