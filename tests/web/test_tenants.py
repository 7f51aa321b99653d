"""Nobody reaches what is not theirs: every route with the ids of real things, for an owner, for a colleague without
that store in every role, and for the owner of another organisation.

A new route must stand in `tenant_rows.py`: in `PAGES`, or in `CALLS` when the API answers it.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoDbBlocker

from comptoir.core.accounts.roles import PERMISSIONS, Role
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.intake.models import Notification
from comptoir.web.api import api
from tests.people import create_people
from tests.tenants import NOW, OF_THE_ORGANISATION, OF_THE_STORE, World, build
from tests.web.permissions import ROUTES, routes
from tests.web.tenant_rows import CALLS, PAGES, PROVIDER_CALLS, SIGNED_CALLS, Of, Row

COLLEAGUES = [role for role in Role if role is not Role.OWNER]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once and committed; what a test does to it is rolled back."""
    with pytest.MonkeyPatch.context() as environ, django_db_blocker.unblock():
        environ.setenv("LIGHTSPEED_K_AUTHORISE_URL", "https://till.example/auth")
        environ.setenv("LIGHTSPEED_K_CLIENT_ID", "client")
        environ.setenv("LIGHTSPEED_K_CLIENT_SECRET", "secret")
        world = build(create_people())
        world.sign_in(world.people.alice, world.people.bob, world.people.charlie)
        # Between the tests the database is out of bounds, as it is elsewhere.
        with django_db_blocker.block():
            yield world
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def world(built: World, db: None) -> World:
    return built


def test_every_page_stands_in_the_table() -> None:
    assert set(PAGES) == set(routes())


def test_every_call_stands_in_the_table() -> None:
    paths = api.get_openapi_schema()["paths"]
    assert {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations} == (
        set(CALLS) | PROVIDER_CALLS | SIGNED_CALLS
    )


def address(name: str, row: Row, world: World) -> str:
    """The address of a page with the ids of things that exist."""
    pattern = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: known(row.ids.get(match[1], match[1]), world), pattern_of(name))
    return "/" + pattern


def pattern_of(name: str) -> str:
    return str(routes()[name].pattern)


def known(name: str, world: World) -> str:
    """The id of that name; a word that names no id stands for itself."""
    assert name in world.ids or not name.endswith("_id"), f"tests/tenants has nothing for {name}"
    return world.ids.get(name, name)


def ask(client: Client, path: str, row: Row, world: World, **more: Any) -> Any:
    data = {name: known(value, world) for name, value in row.data.items()}
    return getattr(client, row.method)(path, data, **more)


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row.of is not Of.NOBODY])
def test_a_page_shows_each_their_own(name: str, world: World) -> None:
    row, permission = PAGES[name], str(ROUTES[name])
    path = address(name, row, world)
    stranger = ask(world.client(world.people.charlie), path, row, world)
    for role in COLLEAGUES:
        answer = ask(world.colleague(role), path, row, world)
        allowed = role in PERMISSIONS[permission] and role is not row.above
        fine = {404} if row.of is Of.STORE else {200, 302, 400, 422}
        assert answer.status_code in (fine if allowed else {403}), role
        assert OF_THE_STORE not in answer.getvalue().decode(), role

    owner = ask(world.client(world.people.alice), path, row, world)
    if row.only:
        assert {owner.status_code, stranger.status_code} == {403}
        return
    assert stranger.status_code in ({200, 302, 400, 422} if row.of is Of.EACH else {404})
    assert OF_THE_STORE not in stranger.getvalue().decode()
    assert OF_THE_ORGANISATION not in stranger.getvalue().decode()
    assert owner.status_code in (200, 302, 422), "it exists"


LISTS = ["overview", "connections", "inbox", "imports", "sales", "loyalty", "loyalty_counter", "tablets"]


@pytest.mark.parametrize("name", LISTS)
def test_an_owner_does_see_it(name: str, world: World) -> None:
    answer = world.client(world.people.alice).get(address(name, PAGES[name], world))
    assert OF_THE_STORE in answer.getvalue().decode(), "without this the absence for others would say nothing"


@pytest.mark.parametrize("name", ["inbox", "sales", "loyalty_members"])
def test_a_search_finds_nothing_of_others(name: str, world: World) -> None:
    path = address(name, PAGES[name], world)
    searched = {"search": OF_THE_STORE.lower()}
    answers = [world.colleague(Role.MANAGER), world.client(world.people.charlie)]
    for client in answers:
        for headers in ({}, {"HX-Request": "true"}):
            found = client.get(path, searched, headers=headers).content.decode()
            assert OF_THE_STORE not in found


def bearer(world: World, *, stranger: bool) -> dict[str, str]:
    organisation = world.people.chez_charlie if stranger else world.people.le_zinc
    _, secret = create_token(name="test", scopes=SCOPES, organisations=[organisation], now=NOW)
    return {"Authorization": f"Bearer {secret.reveal()}"}


def resolved(value: Any, world: World) -> Any:
    """A name of an id becomes the id, also in a list."""
    if isinstance(value, list):
        return [resolved(each, world) for each in value]
    return world.ids.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", list(CALLS))
def test_a_call_answers_for_its_own_organisation(name: str, world: World) -> None:
    row, path = CALLS[name], name.partition(" ")[2]
    path = re.sub(r"{(\w+)}", lambda match: world.ids[match[1]], path)
    writes = row.method in ("post", "put", "patch")
    more = {"content_type": "application/json"} if writes else {}
    data = {name: resolved(value, world) for name, value in row.data.items()} or (
        {"phone": "+33612345642"} if writes else {}
    )
    call = getattr(Client(), row.method)
    theirs = call(path, data, headers=bearer(world, stranger=True), **more)

    assert theirs.status_code in ((200, 201, 202) if row.of is Of.EACH else (404,))
    assert OF_THE_STORE not in theirs.content.decode()
    assert OF_THE_ORGANISATION not in theirs.content.decode()
    assert call(path, data, headers=bearer(world, stranger=False), **more).status_code in (200, 201, 202, 204)


def test_what_is_of_no_store_yet_is_for_those_who_have_all(world: World) -> None:
    Notification.objects.update(store_id=None)
    path = f"/inbox/{world.ids['notification_id']}"
    assert world.colleague(Role.MANAGER).get(path).status_code == 404
    assert world.client(world.people.alice).get(path).status_code == 200
