"""Who gets to a page, for which organisation, and what the navigation offers."""

from datetime import UTC, datetime

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.roles import PERMISSIONS, Role
from comptoir.web import navigation
from comptoir.web.shell import OrganisationRequest, PermittedView, page
from tests.people import People, create_store

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


@page("inbox.view")
def inside(request: OrganisationRequest) -> HttpResponse:
    return HttpResponse(f"{request.organisation.name} {request.role} {timezone.get_current_timezone_name()}")


def ask(view: PermittedView, user: User, *, organisation: str = "") -> HttpResponse:
    request: HttpRequest = RequestFactory().get("/")
    request.user = user
    request.session = SessionStore()
    if organisation:
        request.session["organisation"] = organisation
    response = view(request)
    assert isinstance(response, HttpResponse)
    return response


def test_a_member_sees_his_organisation_in_its_time_zone(people: People) -> None:
    response = ask(inside, people.alice)
    assert response.content.decode() == "Le Zinc owner Europe/Paris"
    assert "no-store" in response["Cache-Control"]


def test_a_role_without_the_permission_is_told_so(people: People) -> None:
    response = ask(inside, people.bob)
    assert response.status_code == 403
    assert "Staff of Le Zinc" in response.content.decode()


def test_a_person_without_organisation_is_told_so(people: People) -> None:
    response = ask(inside, User.objects.create_user("dora@example.com"))
    assert response.status_code == 403
    assert "dora@example.com" in response.content.decode()


def test_the_session_chooses_among_ones_own_organisations_only(people: People) -> None:
    chez_charlie = str(people.chez_charlie.id)
    assert b"Le Zinc" in ask(inside, people.alice, organisation=chez_charlie).content
    Membership.objects.create(organisation=people.chez_charlie, user=people.alice, role=Role.MANAGER)
    assert b"Chez Charlie manager" in ask(inside, people.alice, organisation=chez_charlie).content
    assert b"Le Zinc owner" in ask(inside, people.alice).content


def test_switching(people: People) -> None:
    Membership.objects.create(organisation=people.chez_charlie, user=people.alice, role=Role.MANAGER)
    client = people.client(people.alice)
    assert client.get("/organisation").status_code == 405
    assert client.post("/organisation", {"organisation": str(people.chez_charlie.id)}).headers["Location"] == "/"
    assert client.session["organisation"] == str(people.chez_charlie.id)


def test_signed_out_leads_to_the_sign_in_and_back(client: Client) -> None:
    response = client.get("/?day=2026-03-07")
    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in?next=/%3Fday%3D2026-03-07"


def test_signed_out_inside_a_live_region_moves_the_whole_page(client: Client) -> None:
    response = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox"})
    assert response.headers["HX-Redirect"] == "/sign-in?next=http%3A//testserver/inbox"


def test_the_permission_stands_on_the_view() -> None:
    assert inside.permission == "inbox.view"
    assert inside.permission in PERMISSIONS


def test_the_navigation_shows_what_the_role_may_see_and_what_has_a_route(people: People) -> None:
    owner = [place.url for place in navigation.places(Role.OWNER, "/inbox")]
    staff = [place.url for place in navigation.places(Role.STAFF, "/")]
    assert owner[0] == staff[0] == "/"
    assert "/inbox" in owner
    assert "/inbox" not in staff
    assert "/settings" in owner
    assert "/settings" not in staff


@pytest.mark.parametrize(("path", "current"), [("/", "/"), ("/inbox", "/inbox"), ("/inbox/12", "/inbox"), ("/x", "")])
def test_exactly_one_place_is_current(path: str, current: str) -> None:
    assert [place.url for place in navigation.places(Role.OWNER, path) if place.is_current] == [current][
        : bool(current)
    ]


def test_the_frame_asks_the_database_once_for_memberships(people: People) -> None:
    create_store(people.le_zinc, "Terrace")
    client = people.client(people.alice)
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        html = client.get("/").content.decode()
    assert sum("FROM accounts_membership" in each["sql"].replace('"', "") for each in asked) == 1
    assert html.count("Le Zinc") > 1
    assert 'data-live="/live?token=' in html


def test_the_language_is_chosen_and_kept(client: Client, db: None) -> None:
    assert "Sign in" in client.get("/sign-in").content.decode()
    assert client.post("/language", {"language": "fr", "next": "/sign-in"}).headers["Location"] == "/sign-in"
    page = client.get("/sign-in").content.decode()
    assert '<html lang="fr">' in page
    assert "Se connecter" in page


def test_signing_in_and_out(client: Client, people: People) -> None:
    people.alice.set_password("a zinc counter")
    people.alice.save()
    wrong = client.post("/sign-in", {"login": people.alice.email, "password": "wrong"}).content.decode()
    assert "do not belong together" in wrong
    assert people.alice.email in wrong
    response = client.post("/sign-in", {"login": people.alice.email.upper(), "password": "a zinc counter"})
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/").status_code == 302


def test_only_our_own_sign_up_is_there(client: Client) -> None:
    for path in ("/signup", "/accounts/signup/", "/settings/second-factor/webauthn/signup/"):
        assert client.get(path).status_code == 404
