"""What registers of no department sold, as the week shows it: said, and in rows of its own (weekly-balance.md 3.3)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import reads, sources, wording
from comptoir.apps.weekly_balance.models import Client, Department, Field


def shown(client: Client, department: Department, grid: reads.Week) -> dict[str, Any]:
    """`lost` names the registers that sold in this week and are of no department (WB-06), `lost_rows` what they sold
    in the fields that the balance has: (field, by day, week).
    """
    first, last = grid.columns[0].day, grid.columns[-1].day
    found = sources.unallocated(department.organisation_id, department.store_id, first=first, last=last)
    lost = sorted({register or _("no register") for registers in found.values() for register in registers})
    return {"lost": lost, "lost_rows": _rows(client, department, grid, first, last) if lost else []}


def _rows(
    client: Client, department: Department, grid: reads.Week, first: date, last: date
) -> list[tuple[Field, list[tuple[date, str]], str]]:
    sold, rows = sources.lost(department, client.choices, first=first, last=last), []
    for row in grid.rows:
        values = [(each.day, sold.get(each.day, {}).get(row.kind)) for each in grid.columns]
        known = [value for _day, value in values if value is not None]
        if any(known):
            by_day = [(day, wording.bare(value, row.kind, department.currency)) for day, value in values]
            rows.append((row.field, by_day, wording.bare(sum(known, Decimal(0)), row.kind, department.currency)))
    return rows
