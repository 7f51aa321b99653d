"""Lines of both surfaces to canonical ones, every sub-line right behind its parent; pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from comptoir.connectors.lightspeed_k import schemas
from comptoir.connectors.lightspeed_k.figures import figure, parts_per_million, text
from comptoir.connectors.lightspeed_k.values import unreadable
from comptoir.pos.model import Line

LOWEST_PERCENTAGE: Final = 2
"""Below it, a `taxRatePercentage` is read as the multiplier that an old recording has in its place."""


def notified_lines(lines: Iterable[schemas.TransactionLine]) -> tuple[Line, ...]:
    """The lines of a notification that were not struck out; sub-lines are nested in it or name their parent."""
    found: list[tuple[schemas.TransactionLine, int | None]] = []
    waiting: list[tuple[schemas.TransactionLine, int | None]] = [(line, None) for line in reversed([*lines])]
    while waiting:
        line, parent = waiting.pop()
        if line.active is False:
            continue
        waiting.extend((sub_line, len(found)) for sub_line in reversed(line.sub_lines or ()))
        found.append((line, parent))
    places: dict[str | None, int] = {line.id: place for place, (line, _) in enumerate(found) if line.id}
    return in_order(
        [
            (_notified_line(line), places.get(line.parent_line_id) if parent is None else parent)
            for line, parent in found
        ]
    )


def read_lines(lines: Sequence[schemas.SaleLine], totals: Sequence[Decimal]) -> tuple[Line, ...]:
    """The lines of a V2 sale with their totals; sub-lines name their parent."""
    places: dict[str | None, int] = {line.id: place for place, line in enumerate(lines) if line.id}
    return in_order(
        [(_read_line(line, total), places.get(line.parent_line_id)) for line, total in zip(lines, totals, strict=True)]
    )


def total_with_tax(line: schemas.SaleLine, path: str) -> Decimal:
    """What a line of V2 costs with tax. Its own figure is meant for prices that include tax, so others are added up.

    Raises VendorUnreadable when neither figure is there.
    """
    tax_is_added = any(tax.tax_included is False for tax in line.tax_lines or ())
    if line.total_net_amount_with_tax is not None and not tax_is_added:
        return line.total_net_amount_with_tax
    if line.total_net_amount_without_tax is None:
        raise unreadable(f"{path}.totalNetAmountWithTax", "no total of this line")
    return line.total_net_amount_without_tax + (line.tax_amount or 0)


def in_order(lines: Sequence[tuple[Line, int | None]]) -> tuple[Line, ...]:
    """Lines with the place of their parent among them (None: at the top), made depth first.

    No recursion, since the depth is the sender's choice; lines that are each other's parents are kept at the top.
    """
    if all(parent is None for _, parent in lines):
        return tuple(line for line, _ in lines)
    children: dict[int | None, list[int]] = {}
    for place, (_, parent) in enumerate(lines):
        children.setdefault(parent, []).append(place)
    new_places: dict[int, int] = {}
    ordered: list[Line] = []
    for top in [*children.get(None, ()), *range(len(lines))]:
        waiting: list[tuple[int, int | None]] = [(top, None)]
        while waiting:
            place, parent = waiting.pop()
            if place in new_places:
                continue
            new_places[place] = len(ordered)
            ordered.append(msgspec.structs.replace(lines[place][0], parent=parent))
            waiting.extend((child, new_places[place]) for child in reversed(children.get(place, ())))
    return tuple(ordered)


def _notified_line(line: schemas.TransactionLine) -> Line:
    return Line(
        name=text(line.name_override) or text(line.item_description),
        quantity=figure(line.quantity),
        unit_price=unit_price(line.unit_amount, line.quantity, line.amount),
        total=figure(line.amount),
        sku=text(line.item_sku),
        tax_rate_ppm=parts_per_million(line.active_tax.rate if line.active_tax else None),
        category=text(line.accounting_group_name),
    )


def _read_line(line: schemas.SaleLine, total: Decimal) -> Line:
    return Line(
        name=text(line.name_override) or text(line.name),
        quantity=figure(line.quantity),
        unit_price=unit_price(line.menu_list_price, line.quantity, total),
        total=figure(total),
        sku=text(line.sku),
        tax_rate_ppm=_read_rate(line),
        category=text(line.accounting_group.name if line.accounting_group else None),
    )


def unit_price(given: Decimal | None, quantity: Decimal, total: Decimal) -> Decimal:
    """The price of one; where the vendor does not say it, what one came to."""
    if given is not None:
        return figure(given)
    return figure(total / figure(quantity)) if figure(quantity) else figure(total)


def _read_rate(line: schemas.SaleLine) -> int | None:
    """From the first tax, else from the percentage; 0 % without any tax line says that nobody named a tax."""
    if line.tax_lines:
        return parts_per_million(line.tax_lines[0].tax_rate)
    percentage = line.tax_rate_percentage
    if not percentage:
        return None
    return parts_per_million(percentage if percentage < LOWEST_PERCENTAGE else 1 + percentage / 100)
