"""Traffic of the organisation: jobs, a counter, an hour, and one of everything that is typed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from comptoir.apps.traffic import budgets, chains, changing_jobs, counter_rules, jobs, projection, rights
from comptoir.apps.traffic.alert_tables import Alert as TrafficAlert
from comptoir.apps.traffic.alert_tables import BusinessException, SilentLimit
from comptoir.apps.traffic.arrivals import feeds
from comptoir.apps.traffic.arrivals.undoing import remember
from comptoir.apps.traffic.counting import doors
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.apps.traffic.deliveries import plans
from comptoir.apps.traffic.export_tables import ExportPlan
from comptoir.apps.traffic.left_out_tables import LeftOut
from comptoir.apps.traffic.pattern_tables import HOURS_OF_A_WEEK, StaffPattern
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.core.connections.models import Connection
from comptoir.kernel.ids import new_id, public_id
from tests.tenants.world import NOW, World

NOWHERE = {"host": "127.0.0.1", "port": 1, "user": "u"}


def fill(world: World) -> None:
    """Jobs, a counter, an hour and somebody who may edit."""
    organisation, now = world.people.le_zinc, datetime.now(UTC)
    made = {"organisation_id": organisation.id, "actor": "user:1", "now": now}
    job = jobs.begin(**made, label=world.of_the_organisation)  # type: ignore[arg-type]
    other = jobs.begin(**made, label=f"{world.of_the_organisation} 2")  # type: ignore[arg-type]
    jobs.attach(job=other, connection=Connection.objects.get(organisation=organisation))
    counter = add_counter(organisation_id=organisation.id, store_id=world.cellar.id, name=world.of_the_store, now=now)
    counter_rules.save(
        store=world.cellar,
        counter=counter,
        since=NOW.date(),
        counts="both",
        factor=Decimal("1.1"),
        actor="user:1",
        now=now,
    )
    projection.restate(organisation.id, {(world.cellar.id, NOW.date())}, now=now)
    rights.allow(organisation_id=organisation.id, user_id=world.people.alice.pk, node_id=None, actor="user:1", now=now)
    chain = chains.add_node(**made, name=world.of_the_organisation, kind="chain", parent_id=None)  # type: ignore[arg-type]
    world.ids["node_id"] = public_id("nod", chain.id)
    alert = TrafficAlert.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        kind="counter_dead",
        part=str(counter.id),
        name=world.of_the_store,
        details={"counter": world.of_the_store},
        since=NOW,
        opened_at=NOW,
    )
    BusinessException.objects.create(organisation_id=organisation.id, store_id=world.cellar.id, on=NOW.date())
    limit = SilentLimit.objects.create(organisation_id=organisation.id, id=new_id(), store_id=world.cellar.id, hours=3)
    wage = Wage.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        since=NOW.date(),
        per_hour=15,
        currency="EUR",
    )
    pattern = StaffPattern.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        since=NOW.date(),
        hours=[2] * HOURS_OF_A_WEEK,
        actor="user:1",
        at=NOW,
    )
    closure = LeftOut.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        store_id=world.cellar.id,
        kind=LeftOut.CLOSURE,
        since=NOW - timedelta(days=9),
        until=NOW - timedelta(days=8),
        actor="user:1",
        at=NOW,
    )
    plan = ExportPlan.objects.create(
        organisation_id=organisation.id,
        id=new_id(),
        user_id=world.people.alice.pk,
        name=world.of_the_organisation,
        kind="csv",
        rhythm="daily",
        hour=7,
        days=1,
        language="en",
        way=ExportPlan.MAIL,
        due_at=NOW,
        created_at=NOW,
    )
    run = plans.run(plan, slot=NOW, now=NOW)
    assert run is not None
    said = {"store": world.cellar, "measure": "sales", "first": NOW.date(), "last": NOW.date(), "today": NOW.date()}
    change = budgets.spread(**said, amount=Decimal(1), actor="user:1", now=now)  # type: ignore[arg-type]
    assert change is not None
    job_change = changing_jobs.change(
        job=job,
        label=f"{world.of_the_organisation} 3",
        chain_id=None,
        always=False,
        actor="user:1",
        now=now,
    )
    assert job_change is not None
    feed = feeds.add(**made, name=world.of_the_organisation, kind="sftp", place=NOWHERE)  # type: ignore[arg-type]
    world.ids |= {
        "budget_change_id": change.public_id,
        "export_run_id": run.public_id,
        "left_out_id": public_id("tlo", closure.id),
        "wage_id": public_id("wag", wage.id),
        "pattern_id": public_id("spn", pattern.id),
        "limit_id": public_id("lim", limit.id),
        "door_id": doors.add(**made, name=world.of_the_organisation)[0].public_id,  # type: ignore[arg-type]
        "job_change_id": public_id("jch", job_change),
        "feed_id": feed.public_id,
        "feed_change_id": public_id("fch", remember(feed, now=now)),
        "traffic_alert_id": public_id("tal", alert.id),
        "job_id": jobs.public(job),
        "connected_job_id": jobs.public(other),
        "counter_id": public_id("cnt", counter.id),
        "editor_id": str(world.people.alice.pk),
    }
