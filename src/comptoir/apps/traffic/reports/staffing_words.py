"""The six figures of a row of staffing fit, in words: the same on its page and in its mail."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.reports.staffing import Fit, Report
from comptoir.web.charts import Chart, Series

VISITORS: Final = BY_SLUG["visitors"]
HOURS: Final = BY_SLUG["staff_hours"]
STAR: Final = BY_SLUG["star"]
BOTH_KNOWN: Final = gettext_lazy("Of the hours in which visitors and staff are known")
HEADS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "traffic": (VISITORS.label, BOTH_KNOWN),
    "staff_hours": (HOURS.label, BOTH_KNOWN),
    "star": (STAR.label, STAR.formula),
    "target": (gettext_lazy("Target"), gettext_lazy("Visitors for each staff hour, as typed at the location")),
    "hours_at_target": (gettext_lazy("Hours at target"), gettext_lazy("Visitors ÷ target")),
    "over_under": (gettext_lazy("Over or under"), gettext_lazy("Staff hours less the hours at target")),
}
"""By their names in files: what each is called, and its formula."""


def figures(fit: Fit, slugs: Iterable[str]) -> tuple[str, ...]:
    """Some of HEADS; what is over has its sign."""
    over = shown.figure(HOURS, fit.over, "")
    said = {
        "traffic": shown.figure(VISITORS, fit.visitors, ""),
        "staff_hours": shown.figure(HOURS, fit.staff_hours, ""),
        "star": shown.figure(STAR, fit.star, ""),
        "target": shown.figure(STAR, fit.target, ""),
        "hours_at_target": shown.figure(HOURS, fit.hours_at_target, ""),
        "over_under": f"+{over}" if _hundredths(fit) > 0 else over,
    }
    return tuple(said[slug] for slug in slugs)


def verdict(fit: Fit) -> str:
    """Too many or too few, beside the sign: colour alone says nothing; "" where it fits."""
    over = _hundredths(fit)
    return _("too many") if over > 0 else _("too few") if over < 0 else ""


def sentence(whole: Fit) -> str:
    """Whether there were too many or too few; "" where nothing is known."""
    if whole.over is None:
        return ""
    over = _hundredths(whole)
    if not over:
        return _("As many hours of staff as the target asks for.")
    words = (
        _("%(hours)s of staff more than the target asks for.")
        if over > 0
        else _("%(hours)s of staff fewer than the target asks for.")
    )
    return words % {"hours": shown.figure(HOURS, abs(over), "")}


def picture(found: Report) -> Chart:
    """By the hour: staff, and what the target asks for."""
    known = [(f"{hour:02}:00", fit) for hour, fit in found.hours if fit.is_known]
    series = (
        Series(str(HOURS.label), tuple(float(round(fit.sums.h_t, 2)) for _label, fit in known)),
        Series(_("Hours at target"), tuple(float(round(fit.needed, 2)) for _label, fit in known), is_comparison=True),
    )
    return Chart(_("Staff hours beside the target"), _("hours"), tuple(label for label, _fit in known), series)


def _hundredths(fit: Fit) -> Decimal:
    return round(fit.over or Decimal(0), 2)
