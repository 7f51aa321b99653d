"""Where the house shows a sale, loyalty says what became of it."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from comptoir.apps.loyalty import claims
from comptoir.apps.loyalty.models import Offer
from comptoir.core.installations.install import install_all
from comptoir.core.installations.traces import traces
from comptoir.core.intake import process
from comptoir.core.intake.models import Notification
from comptoir.core.ledger import reads
from comptoir.core.outbox import dispatch
from tests.notifications import body
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


@pytest.fixture
def told(people: People) -> People:
    """One notification, read, with its sale and its offer."""
    install_all(organisation=people.le_zinc, store=people.bar, provider="lightspeed_k", now=NOW)
    Notification.objects.create(
        organisation_id=people.le_zinc.id,
        store_id=people.bar.id,
        provider="lightspeed_k",
        door="hooks/x",
        verified=True,
        body=body(),
        body_hash=b"1",
        received_at=NOW,
        received_minute=NOW,
    )
    process.drain(clock=lambda: NOW)
    dispatch.dispatch(clock=lambda: NOW)
    return people


def page(people: People, path: str, language: str = "en") -> str:
    client = people.client(people.alice)
    return client.get(path, headers={"Accept-Language": language}).content.decode()


def test_the_inbox_and_the_sale_say_that_points_wait_and_then_whose_they_are(told: People) -> None:
    row, [sale] = Notification.objects.get(), reads.sales(told.le_zinc.id)
    places = ("/inbox", f"/inbox/{row.id}", f"/sales/{sale.public_id}")
    offer = Offer.objects.get()
    for path in places:
        assert f"{offer.points} points wait for their guest" in page(told, path)

    claims.claim(
        organisation_id=told.le_zinc.id, offer_id=offer.id, phone="+33612345678", actor="", now=NOW, country="FR"
    )
    for path in places:
        shown = page(told, path)
        assert f"{offer.points} points credited to" in shown
        assert "612345678" not in shown.replace(" ", "")
    assert "crédités à" in page(told, "/inbox", "fr")


def test_a_sale_without_points_says_why_and_one_of_others_says_nothing(told: People) -> None:
    offer = Offer.objects.get()
    Offer.objects.filter(sale_id=offer.sale_id).update(state="ineligible", reason="below_minimum")

    with translation.override("en"):
        [trace] = traces(told.le_zinc.id, {offer.sale_id})[offer.sale_id]
    assert (trace.level, trace.words) == ("off", "No points: below the minimum of the programme")
    assert traces(told.chez_charlie.id, {offer.sale_id}) == {}
    assert traces(told.le_zinc.id, set()) == {}


def test_many_sales_are_one_question(told: People) -> None:
    offer = Offer.objects.get()
    with CaptureQueriesContext(connection) as asked:
        traces(told.le_zinc.id, {offer.sale_id, offer.id})
    assert len(asked) <= 2
