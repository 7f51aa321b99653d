"""The control page and its interface over real HTTP."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from comptoir.kernel.http import Answer, send
from comptoir.sandbox.catalogue import LE_ZINC
from comptoir.sandbox.control.words import EN, FR
from comptoir.sandbox.server import LIGHTSPEED_K, Sandbox
from tests.answering import Answering, Told, answering
from tests.connectors.lightspeed_k.simulator_shop import until
from tests.sandbox.restaurants import ALICE, TERRASSE, ZINC, quiet_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = quiet_sandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def receiver() -> Iterator[Answering]:
    with answering() as receiver:
        yield receiver


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    answer = send(method, sandbox.control_url + path, body=content, headers=headers)
    return answer.status, json.loads(answer.body)


def submit(sandbox: Sandbox, path: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
    sent = {"content-type": "application/x-www-form-urlencoded", **headers}
    return send("POST", sandbox.control_url + path, body=urlencode(fields or {}).encode(), headers=sent)


def page(sandbox: Sandbox, at: str = ZINC, **headers: str) -> str:
    return send("GET", f"{sandbox.control_url}/?at={at}", body=b"", headers=headers).body.decode()


def open_bill(sandbox: Sandbox, location: str = ZINC, **order: Any) -> Any:
    status, bill = ask(sandbox, "POST", f"/api/locations/{location}/bills", order)
    assert status == 201
    return bill


def test_the_state_tells_of_every_location(sandbox: Sandbox) -> None:
    bill = open_bill(sandbox, items=[{"sku": "KIR", "quantity": 2}], covers=4)
    status, state = ask(sandbox, "GET", "/api/state")
    assert status == 200
    assert state["paused"] is True
    assert [(each["name"], each["business_name"]) for each in state["locations"]] == [
        ("Le Zinc", "Le Zinc"),
        ("Le Zinc Terrasse", "Le Zinc"),
        ("Chez Charlie", "Chez Charlie"),
        ("Le Port", "Le Port"),
        ("Le Port aux Caraïbes", "Le Port"),
        ("Le Port École", "Le Port"),
    ]
    assert {business["manager"] for business in state["businesses"]} == {"Alice", "Bob", "Charlie"}
    assert bill in state["locations"][0]["open"]
    assert (bill["covers"], bill["total"], bill["state"]) == (4, "11.6", "open")


def test_a_bill_from_first_item_to_refund(sandbox: Sandbox) -> None:
    bill = open_bill(sandbox, items=[{"sku": "PLAT-JOUR", "price": "24.50"}], table="Table 12")
    base = f"/api/locations/{ZINC}/bills/{bill['number']}"
    assert ask(sandbox, "POST", f"{base}/add", {"items": [{"sku": "CAFE"}]})[1]["total"] == "27.1"
    _, moved = ask(sandbox, "POST", f"{base}/move", {"table": "Table 13"})
    assert (moved["table"], moved["state"]) == ("Table 13", "open")
    base = f"/api/locations/{ZINC}/bills/{moved['number']}"
    status, closed = ask(sandbox, "POST", f"{base}/close", {"methods": ["CASH", "CB"], "tip": "1.5"})
    assert (status, closed["state"], closed["tip"]) == (200, "closed", "1.5")
    assert closed["payments"] == ["Espèces", "Carte bancaire"]
    _, refund = ask(sandbox, "POST", f"{base}/refund", {"line": 0})
    assert (refund["kind"], refund["total"], refund["previous_number"]) == ("refund", "-24.5", moved["number"])
    status, problem = ask(sandbox, "POST", f"{base}/refund", {"line": 0})
    assert (status, problem["code"]) == (409, "already_refunded")


def test_bodies_may_be_left_out(sandbox: Sandbox) -> None:
    bill = open_bill(sandbox, ALICE)
    base = f"/api/locations/{ALICE}/bills/{bill['number']}"
    for act in ("add", "move"):
        status, bill = ask(sandbox, "POST", f"{base}/{act}")
        assert status == 200
    base = f"/api/locations/{ALICE}/bills/{bill['number']}"
    assert ask(sandbox, "POST", f"{base}/close")[1]["payments"] == ["Carte bancaire"]
    assert ask(sandbox, "POST", f"{base}/refund")[1]["total"] == f"-{bill['total']}"
    assert open_bill(sandbox, ALICE, takeaway=True)["table"] == ""


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/locations/1/bills", {}, 404, "location_unknown"),
        ("POST", f"/api/locations/{ZINC}/bills/A1.1/close", {}, 404, "bill_unknown"),
        ("POST", f"/api/locations/{ZINC}/bills", {"items": [{"sku": "CAVIAR"}]}, 422, "dish_unknown"),
        ("POST", f"/api/locations/{ZINC}/bills", {"guests": 2}, 422, "body_invalid"),
        ("POST", "/api/speed", {"factor": 1000}, 422, "speed_invalid"),
        ("POST", "/api/lightspeed_k/tokens", {"business_id": "1"}, 404, "business_unknown"),
        ("PUT", "/api/lightspeed_k/locations/1/notifications", {"url": "http://x.example"}, 404, "location_unknown"),
        ("PUT", f"/api/lightspeed_k/locations/{ZINC}/notifications", {"url": "ftp://x"}, 422, "url_invalid"),
        ("GET", "/api/nothing", None, 404, "not_found"),
    ],
)
def test_what_cannot_be_done_is_said(
    sandbox: Sandbox, method: str, path: str, body: Any, status: int, code: str
) -> None:
    got, problem = ask(sandbox, method, path, body)
    assert (got, problem["code"]) == (status, code)
    assert problem["detail"]


def test_a_broken_body_is_said(sandbox: Sandbox) -> None:
    answer = send("POST", f"{sandbox.control_url}/api/speed", body=b"{", headers={})
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "body_unreadable")


def test_minted_tokens_open_the_vendors_api(sandbox: Sandbox) -> None:
    status, pair = ask(sandbox, "POST", "/api/lightspeed_k/tokens", {"business_id": LE_ZINC})
    assert status == 200
    assert {"access_token", "refresh_token", "expires_in", "scope", "business_id"} <= set(pair)
    url = f"{sandbox.simulator_urls[LIGHTSPEED_K]}/f/data/businesses"
    assert send("GET", url, body=b"", headers={"authorization": f"Bearer {pair['access_token']}"}).status == 200


def test_notifications_set_up_here_arrive_there(sandbox: Sandbox, receiver: Answering) -> None:
    path = f"/api/lightspeed_k/locations/{TERRASSE}/notifications"
    setting = {"url": f"{receiver.url}/hooks", "code": "fid", "username": "till", "password": "open"}
    status, told = ask(sandbox, "PUT", path, setting)
    assert status == 200
    assert (told["url"], told["password_set"]) == (setting["url"], True)
    assert "open" not in json.dumps(told)
    bill = open_bill(sandbox, TERRASSE)
    until(lambda: receiver.asked)
    assert json.loads(receiver.asked[0].body)["account"]["accountNumber"] == bill["number"]
    assert receiver.asked[0].query == {"code": "fid"}
    until(lambda: ask(sandbox, "GET", path)[1]["latest"][0]["delivered"])
    assert "Arriving" in page(sandbox, TERRASSE)
    # The page does not show the password; saving without one keeps it.
    ask(sandbox, "PUT", path, {**setting, "password": ""})
    assert ask(sandbox, "GET", path)[1]["password_set"] is True
    ask(sandbox, "PUT", path, {"url": ""})
    assert "Off: no address yet" in page(sandbox, TERRASSE)


def test_failing_deliveries_show(sandbox: Sandbox, receiver: Answering) -> None:
    path = f"/api/lightspeed_k/locations/{ALICE}/notifications"
    ask(sandbox, "PUT", path, {"url": f"{receiver.url}/hooks"})
    receiver.will(Told(hang_up=True))
    open_bill(sandbox, ALICE)
    until(lambda: "1 notification waits: no answer" in page(sandbox, ALICE))
    ask(sandbox, "PUT", path, {"url": ""})


def test_the_page_works_with_plain_forms(sandbox: Sandbox) -> None:
    answer = submit(sandbox, f"/locations/{ZINC}/bills", {"sku": "TATIN"})
    assert (answer.status, answer.headers["location"]) == (303, f"/?at={ZINC}")
    number = re.findall(r'id="bill-(A[\d.]+)"', page(sandbox))[-1]
    base = f"/locations/{ZINC}/bills/{number}"
    assert submit(sandbox, f"{base}/add", {"sku": "KIR"}).status == 303
    assert submit(sandbox, f"{base}/close", {"method": "CASH"}).status == 303
    shown = page(sandbox)
    assert f'id="bill-{number}"' not in shown
    assert f'id="receipt-{number}"' in shown
    assert submit(sandbox, f"{base}/refund", {"line": "0"}).status == 303
    assert f"of {number}" in page(sandbox)
    number = open_bill(sandbox)["number"]
    assert submit(sandbox, f"/locations/{ZINC}/bills/{number}/move").status == 303
    assert "Cancelled by a move" in page(sandbox)


def test_a_refused_form_says_why_and_keeps_what_was_typed(sandbox: Sandbox) -> None:
    answer = submit(sandbox, f"/locations/{TERRASSE}/notifications", {"url": "ftp://<b>", "code": "fid"})
    assert answer.status == 422
    shown = answer.body.decode()
    assert "The address begins with http://" in shown
    assert 'value="ftp://&lt;b&gt;"' in shown
    assert 'value="fid"' in shown
    assert submit(sandbox, f"/locations/{ZINC}/bills/A1.1/close").status == 404
    assert submit(sandbox, "/speed", {"factor": "quick"}).status == 422
    assert submit(sandbox, "/elsewhere").status == 404


def test_saving_says_so(sandbox: Sandbox) -> None:
    answer = submit(sandbox, f"/locations/{TERRASSE}/notifications", {"url": ""})
    location = answer.headers["location"]
    assert "Saved." in send("GET", sandbox.control_url + location, body=b"", headers={}).body.decode()


def test_other_sites_cannot_give_orders(sandbox: Sandbox) -> None:
    host = sandbox.control_url.removeprefix("http://")
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert submit(sandbox, "/speed?at=", {"factor": "1"}, **headers).status == 403
        assert ask(sandbox, "POST", "/api/speed", {"factor": 1}, **headers)[1]["code"] == "cross_origin"
    assert ask(sandbox, "GET", "/api/state")[1]["paused"] is True
    own = {"origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert submit(sandbox, "/speed?at=", {"factor": "0"}, **own).status == 303


def test_the_page_speaks_french_by_browser_and_by_choice(sandbox: Sandbox) -> None:
    assert '<html lang="en">' in page(sandbox)
    french = page(sandbox, **{"accept-language": "fr-CH,fr;q=0.9,en;q=0.5"})
    assert '<html lang="fr">' in french
    assert "Nouvelle addition" in french
    chosen = send("GET", f"{sandbox.control_url}/?at={ZINC}&lang=fr", body=b"", headers={})
    cookie = chosen.headers["set-cookie"].partition(";")[0]
    assert chosen.headers["location"] == f"/?at={ZINC}"
    assert '<html lang="fr">' in page(sandbox, cookie=f"other=1; {cookie}")


def test_both_languages_fill_in_the_same() -> None:
    for name in EN.__dataclass_fields__:
        english, french = (re.findall(r"\{\w+\}", str(getattr(words, name))) for words in (EN, FR))
        assert sorted(english) == sorted(french), name


def test_style_and_script_are_served_and_nothing_else(sandbox: Sandbox) -> None:
    for name, kind in (("sandbox.css", "text/css"), ("sandbox.js", "text/javascript")):
        answer = send("GET", f"{sandbox.control_url}/{name}", body=b"", headers={})
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(kind)
    assert send("GET", f"{sandbox.control_url}/../words.py", body=b"", headers={}).status == 404
