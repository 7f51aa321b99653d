"""Offers for sales that have none yet: many at once, and settled as they are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, LiteralString
from uuid import UUID

from comptoir.apps.loyalty import named, programmes, redeemed, worth, writing
from comptoir.apps.loyalty.alerts import telling
from comptoir.apps.loyalty.holdings import AlertKind
from comptoir.apps.loyalty.models import Offer
from comptoir.core import prepared
from comptoir.core.installations import modules
from comptoir.core.ledger import reads, twins
from comptoir.kernel import arrays

KNOWN_SQL: Final[LiteralString] = (
    "SELECT sale_id FROM loyalty_offer WHERE organisation_id = %s AND sale_id = ANY(%s::uuid[])"
)


@dataclass(frozen=True)
class Made:
    """`settled`: offers that are new and need no second look; `chains`: the sales that had no offer, as they were read.

    A new offer is nobody's but ours until the transaction ends. It was computed from what stood before it was inserted;
    whoever wrote a correction since then hears of it after us, waits for the offer, and settles it. So it is settled,
    unless its bill names rewards or has used some.
    """

    settled: Sequence[Offer] = ()
    chains: Mapping[UUID, reads.Chain] = field(default_factory=dict)


def make_missing(organisation_id: UUID, roots: Sequence[UUID], now: datetime) -> Made:
    """Offers for those of these sales that can have one and have none, wherever loyalty runs."""
    missing = set(roots) - _known(organisation_id, roots)
    chains = reads.chains_of(organisation_id, missing) if missing else {}
    found = [chain for _sale_id, chain in sorted(chains.items()) if worth.begins_an_offer(chain.root)]
    running = programmes.running_at(organisation_id, {chain.root.store_id for chain in found}) if found else set()
    made = [chain for chain in found if chain.root.store_id in running]
    if not made:
        return Made(chains=chains)
    versions = programmes.versions(organisation_id, now=now)
    doubled = modules.with_several_tills(organisation_id, {chain.root.store_id for chain in made})
    drafts = [_draft(organisation_id, chain, versions, now, doubled) for chain in made]
    # In the order of their sales, so that two inserters never wait for each other; the second finds the first's.
    new = writing.write(drafts, returned="sale_id")
    _tell_of_twins(organisation_id, drafts, now)
    used = redeemed.used_on(organisation_id, new)
    plain = {chain.root.id for chain in made if not named.names(chain.root.sale)} - set(used)
    return Made([draft for draft in drafts if draft.sale_id in new and draft.sale_id in plain], chains)


def _known(organisation_id: UUID, sale_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these sales that have an offer."""
    with prepared.cursor() as cursor:
        cursor.execute(KNOWN_SQL, [organisation_id, arrays.of_ids(sale_ids)])
        return {sale_id for (sale_id,) in cursor.fetchall()}


def _draft(
    organisation_id: UUID, chain: reads.Chain, versions: programmes.Versions, now: datetime, doubled: set[UUID]
) -> Offer:
    root = chain.root
    offer = writing.fresh(
        Offer, organisation_id=organisation_id, sale_id=root.id, store_id=root.store_id, created_at=now
    )
    worth.copy_facts(offer, root)
    if root.store_id in doubled and (twin := twins.earlier(organisation_id, root)):
        offer.twin_of, offer.is_twin_sure = twin.sale_id, twin.is_sure
    worth.reckon(offer, chain, worth.programme_of(offer, versions), Decimal(0))
    offer.updated_at = now
    return offer


def _tell_of_twins(organisation_id: UUID, drafts: Sequence[Offer], now: datetime) -> None:
    for draft in drafts:
        if draft.twin_of is not None and not draft.is_twin_sure:
            telling.tell(
                organisation_id=organisation_id,
                kind=AlertKind.DUPLICATE,
                store_id=draft.store_id,
                sale_id=draft.sale_id,
                now=now,
            )
