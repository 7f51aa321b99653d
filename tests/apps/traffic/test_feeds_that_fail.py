"""A place of counts that fails is an alert with an end, and is mended by its page (traffic-analytics.md 3.3, 6.4)."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from comptoir.apps.traffic.alert_tables import Alert
from comptoir.apps.traffic.alerts import mailing
from comptoir.apps.traffic.arrivals import feeds, folder, running, undoing
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile, FeedBefore
from comptoir.core.audit.models import Note
from comptoir.core.connections.sealing import sealer
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.errors import RuleBroken
from tests.apps.traffic.chain import NOW
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
MINUTES = timedelta(minutes=1)


def feed(people: People, kind: str, place: dict[str, Any]) -> CountFeed:
    said = {"organisation_id": people.le_zinc.id, "actor": "user:1", "now": NOW}
    return feeds.add(**said, kind=kind, name="The door", place=place, secret="sesame")  # type: ignore[arg-type]


def again(made: CountFeed) -> CountFeed:
    return CountFeed.objects.get(organisation_id=made.organisation_id, id=made.id)


def mails() -> list[str]:
    return list(OutgoingMail.objects.order_by("id").values_list("template", flat=True))


def test_a_feed_that_fails_for_ninety_minutes_is_told_once_and_over_when_it_delivers_again(people: People) -> None:
    made = feed(people, "folder", {})
    root = folder.folder_of(made)
    for each in sorted(root.rglob("*"), reverse=True):
        each.rmdir()
    root.rmdir()
    root.write_text("no folder")
    for late in (0, 89):
        running.look(again(made), now=NOW + late * MINUTES)
        mailing.tick(clock=lambda late=late: NOW + late * MINUTES)  # type: ignore[misc]
    assert not Alert.objects.exists()
    mailing.tick(clock=lambda: NOW + 90 * MINUTES)
    mailing.tick(clock=lambda: NOW + 95 * MINUTES)
    alert = Alert.objects.get()
    assert (alert.kind, alert.name, alert.since) == ("feed_failed", "The door", NOW)
    assert mails() == ["traffic/mails/alert"]
    mail = OutgoingMail.objects.get()
    assert "Nothing has come from The door since" in mail.text
    assert f"/traffic/feeds/{made.public_id}" in mail.text
    root.unlink()
    running.look(again(made), now=NOW + 100 * MINUTES)
    mailing.tick(clock=lambda: NOW + 100 * MINUTES)
    mailing.tick(clock=lambda: NOW + 160 * MINUTES)
    assert mails() == ["traffic/mails/alert", "traffic/mails/alert_over"]
    assert Alert.objects.get().closed_at == NOW + 100 * MINUTES
    assert "/traffic/feeds/" not in people.client(people.alice).get("/traffic/alerts").content.decode()


def test_a_file_that_cannot_be_read_is_an_alert_until_the_next_one_can(people: People) -> None:
    made = feed(people, "folder", {})
    (folder.folder_of(made) / "monday.csv").write_text("no counts\n")
    later = NOW + timedelta(days=400)  # the file is older than that, whatever the clock of this machine says
    assert running.look(made, now=later).parked == 1
    mailing.tick(clock=lambda: later)
    assert Alert.objects.get().details["file_name"] == "monday.csv"
    there = f"/traffic/feeds/{made.public_id}#{CountFile.objects.get().public_id}"
    assert there in OutgoingMail.objects.get().text, "the button leads to the file"
    client = people.client(people.alice)
    french = client.get("/traffic/alerts", headers={"Accept-Language": "fr"}).content.decode()
    assert "monday.csv: La première ligne" in french
    assert f'href="{there}"' in client.get("/traffic/alerts").content.decode()
    assert f'id="{there.partition("#")[2]}"' in client.get(there.partition("#")[0]).content.decode()
    (folder.folder_of(made) / "tuesday.csv").write_text(
        "location id,date,hour,traffic in,traffic out\n0009,2026-05-20,13,4,4\n"
    )
    assert running.look(again(made), now=later + MINUTES).taken == 1
    mailing.tick(clock=lambda: later + MINUTES)
    assert Alert.objects.get().closed_at == later + MINUTES


def test_a_place_is_changed_by_its_page_without_typing_its_password_again(people: People) -> None:
    place = {"host": "sftp.invalid", "port": 22, "user": "counts", "folder": ""}
    made = feed(people, "sftp", place)
    CountFeed.objects.update(trusted="a key", read_until=NOW)
    alice, page = people.client(people.alice), f"/traffic/feeds/{made.public_id}/change"
    shown = alice.get(page).content.decode()
    assert "sftp.invalid" in shown
    assert "sesame" not in shown
    said = {**place, "name": "The gate", "every": "15"}
    alice.post(page, said)
    now = again(made)
    assert (now.name, now.every, now.trusted, now.place) == ("The gate", 15, "a key", place)
    assert sealer().unseal(now.secret).reveal() == "sesame"
    # Else whoever may change the address could have the password sent to a server of his own.
    for elsewhere in ({"host": "other.invalid"}, {"port": "2222"}):
        refused = alice.post(page, {**said, **elsewhere})
        assert refused.status_code == 422
        assert "For another address the password has to be typed again." in refused.content.decode()
        assert again(made).place == place
    alice.post(page, {**said, "host": "other.invalid", "secret": "open"})
    now = again(made)
    assert (now.trusted, sealer().unseal(now.secret).reveal()) == ("", "open")
    notes = Note.objects.filter(what="traffic.feed_changed").order_by("at")
    assert [each.details for each in notes] == [{"changed": "every, name"}, {"changed": "host, secret"}]
    feeds.add(organisation_id=people.le_zinc.id, kind="folder", name="Taken", place={}, actor="user:1", now=NOW)
    refused = alice.post(page, {**said, "name": "Taken", "secret": "open"})
    assert refused.status_code == 422
    assert "There is one called Taken already." in refused.content.decode()


def test_a_change_is_undone_by_its_toast_with_the_secret_that_went_with_its_address(people: People) -> None:
    place = {"host": "sftp.invalid", "port": 22, "user": "counts", "folder": ""}
    made = feed(people, "sftp", place)
    CountFeed.objects.update(trusted="ssh-ed25519 AAAA")
    alice, page = people.client(people.alice), f"/traffic/feeds/{made.public_id}"
    elsewhere = {**place, "name": "The gate", "every": "15", "host": "other.invalid", "secret": "open"}
    undo = undo_of(alice.post(f"{page}/change", elsewhere, follow=True))
    assert b"sesame" not in bytes(FeedBefore.objects.get().secret), "kept sealed alone"
    again_undo = undo_of(alice.post(undo, follow=True))
    now = again(made)
    assert (now.name, now.every, now.place, now.trusted) == ("The door", 5, place, "ssh-ed25519 AAAA")
    assert sealer().unseal(now.secret).reveal() == "sesame"
    alice.post(again_undo)
    assert (again(made).place["host"], sealer().unseal(again(made).secret).reveal()) == ("other.invalid", "open")
    notes = Note.objects.filter(what="traffic.feed_change_undone").order_by("at")
    assert [each.details for each in notes] == [{"changed": "every, host, key, name, secret"}] * 2


def test_a_change_is_not_undone_once_somebody_changed_it_again_or_a_day_has_passed(people: People) -> None:
    made = feed(people, "folder", {})

    def name_it(name: str) -> UUID:
        change_id = feeds.change(again(made), feeds.Said(name=name, every=5, place={}), actor="user:1", now=NOW)
        assert change_id is not None
        return change_id

    first, second = name_it("One"), name_it("Two")
    later = NOW + undoing.KEPT + MINUTES
    for change_id, now in ((first, NOW), (second, later)):
        with pytest.raises(RuleBroken) as refused:
            undoing.undo(again(made), change_id, actor="user:1", now=now)
        assert (refused.value.code, again(made).name) == ("changed_since", "Two")
    undoing.forget_old(now=later)
    assert not FeedBefore.objects.exists()
    name_it("Three")
    feeds.delete(again(made), actor="user:1", now=NOW)
    assert not FeedBefore.objects.exists()


def undo_of(answer: Any) -> str:
    found = re.search(r'action="(/traffic/feeds/[^"]*/undo/[^"]*)"', answer.content.decode())
    assert found is not None
    return found[1]


def test_each_place_is_looked_at_as_often_as_somebody_said(people: People) -> None:
    made = feed(people, "folder", {})
    for every, waits in ((5, 5), (15, 15), (60, 60), (1440, 12 * 60)):
        CountFeed.objects.update(every=every, tried_at=NOW)
        assert running.due("traffic", now=NOW + (waits - 1) * MINUTES) == (
            [] if every > 5 else [(people.le_zinc.id, made.id)]
        )
        assert running.due("traffic", now=NOW + waits * MINUTES) == [(people.le_zinc.id, made.id)]
