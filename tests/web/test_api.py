"""The platform API as its callers see it: tokens, scopes, pages, errors, and the document that describes them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.test import Client
from ninja import Schema

from comptoir.core.accounts.models import ApiToken, Organisation
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.installations import manifest
from comptoir.core.installations.install import install_all
from comptoir.core.ledger import reads
from comptoir.web import api_sales
from tests.bills import bill, record, refund, told
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
PROBLEM = "application/problem+json"
LISTS = ("/v1/sales", "/v1/stores", "/v1/integrations")
pytestmark = pytest.mark.django_db


class Caller:
    """Somebody with a token."""

    def __init__(self, *organisations: Organisation, scopes: tuple[str, ...] = SCOPES) -> None:
        self.token, secret = create_token(name="test", scopes=scopes, organisations=organisations, now=NOW)
        self.headers = {"Authorization": f"Bearer {secret.reveal()}"}

    def ask(self, path: str, **query: Any) -> Any:
        response = Client().get(path, query, headers=self.headers)
        assert response.status_code == 200, response.content
        return response.json()

    def refused(self, path: str, **query: Any) -> tuple[int, str]:
        return refusal(Client().get(path, query, headers=self.headers))


def refusal(response: Any) -> tuple[int, str]:
    """Status and code of an error, which must be in the one shape."""
    assert response["Content-Type"].startswith(PROBLEM), response["Content-Type"]
    body = response.json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return response.status_code, body["code"]


@pytest.fixture
def alice(people: People) -> Caller:
    return Caller(people.le_zinc)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer cmp_made-up", "Basic eDp5", "Bearer é\u0001"]
)
def test_without_a_valid_token_there_is_nothing(people: People, path: str, header: str | None) -> None:
    response = Client().get(path, headers={} if header is None else {"Authorization": header})
    assert refusal(response) == (401, "token_invalid")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_session_is_no_token(people: People) -> None:
    assert refusal(people.client(people.alice).get("/v1/sales")) == (401, "token_invalid")


def test_a_revoked_token_opens_nothing(alice: Caller) -> None:
    ApiToken.objects.filter(id=alice.token.id).update(revoked_at=NOW)
    assert alice.refused("/v1/sales") == (401, "token_invalid")


@pytest.mark.parametrize("path", LISTS)
def test_a_scope_opens_what_it_names_and_nothing_else(people: People, path: str) -> None:
    scope = {"/v1/sales": "sales.read", "/v1/stores": "stores.read", "/v1/integrations": "integrations.read"}[path]
    others = tuple(each for each in SCOPES if each != scope)

    assert Caller(people.le_zinc, scopes=others).refused(path) == (403, "scope_missing")
    Caller(people.le_zinc, scopes=(scope,)).ask(path)


@pytest.mark.parametrize("path", LISTS)
def test_another_s_organisation_is_as_if_it_did_not_exist(people: People, alice: Caller, path: str) -> None:
    theirs = people.chez_charlie.public_id
    made_up = "org_01JZZZZZZZZZZZZZZZZZZZZZZZ"
    for organisation in (theirs, made_up, "nonsense", people.bar.public_id):
        assert alice.refused(path, organisation=organisation) == (404, "not_found")


def test_another_s_sale_is_as_if_it_did_not_exist(people: People, alice: Caller) -> None:
    record(people.shop, [told(bill("A9.1"))])
    [sale] = reads.sales(people.chez_charlie.id)

    assert alice.refused(f"/v1/sales/{sale.public_id}") == (404, "not_found")
    assert alice.ask("/v1/sales")["data"] == []
    assert Caller(people.chez_charlie).ask(f"/v1/sales/{sale.public_id}")["external_id"] == "A9.1"


def test_a_sale_reads_as_the_contract_says(people: People, alice: Caller) -> None:
    record(people.bar, [told(bill("A1.1", "28.50"))])
    [sale] = alice.ask("/v1/sales", external_id="A1.1")["data"]

    assert sale["total"] == sale["paid"] == {"amount": 2850, "currency": "EUR"}
    assert sale["register"] == {"id": "40017", "name": "Bar 1"}
    assert (sale["organisation"], sale["store"]) == (people.le_zinc.public_id, people.bar.public_id)
    assert sale["lines"][0]["sku"] == "CHASSELAS"
    assert sale["payments"][0]["method"] == {"id": "CARD", "name": "Card"}
    assert alice.ask(f"/v1/sales/{sale['id']}") == sale


def pages(caller: Caller, limit: int) -> Iterator[list[str]]:
    after: dict[str, str] = {}
    while True:
        page = caller.ask("/v1/sales", limit=limit, **after)
        yield [sale["id"] for sale in page["data"]]
        if page["next"] is None:
            return
        after = {"after": page["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 6, 7, 200])
def test_pages_hold_every_sale_once(people: People, limit: int) -> None:
    """Of two organisations together, newest first; pages of equal length end where the sales end."""
    for number in range(3):
        record(people.bar, [told(bill(f"A1.{number}"))])
        record(people.shop, [told(bill(f"A2.{number}"))])
    caller = Caller(people.le_zinc, people.chez_charlie)
    found = list(pages(caller, limit))

    every = [each for page in found for each in page]
    assert len(every) == len(set(every)) == 6
    assert every == sorted(every, reverse=True)
    assert all(page for page in found), "no page is empty"
    assert all(len(page) == limit for page in found[:-1])


def test_a_sale_that_comes_in_while_somebody_pages_shifts_nothing(people: People, alice: Caller) -> None:
    record(people.bar, [told(bill(f"A1.{number}")) for number in range(4)])
    first = alice.ask("/v1/sales", limit=2)
    record(people.bar, [told(bill("A1.9"))])
    second = alice.ask("/v1/sales", limit=2, after=first["next"])

    assert {sale["external_id"] for page in (first, second) for sale in page["data"]} == {f"A1.{n}" for n in range(4)}


def test_an_external_id_finds_its_sale_and_no_other(people: People, alice: Caller) -> None:
    record(people.bar, [told(bill("A1.1")), told(bill("A1.10")), told(refund("A1.2", "A1.1", "-5"))])

    assert [sale["external_id"] for sale in alice.ask("/v1/sales", external_id="A1.1")["data"]] == ["A1.1"]
    assert alice.ask("/v1/sales", external_id="A1.")["data"] == []
    assert alice.ask("/v1/sales", external_id="' OR 1=1 --")["data"] == []


def test_a_sale_is_found_by_every_name_the_till_has_for_it(people: People, alice: Caller) -> None:
    names = ("90000000004400", "R40017.104", "TASK:OO-7-abc")
    sold = told(bill("A1.1"))
    record(people.bar, [msgspec.structs.replace(sold, aliases=names[:2]), told(bill("A1.2"))])
    record(people.bar, [msgspec.structs.replace(sold, aliases=names[1:])])  # nothing new but a name

    for name in ("A1.1", *names):
        [found] = alice.ask("/v1/sales", external_id=name)["data"]
        assert (found["external_id"], found["revision"]) == ("A1.1", 1)
    assert alice.ask("/v1/sales", external_id="9000000000440")["data"] == []
    record(people.shop, [msgspec.structs.replace(sold, aliases=names)])
    assert len(alice.ask("/v1/sales", external_id=names[0])["data"]) == 1


def test_state_and_day_narrow_the_list(people: People, alice: Caller) -> None:
    record(people.bar, [told(bill("A1.1")), told(bill("A1.2", closed=False))])

    assert [each["external_id"] for each in alice.ask("/v1/sales", state="open")["data"]] == ["A1.2"]
    assert len(alice.ask("/v1/sales", business_date="2026-03-07")["data"]) == 2
    assert alice.ask("/v1/sales", business_date="2026-03-08")["data"] == []


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"business_date": "2026-02-30"}, "business_date"),
        ({"business_date": "yesterday"}, "business_date"),
    ],
)
def test_what_is_not_valid_is_named(alice: Caller, query: dict[str, str], place: str) -> None:
    response = Client().get("/v1/sales", query, headers=alice.headers)
    assert refusal(response) == (422, "validation")
    assert [place in error["at"] for error in response.json()["errors"]] == [True]


@pytest.mark.parametrize("after", ["x", "sal_", "sto_01JZZZZZZZZZZZZZZZZZZZZZZZ", "sal_é", "sal_" + "Z" * 5000, "\0"])
def test_a_cursor_of_nobody_leads_nowhere(alice: Caller, after: str) -> None:
    assert alice.refused("/v1/sales", after=after) == (404, "not_found")


@pytest.mark.parametrize("path", ["/v1/sales/x", "/v1/sales/sal_01JZZZZZZZZZZZZZZZZZZZZZZZ", "/v1/no/such/thing"])
def test_what_is_not_there_is_said_in_the_same_shape(alice: Caller, path: str) -> None:
    assert alice.refused(path) == (404, "not_found")


def test_a_bug_of_ours_is_told_in_the_same_shape_and_without_a_detail(
    alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any, **__: Any) -> None:
        raise KeyError("a detail of ours")

    monkeypatch.setattr(api_sales.reads, "sales", stumble)
    response = Client(raise_request_exception=False).get("/v1/sales", headers=alice.headers)
    assert refusal(response) == (500, "internal")
    assert b"a detail of ours" not in response.content


def test_integrations_say_where_the_till_should_call(people: People, alice: Caller) -> None:
    install_all(organisation=people.le_zinc, store=people.bar, provider="lightspeed_k", now=NOW)
    install_all(organisation=people.chez_charlie, store=people.shop, provider="lightspeed_k", now=NOW)
    listed = alice.ask("/v1/integrations")
    assert {each["app"] for each in listed} == {app.slug for app in manifest.apps() if app.comes_with_store}
    [found] = [each for each in listed if each["app"] == "loyalty"]

    assert (found["store"], found["app"], found["provider"]) == (people.bar.public_id, "loyalty", "lightspeed_k")
    assert found["webhook_url"] is None
    assert found["vendor_location_id"] is None


@pytest.fixture
def document() -> Any:
    response = Client().get("/v1/openapi.json")
    assert response.status_code == 200
    return response.json()


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_document_is_whole(document: Any) -> None:
    assert document["openapi"].startswith("3.")
    assert document["info"]["title"] == "Comptoir"
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids)) > 0
    for name, operation in operations(document):
        declared = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", name)), name
        assert operation["summary"], name
        assert operation["description"], f"{name} is not explained"


def test_every_operation_asks_for_a_token_and_declares_its_errors(document: Any) -> None:
    for name, operation in operations(document):
        assert operation["security"], name
        faults = {status: set(each["content"]) for status, each in operation["responses"].items() if int(status) >= 400}
        assert {"401", "403", "404", "422"} <= set(faults), name
        assert all(media == {PROBLEM} for media in faults.values()), name


def test_the_human_docs_load_nothing_from_elsewhere() -> None:
    page = Client().get("/v1/docs").content.decode()
    assert "openapi.json" in page
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) >= 4
    for address in loaded:
        assert address.startswith("/static/"), address
        response = Client().get(address)
        assert response.status_code == 200, address
        response.close()
    assert "http://" not in page
    assert "https://" not in page


def test_no_two_schemas_of_the_platform_api_have_one_name() -> None:
    """The document knows them by name alone: of two, one would speak for both."""
    found: dict[str, set[str]] = {}
    waiting = [Schema]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            # The partner API has a document of its own.
            if each.__module__.startswith("comptoir.") and "loyalty.partner" not in each.__module__:
                found.setdefault(each.__name__, set()).add(each.__module__)
    assert found
    assert {name: modules for name, modules in found.items() if len(modules) > 1} == {}
