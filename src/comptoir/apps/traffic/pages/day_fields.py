"""The fields of a day's page: one for each figure of each hour, named `kind@instant`, and what was typed into them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from babel.numbers import get_decimal_symbol
from django.utils.translation import gettext as _

from comptoir.apps.traffic import tailoring
from comptoir.apps.traffic.models import Hour
from comptoir.apps.traffic.pages.quality import KINDS
from comptoir.apps.traffic.planned import PLANNED
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import decimal_places
from comptoir.web import formats

FIELD: Final = re.compile(r"(?P<kind>[a-z_]+)@(?P<at>\d{10})")
MOST: Final = Decimal(10) ** 12


@dataclass(frozen=True)
class Filled:
    """A form that was sent: what is another figure than before, and as it was typed, where that is no figure.

    `said` and `errors` are by the names of fields; with an error nothing of it is kept.
    """

    typed: tuple[tailoring.Typed, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def name_of(kind: str, at: datetime) -> str:
    """The field of a figure of an hour."""
    return f"{kind}@{int(at.timestamp())}"


def standing(row: Hour | None, kind: str) -> Decimal | None:
    """The figure that stands in a field; none where it is only planned: whoever types the same keeps it."""
    if row is None or (kind == "staff_hours" and row.staff_status == PLANNED):
        return None
    value: Decimal | None = getattr(row, kind)
    return value


def as_typed(value: Decimal | None, kind: str, currency: str) -> str:
    """A figure as a field says it, in the active language: money with the decimals of its currency, or more of them
    where it has more."""
    if value is None:
        return ""
    exact = format(round(value, 4).normalize(), "f")
    in_full = f"{value:.{decimal_places(currency)}f}" if kind == "sales" else exact
    said = in_full if Decimal(in_full) == Decimal(exact) else exact
    return said.replace(".", get_decimal_symbol(formats.locale()))


def hour_of(name: str) -> datetime | None:
    """The hour that a field is of; None for a field of something else."""
    match = FIELD.fullmatch(name)
    return datetime.fromtimestamp(int(match["at"]), tz=UTC) if match and match["kind"] in KINDS else None


def read(
    sent: Mapping[str, object],
    *,
    store_id: UUID,
    hours: Collection[datetime],
    shown: Mapping[datetime, Hour],
) -> Filled:
    """What somebody typed over the figures that are `shown`. Raises RuleBroken for an hour that the day has not."""
    said: dict[str, str] = {}
    errors: dict[str, str] = {}
    typed: list[tailoring.Typed] = []
    for name, text in sent.items():
        at = hour_of(name)
        if at is None or not isinstance(text, str):
            continue
        if at not in hours:
            raise RuleBroken(_("This day has no such hour."), code="hour_unknown", status=422)
        said[name] = text[:40]
        kind = name.partition("@")[0]
        try:
            value = _number(text, kind)
        except ValueError as broken:
            errors[name] = str(broken)
            continue
        before = standing(shown.get(at), kind)
        if _as_shown(value) != _as_shown(before):
            typed.append(tailoring.Typed(store_id, at, kind, value))
    return Filled(tuple(typed), said, errors, str(sent.get("reason", ""))[:200])


def _as_shown(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 4)


def _number(said: str, kind: str) -> Decimal | None:
    """A figure, None for an empty field. Raises ValueError with what to do."""
    text = said.strip().replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= MOST:
        raise ValueError(_("Type digits, such as 12 or 12.5."))
    if value < 0 and kind in tailoring.NEVER_NEGATIVE:
        raise ValueError(_("Type nought or more: people, hours and receipts are never below it."))
    return value
