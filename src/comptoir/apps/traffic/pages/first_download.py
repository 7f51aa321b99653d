"""The first download of an integration as one bar for all its shops: the latest days, then the year behind them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from comptoir.apps.traffic import jobs
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.intake.importing import reads as imports
from comptoir.core.intake.importing.reads import ImportFacts

SHORTEST: Final = timedelta(days=7)
"""What is shorter is a few days that somebody asked for."""
YEAR: Final = timedelta(days=60)
"""What is longer is the past, for comparisons."""


MOST: Final = 1000


@dataclass(frozen=True)
class Bar:
    """How far it is, in whole per cent."""

    title: str | Promise
    percent: int
    detail: str


def bars(job: ImportJob) -> list[Bar]:
    """What is still being read, of all its shops together; nothing once all of it is there."""
    stores = {each.id for each in jobs.stores_of(job)}
    if not stores:
        return []
    found = imports.import_runs(
        job.organisation_id, store_ids=stores, is_scheduled=False, limit=MOST, now=timezone.now()
    )
    long = [each for each in found if each.end - each.start >= SHORTEST]
    latest = [each for each in long if each.end - each.start < YEAR]
    past = [each for each in long if each.end - each.start >= YEAR]
    named = ((_("The latest days"), latest), (_("Last year, for comparisons"), past))
    return [_bar(title, runs) for title, runs in named if any(each.state == "running" for each in runs)]


def _bar(title: str | Promise, runs: list[ImportFacts]) -> Bar:
    """Of each store the newest import: one that was begun anew counts once."""
    newest = {each.store_id: each for each in sorted(runs, key=lambda each: each.started_at)}.values()
    whole = sum(each.share for each in newest) / len(newest)
    ready = sum(each.state == "done" for each in newest)
    words = ngettext(
        "%(ready)d of %(all)d shop is read, %(sales)d sales so far",
        "%(ready)d of %(all)d shops are read, %(sales)d sales so far",
        len(newest),
    )
    said = words % {"ready": ready, "all": len(newest), "sales": sum(each.sales_read for each in newest)}
    return Bar(title, min(99, int(whole * 100)), said)
