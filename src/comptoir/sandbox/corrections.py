"""What staff do to a bill while somebody else is about to pay it, and what makes it wrong; every act is one change."""

from datetime import datetime

import msgspec

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Sale, SaleKind, SaleState
from comptoir.sandbox import splitting, till
from comptoir.sandbox.counter import Counter


class Corrections(Counter):
    """Bills that are changed under a guest's hands; safe to call from several threads."""

    def strike(self, location_id: str, number: str, line: int, *, now: datetime) -> Sale:
        """Take a line, with what hangs on it, off an open bill. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            _must_be_open(sale)
            gone = till.with_sub_lines(sale, line)
            if self._renumbers(location_id):
                sale = self.move(location_id, number, sale.table, now=now)
            kept = [position for position in range(len(sale.lines)) if position not in gone]
            return self._record(till.keep_lines(sale, kept), self._journal.instant(location_id, now))

    def carry(self, location_id: str, number: str, table: str, *, now: datetime) -> Sale:
        """Take the bill to another table; its number stays. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            _must_be_open(sale)
            carried = msgspec.structs.replace(sale, table=table)
            return self._record(carried, self._journal.instant(location_id, now))

    def merge(self, location_id: str, number: str, into: str, *, now: datetime) -> Sale:
        """Put everything on another open bill; a counter-account cancels this one. Raises RuleBroken."""
        with self._journal.transaction():
            sale, other = self._journal.sale(location_id, number), self._journal.sale(location_id, into)
            _must_be_open(other)
            if number == into:
                raise RuleBroken("These are one bill already.", code="not_mergeable")
            at = self._journal.instant(location_id, now)
            register = sale.register or self.place(location_id).registers[0]
            _, at = self._counter_account(sale, SaleKind.TRANSFER, register, at)
            first = len(other.lines)
            coming = tuple(
                line if line.parent is None else msgspec.structs.replace(line, parent=line.parent + first)
                for line in sale.lines
            )
            joined = till.summed(other, (*other.lines, *coming), (*other.payments, *sale.payments))
            covers = (other.covers or 0) + (sale.covers or 0)
            self._journal.follow(location_id, number, into)
            return self._record(msgspec.structs.replace(joined, covers=covers), at)

    def reopen(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Open a closed bill again, as if its latest payment of the till's own had never been. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            if sale.state is not SaleState.CLOSED or sale.kind is not SaleKind.SALE:
                raise RuleBroken("Only a closed bill can be opened again.", code="not_reopenable")
            if self._journal.refunded_lines(location_id, number):
                raise RuleBroken("Some of this was refunded before.", code="already_refunded")
            kept = tuple(each for each in sale.payments if each.external_reference)
            opened = msgspec.structs.replace(sale, state=SaleState.OPEN, closed_at=None, receipt_number="")
            return self._record(till.summed(opened, sale.lines, kept), self._journal.instant(location_id, now))

    def take_back(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Remove the latest payment from an open bill, or from a closed one, which opens again. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            if sale.kind is not SaleKind.SALE or sale.state not in (SaleState.OPEN, SaleState.CLOSED):
                raise RuleBroken("This bill cannot be changed.", code="bill_not_open")
            if not sale.payments:
                raise RuleBroken("Nobody has paid.", code="payments_missing", status=422)
            opened = msgspec.structs.replace(sale, state=SaleState.OPEN, closed_at=None, receipt_number="")
            return self._record(
                till.summed(opened, sale.lines, sale.payments[:-1]), self._journal.instant(location_id, now)
            )

    def pay_again(self, location_id: str, number: str, *, now: datetime) -> Sale:
        """Enter the latest payment from outside once more, as a till that lost its place does. Raises RuleBroken."""
        with self._journal.transaction():
            sale = self._journal.sale(location_id, number)
            latest = next((each for each in reversed(sale.payments) if each.external_reference), None)
            if latest is None:
                raise RuleBroken("Nobody has paid from outside.", code="payments_missing", status=422)
            if sale.state is SaleState.OPEN and splitting.due(sale) < latest.amount:
                raise RuleBroken("The payment is more than what is due.", code="bill_overpaid", status=422)
            _must_be_open(sale)
            return self._record(
                till.summed(sale, sale.lines, (*sale.payments, latest)), self._journal.instant(location_id, now)
            )


def _must_be_open(sale: Sale) -> None:
    if sale.state is not SaleState.OPEN:
        raise RuleBroken("This bill is not open any more.", code="bill_not_open")
