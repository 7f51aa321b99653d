"""The same bill told in the several ways of the sheet, and what a kill leaves behind (sheet 13, 15)."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from comptoir.connectors.lightspeed_k.simulator import Closing, KSeriesSimulator, NotificationSetting
from comptoir.pos.model import Named, Payment
from comptoir.pos.world import BillFacts
from comptoir.sandbox.catalogue import GUESTS, PLACES
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.till import Item, Opening
from comptoir.sandbox.world import RestaurantWorld
from tests.connectors.lightspeed_k.simulator_shop import (
    CARD,
    CLIENT,
    LE_PORT,
    NOON,
    PORT,
    ZINC,
    a_simulator,
    caller,
    quiet_world,
    told,
)
from tests.connectors.lightspeed_k.test_simulator_pay import ENDPOINT, SOON

DOOR = NotificationSetting("http://door.example/hooks")


def listening(world: RestaurantWorld, location: str = ZINC, **behaviour: Any) -> KSeriesSimulator:
    simulator = a_simulator(world, **behaviour)
    simulator.configure_notifications(location, DOOR)
    return simulator


def news(simulator: KSeriesSimulator) -> list[tuple[str, str, str, str]]:
    return [
        (body["notificationType"], each["accountNumber"], each.get("type", ""), each["status"])
        for body in told(simulator, now=NOON)
        for each in [body["account"]]
    ]


def test_a_final_bill_is_told_in_three_ways() -> None:
    for closing, kinds in (
        (Closing.CLOSE, [("CLOSE", "SALE")]),
        (Closing.UPDATE_AND_CLOSE, [("UPDATE", "SALE"), ("CLOSE", "SALE")]),
        (Closing.AS_IN_2019, [("UPDATE", "")]),
    ):
        world = quiet_world()
        simulator = listening(world, closing=closing)
        number = world.open(ZINC, now=NOON).external_id
        told(simulator, now=NOON)
        world.close(ZINC, number, [CARD], now=NOON)
        assert [(kind, type_) for kind, _, type_, status in news(simulator) if status == "closed"] == kinds


def test_a_split_is_a_counter_account_and_two_fresh_ones() -> None:
    for named, word in ((False, "TRANSITORY"), (True, "SPLIT")):
        world = quiet_world()
        simulator = listening(world, named_reversals=named)
        opened = world.open(ZINC, items=[Item("CAFE"), Item("ENTRECOTE", extras=("FRITES",))], now=NOON)
        one, other = world.split(ZINC, opened.external_id, 1, now=NOON)
        assert (one.total, other.total, other.lines[1].parent) == (Decimal("2.6"), 28, 0)
        assert news(simulator) == [
            ("OPEN", "A40017.1", "SALE", "open"),
            ("UPDATE", "A40017.2", word, "closed"),
            ("CLOSE", "A40017.2", word, "closed"),
            ("OPEN", "A40017.3", "SALE", "open"),
            ("OPEN", "A40017.4", "SALE", "open"),
        ]


def test_a_bill_handed_over_goes_on_at_another_till() -> None:
    world = quiet_world()
    simulator = listening(world, named_reversals=True)
    opened = world.open(ZINC, now=NOON)
    fresh = world.hand_over(ZINC, opened.external_id, now=NOON)
    assert (fresh.external_id, fresh.staff, fresh.covers) == ("A40018.1", Named(id="5502", name="Bob"), 2)
    assert [each[:3] for each in news(simulator)][1:] == [
        ("UPDATE", "A40017.2", "TRANSFER"),
        ("CLOSE", "A40017.2", "TRANSFER"),
        ("OPEN", "A40018.1", "SALE"),
    ]


def test_voids_and_bills_given_up() -> None:
    world = quiet_world()
    simulator = listening(world)
    closed = world.close(ZINC, world.open(ZINC, now=NOON).external_id, [CARD], tip=Decimal(2), now=NOON)
    world.void(ZINC, closed.external_id, now=NOON)
    world.cancel(ZINC, world.open(ZINC, now=NOON).external_id, now=NOON)
    void, _, given_up = (body["account"] for body in told(simulator, now=NOON)[2:])
    assert (void["type"], void["gratuityAmount"], void["originAccountNumber"]) == ("VOID", -2, closed.external_id)
    assert (given_up["cancelled"], given_up["status"], given_up["paidAmount"]) == (True, "closed", 0)


def test_a_part_payment_is_an_update() -> None:
    world = quiet_world()
    simulator = listening(world)
    opened = world.open(ZINC, items=[Item("ENTRECOTE")], now=NOON)
    world.pay(ZINC, opened.external_id, Payment(amount=Decimal(10), external_reference="x"), now=NOON)
    update = told(simulator, now=NOON)[1]
    assert (update["notificationType"], update["account"]["paidAmount"]) == ("UPDATE", 10)
    assert update["account"]["paymentLines"][0]["externalReference"] == "x"


def test_a_known_guest_shows_in_notifications_and_where_it_is_asked_for() -> None:
    journal = Journal(None)
    world = quiet_world(journal)
    simulator = listening(world)
    opened = world.open(ZINC, now=NOON)
    journal.note_facts(ZINC, opened.external_id, BillFacts(guest=GUESTS[0]))
    moved = world.move(ZINC, opened.external_id, "Table 9", now=NOON)
    world.close(ZINC, moved.external_id, [CARD], now=NOON)
    record = told(simulator, now=NOON)[-1]["account"]["consumerRecord"]
    assert record["contactInformation"]["phoneNumber1"] == "+33639980101"
    called = caller(simulator, now=SOON)
    assert "consumer" not in called.sales(include="payments")["sales"][0]["payments"][0]
    [sale] = called.sales(include="payments,consumer")["sales"]
    assert sale["payments"][0]["consumer"]["lastName"] == "Moreau"


def test_a_passive_till_is_told_by_its_own_number_or_by_that_of_the_active_one() -> None:
    place = next(each for each in PLACES if each.location.id == PORT)
    for shows_active, wanted in ((False, 63005), (True, 63004)):
        world = quiet_world()
        simulator = listening(world, PORT, passive_shows_active=shows_active)
        opened = world.open(PORT, Opening(place.registers[1], place.staff[0]), now=NOON)
        world.close(PORT, opened.external_id, [CARD], now=NOON)
        assert {body["account"]["deviceId"] for body in told(simulator, now=NOON)} == {wanted}
        assert caller(simulator, now=SOON, business=LE_PORT).sales(PORT)["sales"][0]["deviceId"] == wanted


def test_a_queued_payment_survives_a_kill_and_is_taken_once(tmp_path: Path) -> None:
    world = quiet_world()
    path = tmp_path / "lightspeed_k.sqlite3"
    first = KSeriesSimulator(world, client=CLIENT, path=path)
    called = caller(first)
    called.send("PUT", "/o/wh/1/webhook", ENDPOINT)
    bill = world.open(ZINC, items=[Item("ENTRECOTE")], now=NOON).external_id
    asked = {"businessLocationId": int(ZINC), "endpointId": "cmp", "iKaccountIdentifier": bill}
    for reference, amount in (("one", 10), ("two", 10)):
        body = {**asked, "thirdPartyPaymentReference": reference, "paymentAmount": amount}
        assert called.send("POST", "/o/op/1/pay", body).status == 200
    # As if the kill came after the till had taken the first one and before that was written down.
    world.pay(ZINC, bill, Payment(amount=Decimal(10), external_reference="one"), now=NOON)
    second = KSeriesSimulator(world, client=CLIENT, path=path)
    assert [each["status"] for each in told(second, now=SOON)] == ["SUCCESS", "SUCCESS"]
    sale = world.find(ZINC, bill)
    assert sale is not None
    assert [payment.external_reference for payment in sale.payments] == ["one", "two"]
    body = {**asked, "thirdPartyPaymentReference": "one", "paymentAmount": 1}
    refused = caller(second).send("POST", "/o/op/1/pay", body)
    assert "already been used" in json.loads(refused.body)["message"]
    first.close()
    second.close()
