"""Words of the vendor for canonical ones."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from comptoir.pos.model import Line, Named, Sale, SaleKind, exact
from comptoir.pos.world import BillFacts, WorldRegister

ROOM: Final = "Salle"
"""The world knows tables, the vendor puts them into rooms; here there is one."""

TRANSITORY: Final = "TRANSITORY"
ACCOUNT_TYPES: Final[Mapping[SaleKind, str]] = {
    SaleKind.SALE: "SALE",
    SaleKind.EXCHANGE: "SALE",
    SaleKind.REFUND: "REFUND",
    SaleKind.VOID: "VOID",
    SaleKind.CORRECTION: TRANSITORY,
    SaleKind.TRANSFER: "TRANSFER",
    SaleKind.SPLIT: "SPLIT",
    SaleKind.FLOAT: "FLOAT",
}

REVERSALS: Final = frozenset({SaleKind.CORRECTION, SaleKind.SPLIT, SaleKind.TRANSFER})
"""Counter-accounts of running bills."""


def account_type(kind: SaleKind, *, named: bool) -> str:
    """The vendor's word for what an account is; unless `named`, every counter-account of a running bill is transitory.

    The documents list SPLIT and TRANSFER, the one recorded chain of an edited bill shows TRANSITORY (sheet 8, 7.13).
    """
    return TRANSITORY if kind in REVERSALS and not named else ACCOUNT_TYPES[kind]


DINE_IN: Final = "SURPLACE"
PROFILE_NAMES: Final[Mapping[str, str]] = {
    DINE_IN: "Sur place",
    "EMPORTER": "À emporter",
}


def told_register(sale: Sale, registers: Sequence[WorldRegister], *, passive_shows_active: bool) -> Sale:
    """The sale with the till it is told of as coming from: its own, or the active one a passive till works through."""
    if not passive_shows_active or sale.register is None:
        return sale
    by_id = {register.id: register for register in registers}
    own = by_id.get(sale.register.id)
    active = by_id.get(own.through) if own else None
    if active is None:
        return sale
    return msgspec.structs.replace(sale, register=Named(id=active.id, name=active.name))


def room_and_table(table: str) -> tuple[str, str]:
    """The room and the table's name, as in `Salle` and `Table 12`; both empty without a table."""
    return (ROOM, table) if table else ("", "")


def table_number(table: str) -> str:
    """The number within a table's name, as in 12 for `Table 12`."""
    return table.rpartition(" ")[2]


def tax_code(line: Line) -> tuple[str, str]:
    """Code and description of the line's tax, as in `TVA55` and `TVA 5.5%`."""
    return code_of_tax(line.tax_rate_ppm or 0)


def code_of_tax(ppm: int) -> tuple[str, str]:
    """Code and description of a tax in parts per million."""
    percent = format(exact(Decimal(ppm) / 10_000), "f")
    return f"TVA{percent.replace('.', '')}", f"TVA {percent}%"


def account_name(sale: Sale, facts: BillFacts) -> str:
    """What the bill is called: by its room and table, or by its count; orders from outside bring their own."""
    room, table = room_and_table(sale.table)
    return facts.name or (f"{room}, {table}" if table else f"Order {sale.external_id.partition('.')[2]}")
