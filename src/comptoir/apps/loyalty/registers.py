"""Registers: known from the orders that come from them, never typed in (loyalty.md 2.3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, LiteralString
from uuid import UUID

from django.utils.translation import gettext as _

from comptoir.apps.loyalty import programmes, writing
from comptoir.apps.loyalty.devices import Register, Tablet
from comptoir.core.ledger import reads
from comptoir.core.ledger.store import notify_live
from comptoir.core.prepared import fetch
from comptoir.kernel import arrays
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from comptoir.kernel.money import Money, to_minor
from comptoir.pos.model import SaleKind, SaleState

STALE_AFTER: Final = timedelta(days=30)
SMALLEST: Final = Decimal(1)
"""In the major unit of whatever currency the store has (loyalty.md E51)."""

Key = tuple[str, str, str]
UNIQUE: Final = ("organisation", "provider", "location_id", "device_id")
TOLD: Final = ("store_id", "last_seen_at", "last_amount", "currency", "name")
MOVED: Final = "moved"
OF_TILLS: Final[LiteralString] = (
    "organisation_id = %s"
    " AND (provider, location_id, device_id) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))"
)
LIVE_TOPIC: Final = "tablets"


@dataclass(frozen=True)
class RegisterFacts:
    """A register as the owner sees it."""

    id: UUID
    store_id: UUID
    device_id: str
    name: str
    last_seen_at: datetime
    last_amount: Money
    is_passive: bool
    is_stale: bool
    tablets: tuple[str, ...]

    @property
    def public_id(self) -> str:
        """`reg_…`"""
        return public_id("reg", self.id)


def key_of(record: reads.SaleRecord) -> Key:
    """What tells one till from another."""
    register = record.sale.register
    return record.provider, record.sale.location_id, register.id if register else ""


def detect(*, organisation_id: UUID, orders: Iterable[reads.SaleRecord], now: datetime) -> dict[Key, Register]:
    """Make registers out of closed orders of at least 1.00, and keep up what is known of them, in a transaction.

    Smaller orders are told by registers that are known already. Telling it the same orders again changes nothing.
    Returns the registers of these orders.
    """
    paid = [each for each in orders if _is_paid_order(each)]
    running = programmes.running_at(organisation_id, {each.store_id for each in paid}) if paid else set()
    by_key: dict[Key, list[reads.SaleRecord]] = {}
    for order in paid:
        if order.store_id in running:
            by_key.setdefault(key_of(order), []).append(order)
    if not by_key:
        return {}
    known = _held(organisation_id, by_key)
    drafts = [
        _draft(organisation_id, key, found, now)
        for key, found in sorted(by_key.items())
        if key not in known and _detects(found)
    ]
    if drafts:
        writing.write(drafts)
        known = _held(organisation_id, by_key)
    _keep_up(organisation_id, [(known[key], max(found, key=_closed)) for key, found in by_key.items() if key in known])
    notify_live(organisation_id, LIVE_TOPIC)
    return known


def _held(organisation_id: UUID, keys: Collection[Key]) -> dict[Key, Register]:
    """The registers of these tills, ours alone until the transaction ends; taken in one order."""
    return _by_key(_of(organisation_id, keys, f"{OF_TILLS} ORDER BY id FOR UPDATE"))


def _is_paid_order(record: reads.SaleRecord) -> bool:
    """Closed, counted, positive and no counter-entry; a bill of 0 paid by a reward tells nothing (loyalty.md E07)."""
    sale = record.sale
    is_sale = sale.kind is SaleKind.SALE and sale.state is SaleState.CLOSED and sale.counted
    return is_sale and sale.closed_at is not None and sale.total > 0


def _detects(orders: Iterable[reads.SaleRecord]) -> bool:
    return any(each.sale.total >= SMALLEST for each in orders)


def _closed(record: reads.SaleRecord) -> datetime:
    """A till's clock may be wrong: nothing was closed later than we first saw it."""
    return min(record.sale.closed_at or record.first_seen_at, record.first_seen_at)


