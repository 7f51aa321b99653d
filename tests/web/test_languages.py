"""The language of a person: chosen once, kept with the account, spoken by pages and mails."""

import time_machine
from django.test import Client

from comptoir.core.accounts import members, visits
from comptoir.core.accounts.models import User
from comptoir.core.mail.models import OutgoingMail
from comptoir.web import health_mails
from tests.people import People
from tests.tenants import NOW

FRENCH = "Votre compte"


def says(client: Client) -> str:
    return client.get("/settings/profile").content.decode()


def test_what_is_chosen_in_the_account_is_spoken_on_every_device(people: People) -> None:
    alice, elsewhere = people.client(people.alice), people.client(people.alice)
    assert FRENCH not in says(alice)
    answer = alice.post("/settings/profile", {"name": "Alice", "language": "fr"}, follow=True).content.decode()
    assert FRENCH in answer
    assert "Enregistré." in answer, "already in the language that was chosen"
    assert FRENCH in says(elsewhere)
    assert FRENCH not in says(people.client(people.bob)), "each reads their own"


def test_the_switch_in_the_menu_is_kept_with_the_account(people: People) -> None:
    people.client(people.alice).post("/language", {"language": "fr", "next": "/"})
    people.alice.refresh_from_db()
    assert people.alice.language == "fr"
    assert FRENCH in says(people.client(people.alice))
    back = people.client(people.alice)
    back.post("/language", {"language": "en", "next": "/"})
    assert FRENCH not in says(back)


def test_a_language_nobody_speaks_here_changes_nothing(people: People) -> None:
    alice = people.client(people.alice)
    alice.post("/language", {"language": "xx", "next": "/"})
    assert alice.post("/settings/profile", {"name": "Alice", "language": "xx"}).status_code == 422
    people.alice.refresh_from_db()
    assert people.alice.language == ""
    User.objects.filter(pk=people.alice.pk).update(language="xx")
    assert FRENCH not in says(alice), "one that was spoken once is passed over"


def test_a_browser_that_nobody_is_signed_in_on_keeps_its_own(people: People, client: Client) -> None:
    members.speak(user_id=people.alice.pk, language="fr")
    client.post("/language", {"language": "fr", "next": "/sign-in"})
    assert "Se connecter" in client.get("/sign-in").content.decode()
    assert "Se connecter" not in Client().get("/sign-in").content.decode()


def test_mails_come_in_the_language_of_whoever_gets_them(people: People) -> None:
    claire = User.objects.create_user("claire@example.com", name="Claire")
    members.give(organisation_id=people.le_zinc.id, user_id=claire.pk, role=visits.Role.OWNER, store_ids=None)
    members.speak(user_id=claire.pk, language="fr")
    olga = User.objects.create_user("olga@example.com", is_operator=True)
    visits.ask(organisation=people.le_zinc, operator=olga, reason="A payment is late.", wish="look", now=NOW)
    assert dict(OutgoingMail.objects.values_list("to", "language")) == {
        "alice@example.com": "en",
        "claire@example.com": "fr",
    }
    subjects = set(OutgoingMail.objects.values_list("subject", flat=True))
    assert len(subjects) == 2, "the words, not the label alone"


def test_mails_about_health_do_too(people: People) -> None:
    from comptoir.core.connections.models import Connection, LocationLink

    members.speak(user_id=people.alice.pk, language="fr")
    connection = Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        account_name="Le Zinc",
        status=Connection.Status.RECONNECT,
        status_since=NOW,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=NOW,
        created_at=NOW,
    )
    LocationLink.objects.create(
        organisation=people.le_zinc,
        connection=connection,
        provider="lightspeed_k",
        external_id="1",
        name="Le Zinc",
        currency="EUR",
        timezone="Europe/Paris",
        store=people.bar,
    )
    with time_machine.travel(NOW, tick=False):
        health_mails.look_after(people.le_zinc.id, now=NOW)
    [mail] = OutgoingMail.objects.filter(to="alice@example.com")
    assert mail.language == "fr"
    assert "reconnect" in mail.text.lower() or "connecter" in mail.text.lower()
