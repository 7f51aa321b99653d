"""From the vendor's words to canonical records; pure. Cite the section of the vendor's documents at each rule."""

from datetime import datetime

from comptoir.connectors.newpos import schemas

from comptoir.pos.model import Location, Observed, Sale, SaleKind, SaleState, Source, exact


def location(read: schemas.Place) -> Location:
    """A place of sale."""
    return Location(external_id=read.id, name=read.name, business_name="", currency=read.currency, timezone=read.zone)


def from_bill(read: schemas.Bill, *, currency: str, now: datetime) -> Observed:
    """A closed bill. A figure the vendor does not give stays None: unknown is not zero."""
    sale = Sale(
        location_id=read.place_id,
        external_id=read.id,
        kind=SaleKind.REFUND if read.total < 0 else SaleKind.SALE,
        state=SaleState.CLOSED,
        counted=True,
        currency=currency,
        opened_at=datetime.fromisoformat(read.opened_at),
        closed_at=datetime.fromisoformat(read.closed_at),
        total=exact(read.total),
    )
    return Observed(sale=sale, source=Source.READ, observed_at=now)
