"""2.7, row 1: a connection error in set-up is told on the integration’s page, its cause in words and one button."""

import dataclasses
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client

from comptoir.apps.traffic import jobs
from comptoir.apps.traffic.models import ImportJob
from comptoir.connectors.lightspeed_r.connector import RSeries
from comptoir.core.connections.models import Connection
from comptoir.kernel.http import send
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_r.stage import Shop, environ_of, shop
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
BUTTON = "Connect Lightspeed R-Series again"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr(RSeries, "manifest", dataclasses.replace(RSeries.manifest, calls_per_second=1000))
    with shop() as opened:
        for name, value in environ_of(opened.endpoints).items():
            monkeypatch.setenv(name, value)
        yield opened


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def begin(alice: Client) -> str:
    return str(alice.post("/traffic/integrations/new", {"label": "Le Zinc"})["Location"])


def sign_in(alice: Client, page: str, *, decision: str = "allow", scope: str = "") -> str:
    """Press Connect and decide at the till; the page on which the browser ends."""
    address = alice.post("/connections/connect/lightspeed_r", {"then": page})["Location"]
    asked = dict(parse_qsl(urlsplit(address).query)) | ({"scope": scope} if scope else {})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    form = urlencode({**asked, "decision": decision}).encode()
    back = urlsplit(send("POST", address.split("?")[0], body=form, headers=headers).headers["location"])
    answer = alice.get(f"{back.path}?{back.query}")
    assert answer["Location"].split("?")[0] == page
    return alice.get(answer["Location"], follow=True).content.decode()


def answers(made: Shop, monkeypatch: pytest.MonkeyPatch, what: Callable[[Request], Response | None]) -> None:
    usual = made.front.answer
    monkeypatch.setattr(made.front, "answer", lambda request, *, now: what(request) or usual(request, now=now))


def is_told(page: str, headline: str, remedy: str) -> None:
    assert "Connection error" in page
    assert headline in page
    assert remedy in page
    assert page.count(BUTTON) == 1
    assert "Connect Lightspeed R-Series<" not in page, "one button"
    assert not Connection.objects.filter(provider="lightspeed_r").exists(), "nothing half made is left"


def test_2_7_cancelled_at_the_till(alice: Client, made: Shop) -> None:
    page = begin(alice)
    is_told(
        sign_in(alice, page, decision="deny"),
        "The sign-in at Lightspeed R-Series was not allowed.",
        "Somebody pressed Cancel there",
    )


def test_2_7_a_role_that_may_not_see_the_shops_and_the_button_mends_it(alice: Client, made: Shop) -> None:
    page = begin(alice)
    told = sign_in(alice, page, scope="employee:admin_employees")
    is_told(told, "This user may not see the shops of the account.", "employee:register")
    assert 'name="then"' in told
    after = sign_in(alice, page)
    assert "Connection error" not in after
    assert "Match the shops" in after
    assert ImportJob.objects.get().connection_id == Connection.objects.get(provider="lightspeed_r").id


def test_2_7_an_account_that_is_locked(alice: Client, made: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(request: Request) -> Response | None:
        return Response(401, b"{}", {}) if request.path.startswith("/API/") else None

    answers(made, monkeypatch, locked)
    is_told(
        sign_in(alice, begin(alice)),
        "Lightspeed R-Series takes back the sign-in it has just given.",
        "The account or the user seems to be locked.",
    )


def test_2_7_a_sign_in_that_took_too_long(alice: Client, made: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(request: Request) -> Response | None:
        said = Response(400, b'{"error": "invalid_grant"}', {"content-type": "application/json"})
        return said if request.path.endswith("/token") else None

    answers(made, monkeypatch, late)
    is_told(
        sign_in(alice, begin(alice)),
        "Lightspeed R-Series did not accept the sign-in.",
        "Connect once more",
    )


def test_2_7_a_user_who_was_given_no_shop(alice: Client, made: Shop) -> None:
    for row in list(made.trade.books.all("Shop")):
        made.trade.books.update("Shop", int(row["shopID"]), archived=True)
    is_told(sign_in(alice, begin(alice)), "This user sees no shop of the account.", "was given the shops")


def test_2_7_another_integration_does_not_tell_of_it_and_the_next_try_forgets_it(alice: Client, made: Shop) -> None:
    page = begin(alice)
    sign_in(alice, page, decision="deny")
    other = alice.post("/traffic/integrations/new", {"label": "Other"})["Location"]
    assert "Connection error" not in alice.get(other).content.decode()
    assert "Connection error" in alice.get(page).content.decode()
    alice.post("/connections/connect/lightspeed_r", {"then": page})
    assert "Connection error" not in alice.get(page).content.decode()


def test_2_7_orders_that_may_not_be_read_are_named_by_the_check(alice: Client, made: Shop) -> None:
    page = begin(alice)
    sign_in(alice, page, scope="employee:reports employee:admin_employees")
    told = alice.get(f"{page}/check").content.decode()
    assert "Sales: missing permission" in told
    assert "employee:register" in told
    assert jobs.find(ImportJob.objects.get().organisation_id, ImportJob.objects.get().id).connection_id
