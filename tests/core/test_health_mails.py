"""Mails about trouble over real SMTP: one when it lasts, one when it is over, to whom it concerns, and no storm."""

from datetime import UTC, datetime, timedelta

import pytest

from comptoir.core.accounts.models import Membership, MembershipStore
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection
from comptoir.core.health.models import Incident
from comptoir.core.intake.models import BookReading, Notification
from comptoir.core.mail.deliver import deliver
from comptoir.core.mail.models import OutgoingMail
from comptoir.sandbox.postbox import Mail, Postbox
from comptoir.web.health_mails import look_after, tick
from tests.core.kseries import at_once
from tests.core.queue import query
from tests.people import People, create_member, create_store
from tests.troubles import HOUR, MINUTE, NOW, Shop, parked, signed_out, stopped_import, unreachable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


class Post:
    """The ticks of a shop's worker, and what its people find in their mailboxes."""

    def __init__(self, shop: Shop, postbox: Postbox) -> None:
        self.shop, self.postbox = shop, postbox

    def ticks(self, *, begin: datetime = NOW, last: timedelta = timedelta(0), every: timedelta = MINUTE) -> None:
        at = begin
        while at <= begin + last:
            look_after(self.shop.people.le_zinc.id, now=at)
            at += every

    def arrived(self, to: str = "alice@example.com") -> tuple[Mail, ...]:
        """The mails alone are sent: a worker's own tick would look with today's clock."""
        for mail in OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).order_by("id"):
            deliver(mail.id, clock=lambda: datetime.now(UTC))
        return self.postbox.messages(to)

    def subjects(self, to: str = "alice@example.com") -> list[str]:
        return [mail.subject for mail in self.arrived(to)]


@pytest.fixture
def post(people: People, postbox: Postbox) -> Post:
    query("DELETE FROM procrastinate_workers")
    shop = Shop(people)
    shop.sold(NOW - HOUR)
    return Post(shop, postbox)


def mend(shop: Shop) -> None:
    Connection.objects.update(status="connected", status_reason="")
    BookReading.objects.update(faults=0, fault="")


def test_e52_a_lost_sign_in_is_written_at_once_with_the_button_that_mends_it(post: Post) -> None:
    signed_out(post.shop)
    post.ticks(last=10 * MINUTE)

    [mail] = post.arrived()
    assert mail.subject == "Le Zinc SARL: Signed out"
    assert mail.button.endswith(f"/connections/{post.shop.connection.public_id}")
    for body in (mail.text, mail.html):
        assert "no longer accepts Comptoir" in body
        assert "K-Series withdrew it." in body
        assert mail.button in body


def test_it_is_written_when_all_is_well_again(post: Post) -> None:
    signed_out(post.shop)
    post.ticks(last=5 * MINUTE)
    mend(post.shop)
    post.ticks(begin=NOW + 6 * MINUTE, last=5 * MINUTE)

    assert post.subjects() == ["Le Zinc SARL: Signed out", "Le Zinc SARL: all is well again"]
    assert Incident.objects.get().recovered_at == NOW + 6 * MINUTE


def test_what_passes_by_itself_is_not_written(post: Post) -> None:
    unreachable(post.shop)
    post.ticks(last=20 * MINUTE)
    mend(post.shop)
    post.ticks(begin=NOW + 21 * MINUTE, last=30 * MINUTE)

    assert post.subjects() == []
    assert Incident.objects.get().confirmed_at is None


def test_what_lasts_is_written_once(post: Post) -> None:
    unreachable(post.shop)
    post.ticks(last=3 * HOUR)

    assert post.subjects() == ["Le Zinc SARL: Not reachable"]
    assert Incident.objects.get().mailed_at == NOW + 30 * MINUTE


def test_several_troubles_are_one_mail(post: Post) -> None:
    parked(post.shop)
    stopped_import(post.shop)
    unreachable(post.shop)
    post.ticks(last=HOUR)

    [mail] = post.arrived()
    assert "could not be read (1)" in mail.text
    assert "does not answer" in mail.text


def test_a_light_that_flickers_does_not_fill_the_mailbox(post: Post) -> None:
    for round_ in range(20):
        signed_out(post.shop)
        post.ticks(begin=NOW + round_ * 4 * MINUTE, last=MINUTE)
        mend(post.shop)
        post.ticks(begin=NOW + (round_ * 4 + 2) * MINUTE, last=MINUTE)

    assert len(post.subjects()) <= 4, "one and its end in an hour"


def test_a_day_of_troubles_is_few_mails(post: Post) -> None:
    shops = [create_store(post.shop.people.le_zinc, f"Kiosque {number}") for number in range(12)]
    for number, store in enumerate(shops):
        post.shop.notified("parked", ago=MINUTE, number=number)
        Notification.objects.filter(body_hash=bytes([number])).update(store_id=store.id)
        query("UPDATE connections_locationlink SET store_id = %s", store.id)
        post.ticks(begin=NOW + number * HOUR, last=50 * MINUTE, every=10 * MINUTE)

    assert len(post.subjects()) <= 12, "six alerts and their ends"
    assert len([each for each in post.subjects() if "Parked" in each]) <= 6


def test_a_reminder_after_a_day_and_then_silence(post: Post) -> None:
    signed_out(post.shop)
    post.ticks(last=96 * HOUR, every=HOUR)

    assert post.subjects() == ["Le Zinc SARL: Signed out", "Le Zinc SARL: still not mended (Signed out)"]
    assert Incident.objects.get().reminded_at == NOW + 24 * HOUR


def test_owners_and_managers_of_the_store_are_told_and_nobody_else(post: Post) -> None:
    people = post.shop.people
    kiosk = create_store(people.le_zinc, "Kiosque")
    for name, store in (("Here", people.bar), ("There", kiosk)):
        membership = Membership.objects.get(user=create_member(people.le_zinc, name, Role.MANAGER))
        Membership.objects.filter(id=membership.id).update(all_stores=False)
        MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=store)
    signed_out(post.shop)
    post.ticks()

    post.arrived()
    reached = {mail.to[0] for mail in post.postbox.messages()}
    assert reached == {"alice@example.com", "here@example.com"}


def test_nobody_reads_of_another_s_troubles(post: Post) -> None:
    signed_out(post.shop)
    tick(clock=lambda: NOW)

    assert post.subjects("charlie@example.com") == []
    assert len(post.subjects()) == 1


def test_ticks_at_the_same_time_write_one_mail(post: Post) -> None:
    signed_out(post.shop)
    results = at_once(*[lambda: look_after(post.shop.people.le_zinc.id, now=NOW)] * 6)

    assert results == [None] * 6
    assert Incident.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


def test_a_mail_that_could_not_be_written_leaves_no_mark(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_out(post.shop)
    query("ALTER TABLE mail_outgoingmail ADD CONSTRAINT none_today CHECK (false) NOT VALID")
    try:
        tick(clock=lambda: NOW)
        assert not Incident.objects.exists()
    finally:
        query("ALTER TABLE mail_outgoingmail DROP CONSTRAINT none_today")
    post.ticks(begin=NOW + MINUTE)

    assert post.subjects() == ["Le Zinc SARL: Signed out"]


def test_in_french(post: Post, settings: object) -> None:
    settings.LANGUAGE_CODE = "fr"  # type: ignore[attr-defined]
    signed_out(post.shop)
    post.ticks()

    [mail] = post.arrived()
    assert "n’accepte plus Comptoir" in mail.text
    assert 'lang="fr"' in mail.html
