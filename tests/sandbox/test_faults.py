"""What goes wrong when it is switched on: over real HTTP, at one location, until it is put right."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.http import Answer, send
from comptoir.pos.hosting import Outgoing, Request, Response
from comptoir.sandbox.catalogue import LE_ZINC
from comptoir.sandbox.control import interface
from comptoir.sandbox.control.trouble_words import EN, FR, TROUBLE
from comptoir.sandbox.faults import EVERYWHERE, GROUPS, Fault, Faults
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.server import LIGHTSPEED_K, Sandbox
from comptoir.sandbox.trouble import DELAY, REORDERING, SLOW_SECONDS, Troubled
from tests.connectors.lightspeed_k.simulator_shop import BASIC
from tests.sandbox.restaurants import CLIENT, NOON, TERRASSE, ZINC, Restaurants
from tests.sandbox.test_control import ask, open_bill, page, submit

SALES = f"/f/v2/business-location/{ZINC}/sales?from=2026-01-01T00:00:00Z"
REALM = "/realms/k-series/protocol/openid-connect"


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    for location_id in (EVERYWHERE, ZINC, TERRASSE):
        running.faults.set(LIGHTSPEED_K, location_id, ())


def switch(sandbox: Sandbox, *faults: Fault, location: str = ZINC) -> None:
    path = f"/api/lightspeed_k/locations/{location}/faults" if location else "/api/lightspeed_k/faults"
    status, view = ask(sandbox, "PUT", path, {"on": [fault.value for fault in faults]})
    assert status == 200
    assert set(view["on"] + view["on_everywhere"]) == {fault.value for fault in faults}


def tokens(sandbox: Sandbox) -> Any:
    return ask(sandbox, "POST", "/api/lightspeed_k/tokens", {"business_id": LE_ZINC})[1]


def vendor(sandbox: Sandbox, path: str, token: str) -> Answer:
    url = sandbox.simulator_urls[LIGHTSPEED_K] + path
    return send("GET", url, body=b"", headers={"authorization": f"Bearer {token}"})


def refresh(sandbox: Sandbox, token: str) -> Answer:
    url = f"{sandbox.simulator_urls[LIGHTSPEED_K]}{REALM}/token"
    body = urlencode({"grant_type": "refresh_token", "refresh_token": token}).encode()
    basic = BASIC if CLIENT.secret.reveal() == "for tests only" else ""
    return send(
        "POST", url, body=body, headers={"authorization": basic, "content-type": "application/x-www-form-urlencoded"}
    )


def test_too_many_requests_say_when_to_come_back_or_not(sandbox: Sandbox) -> None:
    token = tokens(sandbox)["access_token"]
    switch(sandbox, Fault.BUSY_SECONDS)
    answer = vendor(sandbox, SALES, token)
    assert (answer.status, answer.headers["retry-after"]) == (429, "5")
    switch(sandbox, Fault.BUSY_DATE)
    assert parsedate_to_datetime(vendor(sandbox, SALES, token).headers["retry-after"]).tzinfo
    switch(sandbox, Fault.BUSY_BARE)
    assert "retry-after" not in vendor(sandbox, SALES, token).headers
    assert vendor(sandbox, SALES.replace(ZINC, TERRASSE), token).status == 200
    switch(sandbox)
    assert vendor(sandbox, SALES, token).status == 200


def test_faults_of_the_vendor_with_and_without_words(sandbox: Sandbox) -> None:
    token = tokens(sandbox)["access_token"]
    switch(sandbox, Fault.BROKEN)
    body = json.loads(vendor(sandbox, SALES, token).body)
    assert set(body) == {"timestamp", "path", "status", "error", "requestId"}
    switch(sandbox, Fault.UNAVAILABLE, Fault.EMPTY_ERRORS)
    answer = vendor(sandbox, SALES, token)
    assert (answer.status, answer.body) == (503, b"")
    switch(sandbox, Fault.EMPTY_ERRORS)
    assert vendor(sandbox, f"{SALES}&pageSize=x", token).body == b""


def test_a_broken_line_is_felt_as_one(sandbox: Sandbox) -> None:
    token = tokens(sandbox)["access_token"]
    switch(sandbox, Fault.CUT_SHORT)
    with pytest.raises(VendorBusy):
        vendor(sandbox, SALES, token)


def test_a_lost_renewal_has_rotated_and_is_lost_once(sandbox: Sandbox) -> None:
    pair = tokens(sandbox)
    switch(sandbox, Fault.REFRESH_ANSWER_LOST, location=EVERYWHERE)
    with pytest.raises(VendorBusy):
        refresh(sandbox, pair["refresh_token"])
    assert json.loads(refresh(sandbox, pair["refresh_token"]).body)["error"] == "invalid_grant"
    assert refresh(sandbox, tokens(sandbox)["refresh_token"]).status == 200


def test_access_can_be_ended_and_consent_withdrawn(sandbox: Sandbox) -> None:
    pair = tokens(sandbox)
    assert vendor(sandbox, SALES, pair["access_token"]).status == 200
    assert ask(sandbox, "POST", "/api/lightspeed_k/expire-tokens", {"business_id": LE_ZINC})[0] == 200
    assert vendor(sandbox, SALES, pair["access_token"]).status == 401
    fresh = json.loads(refresh(sandbox, pair["refresh_token"]).body)
    assert ask(sandbox, "POST", "/api/lightspeed_k/revoke-consent", {"business_id": LE_ZINC})[0] == 200
    assert refresh(sandbox, fresh["refresh_token"]).status == 400
    assert ask(sandbox, "POST", "/api/lightspeed_k/revoke-consent", {"business_id": "1"})[0] == 404


def test_an_edited_bill_changes_its_number(sandbox: Sandbox) -> None:
    switch(sandbox, Fault.EDITS_RENUMBER)
    bill = open_bill(sandbox)
    _, edited = ask(sandbox, "POST", f"/api/locations/{ZINC}/bills/{bill['number']}/add")
    assert edited["number"] != bill["number"]
    assert (edited["table"], len(edited["lines"])) == (bill["table"], 2)


def test_bills_can_be_split_handed_over_voided_given_up_and_corrected(sandbox: Sandbox) -> None:
    def act(number: str, name: str) -> Any:
        status, bill = ask(sandbox, "POST", f"/api/locations/{ZINC}/bills/{number}/{name}")
        assert status == 200, bill
        return bill

    bill = open_bill(sandbox, items=[{"sku": "CAFE"}, {"sku": "KIR"}])
    stays = act(bill["number"], "split")
    assert (stays["total"], stays["covers"]) == ("5.8", 1)
    other = act(stays["number"], "hand_over")
    assert other["staff"] != bill["staff"]
    closed = act(other["number"], "close")
    assert act(closed["number"], "amend")["payments"] == ["Espèces"]
    assert act(closed["number"], "void")["kind"] == "void"
    assert act(open_bill(sandbox)["number"], "cancel")["state"] == "cancelled"
    path = f"/api/lightspeed_k/locations/{ZINC}/items/CAFE"
    assert ask(sandbox, "PUT", path, {"count": 2}) == (200, {"sku": "CAFE", "count": 2})


def test_the_page_switches_with_plain_forms_and_says_what_is_on(sandbox: Sandbox) -> None:
    assert EN.none in page(sandbox)
    form = f"/locations/{ZINC}/faults"
    assert submit(sandbox, form, {"fault": "till_offline", "on": "yes"}).status == 303
    shown = page(sandbox)
    assert "1 switch is on." in shown
    assert shown.count('aria-checked="true"') == 1
    assert FR.none not in page(sandbox, **{"accept-language": "fr"})
    assert submit(sandbox, form, {"repair": "yes"}).status == 303
    assert EN.none in page(sandbox)
    assert submit(sandbox, form, {"fault": "nonsense", "on": "yes"}).status == 422
    assert submit(sandbox, f"/locations/{ZINC}/access", {"act": "expire"}).status == 303


def test_every_switch_has_words_and_a_place() -> None:
    for words in TROUBLE.values():
        assert set(words.faults) == set(Fault)
        assert set(words.groups) == set(GROUPS)
    assert sorted(fault for group in GROUPS.values() for fault in group) == sorted(Fault)


def test_what_is_on_stays_on_across_a_restart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "world.sqlite3")
    Faults(journal.transaction).switch("x", ZINC, "slow", on=True)
    journal.close()
    journal = Journal(tmp_path / "world.sqlite3")
    faults = Faults(journal.transaction)
    assert faults.on("x", ZINC) == {"slow"}
    assert faults.on("y", ZINC) == faults.on("x", TERRASSE) == frozenset()
    journal.close()


class Sender:
    """A vendor with three notifications of one location to send, and an answer."""

    def __init__(self) -> None:
        self.waiting = [Outgoing(str(number), "http://door.example", f"{{{ZINC}}}".encode()) for number in range(3)]
        self.outcomes: list[tuple[str, int | None]] = []

    def answer(self, request: Request, *, now: object) -> Response:
        return Response(200, b"0123456789")

    def due(self, *, now: object) -> list[Outgoing]:
        waiting, self.waiting = self.waiting, []
        return waiting

    def sent(self, key: str, *, status: int | None, now: object) -> None:
        self.outcomes.append((key, status))


@pytest.fixture
def restaurants() -> Restaurants:
    return Restaurants()


def troubled(restaurants: Restaurants, *names: str) -> tuple[Sender, Troubled]:
    faults, sender = Faults(restaurants.journal.transaction), Sender()
    faults.set("x", ZINC, names)
    return sender, Troubled(sender, restaurants.world, faults, vendor="x")


def keys(trouble: Troubled, seconds: float = 0) -> list[str]:
    return [outgoing.key for outgoing in trouble.due(now=NOON + timedelta(seconds=seconds))]


def test_notifications_get_lost_though_the_till_believes_otherwise(restaurants: Restaurants) -> None:
    sender, trouble = troubled(restaurants, "notifications_lost")
    assert keys(trouble) == []
    assert sender.outcomes == [("0", 200), ("1", 200), ("2", 200)]


def test_notifications_arrive_twice(restaurants: Restaurants) -> None:
    sender, trouble = troubled(restaurants, "notifications_doubled")
    given = keys(trouble)
    assert given == ["0", "0/twin", "1", "1/twin", "2", "2/twin"]
    for key in given:
        trouble.sent(key, status=200, now=NOON)
    assert sender.outcomes == [("0", 200), ("1", 200), ("2", 200)]


def test_notifications_arrive_late(restaurants: Restaurants) -> None:
    _, trouble = troubled(restaurants, "notifications_delayed")
    assert keys(trouble) == keys(trouble, DELAY.total_seconds() - 1) == []
    assert keys(trouble, DELAY.total_seconds()) == ["0", "1", "2"]


def test_notifications_arrive_in_disorder(restaurants: Restaurants) -> None:
    _, trouble = troubled(restaurants, "notifications_reordered")
    assert keys(trouble) == []
    assert keys(trouble, REORDERING.total_seconds()) == ["2", "1", "0"]
    assert keys(trouble, 60) == []


def test_slow_answers_take_their_time(restaurants: Restaurants) -> None:
    _, trouble = troubled(restaurants, "slow")
    request = Request("GET", f"/{ZINC}", headers={"authorization": "Bearer x"})
    assert trouble.answer(request, now=NOON).after == SLOW_SECONDS
    assert trouble.answer(Request("GET", "/elsewhere", headers=request.headers), now=NOON).after == 0


def test_every_switch_and_call_is_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "sandbox.md").read_text()
    assert [fault.value for fault in Fault if f"`{fault.value}`" not in text] == []
    for act in interface._ACTS.split("|"):
        assert f"/{act}`" in text


def test_results_alone_are_lost_doubled_or_late_and_the_answer_may_be_lost_after_the_till_took_it() -> None:
    restaurants = Restaurants()
    result = b'{"thirdPartyReference":"p","businessLocationId":' + ZINC.encode() + b"}"
    other = b'{"businessLocationId":' + ZINC.encode() + b"}"

    class Told:
        def __init__(self) -> None:
            self.taken: list[str] = []

        def answer(self, request: Request, *, now: datetime) -> Response:
            self.taken.append(request.path)
            return Response(200, b"{}")

        def due(self, *, now: datetime) -> list[Outgoing]:
            return [Outgoing("1", "http://door.example", result), Outgoing("2", "http://door.example", other)]

        def sent(self, key: str, *, status: int | None, now: datetime) -> None:
            self.taken.append(key)

    inside, faults = Told(), Faults(Journal(None).transaction)
    troubled = Troubled(inside, restaurants.world, faults, vendor=LIGHTSPEED_K)
    leaving = {}
    for fault in (Fault.RESULTS_LOST, Fault.RESULTS_DOUBLED, Fault.RESULTS_DELAYED):
        faults.set(LIGHTSPEED_K, ZINC, [fault])
        leaving[fault] = [each.key for each in troubled.due(now=NOON)]
    assert leaving == {
        Fault.RESULTS_LOST: ["2"],
        Fault.RESULTS_DOUBLED: ["1", "1/twin", "2"],
        Fault.RESULTS_DELAYED: ["2"],
    }
    assert inside.taken == ["1"]
    faults.set(LIGHTSPEED_K, ZINC, [Fault.ANSWER_LOST])
    headers = {"authorization": "Bearer x"}
    pay = Request("POST", "/o/op/1/pay", headers=headers, body=other)
    assert troubled.answer(pay, now=NOON).cut_at == 0
    assert inside.taken == ["1", "/o/op/1/pay"]
    assert troubled.answer(Request("GET", "/o/op/1/x", headers=headers, body=other), now=NOON).cut_at is None
