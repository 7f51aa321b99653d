"""Which of two observations of one sale stands: pure, and the same whatever order they arrive in."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from comptoir.kernel.money import to_minor
from comptoir.pos.model import Observed, Sale, SaleKind, SaleState, Source

Key = tuple[str, str]
Rank = tuple[bool, bool, datetime, bytes]


def fingerprint(sale: Sale) -> bytes:
    """SHA-256 of the canonical JSON: equal records, equal bytes."""
    return hashlib.sha256(msgspec.json.encode(sale)).digest()


def rank(observed: Observed) -> Rank:
    """The greater rank stands.

    A finished bill outranks an open one, the vendor's books outrank a notification, the later outranks the earlier;
    the fingerprint settles a tie, so that even two contradicting observations of one instant converge.
    """
    finished = observed.sale.state in (SaleState.CLOSED, SaleState.CANCELLED)
    return (finished, observed.source is Source.READ, observed.observed_at, fingerprint(observed.sale))


def key_of(observed: Observed) -> Key:
    """Which sale it is of."""
    return (observed.sale.location_id, observed.sale.external_id)


def latest(observations: Iterable[Observed]) -> dict[Key, Observed]:
    """Of each sale (location, external id), the observation that stands."""
    standing: dict[Key, Observed] = {}
    for observed in observations:
        key = key_of(observed)
        if key not in standing or rank(observed) > rank(standing[key]):
            standing[key] = observed
    return standing


def superseded_by(sales: Iterable[Sale]) -> set[Key]:
    """The bills that these cancel and replace, as long as they are open.

    A till that edits a running bill closes a negative correction over it and opens a new one
    (lightspeed-k-series.md 8).
    """
    return {
        (sale.location_id, sale.previous_external_id)
        for sale in sales
        if sale.kind is SaleKind.CORRECTION
        and sale.state is SaleState.CLOSED
        and sale.previous_external_id
        and to_minor(sale.total, sale.currency) < 0
    }


def as_observed(sale: Sale) -> Sale:
    """A stored sale as the till told it: being superseded is our conclusion, and must not weigh in its rank."""
    return msgspec.structs.replace(sale, state=SaleState.OPEN) if sale.state is SaleState.SUPERSEDED else sale


def as_stored(sale: Sale, *, is_superseded: bool) -> Sale:
    """An open bill that a counter-entry has cancelled is open no longer; any other stays what it is."""
    if is_superseded and sale.state is SaleState.OPEN:
        return msgspec.structs.replace(sale, state=SaleState.SUPERSEDED)
    return sale
