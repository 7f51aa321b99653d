"""The file of a run: the hours of its days as they are now, in the plan's own form."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.text import slugify

from comptoir.apps.traffic import catching_up, chains, parameters, subscriptions
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
    said, period = parameters.asked(plan.asked), Period(run.since, run.until)
    places, nodes = _there(plan, said.get("tree", ""), period, now)
    store_ids = {each.store.id for each in places}
    catching_up.fresh(plan.organisation_id, store_ids, since=run.since, until=run.until, now=now)
    weekdays, (hours, clock) = parameters.weekdays_of(said), parameters.hours_of(said)
    opens, closes = clock or (None, None)
    scope = reading.Scope(
        plan.organisation_id,
        store_ids,
        opens,
        closes,
        business=hours == "business",
        nodes=nodes,
        days=None if weekdays is None else Weekdays(weekdays),
        sees_staff=subscriptions.sees_staff(plan),
    )
    columns = parameters.columns_of(said).get(parameters.FIELDS, ())
    chain = Organisation.objects.get(id=plan.organisation_id).name
    found = exporting.rows(scope, chain, places, period)
    return exporting.file(
        plan.kind,
        found,
        [name for name in exporting.COLUMNS if name in columns] or exporting.COLUMNS,
        form=Form(plan.separator, plan.decimal),
        title=parameters.title_of(said),
    )


def _there(
    plan: ExportPlan, tree: str, period: Period, now: datetime
) -> tuple[Sequence[chains.Place], frozenset[UUID] | None]:
    """The locations, and the nodes in which alone their days count, as the page of these parameters has them."""
    if plan.node_id is None or tree == parameters.TODAYS:
        return subscriptions.places_of(plan, now=now), None
    seen = chains.places(plan.organisation_id, store_ids=subscriptions.store_ids_of(plan), now=now)
    return chains.there(plan.organisation_id, seen, chains.below(plan.organisation_id, plan.node_id), (period,))
