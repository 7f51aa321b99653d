"""What is true of the whole installation at this moment, for those who watch it; nothing of a tenant is in it."""

from datetime import datetime

from django.db.models import Count, Min

from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake import reads
from comptoir.core.intake.models import BookReading, ImportRun
from comptoir.core.jobs import engine
from comptoir.core.outbox import dispatch
from comptoir.core.outbox.models import Delivery
from comptoir.kernel.metrics import Gauges


def gauges(*, now: datetime) -> Gauges:
    """Name, help, labels and value; asked anew at every scrape, each a count over an index or a small table."""
    backlog = reads.backlog(now=now)
    yield "comptoir_inbox_waiting", "Notifications not processed yet", {}, backlog.notifications_waiting
    age = backlog.oldest_waiting_seconds or 0
    yield "comptoir_inbox_oldest_waiting_seconds", "How long the oldest of them waits", {}, age
    yield "comptoir_outbox_waiting", "Events that apps have still to hear", {}, Delivery.objects.count()
    yield "comptoir_outbox_failing", "Events that an app failed to handle, and will hear again", {}, dispatch.failing()
    imports = ImportRun.objects.exclude(state=ImportRun.State.DONE).values_list("state").annotate(number=Count("*"))
    counted = dict(imports.order_by())
    for state in (ImportRun.State.RUNNING, ImportRun.State.FAILED):
        yield "comptoir_imports", "Imports that are not done", {"state": str(state)}, counted.get(state, 0)
    connections = Connection.objects.values_list("provider", "status").annotate(number=Count("*"))
    for provider, status, number in connections.order_by():
        labels = {"provider": provider, "status": status}
        yield "comptoir_connections", "Connections, by what their vendor says to us", labels, number
    yield "comptoir_books_overdue_seconds", "How late the latest reading of books is", {}, _overdue(now)
    for queue, number in engine.waiting().items():
        yield "comptoir_jobs_waiting", "Jobs that are due", {"queue": queue}, number
    yield "comptoir_workers", "Workers seen lately, six in each process", {}, engine.workers_seen()


def _overdue(now: datetime) -> float:
    """Of the locations that feed a store over a connection that works."""
    live = LocationLink.objects.filter(store__isnull=False, connection__status=Connection.Status.CONNECTED)
    oldest = BookReading.objects.filter(location_link_id__in=live.values("id")).aggregate(at=Min("due_at"))["at"]
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
