"""The back office in small, over real HTTP: what is set there, the next payment feels."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from comptoir.kernel.http import Answer, send
from comptoir.sandbox.catalogue import LIGHTSPEED_K
from comptoir.sandbox.faults import Fault
from comptoir.sandbox.server import Sandbox
from comptoir.sandbox.till import Item
from tests.sandbox.restaurants import NOON, ZINC
from tests.sandbox.test_control import ask, submit

OFFICE = f"/office?at={ZINC}"
SETTINGS = f"/api/lightspeed_k/locations/{ZINC}/office"


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.faults.set(LIGHTSPEED_K, ZINC, ())


def press(sandbox: Sandbox, act: str, **said: str) -> Answer:
    return submit(sandbox, OFFICE, {"act": act, "back": "methods", **said})


def shown(sandbox: Sandbox) -> str:
    return send("GET", sandbox.control_url + OFFICE, body=b"", headers={}).body.decode()


def office(sandbox: Sandbox) -> Any:
    return ask(sandbox, "GET", SETTINGS)[1]


def test_a_payment_method_is_made_recoded_and_deleted(sandbox: Sandbox) -> None:
    answer = press(sandbox, "add_method", code="QOD", name="Qodeup <b>")
    assert (answer.status, answer.headers["location"]) == (303, f"/office?at={ZINC}#methods")
    assert "Qodeup &lt;b&gt;" in shown(sandbox)
    assert press(sandbox, "add_method", code="QOD", name="Again").status == 409
    assert press(sandbox, "add_method", code="", name="Nameless").status == 422
    press(sandbox, "recode_method", code="QOD", wanted="QOD2")
    assert {each["id"] for each in office(sandbox)["methods"]} >= {"QOD2", "CB"}
    press(sandbox, "delete_method", code="QOD2")
    assert "QOD2" not in {each["id"] for each in office(sandbox)["methods"]}


def test_ipads_users_period_printer_and_the_payment_api(sandbox: Sandbox) -> None:
    sandbox.faults.switch(LIGHTSPEED_K, ZINC, Fault.TILL_OFFLINE, on=True)
    assert "Off: payments wait" in shown(sandbox)
    press(sandbox, "device", device="40017", on="no")
    press(sandbox, "device", device="40018", on="yes")
    assert office(sandbox)["devices_off"] == ["40017"]
    press(sandbox, "user", user="5502", on="no")
    assert "Deactivated" in shown(sandbox)
    press(sandbox, "period", on="no")
    assert Fault.SALES_PERIOD_CLOSED in sandbox.faults.on(LIGHTSPEED_K, ZINC)
    press(sandbox, "printer", on="no")
    press(sandbox, "api", method="TR", user="5503")
    assert Fault.API_DISABLED in sandbox.faults.on(LIGHTSPEED_K, ZINC)
    now = office(sandbox)
    assert (now["default_method"], now["api_staff"], now["printer_off"]) == ("TR", "5503", True)
    assert press(sandbox, "api", method="LSPAY", user="5503").status == 422
    press(sandbox, "types", update="yes", close="yes")
    press(sandbox, "refuse_next", kind="OVERPAID")
    press(sandbox, "item", sku="KIR", on="no")
    now = office(sandbox)
    assert (now["told"], now["refuse_next"], now["off_menu"]) == (["UPDATE", "CLOSE"], "OVERPAID", ["KIR"])
    press(sandbox, "sell_out", sku="TATIN", on="yes")
    assert "sold out" in shown(sandbox)
    assert press(sandbox, "refuse_next", kind="NONE_SUCH").status == 422
    assert press(sandbox, "no_such_button").status == 404


def test_a_bill_is_changed_under_a_guests_hands(sandbox: Sandbox) -> None:
    number = sandbox.world.open(ZINC, items=[Item("ENTRECOTE"), Item("CAFE")], now=NOON).external_id
    assert press(sandbox, "strike", bill=number, line="1").status == 303
    assert press(sandbox, "carry", bill=number, table="Table 9").status == 303
    assert press(sandbox, "carry", bill=number, table="Table 99").status == 422
    sale = sandbox.world.find(ZINC, number)
    assert sale
    assert (sale.total, sale.table) == (24, "Table 9")
    assert number in shown(sandbox)
    assert press(sandbox, "strike", bill=number, line="x").status == 404


def test_a_program_does_what_the_page_does(sandbox: Sandbox) -> None:
    status, now = ask(sandbox, "POST", SETTINGS, {"act": "add_method", "code": "PM", "name": "Petite Monnaie"})
    assert status == 200
    assert "PM" in {each["id"] for each in now["methods"]}
    assert ask(sandbox, "GET", SETTINGS.replace(ZINC, "1"))[0] == 404
    assert ask(sandbox, "POST", SETTINGS, {"act": "nothing"})[0] == 404
    assert json.dumps(now)
