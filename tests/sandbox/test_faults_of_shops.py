"""What goes wrong at the vendor of the shops when it is switched on: over real HTTP, in that vendor's own words."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.http import Answer, send
from comptoir.sandbox.faults import OF_SHOPS, Fault
from comptoir.sandbox.server import Sandbox
from comptoir.sandbox.shops import LIGHTSPEED_R
from tests.sandbox.test_control import ask

ACCOUNT = "/API/V3/Account/900100"
PATH = "/api/lightspeed_r/faults"


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    assert ask(running, "PUT", PATH, {"on": []})[0] == 200


def switch(sandbox: Sandbox, *faults: Fault) -> None:
    status, view = ask(sandbox, "PUT", PATH, {"on": [fault.value for fault in faults]})
    assert (status, set(view["on"])) == (200, {fault.value for fault in faults})
    assert set(view["known"]) == {fault.value for fault in OF_SHOPS}


def minted(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.shops.simulator.tokens.mint(900100, ("employee:all",), now=datetime.now(UTC))


def read(sandbox: Sandbox, path: str, token: str) -> Answer:
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    return send("GET", sandbox.simulator_urls[LIGHTSPEED_R] + path, body=b"", headers=headers)


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.BUSY_SECONDS, 429), (Fault.BROKEN, 500), (Fault.UNAVAILABLE, 503)]
)
def test_errors_have_the_envelope_of_r_series(sandbox: Sandbox, fault: Fault, status: int) -> None:
    token = minted(sandbox)["access_token"]
    switch(sandbox, fault)
    answer = read(sandbox, f"{ACCOUNT}/Shop.json", token)
    assert answer.status == status
    told = json.loads(answer.body)
    assert (set(told), told["httpCode"]) == ({"httpCode", "httpMessage", "message", "errorClass"}, str(status))
    if fault is Fault.BUSY_SECONDS:
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["x-ls-api-ratelimit-type"] == "api-leaky-bucket"
    switch(sandbox)
    assert read(sandbox, f"{ACCOUNT}/Shop.json", token).status == 200


def test_pages_go_in_circles(sandbox: Sandbox) -> None:
    token = minted(sandbox)["access_token"]
    switch(sandbox, Fault.PAGE_TOKEN_REPEATED)
    first = json.loads(read(sandbox, f"{ACCOUNT}/Item.json?limit=2", token).body)
    ways = []
    for page in (first, first):
        following = urlsplit((ways[-1] if ways else page["@attributes"]["next"]) or "")
        ways.append(json.loads(read(sandbox, f"{following.path}?{following.query}", token).body)["@attributes"]["next"])
    assert ways[0] == ways[1] != ""


def test_a_sale_changes_once_it_was_read(sandbox: Sandbox) -> None:
    token = minted(sandbox)["access_token"]
    switch(sandbox, Fault.CHANGED_WHILE_READ)
    latest = urlencode({"sort": "-timeStamp", "limit": "1", "completed": "true", "load_relations": '["SalePayments"]'})
    before = json.loads(read(sandbox, f"{ACCOUNT}/Sale.json?{latest}", token).body)["Sale"]
    switch(sandbox)
    after = json.loads(read(sandbox, f"{ACCOUNT}/Sale/{before['saleID']}.json", token).body)["Sale"]
    assert after["timeStamp"] > before["timeStamp"]


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_lost_renewal_is_lost_in_whatever_form_it_was_asked_for(sandbox: Sandbox, kind: str) -> None:
    pair = minted(sandbox)
    said = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    said |= {"client_id": "comptoir-sandbox", "client_secret": sandbox._client.secret.reveal()}
    body = (json.dumps(said) if kind == "application/json" else urlencode(said)).encode()
    url = f"{sandbox.simulator_urls[LIGHTSPEED_R]}/auth/oauth/token"
    switch(sandbox, Fault.REFRESH_ANSWER_LOST)
    with pytest.raises(VendorBusy):
        send("POST", url, body=body, headers={"content-type": kind})
    assert send("POST", url, body=body, headers={"content-type": kind}).status == 200, "it can be tried again"


def test_what_a_vendor_cannot_have_is_refused(sandbox: Sandbox) -> None:
    status, told = ask(sandbox, "PUT", PATH, {"on": ["till_offline"]})
    assert (status, told["code"]) == (422, "fault_unknown")
