"""The house's own pages: who may see them, and what they say."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import PERMISSIONS, Role
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake import process
from comptoir.core.intake.models import Notification
from comptoir.core.ledger import reads
from comptoir.web.backstage import PERMISSION as OPERATOR
from tests.bills import bill, record, refund, told
from tests.notifications import body
from tests.people import People, create_member
from tests.web.permissions import ROUTES, routes
from tests.web.tenant_rows import PAGES, Of

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


def test_every_route_stands_in_the_table_with_its_permission() -> None:
    assert {name: getattr(route.callback, "permission", None) for name, route in routes().items()} == ROUTES


def test_every_permission_of_a_route_is_somebody_s() -> None:
    for permission in set(filter(None, ROUTES.values())) - {OPERATOR}:
        assert PERMISSIONS[permission], permission


NUMBERS = {
    "at": "1",
    "user_id": "1",
    "notification_id": "999999",
    "membership_id": "999999",
    "job_id": "999999",
    "number": "0",
}


def address(name: str) -> str:
    """The address of a route, with an id that names nothing."""
    ids = {"provider": "lightspeed_k", "app": "loyalty", "position": "on"} | NUMBERS
    pattern = str(routes()[name].pattern)
    return "/" + re.sub(r"<\w+:(\w+)>", lambda match: ids.get(match[1], "xxx_01JZZZZZZZZZZZZZZZZZZZZZZZ"), pattern)


@pytest.mark.django_db
def test_a_stranger_is_led_to_the_sign_in() -> None:
    for name in [name for name, permission in ROUTES.items() if permission]:
        for method in ("get", "post"):
            response = getattr(Client(), method)(address(name))
            assert response.status_code in (302, 405), name
            assert response.status_code == 405 or response["Location"].startswith("/sign-in"), name


def asked_with_what_exists(name: str, role: Role, method: str) -> bool:
    """Whether `test_tenants.py` asks this of a colleague in that role: by the table as well, and with ids of things."""
    row = PAGES[name]
    return row.of is not Of.NOBODY and role is not Role.OWNER and method == row.method


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_what_the_table_says(role: Role, people: People) -> None:
    """Each address is asked as if it were the only one: what an answer changed is taken back. One refusal is enough."""
    client, wrong = people.client(create_member(people.le_zinc, "Someone", role)), []
    cookies = client.cookies.copy()
    for name in [name for name, permission in ROUTES.items() if permission]:
        may = role in PERMISSIONS.get(str(ROUTES[name]), ())
        left = [method for method in ("get", "post") if not asked_with_what_exists(name, role, method)]
        if not may and len(left) == 1:
            continue
        client.cookies = cookies.copy()
        with transaction.atomic():
            if any(getattr(client, method)(address(name)).status_code == 403 for method in left) == may:
                wrong.append(name)
            transaction.set_rollback(True)
    assert wrong == []


@pytest.fixture
def trading(people: People) -> People:
    """A bill with its refund in the ledger, and two notifications, one of them parked."""
    record(people.bar, [told(bill("A1.1", "28.50"), at=NOW), told(refund("A1.2", "A1.1", "-5"))])
    for number, content in enumerate((body(), b'{"notificationType": "CLOSE"}')):
        Notification.objects.create(
            organisation_id=people.le_zinc.id,
            store_id=people.bar.id,
            provider="lightspeed_k",
            door="hooks/lightspeed_k/x",
            verified=True,
            body=content,
            body_hash=bytes([number]),
            received_at=NOW,
            received_minute=NOW,
        )
    process.drain(clock=lambda: NOW)
    return people


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_the_sales_page_finds_and_opens_a_bill(trading: People) -> None:
    client = trading.client(trading.alice)
    assert "A1.1" in page(client, "/sales")
    found = page(client, "/sales?search=A1.2")
    assert "A1.2" in found
    assert ">A1.1<" not in found
    assert "Nothing matches" in page(client, "/sales?search=nothing-like-it")

    [sale] = reads.sales(trading.le_zinc.id, external_id="A1.1")
    opened = page(client, f"/sales/{sale.public_id}")
    assert "€28.50" in opened
    assert "A1.2" in opened, "its refund is one click away"


def test_the_inbox_says_what_became_of_each_notification(trading: People) -> None:
    client = trading.client(trading.alice)
    listed = page(client, "/inbox")
    assert "1 notification could not be read and is parked." in listed
    parked = Notification.objects.get(outcome="parked")
    opened = page(client, f"/inbox/{parked.id}")
    assert parked.fault_path in opened
    assert "&quot;CLOSE&quot;" in opened, "an owner sees the body"
    assert "Parked" in page(client, "/inbox?outcome=parked")


def test_the_raw_body_is_for_owners_alone(trading: People) -> None:
    manager = create_member(trading.le_zinc, "Bobby", Role.MANAGER)
    row = Notification.objects.filter(outcome="recorded").get()

    assert "Chasselas 1dl" in page(trading.client(trading.alice), f"/inbox/{row.id}")
    assert "Chasselas 1dl" not in page(trading.client(manager), f"/inbox/{row.id}")


def test_charlie_sees_nothing_of_le_zinc(trading: People) -> None:
    client = trading.client(trading.charlie)
    [sale] = reads.sales(trading.le_zinc.id, external_id="A1.1")
    row = Notification.objects.order_by("id")[0]

    assert client.get(f"/sales/{sale.public_id}").status_code == 404
    assert client.get(f"/inbox/{row.id}").status_code == 404
    assert "A1.1" not in page(client, "/sales")
    assert "No sale yet" in page(client, "/sales")
    assert "Nothing has come in yet" in page(client, "/inbox")
    assert "Connect your till" in page(client, "/connections")


@pytest.fixture
def connected(people: People) -> Connection:
    made = Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        account_name="Le Zinc",
        status_since=NOW,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=NOW + timedelta(hours=1),
        consented_by=people.alice,
        created_at=NOW,
    )
    LocationLink.objects.create(
        organisation=people.le_zinc,
        connection=made,
        provider="lightspeed_k",
        external_id="90000000000001",
        name="La salle",
        currency="EUR",
        timezone="Europe/Paris",
        country="FR",
    )
    return made


def test_a_location_can_feed_a_new_store_a_known_one_or_none(people: People, connected: Connection) -> None:
    client = people.client(people.alice)
    link = LocationLink.objects.get()
    path = f"/connections/{connected.public_id}"
    assert "La salle" in page(client, path)

    client.post(f"{path}/locations", {f"store-{link.id}": "new"})
    link.refresh_from_db()
    assert link.store is not None
    assert (link.store.name, link.store.timezone) == ("La salle", "Europe/Paris")
    assert "/hooks/lightspeed_k/" in page(client, path)

    client.post(f"{path}/locations", {f"store-{link.id}": people.bar.public_id})
    link.refresh_from_db()
    assert link.store == people.bar

    client.post(f"{path}/locations", {f"store-{link.id}": ""})
    link.refresh_from_db()
    assert link.store is None


def test_connections_answer_with_what_is_broken(people: People, connected: Connection) -> None:
    Connection.objects.update(status="reconnect", status_reason="Sign in again.")
    answer = page(people.client(people.alice), "/connections").partition('id="answer"')[2].partition("</div>")[0]
    assert "answer-bad" in answer
    assert "no longer accepts Comptoir" in answer


def test_nobody_links_a_store_of_another_organisation(people: People, connected: Connection) -> None:
    link = LocationLink.objects.get()
    mine, theirs = people.client(people.alice), people.client(people.charlie)
    path = f"/connections/{connected.public_id}/locations"

    assert mine.post(path, {f"store-{link.id}": people.shop.public_id}).status_code == 404
    assert theirs.post(path, {f"store-{link.id}": people.shop.public_id}).status_code == 404
    assert theirs.get(f"/connections/{connected.public_id}").status_code == 404
    link.refresh_from_db()
    assert link.store is None


def test_an_answer_with_a_state_of_somebody_else_s_is_refused(people: People) -> None:
    client = people.client(people.alice)
    response = client.get("/connections/returned?code=x&state=made-up")

    assert response.status_code == 400
    assert not Connection.objects.exists()


def test_connecting_leaves_for_the_vendor_with_state_and_challenge(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTSPEED_K_AUTHORISE_URL", "https://till.example/auth")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_ID", "client")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_SECRET", "secret")
    location = people.client(people.alice).post("/connections/connect/lightspeed_k")["Location"]

    assert location.startswith("https://till.example/auth?")
    for part in ("response_type=code", "client_id=client", "state=", "code_challenge=", "code_challenge_method=S256"):
        assert part in location
    assert "secret" not in location


def test_without_a_client_the_page_says_what_to_set(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIGHTSPEED_K_CLIENT_ID", raising=False)
    response = people.client(people.alice).post("/connections/connect/lightspeed_k")

    assert response.status_code == 502
    assert "LIGHTSPEED_K_CLIENT_ID" in response.content.decode()


@pytest.mark.parametrize("path", ["/sales", "/inbox", "/"])
def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(people: People, path: str) -> None:
    client = people.client(people.alice)
    record(people.bar, [told(bill(f"A1.{number}")) for number in range(2)])
    page(client, path)  # the first page of a process fills caches
    few = queries(client, path)
    record(people.bar, [told(bill(f"A2.{number}")) for number in range(40)])

    assert queries(client, path) == few


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, path)
    return len(captured)


def test_a_tagged_address_is_a_user_of_its_own(people: People) -> None:
    tagged = User.objects.create_user("Alice+Brand@example.com")

    assert tagged.email == "alice+brand@example.com"
    assert tagged != people.alice


def test_an_address_the_api_does_not_have_is_told_in_its_own_shape(people: People) -> None:
    response = Client().get("/v1/no/such/thing")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_the_inbox_is_searched_by_store_period_and_words_and_exported_so(trading: People) -> None:
    client = trading.client(trading.alice)
    rows = list(Notification.objects.filter(organisation_id=trading.le_zinc.id).order_by("-id"))
    parked = next(row for row in rows if row.outcome == "parked")

    def exported(query: str = "") -> list[dict[str, str]]:
        answer = client.get(f"/inbox/export?{query}")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert [each["id"] for each in exported()] == [str(row.id) for row in rows]
    assert [each["fault"] for each in exported("outcome=parked")] == [parked.fault]
    assert str(parked.id) in [each["id"] for each in exported(f"search={parked.id}")]
    assert [each["id"] for each in exported(f"search={quote(parked.fault[:20])}")] == [str(parked.id)]
    assert len(exported(f"store={trading.bar.public_id}")) == len([r for r in rows if r.store_id == trading.bar.id])
    day = timezone.localdate(parked.received_at, ZoneInfo(trading.bar.timezone)).isoformat()
    assert len(exported(f"since={day}&until={day}")) == len(rows)
    assert exported(f"until={date.fromisoformat(day) - timedelta(days=1)}") == []
    assert len(exported("since=yesterday&store=sto_x&outcome=x")) == len(rows), "what cannot be read asks for nothing"

    listed = page(client, f"/inbox?outcome=parked&since={day}")
    assert f"/inbox/export?outcome=parked&amp;since={day}" in listed
    assert "1 notification would be read again" in page(client, f"/inbox/replay?outcome=parked&since={day}")
    assert "Nothing matches" in page(client, "/inbox/replay?outcome=parked&until=2020-01-01")
