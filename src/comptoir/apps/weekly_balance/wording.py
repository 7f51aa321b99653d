"""Words for what the rules name: fields, states, presets, checks, causes."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from babel.numbers import get_decimal_symbol
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy, pgettext_lazy

from comptoir.apps.weekly_balance import trail
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.confirming import Waits
from comptoir.apps.weekly_balance.rules.figures import rounded
from comptoir.apps.weekly_balance.rules.terms import (
    MONEY,
    Basis,
    CountOnAccountAt,
    FieldType,
    LastYear,
    Moment,
    Preset,
    ReturnReceipts,
)
from comptoir.kernel.money import Money, decimal_places, to_minor
from comptoir.web import formats
from comptoir.web.parts import Level

UNKNOWN: Final = "—"
TYPES: Final[dict[FieldType, Promise]] = {
    FieldType.GROSS_SALES: gettext_lazy("Gross sales"),
    FieldType.NET_SALES: gettext_lazy("Net sales"),
    FieldType.DISCOUNTS: gettext_lazy("Discounts"),
    FieldType.RETURNS: gettext_lazy("Returns"),
    FieldType.TRANSACTIONS: gettext_lazy("Transactions"),
    FieldType.GOODS_SOLD: gettext_lazy("Number of goods sold"),
    FieldType.GOODS_RETURNED: gettext_lazy("Number of returned goods"),
    FieldType.VISITORS: gettext_lazy("Visitors"),
    FieldType.HOURS: gettext_lazy("Hours worked"),
    FieldType.SCHEDULED_HOURS: gettext_lazy("Hours scheduled"),
    FieldType.WAGE_COST: gettext_lazy("Wage cost"),
    FieldType.MANUAL: gettext_lazy("Typed by hand"),
}
PRESETS: Final[dict[Preset, tuple[Promise, Promise]]] = {
    Preset.RETAIL: (
        gettext_lazy("Retail"),
        gettext_lazy("Net is gross less discounts and returns."),
    ),
    Preset.VAT: (
        gettext_lazy("VAT"),
        gettext_lazy("Gross is the turnover with tax, net the same without it."),
    ),
    Preset.LABOUR: (
        gettext_lazy("Labour"),
        gettext_lazy("Net is gross less discounts; returns stand apart."),
    ),
}
BASES: Final[dict[Basis, Promise]] = {
    Basis.WITHOUT_TAX: gettext_lazy("without tax"),
    Basis.WITH_TAX: gettext_lazy("with tax"),
}
MOMENTS: Final[dict[Moment, Promise]] = {
    Moment.COMPLETED: gettext_lazy("when it was closed"),
    Moment.OPENED: gettext_lazy("when it was opened"),
}
ON_ACCOUNT: Final[dict[CountOnAccountAt, Promise]] = {
    CountOnAccountAt.SETTLEMENT: gettext_lazy("when they are settled"),
    CountOnAccountAt.SALE: gettext_lazy("when they are sold"),
}
LAST_YEARS: Final[dict[LastYear, Promise]] = {
    LastYear.WEEKDAY: gettext_lazy("the same weekday, 52 weeks earlier"),
    LastYear.ISO_WEEK: gettext_lazy("the same day of the week of the same number"),
    LastYear.DATE: gettext_lazy("the same date"),
}
RETURN_RECEIPTS: Final[dict[ReturnReceipts, Promise]] = {
    ReturnReceipts.IGNORED: gettext_lazy("not counted"),
    ReturnReceipts.COUNTED: gettext_lazy("counted as one"),
    ReturnReceipts.SUBTRACTED: gettext_lazy("subtracted"),
}
DAYS: Final[dict[DayState, tuple[Level, Promise]]] = {
    DayState.OPEN: ("info", pgettext_lazy("business day", "Still open")),
    DayState.INCOMPLETE: ("warn", pgettext_lazy("business day", "Incomplete")),
    DayState.READY: ("ok", pgettext_lazy("business day", "Ready")),
    DayState.CONFIRMED: ("ok", pgettext_lazy("business day", "Confirmed")),
    DayState.REOPENED: ("warn", pgettext_lazy("business day", "Reopened")),
}
WAITS: Final[dict[Waits, Promise]] = {
    Waits.HOUR: gettext_lazy("the hour of confirmation"),
    Waits.DAY_OVER: gettext_lazy("the end of the business day"),
    Waits.GRACE: gettext_lazy("half an hour after the end of the business day"),
    Waits.IMPORT: gettext_lazy("a complete import that began after the end of the day"),
    Waits.CHECKS: gettext_lazy("the checks of the day"),
}
CAUSES: Final[dict[str, Promise]] = {
    trail.DAILY: gettext_lazy("nightly import"),
    trail.AUTO: gettext_lazy("confirmed by itself"),
    trail.EDIT: gettext_lazy("by hand"),
    trail.LATE: gettext_lazy("changed at the till later"),
    trail.ASKED: gettext_lazy("waits for a supervisor"),
    trail.KEPT: gettext_lazy("a supervisor kept the number"),
    trail.REOPEN_ASKED: gettext_lazy("asked to be reopened"),
    trail.REOPEN_REFUSED: gettext_lazy("reopening refused"),
    trail.REOPEN_WITHDRAWN: gettext_lazy("not asked any more"),
    trail.APPROVED: gettext_lazy("approved"),
    trail.RELEASED: gettext_lazy("approval taken back"),
    trail.LIVE: gettext_lazy("told by the till"),
    trail.NOTE: gettext_lazy("note"),
}
RULES: Final[dict[str, Promise]] = {
    "R1": gettext_lazy("Net is not what gross, discounts and returns leave."),
    "R2": gettext_lazy("The hours do not add up to the day."),
    "R3": gettext_lazy("A register sold and belongs to no department."),
    "R4": gettext_lazy("A receipt was not paid exactly."),
    "R5": gettext_lazy("Payments differ from the till’s closing."),
    "R6": gettext_lazy("No import has read the whole day yet."),
    "R7": gettext_lazy("Receipt numbers are missing."),
    "R8": gettext_lazy("The till’s own total differs."),
    "missing": gettext_lazy("A number is missing."),
}


def number(value: Decimal | None, kind: FieldType, currency: str) -> str:
    """A figure as people read it; a dash for what is not known."""
    if value is None:
        return UNKNOWN
    if kind in MONEY:
        return formats.money(Money(to_minor(value, currency), currency))
    return formats.number(rounded(value, kind, currency))


def bare(value: Decimal | None, kind: FieldType, currency: str) -> str:
    """A figure in a table whose head names the currency."""
    if value is None:
        return UNKNOWN
    if kind not in MONEY:
        return formats.number(rounded(value, kind, currency))
    return formats.decimals(rounded(value, kind, currency), decimal_places(currency))


def tenths(value: Decimal | None) -> str:
    """An index or a percentage; a dash for what is not known."""
    return UNKNOWN if value is None else formats.number(value)


def typed(value: Decimal | None, kind: FieldType, currency: str) -> str:
    """A figure as it stands in a field to be typed over."""
    if value is None:
        return ""
    return f"{rounded(value, kind, currency):f}".replace(".", get_decimal_symbol(formats.locale()))


def cause(kept: str) -> str:
    """Why something changed; the trail keeps a word, and the id of an import that somebody began."""
    if kept.startswith(trail.MANUAL):
        return _("Import POS")
    return str(CAUSES.get(kept, kept))


def is_rounded(parts: Iterable[Decimal | None], total: Decimal | None, kind: FieldType, currency: str) -> bool:
    """Whether parts that are each rounded to be shown do not add up to their sum, rounded once (4.4)."""
    if total is None:
        return False
    shown = sum((rounded(each, kind, currency) for each in parts if each is not None), Decimal(0))
    return shown != rounded(total, kind, currency)


def actor(who: str, names: dict[str, str]) -> str:
    """Who did something, by name."""
    return names.get(who) or (_("Comptoir") if who == trail.SYSTEM else who)


def field_name(name: str) -> str:
    """A field's name as people read it: the usual ones in their language, others as somebody wrote them."""
    return translate(name)
