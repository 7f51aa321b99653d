"""The data export: a row for each hour of each location, as CSV, JSON lines, XLSX, Parquet (traffic-analytics.md 6.2).

Empty stays empty, and an id keeps its leading zeros: it is text everywhere.
"""

import json
import tempfile
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow
import pyarrow.parquet
import xlsxwriter
from django.db.models import Q, QuerySet

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.making import counted_transactions
from comptoir.apps.traffic.models import Hour
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports.reading import Scope, on_days
from comptoir.core.accounts.tree_tables import Node
from comptoir.web import spreadsheets
from comptoir.web.spreadsheets import USUAL, Figure, Form

HOURS: Final = Decimal("0.0001")
AMOUNT: Final = Decimal("0.000001")
CHUNK: Final = 2000
TEXT: Final = (
    *("chain", "district", "region", "location_id", "location_name", "business_date", "start_local", "utc_offset"),
    *("traffic_status", "staff_status", "currency", "tax_basis", "tailored", "updated_at"),
)
COLUMNS: Final = (
    *("chain", "district", "region", "location_id", "location_name", "business_date", "start_local", "utc_offset"),
    *("minutes", "traffic_in", "traffic_out", "traffic_status", "sales_net", "sales_gross", "discounts", "returns"),
    *("transactions", "return_receipts", "items_sold", "items_returned", "staff_hours", "staff_status"),
    *("labour_cost", "currency", "tax_basis", "tailored", "revision", "updated_at"),
    "groups",
)
Key = tuple[date, UUID, datetime]
"""What rows are ordered by."""
NO_SHEET: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
LONGEST_SHEET: Final = 31
"""What Excel takes; it keeps one name for itself."""
WHOLE: Final = ("minutes", "revision")