def _draft(organisation_id: UUID, key: Key, orders: list[reads.SaleRecord], now: datetime) -> Register:
    provider, location_id, device_id = key
    first = min((each for each in orders if each.sale.total >= SMALLEST), key=_closed)
    register = Register(
        organisation_id=organisation_id,
        provider=provider,
        location_id=location_id,
        device_id=device_id,
        first_seen_at=_closed(first),
        created_at=now,
    )
    _tell(register, first)
    return register


def _tell(register: Register, order: reads.SaleRecord) -> None:
    sale = order.sale
    register.store_id, register.last_seen_at = order.store_id, _closed(order)
    register.last_amount, register.currency = to_minor(sale.total, sale.currency), sale.currency
    register.name = (sale.register.name if sale.register else "")[:120]


def _keep_up(organisation_id: UUID, heard: Iterable[tuple[Register, reads.SaleRecord]]) -> None:
    """The latest order speaks; a location that feeds another store now takes its registers along."""
    told, moved = [], []
    for register, latest in heard:
        if _closed(latest) < register.last_seen_at:
            continue
        if register.store_id != latest.store_id:
            moved.append(register.id)
        _tell(register, latest)
        told.append(register)
    writing.write(told, unique=UNIQUE, updated=TOLD)
    linked = Tablet.objects.filter(organisation_id=organisation_id, register_id__in=moved)
    linked.update(register_id=None, linked_at=None, unlinked_because=MOVED)


def of_orders(organisation_id: UUID, keys: Collection[Key]) -> dict[Key, Register]:
    """The registers of these tills, as far as they are known."""
    return _by_key(_of(organisation_id, keys, OF_TILLS)) if keys else {}


def _of(organisation_id: UUID, keys: Collection[Key], where: LiteralString) -> list[Register]:
    columns = (arrays.of_texts(each) for each in zip(*keys, strict=True))
    return fetch(Register, where, [organisation_id, *columns])


def _by_key(rows: Iterable[Register]) -> dict[Key, Register]:
    return {(each.provider, each.location_id, each.device_id): each for each in rows}


def register(organisation_id: UUID, register_id: UUID) -> Register:
    """One register. Raises RuleBroken (404) when this organisation has none of that id."""
    found = Register.objects.filter(organisation_id=organisation_id, id=register_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def registers(organisation_id: UUID, *, now: datetime) -> list[RegisterFacts]:
    """Every register, the one heard of latest first, with the names of the tablets that are linked to it."""
    names: dict[UUID, list[str]] = {}
    linked = Tablet.objects.filter(organisation_id=organisation_id, revoked_at=None, register_id__isnull=False)
    for tablet in linked.order_by("name"):
        if tablet.register_id is not None:
            names.setdefault(tablet.register_id, []).append(tablet.name)
    rows = Register.objects.filter(organisation_id=organisation_id).order_by("-last_seen_at", "id")
    return [
        RegisterFacts(
            id=row.id,
            store_id=row.store_id,
            device_id=row.device_id,
            name=row.name,
            last_seen_at=row.last_seen_at,
            last_amount=row.amount,
            is_passive=row.is_passive,
            is_stale=now - row.last_seen_at > STALE_AFTER,
            tablets=tuple(names.get(row.id, ())),
        )
        for row in rows
    ]


def mark_passive(*, organisation_id: UUID, register_id: UUID, is_passive: bool, actor: str) -> None:
    """Staff says that a till is a passive one, or is not: no document of the till tells. Its tablets lose it."""
    found = register(organisation_id, register_id)
    found.is_passive, found.passive_by = is_passive, actor if is_passive else ""
    found.save(update_fields=["is_passive", "passive_by"])
    if is_passive:
        linked = Tablet.objects.filter(organisation_id=organisation_id, register_id=found.id)
        linked.update(register_id=None, linked_at=None, unlinked_because="passive")
