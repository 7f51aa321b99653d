"""Shifts and staff: events folded, pages from 1, registrations."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k.account import KSeriesAccount
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.staff import pages, schemas, shifts
from comptoir.connectors.lightspeed_k.values import decode
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.connector import Notification
from comptoir.pos.model import Location, Named
from comptoir.pos.people import Shift
from tests.answering import Answering, Asked, Told
from tests.connectors.lightspeed_k.kseries_bodies import encoded

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
IN, OUT = "CLOCK_IN", "CLOCK_OUT"
FOUR, TEN = datetime(2026, 3, 7, 15, 58, tzinfo=UTC), datetime(2026, 3, 7, 22, 5, tzinfo=UTC)
BISTRO = Location(
    external_id="90000000000001", name="Bistro", business_name="Bistro SA", currency="CHF", timezone="Europe/Zurich"
)


def event(kind: str, at: datetime, entered: datetime | None = None) -> dict[str, Any]:
    entered = entered or at
    return {"uuid": "RXZlbnQ=", "timestamp": at.isoformat(), "createdOn": entered.isoformat(), "eventType": kind}


def shift(*events: dict[str, Any], **changed: Any) -> dict[str, Any]:
    said = {
        "uuid": "U2hpZnQ=",
        "businessId": 4100,
        "businessLocationId": 90000000000001,
        "deviceId": 40017,
        "staffId": 5501,
        "declaredCashTips": "12.50",
        "dateInUTC": "2026-03-07T22:10:00Z",
        "events": list(events or (event(IN, FOUR), event(OUT, TEN))),
    }
    return {**said, **changed}


def shift_news(*events: dict[str, Any], kind: str = "shift.updated", **changed: Any) -> dict[str, Any]:
    return {"notificationType": kind, "data": shift(*events, **changed)}


def read(body: dict[str, Any]) -> Shift:
    reading = CONNECTOR.read(Notification(body=encoded(body), received_at=NOW))
    (found,) = reading.facts
    assert isinstance(found, Shift)
    assert (reading.location_id, reading.delivery) == (found.location_id, f"{body['notificationType']} · {found.id}")
    return found


def test_a_shift() -> None:
    assert read(shift_news()) == Shift(
        id="U2hpZnQ=",
        location_id="90000000000001",
        staff_id="5501",
        register_id="40017",
        started_at=FOUR,
        ended_at=TEN,
        declared_tips=Decimal("12.5"),
        changed_at=datetime(2026, 3, 7, 22, 10, tzinfo=UTC),
    )
    assert read(shift_news()).worked == timedelta(hours=6, minutes=7)


def test_still_in() -> None:
    found = read(shift_news(event(IN, FOUR), declaredCashTips=None))
    assert (found.started_at, found.ended_at, found.worked, found.declared_tips) == (FOUR, None, None, None)


def test_the_latest_correction_holds_whenever_it_says_it_was() -> None:
    entered = TEN + timedelta(hours=8)
    corrected = [event(OUT, TEN - timedelta(hours=1), entered), event(IN, FOUR - timedelta(hours=2), entered)]
    found = read(shift_news(*corrected, event(IN, FOUR), event(OUT, TEN)))
    assert (found.started_at, found.ended_at) == (FOUR - timedelta(hours=2), TEN - timedelta(hours=1))


def test_a_deleted_shift() -> None:
    assert read(shift_news(kind="shift.deleted")).deleted


def test_out_before_in_is_no_time_worked() -> None:
    assert read(shift_news(event(IN, TEN), event(OUT, FOUR))).worked is None


moments = st.integers(0, 10_000).map(lambda minutes: FOUR + timedelta(minutes=minutes))


@given(st.lists(st.builds(event, st.sampled_from([IN, OUT]), moments, moments), max_size=8), st.randoms())
def test_the_order_of_events_says_nothing(events: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(events, len(events))
    first = decode(encoded(shift(events=events)), schemas.decoder(schemas.Shift))
    second = decode(encoded(shift(events=shuffled)), schemas.decoder(schemas.Shift))
    assert shifts.to_shift(first, location_id="1") == shifts.to_shift(second, location_id="1")


def page(number: int, last: int | None, **listed: Any) -> Told:
    info = {"page": {"page": number, "size": 2, "totalElements": 9, "totalPages": last}} if last is not None else {}
    return Told(200, encoded({"data": listed, "links": {}, **info}))


def test_pages_of_shifts_count_from_one(till: Answering, account: KSeriesAccount) -> None:
    till.will(page(1, 2, shifts=[shift(), shift(uuid="b")]), page(2, 2, shifts=[shift(uuid="c")]))
    found = [each.id for each in account.shifts(BISTRO, FOUR, TEN + timedelta(microseconds=3))]
    assert found == ["U2hpZnQ=", "b", "c"]
    assert [asked.query for asked in till.asked] == [
        {
            "page": number,
            "size": "100",
            "sort": "date,asc",
            "startTime": "2026-03-07T15:58:00",
            "endTime": "2026-03-07T22:05:00",
        }
        for number in ("1", "2")
    ]
    assert till.asked[0].path == "/staff/v1/businessLocations/90000000000001/shift"


def test_query_times_could_be_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifts, "QUERY_TIMES_ARE_UTC", False)
    assert shifts.query_time(FOUR, BISTRO) == "2026-03-07T16:58:00"


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": {"shifts": []}}, {"data": {}, "page": {"totalPages": 0}}]
)
def test_no_shift_at_all(till: Answering, account: KSeriesAccount, body: Any) -> None:
    till.will(Told(200, encoded(body)))
    assert list(account.shifts(BISTRO, FOUR, TEN)) == []
    assert len(till.asked) == 1


def test_a_listing_that_does_not_say_where_it_ends(
    till: Answering, account: KSeriesAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    till.will(page(1, None, shifts=[shift(), shift()]), page(2, None, shifts=[shift()]))
    assert len(list(account.shifts(BISTRO, FOUR, TEN))) == 3


def member(number: int, **changed: Any) -> dict[str, Any]:
    said = {"staffId": number, "username": f"u{number}", "userTypes": ["POS"], "firstName": "Lea", "lastName": "Roux"}
    return {**said, "active": True, "groups": [{"id": 3, "name": "Salle"}], "roles": [], **changed}


def test_staff_of_both_kinds_each_once(till: Answering, account: KSeriesAccount) -> None:
    def answer(asked: Asked) -> Told:
        if asked.path.endswith("/POS"):
            return page(1, 1, staff=[member(1, userTypes=["POS", "BACK_OFFICE"]), member(2, active=False)])
        return page(1, 1, staff=[member(1), member(9, userTypes=[], firstName=None, lastName="", email="a@b.ch")])

    till.will_ask(answer)
    lea, gone, boss = account.staff(BISTRO)
    assert (lea.name, lea.uses_till, lea.uses_back_office, lea.active) == ("Lea Roux", True, True, True)
    assert lea.groups == (Named(id="3", name="Salle"),)
    assert gone.active is False
    assert (boss.name, boss.email, boss.uses_till, boss.uses_back_office) == ("u9", "a@b.ch", False, True)


def test_groups(till: Answering, account: KSeriesAccount) -> None:
    till.will(page(1, 1, staffGroupList=[{"id": 3, "name": "Salle"}, {"id": None}]))
    assert account.staff_groups(BISTRO) == (Named(id="3", name="Salle"),)


class Registry:
    """The vendor's registrations of shift news."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def answer(self, asked: Asked) -> Told:
        uuid = asked.path.rpartition("/")[2]
        if asked.method == "GET":
            return Told(200, encoded([{**row, "uuid": key} for key, row in self.rows.items()]))
        if asked.method == "POST":
            self.rows[f"w{len(self.rows)}"] = json.loads(asked.body)
        elif asked.method == "PATCH":
            self.rows[uuid] = json.loads(asked.body)
        else:
            del self.rows[uuid]
            return Told(204, b"")
        return Told(200)


def test_news_of_shifts_are_registered_once_and_moved(till: Answering, account: KSeriesAccount) -> None:
    vendor = Registry()
    vendor.rows["other"] = {"notificationType": "shift.created", "url": "https://else.where", "webhookName": "Other"}
    till.will_ask(vendor.answer)
    account.listen_for_shifts(BISTRO, "https://a.example/1")
    assert len(vendor.rows) == 4
    writes = len([asked for asked in till.asked if asked.method != "GET"])
    account.listen_for_shifts(BISTRO, "https://a.example/1")
    assert len([asked for asked in till.asked if asked.method != "GET"]) == writes == 3
    account.listen_for_shifts(BISTRO, "https://a.example/2")
    assert sorted(row["url"] for row in vendor.rows.values()) == ["https://a.example/2"] * 3 + ["https://else.where"]
    account.stop_listening_for_shifts(BISTRO, "https://a.example/2")
    assert list(vendor.rows) == ["other"]


def test_a_shift_without_a_place_is_refused() -> None:
    with pytest.raises(VendorUnreadable) as caught:
        CONNECTOR.read(Notification(body=encoded(shift_news(businessLocationId=None)), received_at=NOW))
    assert caught.value.path == "$.data.businessLocationId"
