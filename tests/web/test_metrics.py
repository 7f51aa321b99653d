"""`/metrics`: who may read it, what it says, and that its page in the reference says the same."""

import re
from pathlib import Path

import pytest
from django.test import Client

from comptoir.core.intake import process
from tests.core.queue import NOW, arrive
from tests.people import People

pytestmark = pytest.mark.django_db
REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md"


def told(**headers: str) -> str:
    response = Client().get("/metrics", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def value(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, flags=re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_every_metric_is_documented_and_no_other(people: People) -> None:
    arrive(people)
    process.drain(clock=lambda: NOW)
    found = set(re.findall(r"^# TYPE (comptoir_\w+) ", told(), flags=re.MULTILINE))
    real = {name for name in found if not name.endswith("_created")}
    documented = set(re.findall(r"^\| `(comptoir_\w+)` \|", REFERENCE.read_text(), flags=re.MULTILINE))

    # A connection is the one figure that exists only when there is one.
    assert documented - {"comptoir_connections"} == real - {"comptoir_connections"}


def test_what_waits_and_what_became_of_it(people: People) -> None:
    before = value(told(), 'comptoir_notifications_processed_total{outcome="recorded"}')
    arrive(people)
    assert value(told(), "comptoir_inbox_waiting") == 1
    assert value(told(), "comptoir_inbox_oldest_waiting_seconds") > 60
    process.drain(clock=lambda: NOW)

    assert value(told(), "comptoir_inbox_waiting") == 0
    assert value(told(), 'comptoir_notifications_processed_total{outcome="recorded"}') == before + 1


def test_nothing_of_a_tenant_is_in_it(people: People) -> None:
    arrive(people)
    process.drain(clock=lambda: NOW)
    text = told()

    for word in ("Zinc", str(people.le_zinc.id), people.le_zinc.public_id, str(people.bar.id), "alice", "A40017"):
        assert word not in text


@pytest.mark.parametrize("address", ["203.0.113.9", "", "nonsense"])
def test_whoever_is_elsewhere_finds_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/metrics", REMOTE_ADDR=address).status_code == 404
    assert Client().get("/metrics", REMOTE_ADDR=address, headers={"Authorization": "Bearer "}).status_code == 404
    monkeypatch.setenv("COMPTOIR_METRICS_TOKEN", "a-token-of-the-operator")
    wrong, right = ({"Authorization": f"Bearer {each}"} for each in ("another", "a-token-of-the-operator"))
    assert Client().get("/metrics", REMOTE_ADDR=address, headers=wrong).status_code == 404
    assert Client().get("/metrics", REMOTE_ADDR=address, headers=right).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-Ip"])
def test_what_a_proxy_on_this_machine_hands_on_is_from_elsewhere(header: str) -> None:
    assert Client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404
