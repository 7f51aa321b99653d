"""A report that was sent is not rewritten: the next one says which past figures moved (traffic-analytics.md 5)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from comptoir.apps.traffic import report_mails, subscriptions
from comptoir.apps.traffic.models import Change
from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import new_id
from tests.apps.traffic.chain import DAY, at, make, sell, utc_store
from tests.people import People, create_member

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime(DAY.year, DAY.month, DAY.day, 7, tzinfo=UTC) + timedelta(days=1)
LONG_AGO = DAY - timedelta(days=90)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    sell(people, 10, "50.25")
    make(people)
    return people


def moves(chain: People, kind: str, *, seen_at: datetime) -> None:
    """A figure of long ago became another."""
    Change.objects.create(
        organisation_id=chain.le_zinc.id,
        id=new_id(),
        store_id=chain.bar.id,
        hour=at(10, LONG_AGO),
        business_date=LONG_AGO,
        kind=kind,
        old=1,
        new=2,
        seen_at=seen_at,
    )


def read(chain: People, user: User, report: str) -> str:
    """What the mail of that morning says."""
    subscriptions.add_mail(
        organisation_id=chain.le_zinc.id,
        user=user,
        rhythm="daily",
        hour=7,
        language="en",
        store_ids=None,
        zone=ZoneInfo("UTC"),
        report=report,
        now=MORNING - timedelta(hours=5),
    )
    assert report_mails.send_due(now=MORNING) == 1
    return OutgoingMail.objects.get(to=user.email).text


@pytest.mark.parametrize("report", [subscriptions.SUMMARY, "totals"])
def test_5_the_next_mail_says_which_past_figures_moved_and_its_link_shows_them(chain: People, report: str) -> None:
    moves(chain, "sales", seen_at=MORNING - timedelta(hours=2))
    moves(chain, "staff_hours", seen_at=MORNING - timedelta(hours=2))
    said = read(chain, chain.alice, report)
    assert "1 past day moved since the report before: " in said
    address = said.partition("1 past day moved since the report before: ")[2].split()[0]
    assert address.endswith(f"/traffic/reports/changes?since={LONG_AGO}&until={LONG_AGO}")
    page = chain.client(chain.alice).get(address.replace("&amp;", "&").removeprefix("http://testserver"))
    assert page.content.decode().count("<tr>") > 2


def test_5_what_the_report_before_could_say_is_not_said_again(chain: People) -> None:
    moves(chain, "sales", seen_at=MORNING - timedelta(days=2))
    assert "moved since" not in read(chain, chain.alice, subscriptions.SUMMARY)


def test_5_nobody_hears_that_something_moved_which_he_does_not_see(chain: People) -> None:
    moves(chain, "staff_hours", seen_at=MORNING - timedelta(hours=2))
    reader = create_member(chain.le_zinc, "Mark", Role.MARKETING)
    assert "moved since" not in read(chain, reader, subscriptions.SUMMARY)
