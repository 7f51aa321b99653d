"""What can be done with the bills of a place, at its tills and from outside; every act is one change in the journal."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol

import msgspec

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Named, Payment, Sale, SaleKind
from comptoir.pos.world import BillFacts, NewOrder
from comptoir.sandbox import splitting, till
from comptoir.sandbox.catalogue import CARD, CASH, EAT_IN, PLACES, TAKE_AWAY, Place
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.till import ZERO, Item, Opening

ONE_MILLISECOND: Final = timedelta(milliseconds=1)


class Numbering(Protocol):
    """How the vendor of the tills numbers bills and receipts: by device, each counted from 1."""

    def account(self, device: str, counter: int) -> str:
        """The number of a bill."""

    def receipt(self, device: str, counter: int) -> str:
        """The number of a printed receipt."""


class Counter:
    """Bills from the first item to the correction after the last; safe to call from several threads.

    Whatever is done at a till happens at `now`, or up to a few milliseconds later: no two changes of a location share
    an instant. Where `renumbers` says so, a bill that is edited goes on under a fresh number, as when it is moved.
    """

    def __init__(
        self,
        journal: Journal,
        numbering: Numbering,
        *,
        places: Sequence[Place] = PLACES,
        renumbers: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._journal = journal
        self._numbering = numbering
        self._renumbers = renumbers
        self._places = {place.location.id: place for place in places}

    def place(self, location_id: str) -> Place:
        """One place of sale. Raises RuleBroken."""
        if location_id not in self._places:
            raise RuleBroken("There is no location with this id.", code="location_unknown", status=404)
        return self._places[location_id]

    def free_table(self, location_id: str, wanted: str = "") -> str:
        """The wanted table when nobody sits there, else the next free one; the wanted one when all are taken."""
        place = self.place(location_id)
        taken = {sale.table for sale in self._journal.open_sales(location_id)}
        tables = [f"Table {number}" for number in range(1, place.tables + 1)]
        first = tables.index(wanted) if wanted in tables else 0
        return next((table for table in tables[first:] + tables[:first] if table not in taken), tables[first])

    def open(
        self, location_id: str, opening: Opening | None = None, *, items: Iterable[Item] = (), now: datetime
    ) -> Sale:
        """Open a bill; its number is given here. Without an opening: a table for two. Raises RuleBroken."""
        place = self.place(location_id)
        asked = opening or Opening(place.registers[0], place.staff[0], table=self.free_table(location_id), covers=2)
        with self._journal.transaction():
            at = self._journal.instant(location_id, now)
            number = self._next_account(asked.register)
            return self._record(till.open_bill(place, asked, items, number=number, at=at), at)

    def add(self, location_id: str, number: str, items: Iterable[Item], *, now: datetime) -> Sale:
        """Put more items on an open bill. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            if self._renumbers(location_id):
                sale = self.move(location_id, number, sale.table, now=now)
            return self._record(till.add(sale, items), self._journal.instant(location_id, now))

    def close(
        self, location_id: str, number: str, methods: Sequence[Named], *, tip: Decimal = ZERO, now: datetime
    ) -> Sale:
        """Take equal payments by these methods, the tip with the latest, and close the bill. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            at = self._journal.instant(location_id, now)
            left = splitting.due(sale)
            payments = till.shares(left, methods, tip=tip) if left or not sale.payments else ()
            return self._record(till.close(sale, payments, receipt=self._next_receipt(sale), at=at), at)

    def move(self, location_id: str, number: str, table: str, *, now: datetime) -> Sale:
        """Move the guests: a transitory account cancels the bill, a fresh one goes on. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            register = _register(sale)
            at = self._journal.instant(location_id, now)
            transitory = till.reverse(sale, number=self._next_account(register), at=at)
            self._record(till.supersede(sale), at)
            self._record(transitory, at)
            fresh = till.continue_at(
                sale,
                table,
                number=self._next_account(register),
                previous=transitory.external_id,
                at=at + ONE_MILLISECOND,
            )
            self._follow(location_id, number, transitory, fresh)
            return self._record(fresh, at + ONE_MILLISECOND)

    def refund(self, location_id: str, number: str, line: int | None = None, *, now: datetime) -> Sale:
        """Give back a line with what hangs on it, or (None) all that is left. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            gone = self._journal.refunded_lines(location_id, number)
            wanted = till.with_sub_lines(sale, line) if line is not None else tuple(range(len(sale.lines)))
            indexes = [index for index in wanted if index not in gone]
            if sale.lines and not indexes:
                raise RuleBroken("This was refunded before.", code="already_refunded")
            at = self._journal.instant(location_id, now)
            number_ = self._next_account(_register(sale))
            returned = till.refund(sale, indexes, number=number_, receipt=self._next_receipt(sale), at=at)
            self._journal.note_refund(location_id, number, indexes)
            return self._record(returned, at)

    def split(self, location_id: str, number: str, line: int = 0, *, now: datetime) -> tuple[Sale, Sale]:
        """Put a line, with what hangs on it, on a bill of its own; both have fresh numbers. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            at, register = self._journal.instant(location_id, now), _register(sale)
            reversal, _ = self._counter_account(sale, SaleKind.SPLIT, register, at)
            numbers = (self._next_account(register), self._next_account(register))
            at += ONE_MILLISECOND
            parts = splitting.part(sale, line, numbers=numbers, previous=reversal.external_id, at=at)
            self._follow(location_id, number, reversal, *parts)
            return self._record(parts[0], at), self._record(parts[1], at + ONE_MILLISECOND)

    def hand_over(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Another till and a colleague go on with the bill, under a fresh number. Raises RuleBroken."""
        with self._journal.transaction():
            sale, place = self._journal.sale(location_id, number), self.place(location_id)
            at, register = self._journal.instant(location_id, now), _next(place.registers, _register(sale))
            staff = _next(place.staff, sale.staff or place.staff[0])
            reversal, at = self._counter_account(sale, SaleKind.TRANSFER, _register(sale), at)
            fresh = splitting.hand_over(
                sale, register, staff, number=self._next_account(register), previous=reversal.external_id, at=at
            )
            self._follow(location_id, number, reversal, fresh)
            return self._record(fresh, at)

    def void(self, location_id: str, number: str, reason: str = "User Mistake", *, now: datetime) -> Sale:
        """Undo a closed bill with a counter-account, tips included. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            if self._journal.refunded_lines(location_id, number):
                raise RuleBroken("Some of this was refunded before.", code="already_refunded")
            at, indexes = self._journal.instant(location_id, now), range(len(sale.lines))
            number_ = self._next_account(_register(sale))
            undone = splitting.void(sale, indexes, number=number_, receipt=self._next_receipt(sale), at=at)
            self._journal.note_refund(location_id, number, indexes)
            self._journal.note_facts(
                location_id, number_, dataclasses.replace(self._journal.facts(location_id, number), reason=reason)
            )
            return self._record(undone, at)

    def cancel(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Give up an open bill that nobody will pay. Raises RuleBroken."""
        with self._journal.transaction():
            sale, at = self._journal.sale(location_id, number), self._journal.instant(location_id, now)
            return self._record(splitting.give_up(sale, at=at), at)

    def pay(self, location_id: str, number: str, payment: Payment, *, now: datetime) -> Sale:
        """Take a payment on an open bill, which closes once nothing is due. Raises RuleBroken."""
        with self._journal.transaction():
            at = self._journal.instant(location_id, now)
            taken = msgspec.structs.replace(payment, at=at)
            sale = splitting.take(self._journal.sale(location_id, number), taken)
            if splitting.due(sale) == 0:
                sale = splitting.settle(sale, receipt=self._next_receipt(sale), at=at)
            return self._record(sale, at)

    def order(self, location_id: str, order: NewOrder, *, now: datetime) -> Sale:
        """Put an order from outside on a new or an open bill. Raises RuleBroken."""
        items = [Item(each.sku, each.quantity, each.extras, price=each.price) for each in order.items]
        with self._journal.transaction():
            place = self.place(location_id)
            if order.number:
                sale = self.add(location_id, order.number, items, now=now)
            else:
                staff = next((each for each in place.staff if each.id == order.staff_id), place.staff[0])
                profile = EAT_IN if order.table else TAKE_AWAY
                opening = Opening(place.registers[0], staff, order.table, order.covers, profile)
                sale = self.open(location_id, opening, items=items, now=now)
            known = self._journal.facts(location_id, sale.external_id)
            references = (*known.references, *order.facts.references)
            self._journal.note_facts(
                location_id, sale.external_id, dataclasses.replace(order.facts, references=references)
            )
            return sale

    def amend(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Book a payment of a closed bill under another method, as a back office does. Raises RuleBroken."""
        with self._journal.transaction():
            sale, at = self._journal.sale(location_id, number), self._journal.instant(location_id, now)
            paid_by = sale.payments[0].method if sale.payments else None
            amended = splitting.rebook(sale, CASH if paid_by != CASH else CARD)
            self._journal.note_amendment(location_id, number, at)
            return self._record(amended, at)

    def _counter_account(self, sale: Sale, kind: SaleKind, register: Named, at: datetime) -> tuple[Sale, datetime]:
        """The account that cancels a running bill, recorded; and the instant at which the bill may go on."""
        reversal = splitting.as_kind(till.reverse(sale, number=self._next_account(register), at=at), kind)
        self._record(till.supersede(sale), at)
        self._record(reversal, at)
        return reversal, at + ONE_MILLISECOND

    def _follow(self, location_id: str, number: str, *successors: Sale) -> None:
        """What is known of a bill holds for those that replace it; the guests stay with the last but the apart ones."""
        facts = self._journal.facts(location_id, number)
        if facts != BillFacts():
            for successor in successors:
                self._journal.note_facts(location_id, successor.external_id, facts)
        self._journal.follow(location_id, number, successors[1].external_id)

    def _record(self, sale: Sale, at: datetime) -> Sale:
        self._journal.record(sale, at=at)
        return sale

    def _next_account(self, register: Named) -> str:
        return self._numbering.account(register.id, self._journal.count_up(f"account/{register.id}"))

    def _next_receipt(self, sale: Sale) -> str:
        register = _register(sale)
        return self._numbering.receipt(register.id, self._journal.count_up(f"receipt/{register.id}"))


def _register(sale: Sale) -> Named:
    if sale.register is None:
        raise ValueError(f"{sale.external_id} was opened at no register")
    return sale.register


def _next(listed: Sequence[Named], current: Named) -> Named:
    """The one after the current one, round and round."""
    ids = [each.id for each in listed]
    return listed[(ids.index(current.id) + 1) % len(listed)] if current.id in ids else listed[0]
