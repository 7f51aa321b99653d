"""The hourly roll-up: what a sale adds to store × register × hour × measure (weekly-balance.md 4.1, 4.2).

Measures are sums of the source's unrounded decimals in major units, with tax but for those called untaxed. Formulas of
net and gross per preset belong to the apps; here stand only the sums they are made of.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, LiteralString, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from comptoir.core import prepared
from comptoir.core.ledger import trading_days
from comptoir.kernel.clock import business_date, local_hour
from comptoir.pos.model import Line, LineKind, Sale, SaleState

SMALLEST: Final = Decimal("0.000001")
"""What a column of the roll-up can tell apart. Each sale is brought to it before it is added up, so that sums are exact
and do not depend on which sales were added together."""


ADD_SQL: Final[LiteralString] = (
    f"WITH touched AS ({trading_days.TOUCH_SQL}),"  # noqa: S608 - every part is written here
    " added AS (INSERT INTO ledger_hourlyfigure AS figure"
    " (organisation_id, store_id, hour, business_date, register_id, measure, currency, value)"
    " SELECT %(organisation)s, %(store)s, hour, business_date, register_id, measure, currency, value::numeric"
    " FROM json_to_recordset(%(rows)s::json)"
    " AS delta (hour timestamptz, business_date date, register_id text, currency text, measures json)"
    " CROSS JOIN LATERAL json_each_text(measures) AS each (measure, value)"
    " ON CONFLICT (organisation_id, store_id, hour, register_id, measure, currency)"
    " DO UPDATE SET value = figure.value + excluded.value, business_date = excluded.business_date"
    " RETURNING value) SELECT FROM added WHERE value = 0"
)
"""Another revision of the days as well, and a row for each figure that is nought now."""


class Figure(NamedTuple):
    """The key of one figure."""

    hour: datetime
    business_date: date
    register_id: str
    measure: str
    currency: str


Figures = dict[Figure, Decimal]
MILLION: Final = Decimal(1_000_000)


def measures(sale: Sale) -> dict[str, Decimal]:
    """What one counted sale adds up to; a figure the till did not give adds nothing."""
    sold, returned = _merchandise(sale)
    gross, untaxed_gross = _gross(sale, sold)
    return counted(sale) | _exact(
        {
            "tips": sale.tip,
            "service_charge": sale.service_charge,
            "covers": sale.covers,
            "gross_sales": gross,
            "discounts": gross - sum((line.total for line in sold), Decimal(0)),
            "returns": -sum((line.total for line in returned), Decimal(0)),
            "untaxed_gross_sales": untaxed_gross,
            "untaxed_discounts": untaxed_gross - sum((_untaxed(line) for line in sold), Decimal(0)),
            "untaxed_returns": -sum((_untaxed(line) for line in returned), Decimal(0)),
        }
    )


def counted(sale: Sale) -> dict[str, Decimal]:
    """Of its measures those that no price is worked out for: what it came to, receipts, goods."""
    sold, returned = _merchandise(sale)
    return _exact(
        {
            "net_sales": sale.total - (sale.service_charge or 0),
            "tax": sale.tax,
            "receipts": 1,
            "transactions": 1 if sold else 0,
            "return_receipts": 1 if returned and not sold else 0,
            "goods_sold": sum(_units(line.quantity) for line in sold if line.parent is None),
            "goods_returned": sum(_units(line.quantity) for line in returned if line.parent is None),
        }
    )


def _merchandise(sale: Sale) -> tuple[list[Line], list[Line]]:
    """The lines of what was sold, and of what came back."""
    merchandise = [line for line in sale.lines if line.kind is LineKind.MERCHANDISE]
    return [line for line in merchandise if line.quantity > 0], [line for line in merchandise if line.quantity < 0]


def _exact(found: Mapping[str, Decimal | int | None]) -> dict[str, Decimal]:
    """Brought to what can be told apart; nought is left out."""
    exact = {measure: Decimal(value).quantize(SMALLEST, ROUND_HALF_UP) for measure, value in found.items() if value}
    return {measure: value for measure, value in exact.items() if value}


def _gross(sale: Sale, sold: Iterable[Line]) -> tuple[Decimal, Decimal]:
    """Prices times quantities, with tax and without, by the proportion that each line's own amounts have."""
    taxed = untaxed = Decimal(0)
    for line in sold:
        price = line.quantity * line.unit_price
        net, total = _untaxed(line), line.total
        if not total or not net:  # given away: nothing but the rate tells
            rate = 1 + Decimal(line.tax_rate_ppm or 0) / MILLION
            net, total = Decimal(1), rate
        taxed += price * total / net if sale.is_untaxed else price
        untaxed += price if sale.is_untaxed else price * net / total
    return taxed, untaxed


def _untaxed(line: Line) -> Decimal:
    """A line without its tax, as the source says, else by the rate; as it is where neither is known."""
    if line.tax is not None:
        return line.total - line.tax
    return line.total * MILLION / (MILLION + (line.tax_rate_ppm or 0))


def _units(quantity: Decimal) -> Decimal:
    """Pieces count as pieces; what is sold by weight or length counts as one."""
    return abs(quantity) if quantity == quantity.to_integral_value() else Decimal(1)


def contribution(sale: Sale | None, *, zone: ZoneInfo, day_start: time) -> Figures:
    """The figures of one sale; none unless it is closed and counts in revenue."""
    if sale is None or sale.state is not SaleState.CLOSED or not sale.counted or sale.closed_at is None:
        return {}
    hour = local_hour(sale.closed_at, zone=zone, day_start=day_start)
    day = business_date(sale.closed_at, zone=zone, day_start=day_start)
    register = sale.register.id if sale.register else ""
    return {Figure(hour, day, register, measure, sale.currency): value for measure, value in measures(sale).items()}


def difference(before: Iterable[Figures], after: Iterable[Figures]) -> Figures:
    """What to add so that `before` becomes `after`; figures that stay equal are left out."""
    delta: Figures = {}
    for figures in after:
        for key, value in figures.items():
            delta[key] = delta[key] + value if key in delta else value
    for figures in before:
        for key, value in figures.items():
            delta[key] = delta[key] - value if key in delta else -value
    return {key: value for key, value in delta.items() if value}


def add(organisation_id: UUID, store_id: UUID, delta: Figures) -> None:
    """Add to the roll-up inside the caller's transaction, which holds the store's lock; zeros leave no row."""
    if not delta:
        return
    registers: dict[tuple[datetime, date, str, str], dict[str, Decimal]] = {}
    for key in sorted(delta):
        hour, day, register, measure, currency = key
        registers.setdefault((hour, day, register, currency), {})[measure] = delta[key]
    rows = [
        {"hour": hour, "business_date": day, "register_id": register, "currency": currency, "measures": values}
        for (hour, day, register, currency), values in registers.items()
    ]
    with prepared.cursor() as cursor:
        cursor.execute(
            ADD_SQL,
            {
                "organisation": organisation_id,
                "store": store_id,
                "rows": msgspec.json.encode(rows).decode(),
                "days": sorted({key.business_date for key in delta}),
            },
        )
        if cursor.rowcount:
            cursor.execute(
                "DELETE FROM ledger_hourlyfigure WHERE organisation_id = %s AND store_id = %s"
                " AND hour = ANY(%s) AND value = 0",
                [organisation_id, store_id, sorted({key.hour for key in delta})],
            )
