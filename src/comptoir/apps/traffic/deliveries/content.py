"""The file of a run: the hours of its days as they are now, in the plan's own form."""

from datetime import datetime

from django.utils.text import slugify

from comptoir.apps.traffic import catching_up, parameters, subscriptions
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.periods import Period, Weekdays
from comptoir.apps.traffic.reports import exporting, reading
from comptoir.core.accounts.models import Organisation
from comptoir.web.spreadsheets import Form


def name_of(plan: ExportPlan, run: ExportRun) -> str:
    """The same for a run however often it is sent, and another one for other days."""
    title = parameters.title_of(parameters.asked(plan.asked))
    return f"{slugify(title) or 'traffic'}-{run.since}-{run.until}.{plan.kind}"


def made(plan: ExportPlan, run: ExportRun, *, now: datetime) -> bytes:
    """The whole file."""
    places = subscriptions.places_of(plan, now=now)
    store_ids = {each.store.id for each in places}
    catching_up.fresh(plan.organisation_id, store_ids, since=run.since, until=run.until, now=now)
    said = parameters.asked(plan.asked)
    weekdays, (hours, clock) = parameters.weekdays_of(said), parameters.hours_of(said)
    opens, closes = clock or (None, None)
    scope = reading.Scope(
        plan.organisation_id,
        store_ids,
        opens,
        closes,
        business=hours == "business",
        days=None if weekdays is None else Weekdays(weekdays),
        sees_staff=subscriptions.sees_staff(plan),
    )
    columns = parameters.columns_of(said).get(parameters.FIELDS, ())
    chain = Organisation.objects.get(id=plan.organisation_id).name
    found = exporting.rows(scope, chain, places, Period(run.since, run.until))
    return exporting.file(
        plan.kind,
        found,
        [name for name in exporting.COLUMNS if name in columns] or exporting.COLUMNS,
        form=Form(plan.separator, plan.decimal),
        title=parameters.title_of(said),
    )
