"""What a process counts of itself, for Prometheus. No label names a tenant, a store, a person or an address.

Each process counts for itself and tells it at an address of its own: the web server at `/metrics`, a worker where
`comptoir work --metrics` says. What is true of the installation as a whole is read from the database when asked.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import REGISTRY, Counter, Histogram, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
DOORS: Final = Counter("comptoir_door_answers_total", "Answers of the webhook doors", ["door", "answer"])
PROCESSED: Final = Counter("comptoir_notifications_processed_total", "What became of notifications", ["outcome"])
CALLS: Final = Counter("comptoir_vendor_calls_total", "Calls to vendors, by what came of them", ["vendor", "outcome"])
CALL_SECONDS: Final = Histogram("comptoir_vendor_call_seconds", "How long vendors take to answer", ["vendor"])
JOBS: Final = Counter("comptoir_jobs_total", "Jobs that ended", ["job", "outcome"])
JOB_SECONDS: Final = Histogram(
    "comptoir_job_seconds", "How long jobs take", ["job"], buckets=(0.01, 0.05, 0.2, 1, 5, 20, 60, 300, 1800)
)
REQUESTS: Final = Counter("comptoir_requests_total", "Pages and API calls, by class of status", ["status"])

Gauges = Iterable[tuple[str, str, dict[str, str], float]]
"""Name, help, labels and value of what is true of the whole installation."""


class _House:
    """Asks the whole installation when Prometheus asks us."""

    def __init__(self, ask: Callable[[], Gauges]) -> None:
        self._ask = ask

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One family for each name, in the order told."""
        families: dict[str, GaugeMetricFamily] = {}
        for name, words, labels, value in self._ask():
            family = families.setdefault(name, GaugeMetricFamily(name, words, labels=list(labels)))
            family.add_metric(list(labels.values()), value)
        return families.values()

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing ahead of time: registering must not ask the database."""
        return ()


_registering = threading.Lock()
_registered = False


def tell(ask: Callable[[], Gauges]) -> bytes:
    """Everything this process counts, and what `ask` knows of the whole, as Prometheus reads it."""
    global _registered
    with _registering:
        if not _registered:
            REGISTRY.register(_House(ask))
            _registered = True
    return generate_latest(REGISTRY)


def serve(port: int) -> None:
    """Tell what this process counts at a port of its own, to this machine alone."""
    start_http_server(port, addr="127.0.0.1")
