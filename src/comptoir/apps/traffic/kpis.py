"""Key figures: ratios of sums, each over the hours in which both sides are known; pure (traffic-analytics.md 4).

No figure is 0 or infinite for lack of a divisor: it is None, and drawn as a gap.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)
Unit = Literal["count", "money", "percent", "ratio", "hours", "money_per_hour", "per_hour"]


@dataclass(frozen=True)
class Bucket:
    """One local hour of one store: T, X, S, I, H, C of the reference. None is not known, which is not nought.

    `sales` (net) and `labour_cost` are in major units of the store's currency, `staff_hours` in hours, `open_hours` is
    how much of the hour it was open. `sold` are goods sold, where `items` are less those that came back.
    `is_estimated`: its visitors are, for a counter was silent. `is_planned`: its staff hours are, for no clock told.
    """

    visitors: Decimal | None = None
    transactions: Decimal = ZERO
    sales: Decimal = ZERO
    items: Decimal = ZERO
    staff_hours: Decimal | None = None
    returned: Decimal = ZERO
    sold: Decimal | None = None
    labour_cost: Decimal | None = None
    open_hours: Decimal | None = None
    is_estimated: bool = False
    is_planned: bool = False


@dataclass(frozen=True)
class Sums:
    """Sums of hours, and of those hours in which two sides of a ratio are known (4.1, rule 2).

    `x_t` are transactions of hours whose visitors are known; `t_h` and `h_t` visitors and staff hours of hours that
    know both; `s_h` and `x_h` sales and transactions of hours whose staff hours are known. `hours` counts all hours,
    `hours_t` those with visitors, `hours_h` those with staff hours. `s_c` are sales of the `hours_c` whose labour cost
    is known; `t_o` and `o_t` visitors and open hours of the `hours_o` that know both. Of `hours_t`, `hours_e` are
    estimated; of `hours_h`, `hours_p` are planned.
    """

    visitors: Decimal = ZERO
    transactions: Decimal = ZERO
    sales: Decimal = ZERO
    items: Decimal = ZERO
    returned: Decimal = ZERO
    staff_hours: Decimal = ZERO
    x_t: Decimal = ZERO
    s_t: Decimal = ZERO
    t_h: Decimal = ZERO
    h_t: Decimal = ZERO
    s_h: Decimal = ZERO
    x_h: Decimal = ZERO
    hours: int = 0
    hours_t: int = 0
    hours_h: int = 0
    labour_cost: Decimal = ZERO
    s_c: Decimal = ZERO
    t_o: Decimal = ZERO
    o_t: Decimal = ZERO
    sold: Decimal = ZERO
    hours_c: int = 0
    hours_o: int = 0
    hours_e: int = 0
    hours_p: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*map(operator.add, VALUES(self), VALUES(other)))

    @property
    def without_staff(self) -> "Sums":
        """The same as if no clock told anything: for readers whom hours worked are no matter of."""
        hours = replace(self, staff_hours=ZERO, t_h=ZERO, h_t=ZERO, s_h=ZERO, x_h=ZERO, hours_h=0, hours_p=0)
        return replace(hours, labour_cost=ZERO, s_c=ZERO, hours_c=0)

    @property
    def known_visitors(self) -> Decimal | None:
        """The visitors counted; None where nobody counted."""
        return self.visitors if self.hours_t else None

    @property
    def known_staff_hours(self) -> Decimal | None:
        """The hours worked; None where no clock tells."""
        return self.staff_hours if self.hours_h else None

    @property
    def known_labour_cost(self) -> Decimal | None:
        """What the hours worked cost; None where nobody said what an hour costs."""
        return self.labour_cost if self.hours_c else None


COLUMNS: Final = tuple(each.name for each in fields(Sums))
VALUES: Final = operator.attrgetter(*COLUMNS)
"""Of some sums all columns, in order."""


def added(found: Iterable[Sums]) -> Sums:
    """All of them together; column by column, for there may be thousands."""
    every = list(found)
    if len(every) == 1:
        return every[0]
    columns: list[tuple[Any, ...]] = list(zip(*map(VALUES, every), strict=True))
    return Sums(*[sum(each) for each in columns])


def sums(buckets: Iterable[Bucket]) -> Sums:
    """Add hours up."""
    return added(map(_one, buckets))


def _one(bucket: Bucket) -> Sums:
    t, h, cost, opened = bucket.visitors, bucket.staff_hours, bucket.labour_cost, bucket.open_hours
    both = t is not None and h is not None
    return Sums(
        visitors=t or ZERO,
        transactions=bucket.transactions,
        sales=bucket.sales,
        items=bucket.items,
        returned=bucket.returned,
        staff_hours=h or ZERO,
        x_t=bucket.transactions if t is not None else ZERO,
        s_t=bucket.sales if t is not None else ZERO,
        t_h=t if both and t else ZERO,
        h_t=h if both and h else ZERO,
        s_h=bucket.sales if h is not None else ZERO,
        x_h=bucket.transactions if h is not None else ZERO,
        hours=1,
        hours_t=int(t is not None),
        hours_h=int(h is not None),
        labour_cost=cost or ZERO,
        s_c=bucket.sales if cost is not None else ZERO,
        t_o=t if t and opened is not None else ZERO,
        o_t=opened if opened and t is not None else ZERO,
        sold=bucket.items if bucket.sold is None else bucket.sold,
        hours_c=int(cost is not None),
        hours_o=int(t is not None and opened is not None),
        hours_e=int(t is not None and bucket.is_estimated),
        hours_p=int(h is not None and bucket.is_planned),
    )


def ratio(above: Decimal, below: Decimal, *, times: Decimal = Decimal(1)) -> Decimal | None:
    """above ÷ below × times; None without a divisor."""
    return above / below * times if below else None


@dataclass(frozen=True)
class Kpi:
    """A key figure: how it is called, what it is made of, and how it is worked out.

    `needs` names the feed whose hours the figure is limited to, "" for none: its coverage is printed beside it.
    `is_rate`: a change of it is told in points, not in per cent (4.3).
    """

    slug: str
    label: str | Promise
    formula: str | Promise
    unit: Unit
    of: Callable[[Sums], Decimal | None]
    needs: Literal["", "visitors", "staff", "cost", "open"] = ""
    decimals: int = 2

    @property
    def is_rate(self) -> bool:
        """A share of something."""
        return self.unit == "percent"

    @property
    def is_money(self) -> bool:
        """Of one currency."""
        return self.unit in ("money", "money_per_hour")

    def coverage(self, found: Sums) -> tuple[int, int] | None:
        """(hours that count, all hours), None where every hour counts."""
        hours = {"visitors": found.hours_t, "staff": found.hours_h, "cost": found.hours_c, "open": found.hours_o}
        known = hours.get(self.needs, found.hours)
        return (known, found.hours) if known < found.hours else None

    def estimated(self, found: Sums) -> int:
        """Of how many of these hours the figure is an estimate."""
        return found.hours_e if self.needs in ("visitors", "open") else 0

    def planned(self, found: Sums) -> int:
        """Of how many of these hours the staff is that of a weekly pattern, where the figure is made of staff."""
        return found.hours_p if self.slug in OF_STAFF else 0


KPIS: Final[tuple[Kpi, ...]] = (
    Kpi("visitors", _("Visitors"), _("Counted at the entrances"), "count", lambda s: s.known_visitors, "visitors", 0),
    Kpi("transactions", _("Transactions"), _("Receipts with something sold"), "count", lambda s: s.transactions, "", 0),
    Kpi("sales", _("Sales"), _("Net sales, after discounts and returns"), "money", lambda s: s.sales),
    Kpi("items", _("Items sold"), _("Goods sold"), "count", lambda s: s.items, "", 0),
    Kpi(
        "staff_hours", _("Staff hours"), _("Worked, by the time clock"), "hours", lambda s: s.known_staff_hours, "staff"
    ),
    Kpi(
        "conversion",
        _("Conversion"),
        _("Transactions ÷ visitors × 100"),
        "percent",
        lambda s: ratio(s.x_t, s.visitors, times=HUNDRED),
        "visitors",
        1,
    ),
    Kpi("atv", _("Average sale"), _("Sales ÷ transactions"), "money", lambda s: ratio(s.sales, s.transactions)),
    Kpi("upt", _("Items per sale"), _("Items ÷ transactions"), "ratio", lambda s: ratio(s.items, s.transactions)),
    Kpi("aur", _("Average item price"), _("Sales ÷ items"), "money", lambda s: ratio(s.sales, s.items)),
    Kpi("spv", _("Sales per visitor"), _("Sales ÷ visitors"), "money", lambda s: ratio(s.s_t, s.visitors), "visitors"),
    Kpi(
        "pot",
        _("Performance on traffic"),
        _("Sales ÷ visitors × 100: money for each 100 people"),
        "money",
        lambda s: ratio(s.s_t, s.visitors, times=HUNDRED),
        "visitors",
        0,
    ),
    Kpi(
        "star",
        _("Visitors per staff hour"),
        _("Visitors ÷ staff hours"),
        "per_hour",
        lambda s: ratio(s.t_h, s.h_t),
        "visitors",
        1,
    ),
    Kpi(
        "sales_per_hour",
        _("Sales per staff hour"),
        _("Sales ÷ staff hours"),
        "money_per_hour",
        lambda s: ratio(s.s_h, s.staff_hours),
        "staff",
    ),
    Kpi(
        "transactions_per_hour",
        _("Transactions per staff hour"),
        _("Transactions ÷ staff hours"),
        "per_hour",
        lambda s: ratio(s.x_h, s.staff_hours),
        "staff",
    ),
    Kpi(
        "labour_cost",
        _("Labour cost"),
        _("Staff hours × what an hour of work costs, as typed in the settings"),
        "money",
        lambda s: s.known_labour_cost,
        "cost",
    ),
    Kpi(
        "labour_share",
        _("Labour share"),
        _("Labour cost ÷ sales × 100, of the hours whose labour cost is known"),
        "percent",
        lambda s: ratio(s.labour_cost, s.s_c, times=HUNDRED) if s.hours_c and s.s_c > 0 else None,
        "cost",
        1,
    ),
    Kpi(
        "visitors_per_open_hour",
        _("Visitors per open hour"),
        _("Visitors ÷ business hours, of the hours that were counted"),
        "per_hour",
        lambda s: ratio(s.t_o, s.o_t),
        "open",
        1,
    ),
    Kpi(
        "returns_share",
        _("Share of returns"),
        _("Goods returned ÷ goods sold × 100"),
        "percent",
        lambda s: ratio(s.returned, s.sold, times=HUNDRED),
        "",
        1,
    ),
)
BY_SLUG: Final = {each.slug: each for each in KPIS}
OF_STAFF: Final = frozenset(
    {"staff_hours", "star", "sales_per_hour", "transactions_per_hour", "labour_cost", "labour_share"}
)
"""Made of hours worked."""
NEITHER: Final = frozenset({"staff_hours", "star", "labour_cost", "labour_share", "returns_share"})
"""More of it is neither good nor bad by itself, or is bad: no change of it is coloured as a success."""


def change(kpi: Kpi, now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """The change in per cent, in points for a rate; None where there is nothing to compare with (4.3)."""
    if now is None or before is None:
        return None
    if kpi.is_rate:
        return now - before
    return (now - before) / abs(before) * HUNDRED if before else None


def missed_sales(found: Sums, target: Decimal | None) -> Decimal | None:
    """What the visitors would have bought beside, had as many of them bought as the target says (per cent)."""
    conversion, atv = BY_SLUG["conversion"].of(found), BY_SLUG["atv"].of(found)
    if target is None or conversion is None or atv is None:
        return None
    return max(ZERO, target - conversion) / HUNDRED * found.visitors * atv


@dataclass(frozen=True)
class Effects:
    """Why sales moved from one period to another, on matched hours: the three add up to the difference (6.3)."""

    traffic: Decimal
    conversion: Decimal
    average_sale: Decimal


def effects(before: Sums, now: Sums) -> Effects | None:
    """None where a factor is not known in both periods."""
    if not (before.visitors and now.visitors and before.x_t and now.x_t):
        return None
    t1, t2 = before.visitors, now.visitors
    b1, b2 = before.x_t / t1, now.x_t / t2
    c1, c2 = before.s_t / before.x_t, now.s_t / now.x_t
    return Effects((t2 - t1) * b1 * c1, t2 * (b2 - b1) * c1, t2 * b2 * (c2 - c1))
