"""Loyalty in words: why an entry has its number, what a sale is called, how a rule reads."""

from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from comptoir.apps.loyalty.models import Kind
from comptoir.apps.loyalty.points import Reason, Rounding, Rule, State, points_for
from comptoir.apps.loyalty.reads import EntryFacts, Formula, OfferFacts
from comptoir.kernel.money import Money
from comptoir.web.formats import money, number
from comptoir.web.parts import Level, Status

KINDS: dict[str, Promise] = {
    Kind.EARN: gettext_lazy("Earned"),
    Kind.BONUS: gettext_lazy("Bonus"),
    Kind.REVERSAL: gettext_lazy("Corrected"),
    Kind.UNDO: pgettext_lazy("points", "Taken back"),
    Kind.ATTACH: gettext_lazy("Given later"),
    Kind.SPEND: gettext_lazy("Spent"),
    Kind.RETURN: gettext_lazy("Came back"),
    Kind.EXPIRE: gettext_lazy("Expired"),
    Kind.OPENING: gettext_lazy("Brought along"),
    Kind.MERGE: gettext_lazy("Merged"),
    Kind.ADJUST: gettext_lazy("Added by a partner"),
}
STATES: dict[State, tuple[Level, Promise]] = {
    State.INELIGIBLE: ("off", gettext_lazy("Earns nothing")),
    State.OPEN: ("info", gettext_lazy("Waiting")),
    State.CREDITED: ("ok", gettext_lazy("Collected")),
    State.ADJUSTED: ("ok", gettext_lazy("Collected, then corrected")),
    State.VOIDED: ("off", gettext_lazy("Withdrawn")),
}
REASONS: dict[Reason, str | Promise] = {
    Reason.NONE: "",
    Reason.BELOW_MINIMUM: gettext_lazy("below the minimum of the programme"),
    Reason.NO_WHOLE_POINT: gettext_lazy("less than one whole point"),
    Reason.NOTHING_PAID: gettext_lazy("nothing was paid"),
    Reason.TOO_OLD: gettext_lazy("closed more than 30 days before it reached us"),
    Reason.REFUNDED: gettext_lazy("refunded"),
    Reason.CANCELLED: gettext_lazy("cancelled at the till"),
    Reason.DUPLICATE: gettext_lazy("told by another till before"),
}


def light(offer: OfferFacts) -> Status:
    """The light of a sale in the programme, with the reason when it earns nothing."""
    level, word = STATES[offer.state]
    return Status(level, word, cause=REASONS[offer.reason])


def label(offer: OfferFacts) -> str:
    """What people call a sale: its table, as the till names it, and its receipt."""
    return " · ".join(part for part in (offer.table_name, offer.receipt_number or offer.external_id) if part)


def points(amount: int) -> str:
    """24 points."""
    return ngettext("%(number)s point", "%(number)s points", amount) % {"number": number(amount)}


def signed(amount: int) -> str:
    """+24, −4: a sign that can be told from a hyphen."""
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return sign + number(abs(amount))


def rate(rule: Rule, currency: str) -> str:
    """1 point per €1.00."""
    return _("%(points)s per %(amount)s") % {
        "points": points(rule.rate_points),
        "amount": money(Money(rule.rate_minor, currency)),
    }


def rule(said: Rule, currency: str) -> str:
    """1 point per €1.00, from €1.00 on."""
    return _("%(rate)s, from %(minimum)s on") % {
        "rate": rate(said, currency),
        "minimum": money(Money(said.minimum_order, currency)),
    }


def why(entry: EntryFacts) -> str:
    """Why an entry has its number, in one sentence (loyalty.md 1.4)."""
    formula = entry.formula
    if entry.kind == Kind.OPENING:
        return _("Points from another programme, brought by an import.")
    if entry.kind == Kind.MERGE:
        return _("Two records of one person became one, or became two again.")
    if entry.kind == Kind.BONUS:
        return entry.bonus
    if formula is None:
        return ""
    if entry.kind == Kind.UNDO:
        return _("Collected by mistake: the sale went back, with all that it had brought.")
    if entry.kind in (Kind.EARN, Kind.ATTACH):
        said = _("%(amount)s at %(rate)s%(rounding)s.") % _values(formula)
        return f"{said} {_limited(formula)}".strip()
    values = _values(formula) | {"target": points(formula.target), "before": points(formula.target - entry.points)}
    if formula.eligible.amount <= 0:
        return _("Nothing is left of this sale: %(before)s before, none now.") % values
    if formula.eligible.amount < formula.rule.minimum_order:
        return _("%(amount)s is left, below the minimum of %(minimum)s: %(before)s before, none now.") % values
    return _("%(amount)s is left, at %(rate)s%(rounding)s: %(before)s before, %(target)s now.") % values


def _values(formula: Formula) -> dict[str, str]:
    return {
        "amount": money(formula.eligible),
        "minimum": money(formula.minimum),
        "rate": rate(formula.rule, formula.eligible.currency),
        "rounding": _rounding(formula),
    }


def _limited(formula: Formula) -> str:
    """Said only where a limit of the programme made a difference."""
    if points_for(formula.eligible.amount, replace(formula.rule, most_per_sale=None)) <= formula.target:
        return ""
    return _("The limits of the programme left %(points)s.") % {"points": points(formula.target)}


def _rounding(formula: Formula) -> str:
    """Said only where it made a difference."""
    if formula.eligible.amount * formula.rule.rate_points % formula.rule.rate_minor == 0:
        return ""
    match formula.rule.rounding:
        case Rounding.FLOOR:
            return _(", rounded down")
        case Rounding.CEIL:
            return _(", rounded up")
        case Rounding.HALF_UP:
            return _(", rounded to the nearest")
