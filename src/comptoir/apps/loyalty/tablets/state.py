"""What a tablet should show now, and what it is told about itself; plain data for its JSON."""

from datetime import datetime
from typing import Any
from uuid import UUID

from comptoir.apps.loyalty import programmes, showings
from comptoir.apps.loyalty.devices import Register, Showing, Tablet
from comptoir.apps.loyalty.models import Offer
from comptoir.apps.loyalty.tablets import linking
from comptoir.core.accounts.models import Store
from comptoir.kernel.ids import public_id
from comptoir.kernel.money import Money
from comptoir.web import live


def state(tablet: Tablet, *, now: datetime) -> dict[str, Any]:
    """Everything the screen needs, in one answer. Nothing personal is in it."""
    store = Store.objects.get(organisation_id=tablet.organisation_id, id=tablet.store_id)
    return {
        "tablet": tablet.public_id,
        "name": tablet.name,
        "store": store.name,
        "country": store.country,
        "timezone": store.timezone,
        "register": _register_name(tablet),
        "unlinked_because": tablet.unlinked_because,
        "waves": linking.waves(tablet, now=now),
        "offer": _shown(tablet, now),
        "previous": _previous(tablet, now),
        "live": live.address(showings.audience(tablet.id), now=now),
        "now": now.isoformat(),
    }


def rule(tablet: Tablet, *, now: datetime) -> dict[str, Any]:
    """What the idle screen promises: points for an amount."""
    store = Store.objects.get(organisation_id=tablet.organisation_id, id=tablet.store_id)
    said = programmes.in_force(tablet.organisation_id, now, now=now).rule
    amount = Money(said.rate_minor, store.currency)
    return {"points": said.rate_points, "amount": str(amount.major), "currency": amount.currency}


def _register_name(tablet: Tablet) -> str | None:
    if tablet.register_id is None:
        return None
    row = Register.objects.filter(organisation_id=tablet.organisation_id, id=tablet.register_id).first()
    return None if row is None else row.name or row.device_id


def _shown(tablet: Tablet, now: datetime) -> dict[str, Any] | None:
    if tablet.register_id is None:
        return None
    return _offer(tablet.organisation_id, showings.current(tablet.organisation_id, tablet.register_id, now=now))


def _previous(tablet: Tablet, now: datetime) -> dict[str, Any] | None:
    if tablet.register_id is None:
        return None
    return _offer(tablet.organisation_id, showings.previous(tablet.organisation_id, tablet.register_id, now=now))


def _offer(organisation_id: UUID, showing: Showing | None) -> dict[str, Any] | None:
    if showing is None:
        return None
    offer = Offer.objects.get(organisation_id=organisation_id, id=showing.offer_id)
    return {
        "id": public_id("off", offer.id),
        "amount": str(offer.amount.major),
        "currency": offer.currency,
        "points": offer.points,
        "closed_at": offer.closed_at.isoformat(),
        "until": (offer.closed_at + showings.SHOWN_FOR).isoformat(),
    }
