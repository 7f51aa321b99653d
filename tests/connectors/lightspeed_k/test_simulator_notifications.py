"""Real-time notifications as sheet 13 describes them: what is said, when, and how often."""

import base64
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from comptoir.connectors.lightspeed_k.simulator import KSeriesSimulator, NotificationSetting
from comptoir.connectors.lightspeed_k.simulator.rtn.deliveries import KEPT_OUTCOMES
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Courier
from comptoir.sandbox.catalogue import CARD, CASH
from comptoir.sandbox.till import Item
from comptoir.sandbox.world import RestaurantWorld
from tests.answering import Answering, Told, answering
from tests.connectors.lightspeed_k.simulator_shop import (
    CLIENT,
    NOON,
    TERRASSE,
    ZINC,
    a_simulator,
    caller,
    closed_bill,
    quiet_world,
    until,
)

RECORDED = Path(os.environ.get("COMPTOIR_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data") / "k-series"
DOOR = NotificationSetting("http://door.example/hooks")


def told(simulator: KSeriesSimulator, *, now: Any = NOON, status: int | None = 200) -> list[dict[str, Any]]:
    """The bodies that are due, each answered with the status."""
    bodies = []
    for outgoing in simulator.due(now=now):
        bodies.append(json.loads(outgoing.body, parse_float=Decimal))
        simulator.sent(outgoing.key, status=status, now=now)
    return bodies


def news(bodies: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [
        (body["notificationType"], body["account"]["accountNumber"], body["account"]["type"], body["account"]["status"])
        for body in bodies
    ]


@pytest.fixture
def world() -> RestaurantWorld:
    return quiet_world()


@pytest.fixture
def simulator(world: RestaurantWorld) -> KSeriesSimulator:
    simulator = a_simulator(world)
    simulator.configure_notifications(ZINC, DOOR)
    return simulator


@pytest.fixture
def receiver() -> Iterator[Answering]:
    with answering() as receiver:
        yield receiver


@pytest.fixture
def carried() -> Iterator[Callable[[KSeriesSimulator], None]]:
    """Start couriers that stop with the test."""
    couriers: list[Courier] = []

    def carry(simulator: KSeriesSimulator) -> None:
        couriers.append(Courier(simulator, delivery_seconds=0.5))
        couriers[-1].start()

    yield carry
    for courier in couriers:
        courier.stop()


def test_a_visit_is_told_as_open_update_close(world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    opened = world.open(ZINC, items=[Item("CAFE")], now=NOON)
    world.add(ZINC, opened.external_id, [Item("KIR")], now=NOON)
    world.close(ZINC, opened.external_id, [CARD], now=NOON)
    assert news(told(simulator)) == [
        ("OPEN", "A40017.1", "SALE", "open"),
        ("UPDATE", "A40017.1", "SALE", "open"),
        ("CLOSE", "A40017.1", "SALE", "closed"),
    ]
    assert told(simulator) == []


def test_moving_is_told_as_a_transitory_account_twice_and_a_fresh_one(
    world: RestaurantWorld, simulator: KSeriesSimulator
) -> None:
    opened = world.open(ZINC, items=[Item("ENTRECOTE", extras=("FRITES",))], now=NOON)
    moved = world.move(ZINC, opened.external_id, "Table 9", now=NOON)
    world.close(ZINC, moved.external_id, [CARD], now=NOON)
    bodies = told(simulator)
    assert news(bodies) == [
        ("OPEN", "A40017.1", "SALE", "open"),
        ("UPDATE", "A40017.2", "TRANSITORY", "closed"),
        ("CLOSE", "A40017.2", "TRANSITORY", "closed"),
        ("OPEN", "A40017.3", "SALE", "open"),
        ("CLOSE", "A40017.3", "SALE", "closed"),
    ]
    first, transitory, _, fresh, _ = (body["account"] for body in bodies)
    assert transitory["originAccountNumber"] == first["accountNumber"]
    assert transitory["originAccountId"] == first["id"]
    assert fresh["originAccountNumber"] == transitory["accountNumber"]
    assert (transitory["totalAmount"], transitory["coverCount"], transitory["paidAmount"]) == (-28, -2, -28)
    assert transitory["receiptNumber"] is None
    assert transitory["transactionLines"][0]["quantity"] == -1
    assert transitory["transactionLines"][0]["unitAmount"] == 24
    assert transitory["transactionLines"][0]["subLines"][0]["amount"] == -4
    assert transitory["paymentLines"][0]["paymentMethod"] is None
    assert (fresh["name"], fresh["tableName"]) == ("Salle, Table 9", "Table 9")


def test_a_refund_is_a_new_account_closed_at_birth(world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    opened = world.open(ZINC, items=[Item("ENTRECOTE", extras=("FRITES",)), Item("CAFE")], now=NOON)
    world.close(ZINC, opened.external_id, [CASH], now=NOON)
    world.refund(ZINC, opened.external_id, 0, now=NOON)
    world.refund(ZINC, opened.external_id, now=NOON)
    bodies = told(simulator)[2:]
    assert news(bodies) == [
        ("CLOSE", "A40017.2", "REFUND", "closed"),
        ("CLOSE", "A40017.3", "REFUND", "closed"),
    ]
    some, rest = (body["account"] for body in bodies)
    assert {some["originAccountNumber"], rest["originAccountNumber"]} == {"A40017.1"}
    assert (some["totalAmount"], some["coverCount"], rest["totalAmount"]) == (-28, 0, Decimal("-2.6"))
    assert some["transactionLines"][0]["subLines"][0]["itemSku"] == "FRITES"
    assert some["paymentLines"][0]["amount"] == -28
    assert some["paymentLines"][0]["paymentMethod"] == "CASH"


def test_figures_and_names_of_a_bill(world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    items = [Item("COMTE", quantity=Decimal("0.35")), Item("KIR", discount_percent=10), Item("SOUPE")]
    opened = world.open(ZINC, items=items, now=NOON)
    world.close(ZINC, opened.external_id, [CASH, CARD], tip=Decimal("1.5"), now=NOON + timedelta(minutes=40))
    account = told(simulator, now=NOON + timedelta(hours=1))[-1]["account"]
    assert account["totalAmount"] == Decimal("25.92") == account["paidAmount"]
    assert account["gratuityAmount"] == Decimal("1.5")
    assert account["totalDiscount"] == Decimal("0.58")
    # 11.20 at 5.5 %: 0.583886; 5.22 at 20 %: 0.870000; 9.50 at 10 %: 0.863636
    assert account["taxAmount"] == Decimal("2.3175")
    assert account["preTaxAmount"] == account["totalAmount"] - account["taxAmount"]
    assert [line["amount"] for line in account["paymentLines"]] == [Decimal("12.96"), Decimal("12.96")]
    cheese = account["transactionLines"][0]
    assert (cheese["quantity"], cheese["activeTax"]["rate"]) == (Decimal("0.35"), Decimal("1.055"))
    assert cheese["accountingGroupName"] == "Comptoir"
    assert (account["deviceId"], account["deviceName"], account["staffName"]) == (40017, "Bar 1", "Alice")
    assert account["accountProfileCode"] == "SURPLACE"
    assert account["receiptNumber"] == "R40017.1"
    assert account["offset"] == 60
    assert account["closeDate"] - account["openDate"] == 40 * 60_000 == account["updateDate"] - account["openDate"]


def test_both_renderings_tell_the_same_figures(world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    items = [Item(sku, Decimal(3)) for sku in ("SOUPE", "BAGUETTE", "KIR", "CROQUE")]
    opened = world.open(ZINC, items=[*items, Item("COMTE", Decimal("0.15"), discount_percent=10)], now=NOON)
    world.close(ZINC, opened.external_id, [CARD, CASH], now=NOON)
    account = told(simulator)[-1]["account"]
    read = caller(simulator, now=NOON + timedelta(hours=1)).sales(include="payments,table,staff,account_profile")
    sale = read["sales"][0]
    lines = sale["salesLines"]
    assert sum(Decimal(line["totalNetAmountWithTax"]) for line in lines) == account["totalAmount"]
    exact_tax = sum(Decimal(line["taxAmount"]) for line in lines)
    assert round(exact_tax, 4) == account["taxAmount"]
    assert sum(Decimal(line["totalDiscountAmount"]) for line in lines) == account["totalDiscount"]
    assert [Decimal(line["quantity"]) for line in lines] == [line["quantity"] for line in account["transactionLines"]]
    assert [Decimal(line["menuListPrice"]) for line in lines] == [
        line["unitAmount"] for line in account["transactionLines"]
    ]
    assert [Decimal(each["netAmountWithTax"]) for each in sale["payments"]] == [
        each["amount"] for each in account["paymentLines"]
    ]
    assert sale["tableName"] == account["name"]
    assert sale["receiptId"] == account["receiptNumber"]


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"recorded notifications are not at hand: {RECORDED}")
@pytest.mark.parametrize("name", ["rtn-open", "rtn-update-transitory"])
def test_keys_are_those_of_the_recorded_bodies(name: str, world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    recorded = json.loads((RECORDED / f"{name}.json").read_text())
    opened = world.open(ZINC, items=[Item("CAFE")], now=NOON)
    world.move(ZINC, opened.external_id, "Table 9", now=NOON)
    wanted = (recorded["notificationType"], recorded["account"]["type"])
    made = next(body for body in told(simulator) if (body["notificationType"], body["account"]["type"]) == wanted)
    # A till without loyalty sends no consumer, and references come with orders through the API only.
    assert _keys(made, recorded) == {}
    assert list(made["account"]) == list(recorded["account"])


def _keys(made: Any, recorded: Any, path: str = "$") -> dict[str, set[str]]:
    """Where two bodies differ in their keys; what is null or empty on one side is not compared further."""
    if isinstance(made, list) and isinstance(recorded, list) and made and recorded:
        return _keys(made[0], recorded[0], f"{path}[0]")
    if not (isinstance(made, dict) and isinstance(recorded, dict)):
        return {}
    differing = set(made) ^ set(recorded)
    found = {path: differing} if differing else {}
    for key in set(made) & set(recorded):
        found |= _keys(made[key], recorded[key], f"{path}.{key}")
    return found


def test_only_locations_with_an_address_are_told_of_and_the_past_rests(world: RestaurantWorld) -> None:
    simulator = a_simulator(world)
    closed_bill(world)
    simulator.take_note(now=NOON)
    simulator.configure_notifications(ZINC, DOOR)
    closed_bill(world, TERRASSE)
    assert told(simulator) == []
    closed_bill(world)
    assert len(told(simulator)) == 2
    simulator.configure_notifications(ZINC, None)
    closed_bill(world)
    assert told(simulator) == []


def test_a_location_that_does_not_exist_cannot_be_set_up(simulator: KSeriesSimulator) -> None:
    with pytest.raises(RuleBroken):
        simulator.configure_notifications("1", DOOR)


def test_failures_are_repeated_with_a_counter_and_growing_waits(
    world: RestaurantWorld, simulator: KSeriesSimulator
) -> None:
    world.open(ZINC, now=NOON)
    now, gaps, counters = NOON, [], []
    for _ in range(7):
        (body,) = until(lambda at=now: told(simulator, now=at, status=503))
        counters.append(body["retryCounter"])
        waiting = simulator.deliveries(ZINC)[0]
        assert waiting.next_at is not None
        assert not waiting.delivered
        assert told(simulator, now=waiting.next_at - timedelta(milliseconds=1)) == []
        gaps.append((waiting.next_at - now).total_seconds())
        now = waiting.next_at
    assert counters == [0, 1, 2, 3, 4, 5, 6]
    assert gaps == [1, 5, 30, 120, 600, 600, 600]
    told(simulator, now=now)
    assert simulator.deliveries(ZINC)[0].delivered
    assert simulator.waiting(ZINC) == 0


def test_after_a_day_of_failures_it_is_given_up(world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    world.open(ZINC, now=NOON)
    told(simulator, status=None)
    assert len(told(simulator, now=NOON + timedelta(days=1), status=None)) == 1
    assert told(simulator, now=NOON + timedelta(days=9)) == []
    assert simulator.waiting(ZINC) == 0


def test_what_is_under_way_is_not_given_out_twice(world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    world.open(ZINC, now=NOON)
    (outgoing,) = simulator.due(now=NOON)
    assert simulator.due(now=NOON + timedelta(hours=1)) == []
    simulator.sent(outgoing.key, status=500, now=NOON)
    assert len(simulator.due(now=NOON + timedelta(hours=1))) == 1


def test_now_and_then_one_arrives_twice(world: RestaurantWorld) -> None:
    simulator = a_simulator(world, duplicate_one_in=1)
    simulator.configure_notifications(ZINC, DOOR)
    world.open(ZINC, now=NOON)
    (once,) = told(simulator)
    (twice,) = told(simulator, now=NOON + timedelta(seconds=5))
    assert (once["retryCounter"], twice["retryCounter"]) == (0, 1)
    assert once["account"] == twice["account"]
    assert told(simulator, now=NOON + timedelta(hours=1)) == []


def test_outcomes_are_not_kept_for_ever(world: RestaurantWorld, simulator: KSeriesSimulator) -> None:
    for _ in range(KEPT_OUTCOMES):
        closed_bill(world)
    told(simulator)
    assert len(simulator.deliveries(ZINC, limit=1000)) == KEPT_OUTCOMES + 1


def test_what_waits_survives_a_restart_and_goes_to_the_mended_address(world: RestaurantWorld, tmp_path: Path) -> None:
    path = tmp_path / "lightspeed_k.sqlite3"
    first = KSeriesSimulator(world, client=CLIENT, path=path)
    first.configure_notifications(ZINC, DOOR)
    world.open(ZINC, now=NOON)
    assert len(first.due(now=NOON)) == 1
    # No close: as after a kill, in the middle of a delivery.
    second = KSeriesSimulator(world, client=CLIENT, path=path)
    setting = NotificationSetting("http://mended.example/hooks?dispatch=x", "fid", "till", Secret("open sesame"))
    second.configure_notifications(ZINC, setting)
    (outgoing,) = second.due(now=NOON)
    assert outgoing.url == "http://mended.example/hooks?dispatch=x&code=fid"
    assert outgoing.headers["authorization"] == "Basic " + base64.b64encode(b"till:open sesame").decode()
    first.close()
    second.close()


def test_a_courier_carries_them_and_tries_again(
    world: RestaurantWorld, receiver: Answering, carried: Callable[[KSeriesSimulator], None]
) -> None:
    simulator = a_simulator(world, retry_after=(timedelta(milliseconds=50),))
    simulator.configure_notifications(ZINC, NotificationSetting(f"{receiver.url}/hooks"))
    receiver.will(Told(500), Told(hang_up=True), Told(302), Told(204))
    carried(simulator)
    world.open(ZINC, now=NOON)
    until(lambda: simulator.deliveries(ZINC) and simulator.deliveries(ZINC)[0].delivered)
    assert [json.loads(asked.body)["retryCounter"] for asked in receiver.asked] == [0, 1, 2, 3]
    assert {asked.path for asked in receiver.asked} == {"/hooks"}
    assert receiver.asked[0].headers["content-type"] == "application/json"
    assert simulator.deliveries(ZINC)[0].status == 204


def test_a_dead_receiver_holds_up_nobody(
    world: RestaurantWorld, receiver: Answering, carried: Callable[[KSeriesSimulator], None]
) -> None:
    simulator = a_simulator(world)
    with answering() as silent:
        patience = threading.Event()
        silent.will_ask(lambda _: patience.wait(60) or Told())
        simulator.configure_notifications(ZINC, NotificationSetting(silent.url))
        simulator.configure_notifications(TERRASSE, NotificationSetting(receiver.url))
        for _ in range(10):
            world.open(ZINC, now=NOON)
        world.open(TERRASSE, now=NOON)
        carried(simulator)
        until(lambda: receiver.asked)
        assert not any(delivery.delivered for delivery in simulator.deliveries(ZINC, limit=20))
        patience.set()