def rows(
    scope: Scope,
    chain: str,
    places: Sequence[Place],
    period: Period,
    *,
    updated_since: datetime | None = None,
    after: Key | None = None,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Hours of the day that the scope names, by date, location and time; `updated_since`: that changed since.

    `chain` is the organisation, the top chain: of a store in a chain that it owns, that one's name stands.

    `after` is where the page before ended, `limit` is of rows that are read.
    """
    organisation_id = scope.organisation_id
    by_id = {each.store.id: each for each in places}
    tree, said = _Tree(organisation_id), chains.settings_of(organisation_id)
    found = _rows(scope, by_id, period, updated_since, after)
    for row in (found if limit is None else found[:limit]).iterator(CHUNK):
        place = by_id[row.store_id]
        local = row.hour.astimezone(ZoneInfo(place.store.timezone))
        if not scope.counts(local.time(), row.open_hours):
            continue
        level = tree.names(row.store_id, row.business_date)
        yield {
            "chain": level.get("chain", chain),
            "district": level.get("district", ""),
            "region": level.get("region", ""),
            "location_id": place.shown_id,
            "location_name": place.store.name,
            "business_date": row.business_date.isoformat(),
            "start_local": local.strftime("%Y-%m-%dT%H:%M"),
            "utc_offset": _offset(local),
            "minutes": 60,
            "traffic_in": row.visitors,
            "traffic_out": row.went_out,
            "traffic_status": row.traffic_status,
            "sales_net": row.sales,
            "sales_gross": row.gross,
            "discounts": row.discounts,
            "returns": row.returns,
            "transactions": counted_transactions(said, row.transactions, row.return_receipts),
            "return_receipts": row.return_receipts,
            "items_sold": row.items,
            "items_returned": row.returned,
            **_staff(row, scope),
            "currency": place.store.currency,
            "tax_basis": "with_tax" if said.with_tax else "without_tax",
            "tailored": ",".join(each for each in row.tailored.split(",") if scope.sees_staff or each != "staff_hours"),
            "revision": row.revision,
            "updated_at": row.updated_at.isoformat(),
            "groups": row.groups,
        }


def _staff(row: Hour, scope: Scope) -> dict[str, Any]:
    """Hours worked and their cost; nothing for readers whom they are no matter of."""
    if not scope.sees_staff:
        return {"staff_hours": None, "staff_status": None, "labour_cost": None}
    worked = None if row.staff_hours is None else row.staff_hours.quantize(HOURS, ROUND_HALF_UP)
    return {"staff_hours": worked, "staff_status": row.staff_status, "labour_cost": row.labour_cost}


def end_of_page(
    scope: Scope, period: Period, *, updated_since: datetime | None, after: Key | None, limit: int
) -> Key | None:
    """Where a page of so many rows ends; None for the last one."""
    found = _rows(scope, scope.store_ids, period, updated_since, after)
    keys = list(found.values_list("business_date", "store_id", "hour")[limit - 1 : limit + 1])
    return keys[0] if len(keys) > 1 else None


def _rows(
    scope: Scope,
    store_ids: Collection[UUID],
    period: Period,
    updated_since: datetime | None,
    after: Key | None,
) -> QuerySet[Hour]:
    mine = Hour.objects.filter(organisation_id=scope.organisation_id, store_id__in=store_ids)
    found = on_days(mine, scope, period)
    if updated_since is not None:
        found = found.filter(updated_at__gte=updated_since)
    if after is not None:
        day, store_id, hour = after
        later = Q(store_id__gt=store_id) | Q(store_id=store_id, hour__gt=hour)
        found = found.filter(Q(business_date__gt=day) | Q(later, business_date=day))
    return found.order_by("business_date", "store_id", "hour")


def plain(value: Any) -> Any:
    """A figure as text without trailing noughts; None stays empty."""
    return Figure(format(value.normalize(), "f")) if isinstance(value, Decimal) else value


def figure(value: Decimal | None) -> str:
    """A figure of a report, unrounded as far as six decimals; empty where nothing is known."""
    return "" if value is None else Figure(format(round(value, 6).normalize(), "f"))


def file(
    kind: str, found: Iterator[dict[str, Any]], columns: Sequence[str] = COLUMNS, *, form: Form = USUAL, title: str = ""
) -> bytes:
    """The whole file: `csv`, `xlsx`, `parquet` or `jsonl`."""
    if kind == "xlsx":
        return xlsx(found, columns, title)
    if kind == "parquet":
        return parquet(found, columns)
    lines = csv_lines(found, form, columns) if kind == "csv" else json_lines(found, columns)
    return "".join(lines).encode()


def sheet_of(title: str) -> str:
    """What a workbook's sheet is called: `data`, or a title as far as a sheet can have it."""
    name = " ".join(title.translate(NO_SHEET).split()).strip(" '")[:LONGEST_SHEET].strip(" '")
    return name if name and name.lower() != "history" else "data"


def csv_lines(found: Iterator[dict[str, Any]], form: Form, columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    """CSV, a line at a time."""
    yield spreadsheets.MARK + spreadsheets.line(columns, form)
    for row in found:
        yield spreadsheets.line(["" if row[name] is None else plain(row[name]) for name in columns], form)


def json_lines(found: Iterator[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    """One object a line; figures are text, as everywhere in the API."""
    for row in found:
        yield json.dumps({name: plain(row[name]) for name in columns}, ensure_ascii=False) + "\n"


def xlsx(found: Iterator[dict[str, Any]], columns: Sequence[str] = COLUMNS, title: str = "") -> bytes:
    """A workbook of one sheet; ids are text cells."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book = xlsxwriter.Workbook(path, {"constant_memory": True})
        sheet = book.add_worksheet(sheet_of(title))
        sheet.write_row(0, 0, columns)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(found, start=1):
            for place, name in enumerate(columns):
                value = row[name]
                if value is None:
                    continue
                if name in TEXT:
                    sheet.write_string(number, place, str(value))
                else:
                    sheet.write_number(number, place, float(value))  # what a spreadsheet's cell is
        book.close()
        return path.read_bytes()


def parquet(found: Iterator[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> bytes:
    """Text, whole numbers and exact decimals of six places."""
    schema = pyarrow.schema(
        [
            (
                name,
                pyarrow.string() if name in TEXT else pyarrow.int32() if name in WHOLE else pyarrow.decimal128(20, 6),
            )
            for name in columns
        ]
    )
    sink = pyarrow.BufferOutputStream()
    with pyarrow.parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        held: list[dict[str, Any]] = []
        for row in found:
            held.append({name: _exact(name, row[name]) for name in columns})
            if len(held) >= CHUNK:
                writer.write_table(pyarrow.Table.from_pylist(held, schema))
                held = []
        writer.write_table(pyarrow.Table.from_pylist(held, schema))
    return bytes(sink.getvalue().to_pybytes())


def _exact(name: str, value: Any) -> Any:
    if value is None or name in WHOLE:
        return value
    return str(value) if name in TEXT else Decimal(value).quantize(AMOUNT)


def _offset(local: datetime) -> str:
    said = local.strftime("%z")
    return f"{said[:3]}:{said[3:5]}"


class _Tree:
    """Chain, district and region of each store by date."""

    def __init__(self, organisation_id: UUID) -> None:
        self._nodes: dict[UUID, Node] = {each.id: each for each in chains.nodes(organisation_id)}
        self._history = chains.History(chains.placements(organisation_id) if self._nodes else {})

    def names(self, store_id: UUID, day: date) -> dict[str, str]:
        """By their kind, those it was in on a day."""
        found: dict[str, str] = {}
        node_id = self._history.on(store_id, day)
        while node_id is not None and node_id in self._nodes:
            node = self._nodes[node_id]
            found[node.kind], node_id = node.name, node.parent_id
        return found
