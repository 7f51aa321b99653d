"""What a bill is worth by the programme's rules, written into its offer; nothing here asks or writes the database."""

from decimal import Decimal

from comptoir.apps.loyalty import programmes
from comptoir.apps.loyalty.models import Offer, Programme
from comptoir.apps.loyalty.points import (
    Basis,
    Facts,
    Reason,
    Rule,
    State,
    Verdict,
    at_most,
    earning_instant,
    eligible_amount,
    is_too_old,
    judge,
)
from comptoir.core.ledger import reads
from comptoir.kernel.money import to_minor
from comptoir.pos.model import SaleKind, SaleState


def begins_an_offer(root: reads.SaleRecord) -> bool:
    """Closed, counted and not negative: open checks, counter-entries and cancelled bills never wait for anybody."""
    return _is_final(root) and root.sale.total >= 0


def copy_facts(offer: Offer, root: reads.SaleRecord) -> None:
    """What people recognise a sale by."""
    sale = root.sale
    offer.provider, offer.location_id, offer.external_id = root.provider, sale.location_id, sale.external_id
    offer.receipt_number, offer.table_name = sale.receipt_number, sale.table
    offer.register_id = sale.register.id if sale.register else ""
    offer.register_name = sale.register.name if sale.register else ""
    if sale.closed_at is not None:
        offer.closed_at = sale.closed_at
    offer.business_date = root.business_date
    offer.currency, offer.total = sale.currency, to_minor(sale.total, sale.currency)


def programme_of(offer: Offer, versions: programmes.Versions) -> Programme:
    """The version in force at the close; once the sale is claimed, the one it was credited with (loyalty.md 1.7)."""
    if offer.member_id is not None:
        return versions.numbered(offer.programme_version)
    return versions.in_force(earning_instant(offer.closed_at, offer.created_at))


def reckon(offer: Offer, chain: reads.Chain, programme: Programme, rewarded: Decimal) -> Verdict:
    """Points, and of an offer that nobody claimed whether it waits. `rewarded`: what of the bill is a reward's."""
    verdict = judge(_facts(offer, chain, programme.rule, rewarded), programme.rule)
    offer.eligible, offer.programme_version = verdict.eligible, programme.rule.version
    offer.points = at_most(verdict.points, offer.ceiling)
    if offer.member_id is None:
        offer.state, offer.reason = verdict.state, verdict.reason
        if offer.twin_of is not None and offer.state == State.OPEN:
            offer.state, offer.reason = State.INELIGIBLE, Reason.DUPLICATE
    return verdict


def _is_final(root: reads.SaleRecord) -> bool:
    sale = root.sale
    return sale.kind is SaleKind.SALE and sale.state is SaleState.CLOSED and sale.counted and sale.closed_at is not None


def _facts(offer: Offer, chain: reads.Chain, rule: Rule, rewarded: Decimal) -> Facts:
    return Facts(
        is_final=_is_final(chain.root),
        total=offer.total,
        net=eligible_amount(chain.net_total, offer.currency),
        eligible=eligible_amount(chain.net_total - _not_earning(chain, rule) - rewarded, offer.currency),
        is_too_old=is_too_old(offer.closed_at, offer.created_at),
    )


def _not_earning(chain: reads.Chain, rule: Rule) -> Decimal:
    """What of a sale does not earn: its tax, where the programme counts without; a tax nobody knows is 0."""
    if rule.basis is Basis.WITH_TAX:
        return Decimal(0)
    counted = (chain.root, *(each for each in chain.corrections if each.sale.state is SaleState.CLOSED))
    return sum((each.sale.tax or Decimal(0) for each in counted), Decimal(0))
