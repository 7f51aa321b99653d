"""What a browser may send by accident or on purpose: forms twice, text no column holds, the same link again."""

from datetime import timedelta

import pytest

from comptoir.core.accounts.models import Store
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.installations.models import Installation
from tests.people import JOINED, People


def location(people: People, number: str, **fields: object) -> LocationLink:
    connection = Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        status_since=JOINED,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=JOINED + timedelta(days=9999),
        created_at=JOINED,
    )
    values = {"name": "Terrace", "currency": "EUR", "timezone": "Europe/Paris", "country": "FR", **fields}
    return LocationLink.objects.create(
        organisation=people.le_zinc, connection=connection, provider="lightspeed_k", external_id=number, **values
    )


def test_saving_a_new_store_twice_makes_one(people: People) -> None:
    link = location(people, "1")
    browser = people.client(people.alice)
    for _ in range(2):
        answer = browser.post(f"/connections/{link.connection.public_id}/locations", {f"store-{link.id}": "new"})
        assert answer.status_code == 302
    assert Store.objects.filter(organisation=people.le_zinc).count() == 2
    assert Installation.objects.filter(app="loyalty").count() == 1


def test_one_location_that_cannot_be_linked_leaves_nothing_half_made(people: People) -> None:
    theirs = location(people, "2")
    theirs.organisation, theirs.store = people.chez_charlie, people.shop
    theirs.connection.organisation = people.chez_charlie
    theirs.connection.save()
    theirs.save()
    first = location(people, "1", name="A terrace")
    second = LocationLink.objects.create(
        organisation=people.le_zinc,
        connection=first.connection,
        provider="lightspeed_k",
        external_id="2",
        name="B theirs",
        currency="EUR",
        timezone="Europe/Paris",
    )
    answer = people.client(people.alice).post(
        f"/connections/{first.connection.public_id}/locations",
        {f"store-{first.id}": "new", f"store-{second.id}": "new"},
    )
    assert answer.status_code == 409
    assert Store.objects.filter(organisation=people.le_zinc).count() == 1
    assert not LocationLink.objects.filter(organisation=people.le_zinc, store__isnull=False).exists()


@pytest.mark.parametrize(
    "address",
    [
        "/inbox?search=%00",
        "/inbox?outcome=%00",
        "/inbox?before=%D9%A1",
        "/inbox?before=999999999999999999",
        "/inbox/99999999999999999999",
        "/sales?search=%00",
        "/sales?day=0001-01-01",
        "/sales?day=9999-12-31",
        "/sales?state=%00",
        "/sales?before=sal_%00",
        "/loyalty/members?search=%00",
        "/loyalty/members?search=" + "9" * 5000,
        "/loyalty/members?before=mem_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    ],
)
def test_odd_addresses_are_answered_in_words(people: People, address: str) -> None:
    browser = people.client(people.alice)
    browser.raise_request_exception = False
    assert browser.get(address).status_code < 500


@pytest.mark.parametrize(
    "address",
    ["/v1/sales?external_id=%00", "/v1/loyalty/offers?external_id=%00", "/v1/loyalty/members?phone=%00"],
)
def test_odd_questions_to_the_api_are_answered(people: People, address: str) -> None:
    _, token = create_token(name="a", scopes=SCOPES, organisations=[people.le_zinc], now=JOINED)
    browser = people.client(people.alice)
    browser.raise_request_exception = False
    answer = browser.get(address, headers={"authorization": f"Bearer {token.reveal()}"})
    assert answer.status_code < 500
