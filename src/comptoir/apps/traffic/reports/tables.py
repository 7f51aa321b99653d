"""A table as a file: CSV, XLSX, Parquet, JSON lines, with the same cells in each (traffic-analytics.md 6.1).

Text stays text, so that an id keeps its leading zeros; what is not known stays empty.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow
import pyarrow.parquet
import xlsxwriter

from comptoir.apps.traffic.reports.exporting import plain, sheet_of
from comptoir.web import spreadsheets
from comptoir.web.spreadsheets import USUAL, Form

SMALLEST: Final = Decimal("0.000001")
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/x-ndjson",
}
"""Kinds of files and their media types."""


@dataclass(frozen=True)
class Column:
    """A column: its name, and what its cells are. Numbers are exact decimals of six places at most."""

    name: str
    kind: Literal["text", "whole", "number"] = "text"


Row = Mapping[str, str | int | Decimal | None]


def file(kind: str, columns: Sequence[Column], rows: Iterable[Row], form: Form = USUAL, *, title: str = "") -> bytes:
    """The table as a file of one of TYPES; CSV in the form that is asked for, a workbook's sheet with that title."""
    found = [{each.name: _cell(each, row.get(each.name)) for each in columns} for row in rows]
    if kind == "csv":
        return _csv(columns, found, form)
    if kind == "xlsx":
        return _xlsx(columns, found, title)
    return _parquet(columns, found) if kind == "parquet" else _json_lines(columns, found)


def _cell(column: Column, value: Any) -> Any:
    if value is None or column.kind != "number":
        return value
    return Decimal(value).quantize(SMALLEST, ROUND_HALF_UP)


def _csv(columns: Sequence[Column], rows: Sequence[Row], form: Form) -> bytes:
    names = [each.name for each in columns]
    lines = [spreadsheets.line(["" if row[name] is None else plain(row[name]) for name in names], form) for row in rows]
    return (spreadsheets.MARK + spreadsheets.line(names, form) + "".join(lines)).encode()


def _xlsx(columns: Sequence[Column], rows: Sequence[Row], title: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        book = xlsxwriter.Workbook(path, {"constant_memory": True})
        sheet = book.add_worksheet(sheet_of(title))
        sheet.write_row(0, 0, [each.name for each in columns])
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                value = row[column.name]
                if value is None:
                    continue
                if column.kind == "text":
                    sheet.write_string(number, place, str(value))
                else:
                    sheet.write_number(number, place, float(value))  # what a spreadsheet's cell is
        book.close()
        return path.read_bytes()


def _parquet(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    types = {"text": pyarrow.string(), "whole": pyarrow.int32(), "number": pyarrow.decimal128(20, 6)}
    schema = pyarrow.schema([(each.name, types[each.kind]) for each in columns])
    sink = pyarrow.BufferOutputStream()
    with pyarrow.parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        writer.write_table(pyarrow.Table.from_pylist(list(rows), schema))
    return bytes(sink.getvalue().to_pybytes())


def _json_lines(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    lines = (json.dumps({each.name: plain(row[each.name]) for each in columns}, ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()
