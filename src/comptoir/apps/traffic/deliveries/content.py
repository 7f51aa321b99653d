"""The file of a run: the hours of its days as they are now, in the plan's own form."""

from datetime import datetime

from comptoir.apps.traffic import catching_up, subscriptions
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import exporting, reading
from comptoir.core.accounts.models import Organisation
from comptoir.web.spreadsheets import Form


def name_of(plan: ExportPlan, run: ExportRun) -> str:
    """The same for a run however often it is sent, and another one for other days."""
    return f"traffic-{run.since}-{run.until}.{plan.kind}"


def made(plan: ExportPlan, run: ExportRun, *, now: datetime) -> bytes:
    """The whole file."""
    places = subscriptions.places_of(plan, now=now)
    store_ids = {each.store.id for each in places}
    catching_up.fresh(plan.organisation_id, store_ids, since=run.since, until=run.until, now=now)
    scope = reading.Scope(plan.organisation_id, store_ids, sees_staff=subscriptions.sees_staff(plan))
    chain = Organisation.objects.get(id=plan.organisation_id).name
    found = exporting.rows(scope, chain, places, Period(run.since, run.until))
    return exporting.file(plan.kind, found, form=Form(plan.separator, plan.decimal))
