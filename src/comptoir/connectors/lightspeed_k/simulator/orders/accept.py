"""Payments and orders from outside as they come in: checked, queued for a till, answered `ok` (sheet 9.1, 10.4)."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import Refusal, encode, invalid, json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.figures import milliseconds
from comptoir.connectors.lightspeed_k.simulator.orders import endpoints
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.pos.hosting import Response
from comptoir.pos.world import WorldLocation

PAY: Final = "PAY"
LOCAL: Final = "LOCAL"
TO_GO: Final = "TO_GO"
OBJECTS: Final[Mapping[str, str]] = {PAY: "payment", LOCAL: "localOrder", TO_GO: "toGoOrder"}
SHORTEST_LIFE: Final = 60_000
LONGEST_PAYMENT_REFERENCE: Final = 50
LONGEST_ORDER_REFERENCE: Final = 48
LONGEST_SKU: Final = 25
LONGEST_NAME: Final = 128
LONGEST_COLLECTION_CODE: Final = 8

Fault = tuple[str, str, str]


def pay(call: Call) -> Response:
    """`ok` means only that it waits for a till."""
    body = call.body()
    reference = body.get("thirdPartyPaymentReference")
    for name in ("businessLocationId", "endpointId", "thirdPartyPaymentReference", "paymentAmount"):
        if body.get(name) in (None, ""):
            raise call.refuse(400, f"{name} must not be null")
    if not isinstance(reference, str) or len(reference) > LONGEST_PAYMENT_REFERENCE:
        raise call.refuse(400, f"thirdPartyPaymentReference must have 1 to {LONGEST_PAYMENT_REFERENCE} characters")
    if not body.get("iKaccountIdentifier"):
        raise call.refuse(400, "iKaccountIdentifier must not be null")
    _amount(call, body, "paymentAmount", least=Decimal("0.01"))
    _amount(call, {"tipAmount": 0, **body}, "tipAmount", least=Decimal(0))
    location = call.location_of(str(body["businessLocationId"]))
    life = _life(body.get("taskTtlInMs"), call)
    _endpoint(call, body)
    status = call.desk.behaviour.api_disabled_status
    if status is not None and call.desk.holds(Condition.API_DISABLED, location.id):
        raise call.refuse(status, f"payment API is not enabled for business location {location.id}")
    if not _queue(call, PAY, reference, location, body, life):
        raise call.refuse(400, f"reference has already been used {reference}")
    return json_answer({"status": "ok"})


def local(call: Call) -> Response:
    """An order to a table."""
    return _order(call, LOCAL)


def to_go(call: Call) -> Response:
    """An order to take away or to deliver."""
    return _order(call, TO_GO)


def _order(call: Call, kind: str) -> Response:
    body = call.body()
    faults = _faults(body, kind)
    if faults:
        raise Refusal(invalid(OBJECTS[kind], faults, path=call.request.path, now=call.now))
    location = call.location_of(str(body["businessLocationId"]))
    _endpoint(call, body)
    life = _life(body.get("maxTimeToAttemptOrderDeliverToPos"), call)
    reference = body["thirdPartyReference"]
    if not _queue(call, kind, reference, location, body, life):
        text = f"reference has already been used {reference}"
        return json_answer({"status": "fail", "msg": text}, status=409)
    return json_answer({"status": "ok"})


def _faults(body: dict[str, Any], kind: str) -> list[Fault]:
    needed = ("businessLocationId", "thirdPartyReference", "endpointId", "customerInfo")
    faults: list[Fault] = [(name, "NotNull", "must not be null") for name in needed if body.get(name) in (None, "")]
    customer = body.get("customerInfo")
    if isinstance(customer, dict):
        first = customer.get("firstName")
        if not isinstance(first, str) or not 1 <= len(first) <= LONGEST_NAME:
            faults.append(("customerInfo.firstName", "Size", f"size must be between 1 and {LONGEST_NAME}"))
    if len(str(body.get("thirdPartyReference") or "")) > LONGEST_ORDER_REFERENCE:
        faults.append(("thirdPartyReference", "Size", f"size must be between 1 and {LONGEST_ORDER_REFERENCE}"))
    if len(str(body.get("collectionCode") or "")) > LONGEST_COLLECTION_CODE:
        faults.append(("collectionCode", "Size", f"size must be between 0 and {LONGEST_COLLECTION_CODE}"))
    life = body.get("maxTimeToAttemptOrderDeliverToPos")
    if life is not None and (not isinstance(life, int) or life < SHORTEST_LIFE):
        words = f"must be greater than or equal to {SHORTEST_LIFE}"
        faults.append(("maxTimeToAttemptOrderDeliverToPos", "Min", words))
    if kind == LOCAL and body.get("tableNumber") is not None and not isinstance(body["tableNumber"], str):
        faults.append(("tableNumber", "typeMismatch", "must be a string"))
    for index, item in enumerate(body.get("items") or ()):
        faults += _item_faults(item, f"items[{index}]")
    return faults


def _item_faults(item: Any, path: str) -> list[Fault]:
    if not isinstance(item, dict):
        return [(path, "NotNull", "must not be null")]
    faults: list[Fault] = []
    if not isinstance(item.get("sku"), str) or not 1 <= len(item["sku"]) <= LONGEST_SKU:
        faults.append((f"{path}.sku", "Size", f"size must be between 1 and {LONGEST_SKU}"))
    if not isinstance(item.get("quantity"), int):
        faults.append((f"{path}.quantity", "NotNull", "must not be null"))
    for index, below in enumerate(item.get("subItems") or ()):
        faults += _item_faults(below, f"{path}.subItems[{index}]")
    return faults


def _amount(call: Call, body: dict[str, Any], name: str, *, least: Decimal) -> None:
    given = body[name]
    if isinstance(given, bool) or not isinstance(given, int | float) or Decimal(str(given)) < least:
        raise call.refuse(400, f"{name} must be a number of at least {least}")


def _life(given: Any, call: Call) -> timedelta:
    if given is None:
        return call.desk.behaviour.task_life
    if not isinstance(given, int) or given < SHORTEST_LIFE:
        raise call.refuse(400, f"the life of a task must be at least {SHORTEST_LIFE} ms")
    return timedelta(milliseconds=given)


def _endpoint(call: Call, body: dict[str, Any]) -> None:
    """An endpoint nobody registered is assumed to be a 400 (A11)."""
    with call.desk.store.transaction() as database:
        known = endpoints.find(database, str(body["endpointId"]))
    if known is None:
        raise call.refuse(400, f"endpoint ID not found for {body['endpointId']}")


def _queue(
    call: Call, kind: str, reference: str, location: WorldLocation, body: dict[str, Any], life: timedelta
) -> bool:
    """Whether this is the first of its reference, which is unique for ever, among payments or among orders."""
    due_at = milliseconds(call.now + call.desk.behaviour.till_delay)
    ends_at = milliseconds(call.now + life)
    family = PAY if kind == PAY else "ORDER"
    row = (
        family,
        location.business_id,
        reference,
        location.id,
        str(body["endpointId"]),
        encode({"kind": kind, **body}),
        due_at,
        ends_at,
    )
    with call.desk.store.transaction() as database:
        return database.execute("INSERT OR IGNORE INTO task VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row).rowcount == 1


def decode(content: bytes) -> dict[str, Any]:
    """A queued body; figures come back exact."""
    decoder = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
    return decoder.decode(content)
