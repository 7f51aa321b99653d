"""Charts in report mails: drawn inside the mail, with words for who cannot see them and the same figures as a table."""

import re

import pytest
import time_machine

from comptoir.apps.traffic import report_mails
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.models import ReportMail
from comptoir.core.mail import deliver
from comptoir.core.mail.models import OutgoingMail
from comptoir.sandbox.postbox import Mail, Postbox
from tests.apps.traffic.chain import DAY, NOW, come, make, sell, utc_store, works
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    save_location(store=people.bar, values={"location_id": "1"}, node_id=None, actor="u", now=NOW, today=DAY)
    sell(people, 10, "50")
    sell(people, 10.5, "30.05")
    sell(people, 12, "20")
    works(people, ("1", 10, 13))
    come(people, {10: 10, 11: 6})
    make(people)
    return people


def arrived(chain: People, postbox: Postbox, rhythm: str, language: str = "en") -> Mail:
    with time_machine.travel(NOW, tick=False):
        alice = chain.client(chain.alice)
        alice.post("/traffic/reports/mails", {"rhythm": rhythm, "hour": "13"}, headers={"Accept-Language": language})
    due = ReportMail.objects.get().due_at
    assert report_mails.send_due(now=due) == 1
    deliver.deliver(OutgoingMail.objects.get(template="traffic/mails/report").id, clock=lambda: due)
    return postbox.messages()[-1]


def test_each_chart_of_a_mail_is_a_picture_inside_it_with_words_and_its_figures_beside(
    chain: People, postbox: Postbox
) -> None:
    mail = arrived(chain, postbox, "daily")
    shown = re.findall(r'<img[^>]*alt="([^"]*)"[^>]*src="cid:([^"]+)"', mail.html)
    assert [cid for _alt, cid in shown] == ["visitors@chart", "conversion@chart", "sales@chart"]
    assert set(mail.images) == {cid for _alt, cid in shown}
    assert all(each.startswith(PNG) and len(each) > 4000 for each in mail.images.values())
    assert "http" not in "".join(re.findall(r'src="([^"]+)"', mail.html)), "nothing is fetched"
    assert shown[0][0].startswith("Visitors: at most 10, 10:00.")
    assert shown[2][0].startswith("Sales: at most €80.05, 10:00.")
    rows = re.findall(r"<tr><td[^>]*>(\d\d:00)</td><td[^>]*>([^<]+)</td><td[^>]*>([^<]+)</td></tr>", mail.html)
    assert ("10:00", "€80.05", "–") in rows
    assert ("12:00", "€20.00", "–") in rows
    assert ("12:00", "–", "–") in rows, "nobody counted at noon: unknown is no nought"
    assert "10:00: €80.05 (a week before: –)" in mail.text
    assert f"{DAY:%Y}" in mail.subject


def test_a_weekly_mail_draws_its_days_in_the_reader_s_language(chain: People, postbox: Postbox) -> None:
    mail = arrived(chain, postbox, "weekly", "fr")
    assert 'alt="Visiteurs : au plus 16, 20 mai 2026.' in mail.html
    assert len(re.findall(r"<td[^>]*>(\d+ mai 2026)</td>", mail.html)) == 7 * len(mail.images) == 21


def test_the_pictures_are_forgotten_with_the_body_once_the_mail_is_sent(chain: People, postbox: Postbox) -> None:
    arrived(chain, postbox, "daily")
    row = OutgoingMail.objects.get(template="traffic/mails/report")
    assert (row.state, row.html, row.images) == (OutgoingMail.State.SENT, "", [])


def test_where_nobody_counts_no_empty_chart_is_drawn(people: People, postbox: Postbox) -> None:
    utc_store(people)
    sell(people, 10, "50")
    make(people)
    mail = arrived(people, postbox, "daily")
    assert list(mail.images) == ["sales@chart"]
    assert "cid:visitors" not in mail.html
