"""Bonus rules in words."""

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptoir.apps.loyalty.bonuses import BonusKind, BonusRule
from comptoir.apps.loyalty.wording import points
from comptoir.web.formats import number

KINDS: dict[BonusKind, Promise] = {
    BonusKind.DAYS: gettext_lazy("More points on some days"),
    BonusKind.PRODUCT: gettext_lazy("Points for a product"),
    BonusKind.VISIT: gettext_lazy("Points for a visit"),
    BonusKind.BIRTHDAY: gettext_lazy("Points for a birthday"),
}


def rule(said: BonusRule) -> str:
    """What a rule gives, in one sentence."""
    match BonusKind(said.kind):
        case BonusKind.DAYS:
            days = ", ".join(str(WEEKDAYS[day - 1]) for day in said.weekdays) or _("every day")
            return _("%(percent)s %% more, %(days)s.") % {"percent": number(said.extra_percent), "days": days}
        case BonusKind.PRODUCT:
            return _("%(points)s for each of %(products)s.") % {
                "points": points(said.points),
                "products": ", ".join(said.skus),
            }
        case BonusKind.VISIT if not said.again_after:
            return _("%(points)s for every sale.") % {"points": points(said.points)}
        case BonusKind.VISIT:
            hours = said.again_after // 60
            every = ngettext("once in %(number)s hour", "once in %(number)s hours", hours) % {"number": number(hours)}
            return _("%(points)s for a visit, %(every)s at each store.") % {
                "points": points(said.points),
                "every": every,
            }
        case BonusKind.BIRTHDAY:
            return _("%(points)s on the birthday, once a year.") % {"points": points(said.points)}
