"""The programme in words: its terms one by one, and bills that show what it gives."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.apps.loyalty import wording
from comptoir.apps.loyalty.expiry.rules import Expiry
from comptoir.apps.loyalty.models import Programme
from comptoir.apps.loyalty.points import Basis, Rounding, Rule, points_for
from comptoir.kernel.money import Money, decimal_places
from comptoir.web.formats import money

# In hundredths of the currency's usual unit; the third is the one everybody asks about.
USUAL_BILLS = (1099, 2450, 5000)


def examples(rule: Rule, currency: str) -> list[tuple[str, str, bool]]:
    """Bills around the minimum and usual ones: the amount, what it gives, whether it gives anything."""
    scale = 10 ** decimal_places(currency)
    bills = {max(0, rule.minimum_order - 1), rule.minimum_order, *(bill * scale // 100 for bill in USUAL_BILLS)}
    given = [(bill, points_for(bill, rule)) for bill in sorted(bills) if bill > 0]
    return [(money(Money(bill, currency)), wording.points(points), points > 0) for bill, points in given]


def example(rule: Rule, currency: str) -> str:
    """A bill of €10.99 gives 10 points."""
    bill = USUAL_BILLS[0] * 10 ** decimal_places(currency) // 100
    values = {"amount": money(Money(bill, currency)), "points": wording.points(points_for(bill, rule))}
    return _("A bill of %(amount)s gives %(points)s.") % values


def terms(programme: Programme) -> list[str]:
    """What a version says beside its rate and minimum, one sentence each."""
    said = [_rounding(Rounding(programme.rounding))]
    if programme.basis == Basis.WITHOUT_TAX:
        said.append(_("The amount counts without tax."))
    limits = (
        (programme.most_per_sale, _("At most %(points)s for one sale.")),
        (programme.most_per_day, _("At most %(points)s for one member in a day.")),
        (programme.most_per_month, _("At most %(points)s for one member in a month.")),
        (programme.most_held, _("At most %(points)s on one balance.")),
    )
    said += [text % {"points": wording.points(limit)} for limit, text in limits if limit is not None]
    said.append(expiry(programme))
    said.append(_months(_rewards, programme.reward_months))
    if programme.stops_at_zero:
        said.append(_("A refund never takes a balance below 0."))
    if not programme.reinstates_rewards:
        said.append(_("A reward used on a sale that is refunded stays used."))
    return said


def expiry(programme: Programme) -> str:
    """When points expire, in one sentence."""
    match Expiry(programme.expiry):
        case Expiry.NEVER:
            return _("Points never expire.")
        case Expiry.INACTIVITY:
            return _months(_inactivity, programme.expiry_months)
        case Expiry.AFTER_EARNING:
            return _months(_after_earning, programme.expiry_months)
        case Expiry.END_OF_YEAR:
            return _("Points expire at the end of the year in which they were earned.")


def _months(text: Callable[[int], str], months: int) -> str:
    return text(months) % {"months": months}


def _rewards(months: int) -> str:
    return ngettext("A reward can be used for %(months)s month.", "A reward can be used for %(months)s months.", months)


def _inactivity(months: int) -> str:
    return ngettext(
        "Points expire %(months)s month after the latest visit.",
        "Points expire %(months)s months after the latest visit.",
        months,
    )


def _after_earning(months: int) -> str:
    return ngettext(
        "Points expire %(months)s month after they were earned.",
        "Points expire %(months)s months after they were earned.",
        months,
    )


def _rounding(rounding: Rounding) -> str:
    match rounding:
        case Rounding.FLOOR:
            return _("A fraction of a point is rounded down.")
        case Rounding.HALF_UP:
            return _("A fraction of a point is rounded to the nearest.")
        case Rounding.CEIL:
            return _("A fraction of a point is rounded up.")
