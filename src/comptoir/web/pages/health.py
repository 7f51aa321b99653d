"""Whether this installation does its work: for load balancers and those who watch. Nothing of a tenant is in it."""

from dataclasses import asdict, dataclass

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from comptoir.core.intake import reads
from comptoir.core.jobs import engine


@dataclass(frozen=True)
class Readiness:
    """What stands in the way of work; None where the database did not say."""

    database: bool = False
    migrations: bool = False
    workers: int | None = None
    oldest_unprocessed_seconds: int | None = None

    @property
    def is_ready(self) -> bool:
        """Whether pages answer and what comes in is processed."""
        return self.database and self.migrations and bool(self.workers)


@require_GET
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (Django hands it in)
    """200 when the database answers, its schema is current and a worker was seen lately; 503 otherwise."""
    found = _readiness()
    body = {"status": "ready" if found.is_ready else "not ready", **asdict(found)}
    return JsonResponse(body, status=200 if found.is_ready else 503)


def is_migrated() -> bool:
    """Whether the schema is what this version expects."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _readiness() -> Readiness:
    try:
        if not is_migrated():
            return Readiness(database=True)
        waiting = reads.backlog(now=timezone.now())
        return Readiness(True, True, engine.workers_seen(), waiting.oldest_waiting_seconds)
    except Error:
        return Readiness()
