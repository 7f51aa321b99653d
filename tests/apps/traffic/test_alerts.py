"""Alerts: told in time, not at night, not twice, and over when they are over (traffic-analytics.md 6.4)."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from comptoir.apps.traffic import opening
from comptoir.apps.traffic.alert_tables import Alert, BusinessException, BusinessHours
from comptoir.apps.traffic.alerts import finding, mailing, watching, wording
from comptoir.apps.traffic.alerts.finding import Finding, Kind
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.count_tables import Counter
from comptoir.core.accounts.models import Membership, MembershipStore, User
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import new_id, public_id
from tests.apps.traffic.chain import DAY, at, come, make, sell, utc_store, works
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(people: People) -> People:
    """A Wednesday, open from 9 to 19, closed on Thursday the 21st."""
    utc_store(people)
    said = {"location_id": "1", "target_star": Decimal(20)}
    save_location(store=people.bar, values=said, node_id=None, actor="user:1", now=at(8), today=DAY)
    ids = {"organisation_id": people.le_zinc.id, "store_id": people.bar.id}
    for weekday in range(7):
        BusinessHours.objects.create(**ids, weekday=weekday, opens=time(9), closes=time(19))
    BusinessException.objects.create(**ids, on=DAY + timedelta(days=1))
    return people


def kinds(people: People, now: datetime) -> list[str]:
    return [each.kind.value for each in finding.find(people.le_zinc.id, now=now)]


def look(people: People, now: datetime) -> list[Alert]:
    mailing.look_after(people.le_zinc.id, now=now)
    return list(Alert.objects.filter(closed_at=None))


def mails(people: People, to: User | None = None) -> list[OutgoingMail]:
    rows = OutgoingMail.objects.filter(template="traffic/mails/alert", organisation=people.le_zinc)
    return list((rows.filter(to=to.email) if to else rows).order_by("created_at"))


def test_a_counter_is_silent_after_two_hours_of_opening_and_not_because_the_shop_is_closed(shop: People) -> None:
    come(shop, {17: 5})  # until 18:00
    assert kinds(shop, at(19.5)) == []
    assert kinds(shop, at(23)) == [], "closed since 19:00: one hour of opening without a word"
    assert kinds(shop, at(24 + 14)) == [], "Thursday the shop is closed"
    assert kinds(shop, at(48 + 9.9)) == []
    assert kinds(shop, at(48 + 10)) == ["counter_dead"], "Friday at 10:00 the second hour is over"
    [found] = finding.find(shop.le_zinc.id, now=at(48 + 10))
    assert (found.since, found.details["counter"]) == (at(18), "Entrance")


def test_a_late_batch_does_not_make_a_dead_counter_look_alive(shop: People) -> None:
    come(shop, {9: 5})
    assert kinds(shop, at(15)) == ["counter_dead"]
    come(shop, {10: 4, 8: 1})  # arrives on Thursday at noon
    assert Counter.objects.get().heard_at == at(11)
    assert kinds(shop, at(15)) == ["counter_dead"]
    come(shop, {14: 4})
    assert kinds(shop, at(15)) == []


def test_a_location_nobody_knows_to_be_open_is_never_silent_and_learns_its_hours(people: People) -> None:
    utc_store(people)
    save_location(store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=at(8), today=DAY)
    come(people, {9: 5})
    make(people)
    known = opening.calendars(people.le_zinc.id, [people.bar], now=at(20))[people.bar.id]
    assert not known.is_known
    assert opening.unknown(people.le_zinc.id, [people.bar], now=at(20)) == {people.bar.id}
    assert kinds(people, at(40)) == []
    come(people, {hour - 168 * weeks: 5 for weeks in (1, 2) for hour in range(9, 19)})
    for weeks in (1, 2):
        make(people, DAY - timedelta(days=7 * weeks))
    learned = opening.calendars(people.le_zinc.id, [people.bar], now=at(20))[people.bar.id]
    assert (learned.is_open(at(9)), learned.is_open(at(18.9)), learned.is_open(at(19))) == (True, True, False)
    assert opening.unknown(people.le_zinc.id, [people.bar], now=at(20)) == set()
    assert kinds(people, at(11.9)) == []
    assert kinds(people, at(12)) == ["counter_dead"]


@pytest.mark.parametrize(("weeks", "is_known"), [(1, True), (2, True), (3, True), (5, False)])
def test_an_hour_that_came_twice_in_four_weeks_is_known_however_far_apart(
    people: People, weeks: int, is_known: bool
) -> None:
    utc_store(people)
    save_location(store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=at(8), today=DAY)
    come(people, {9: 5, 9 - 168 * weeks: 5, 10 - 168: 5})
    for day in (DAY, DAY - timedelta(weeks=weeks), DAY - timedelta(weeks=1)):
        make(people, day)
    unknown = opening.unknown(people.le_zinc.id, [people.bar], now=at(20))
    calendar = opening.calendars(people.le_zinc.id, [people.bar], now=at(20))[people.bar.id]
    assert (unknown == set(), calendar.is_known) == (is_known, is_known)


def test_a_night_bar_is_open_after_midnight_and_through_the_change_of_clocks(people: People) -> None:
    store = create_store(people.le_zinc, "Bar de nuit", timezone="Europe/Paris")
    ids = {"organisation_id": people.le_zinc.id, "store_id": store.id}
    BusinessHours.objects.create(**ids, weekday=5, opens=time(20), closes=time(4))
    known = opening.calendars(people.le_zinc.id, [store], now=at(0))[store.id]
    begin = datetime(2026, 10, 24, 12, tzinfo=UTC)  # the night in which 3 o'clock comes twice
    assert known.open_between(begin, begin + timedelta(days=1)) == 9 * HOUR
    assert known.is_open(datetime(2026, 10, 25, 2, 59, tzinfo=UTC))
    assert not known.is_open(datetime(2026, 10, 25, 3, tzinfo=UTC))


def test_no_sale_in_two_hours_with_more_than_thirty_visitors(shop: People) -> None:
    come(shop, {12: 16, 13: 14})
    make(shop)
    assert kinds(shop, at(14.1)) == [], "30 are not more than 30"
    come(shop, {13: 15})
    make(shop)
    assert kinds(shop, at(14.1)) == ["no_sale"]
    sell(shop, 14.05)
    make(shop)
    assert kinds(shop, at(14.1)) == []


def test_more_sales_than_visitors_is_told_once_there_are_enough(shop: People) -> None:
    come(shop, {12: 3})
    for number in range(4):
        sell(shop, 12.1, "5", number=f"A{number}")
    make(shop)
    assert kinds(shop, at(12.9)) == [], "4 sales of 3 visitors say little"
    for number in range(16):
        sell(shop, 12.2, "5", number=f"B{number}")
    make(shop)
    assert kinds(shop, at(12.9)) == ["conversion_above"]


def drop(shop: People, sales: int) -> None:
    """Four Wednesdays with 40 of 100, and this one."""
    for weeks in (4, 3, 2, 1, 0):
        day = DAY - timedelta(days=7 * weeks)
        come(shop, {12 - 168 * weeks: 100})
        for number in range(40 if weeks else sales):
            sell(shop, 12.1, "5", number=f"D{weeks}-{number}", day=day)
        make(shop, day)


def test_conversion_below_seventy_per_cent_of_the_usual_of_its_weekday_has_dropped(shop: People) -> None:
    drop(shop, 27)
    [found] = [each for each in finding.find(shop.le_zinc.id, now=at(26)) if each.kind is Kind.CONVERSION_DROP]
    assert found.details == {"conversion": "27.0", "usual": "40.0", "day": "2026-05-20"}
    sell(shop, 12.3, "5", number="D0-28")
    make(shop)
    assert "conversion_drop" not in kinds(shop, at(26)), "28 is 70 % of 40"


def test_more_visitors_an_hour_of_staff_than_the_target_for_three_hours(shop: People) -> None:
    works(shop, ("1", 9, 17))
    come(shop, {10: 21, 11: 22, 12: 20})
    sell(shop, 12.5)
    make(shop)
    assert kinds(shop, at(13.2)) == []
    come(shop, {12: 23})
    make(shop)
    assert kinds(shop, at(13.2)) == ["star_above"]


def test_ta17_somebody_in_for_more_than_sixteen_hours(shop: People) -> None:
    works(shop, ("1", 4, None))
    assert "clock_open" not in kinds(shop, at(20))
    assert "clock_open" in kinds(shop, at(20.1))


def test_a_location_out_of_operation_is_not_looked_after(shop: People) -> None:
    come(shop, {9: 5})
    assert kinds(shop, at(15)) == ["counter_dead"]
    save_location(
        store=shop.bar, values={"location_id": "1", "status": "works"}, node_id=None, actor="u", now=at(15), today=DAY
    )
    assert kinds(shop, at(15)) == []


def test_mails_go_at_once_after_24_hours_48_hours_later_7_days_later_and_then_no_more(shop: People) -> None:
    come(shop, {9: 5})
    start = at(13)
    for hours in (0, 0, 1, 23.9, 24, 30, 71.9, 72, 100, 239.9, 240, 1000):
        look(shop, start + timedelta(hours=hours))
    written = [(each.created_at - start) / HOUR for each in mails(shop, shop.alice)]
    assert written == [0, 24, 72, 240]
    first, *_, last = mails(shop, shop.alice)
    assert first.subject == f"{shop.bar.name}: Counter silent"
    assert "Entrance of" in first.text
    assert "20 May 2026, 10:00" in first.text
    assert f"/traffic/locations/{shop.bar.public_id}" in first.html
    assert "This is the last mail about it" in last.text
    assert Alert.objects.count() == 1


def test_an_alert_closes_by_itself_and_what_comes_back_within_a_day_is_the_same_one(shop: People) -> None:
    come(shop, {9: 5})
    look(shop, at(13))
    come(shop, {12: 5})
    assert look(shop, at(13.5)) == []
    assert Alert.objects.get().closed_at == at(13.5)
    assert len(look(shop, at(15.5))) == 1, "silent since 13:00 again"
    assert Alert.objects.count() == 1
    assert len(mails(shop, shop.alice)) == 1, "no second mail at once"
    come(shop, {15: 1})
    look(shop, at(16.5))
    assert len(look(shop, at(72 + 15))) == 1
    assert Alert.objects.count() == 2, "days later it is another one"
    assert len(mails(shop, shop.alice)) == 2


def test_the_database_holds_one_open_alert_of_a_kind_also_of_an_account(people: People) -> None:
    row = {"organisation_id": people.le_zinc.id, "kind": "refused", "part": "x", "name": "x", "opened_at": at(9)}
    Alert.objects.create(id=new_id(), since=at(9), **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(id=new_id(), since=at(9), **row)


def test_of_a_refused_account_the_house_writes_first_and_traffic_goes_on(people: People) -> None:
    found = [Finding(Kind.REFUSED, None, "Le Zinc", at(8), str(new_id()), {"who": "Alice"})]
    times = []
    for hours in range(400):
        with transaction.atomic():
            if watching.watch(people.le_zinc.id, found, now=at(9) + hours * HOUR).wrong:
                times.append(hours)
    assert times == [72, 240]


def test_each_hears_of_the_stores_that_were_given_in_the_own_language(shop: People) -> None:
    terrace = create_store(shop.le_zinc, "Terrace")
    denise = create_member(shop.le_zinc, "Denise", Role.MANAGER)
    shop.client(denise).post("/traffic/alerts/mails", {"language": "fr"})
    emil = create_member(shop.le_zinc, "Emil", Role.MANAGER)
    create_member(shop.le_zinc, "Viewer", Role.VIEWER)
    for user, store in ((denise, shop.bar), (emil, terrace)):
        membership = Membership.objects.get(user=user)
        Membership.objects.filter(pk=membership.pk).update(all_stores=False)
        MembershipStore.objects.create(organisation=shop.le_zinc, membership=membership, store=store)
    come(shop, {9: 5})
    look(shop, at(13))
    to = {each.to: each for each in mails(shop)}
    assert denise.email in to
    assert shop.alice.email in to
    assert not {emil.email, "viewer@example.com"} & to.keys()
    assert "muet" in to[denise.email].subject


@pytest.fixture
def alice(shop: People) -> Client:
    come(shop, {9: 5})
    look(shop, at(13))
    return shop.client(shop.alice)


def test_the_page_lists_what_is_open_with_its_next_step_and_what_is_over(shop: People, alice: Client) -> None:
    page = alice.get("/traffic/alerts").content.decode()
    assert "1 thing is wrong." in page
    assert "Counter silent" in page
    assert "See its counters" in page
    assert "alice@example.com" in page
    come(shop, {12: 5})
    look(shop, at(13.5))
    Alert.objects.update(closed_at=datetime.now(UTC))
    page = alice.get("/traffic/alerts").content.decode()
    assert "Nothing is wrong." in page
    assert "What is over" in page


def test_one_press_stops_the_mails_of_an_alert_and_another_lets_them_go_on(shop: People, alice: Client) -> None:
    row = Alert.objects.get()
    number = public_id("tal", row.id)
    assert alice.post(f"/traffic/alerts/{number}/mails/off").status_code == 302
    look(shop, at(13 + 25))
    assert len(mails(shop, shop.alice)) == 1
    alice.post(f"/traffic/alerts/{number}/mails/on")
    look(shop, at(13 + 26))
    assert len(mails(shop, shop.alice)) == 2
    assert shop.client(shop.charlie).post(f"/traffic/alerts/{number}/mails/off").status_code == 404


def test_who_wants_no_mail_gets_none_and_sees_the_page_all_the_same(shop: People, alice: Client) -> None:
    alice.post("/traffic/alerts/mails", {"language": ""})
    look(shop, at(13 + 25))
    assert len(mails(shop, shop.alice)) == 1
    page = alice.get("/traffic/alerts").content.decode()
    assert "wants no mail" in page
    assert "Counter silent" in page
    assert alice.post("/traffic/alerts/mails", {"language": "xx"}).status_code == 422
    alice.post("/traffic/alerts/mails", {"language": "en"})
    look(shop, at(13 + 72 + 25))
    assert len(mails(shop, shop.alice)) == 2


def test_hours_are_typed_by_weekday_with_other_hours_on_single_dates(shop: People) -> None:
    alice, url = shop.client(shop.alice), f"/traffic/locations/{shop.bar.public_id}/hours"
    said = {f"{name}_0": value for name, value in (("opens", "10:00"), ("closes", "02:00"))}
    assert alice.post(url, said).status_code == 302
    assert [(each.weekday, each.opens, each.closes) for each in BusinessHours.objects.all()] == [(0, time(10), time(2))]
    wrong = alice.post(url, {"opens_1": "10:00"})
    assert wrong.status_code == 422
    assert "Give both times, or none." in wrong.content.decode()
    assert alice.post(f"{url}/dates", {"on": "2099-12-25"}).status_code == 302
    assert "25 Dec 2099" in alice.get(url).content.decode()
    assert alice.post(f"{url}/dates/2099-12-25/delete").status_code == 302
    assert alice.post(f"{url}/dates/2099-12-25/delete").status_code == 404
    assert "Business hours" in alice.get(f"/traffic/locations/{shop.bar.public_id}").content.decode()


@pytest.mark.parametrize("who", ["Alice", ""])
def test_a_refused_account_names_who_signed_in_or_nobody(people: People, who: str) -> None:
    row = Alert(id=new_id(), kind="refused", part=str(new_id()), name="Corners", details={"who": who}, since=at(9))
    told = wording.tell(row, None, Role.OWNER).sentence
    assert ("the sign-in of Alice:" if who else "the sign-in it was read with:") in told
    assert "–" not in told
