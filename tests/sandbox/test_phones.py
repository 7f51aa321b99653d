"""The made-up provider: what it took is reported until it is heard, and pages say what went wrong."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from comptoir.kernel.http import Answer, send
from comptoir.sandbox.control.desk_words import DESKS
from comptoir.sandbox.control.phone_words import EN, FR
from comptoir.sandbox.provider import paying
from comptoir.sandbox.provider.api import Refused
from comptoir.sandbox.provider.books import Books
from comptoir.sandbox.provider.company import CHARGED, REPORTED, Company
from comptoir.sandbox.provider.living import PhoneGuests
from comptoir.sandbox.server import Sandbox
from tests.answering import Answering, Asked, Told, answering
from tests.sandbox.restaurants import quiet_sandbox
from tests.sandbox.test_control import ask, submit

STORE = "int_1"
MONEY = {"amount": 2400, "currency": "EUR"}
CHECK = {
    "id": "chk_1",
    "table_number": "4",
    "total": MONEY,
    "remaining": MONEY,
    "held": {"amount": 0, "currency": "EUR"},
    "payable": MONEY,
    "lines": [{"line": 0, "name": "Entrecôte", "quantity": "1", "total": MONEY, "includes": []}],
}
SECRET = "whsec_" + "c2VjcmV0IG9mIGEgbWFkZS11cCBwcm92aWRlcg=="


class Comptoir:
    """The provider API as far as a test needs it."""

    def __init__(self, server: Answering) -> None:
        self.server = server
        self.checks: list[dict[str, Any]] = [CHECK]
        self.state = "applied"
        self.refuses: dict[str, Told] = {}
        server.will_ask(self.answer)

    def answer(self, asked: Asked) -> Told:
        path = asked.path.removeprefix("/v1/integrations/")
        for ending, refusal in self.refuses.items():
            if path.endswith(ending):
                return refusal
        body = json.loads(asked.body or b"{}")
        answers: dict[str, Any] = {
            f"{STORE}/link": {"state": "linked"},
            STORE: {"store": "Le Zinc"},
            f"{STORE}/webhook-endpoints": {"id": "whe_1", "secret": SECRET},
            f"{STORE}/tables": [{"number": "4", "has_open_check": True}],
            f"{STORE}/checks": self.checks,
            f"{STORE}/checks/chk_1": self.checks[0] if self.checks else None,
            f"{STORE}/checks/chk_1/payment-intents": {"id": "pi_1", "amount": body.get("amount", 2400), "tip": 100},
            f"{STORE}/payment-intents/pi_1/confirm": {"id": "gpay_1", "state": self.state},
            f"{STORE}/payment-intents/pi_1/cancel": {},
            f"{STORE}/payments/gpay_1": {"id": "gpay_1", "state": self.state},
            f"{STORE}/menus": [{"id": "m"}],
            f"{STORE}/menus/m": {"items": [{"sku": "CAFE", "name": "Café", "group": "Bar", "price": MONEY}]},
            f"{STORE}/orders": {"id": "ord_1", "state": "queued"},
        }
        if path.endswith("/payment-intents"):
            path = f"{STORE}/checks/chk_1/payment-intents"
        return Told(200, json.dumps(answers[path]).encode()) if path in answers else Told(404)

    def keys(self, ending: str) -> list[str]:
        return [each.headers["idempotency-key"] for each in self.server.asked if each.path.endswith(ending)]


@pytest.fixture
def comptoir() -> Iterator[Comptoir]:
    with answering() as server:
        yield Comptoir(server)


@pytest.fixture
def company(comptoir: Comptoir) -> Iterator[Company]:
    books = Books(None)
    made = Company(books, base_url=comptoir.server.url)
    made.set_key("cpt_live_made_up")
    made.ask(STORE, hook="http://127.0.0.1:1/phones/webhooks")
    yield made
    books.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = quiet_sandbox()
    sandbox.start()
    sandbox.provider.set_key("cpt_live_made_up")
    yield sandbox
    sandbox.stop()


def test_what_was_taken_is_reported_under_one_key_until_it_is_heard(comptoir: Comptoir, company: Company) -> None:
    row = company.hold(STORE, CHECK, "guest", amount=1200, tip=100, kind="card")
    comptoir.refuses["confirm"] = Told(hang_up=True)
    taken = company.charge(row["id"])
    assert (taken["state"], taken["said"]) == (CHARGED, "no_answer: Comptoir does not answer.")
    comptoir.refuses["confirm"] = Told(503)
    company.catch_up()
    comptoir.refuses, comptoir.state = {}, "submitted"
    company.catch_up()
    assert company.look(taken)["state"] == REPORTED
    company.catch_up()
    assert set(comptoir.keys("confirm")) == {row["id"]}
    comptoir.state = "applied"
    assert company.look(taken)["said"] == "applied"


def test_a_held_part_is_charged_once_and_let_go_once(comptoir: Comptoir, company: Company) -> None:
    row = company.hold(STORE, CHECK, "guest", amount=1200, tip=0, kind="card")
    company.give_up(row["id"])
    company.give_up(row["id"])
    company.charge(row["id"])
    assert len(comptoir.keys("cancel")) == 1
    assert comptoir.keys("confirm") == []


def test_a_voucher_and_the_rest_by_card_are_held_side_by_side_and_reported_as_one_group(
    comptoir: Comptoir, company: Company
) -> None:
    said = {"how": "amount", "amount": "20", "tip": "10", "kind": "both", "voucher": "9,50"}
    row = paying.begin(company, STORE, CHECK, "guest", said)
    company.charge(row["id"])
    bodies = [json.loads(each.body) for each in comptoir.server.asked if each.path.endswith(("intents", "confirm"))]
    holds, reports = bodies[:2], bodies[2:]
    assert [(each["amount"], each["tip"], each["method_kind"]) for each in holds] == [
        (950, 0, "voucher"),
        (1050, 200, "card"),
    ]
    assert len({each["provider_session_id"] for each in holds}) == 2
    assert len({each["group_id"] for each in reports}) == 1
    with pytest.raises(Refused, match="worth less"):
        paying.begin(company, STORE, CHECK, "guest", {**said, "voucher": "20"})


def test_a_voucher_is_let_go_of_when_the_rest_cannot_be_held(comptoir: Comptoir, company: Company) -> None:
    held = iter([Told(200, json.dumps({"id": "pi_1", "amount": 950, "tip": 0}).encode()), Told(409, b"{}")])
    usual = comptoir.answer
    comptoir.server.will_ask(lambda asked: next(held) if asked.path.endswith("intents") else usual(asked))
    with pytest.raises(Refused):
        paying.begin(company, STORE, CHECK, "guest", {"kind": "both", "voucher": "9.50"})
    assert len(comptoir.keys("cancel")) == 1


def test_a_webhook_counts_once_and_only_with_a_good_signature(company: Company) -> None:
    body = json.dumps({"type": "payment.applied", "data": {}})
    now = datetime.now(UTC)
    signed = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("evt_1", now, body),
    }
    assert company.hear(STORE, body.encode(), signed)
    assert company.hear(STORE, body.encode(), signed)
    assert not company.hear(STORE, body.encode() + b" ", signed)
    assert not company.hear("int_2", body.encode(), signed)
    [heard] = company.heard(STORE)
    assert (heard["kind"], heard["times"]) == ("payment.applied", 2)


def test_messages_about_a_payment_in_any_order_leave_what_was_true_last(comptoir: Comptoir, company: Company) -> None:
    comptoir.state = "submitted"
    row = company.charge(company.hold(STORE, CHECK, "guest", amount=1200, tip=0, kind="card")["id"])
    now = datetime.now(UTC)
    for sequence, state in ((7, "needs_attention"), (9, "applied"), (8, "submitted"), (9, "applied")):
        data = {"payment_id": row["remote"], "state": state, "sequence": sequence}
        body, name = json.dumps({"type": "payment.changed", "data": data}), f"evt_{sequence}"
        signed = {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp()))}
        assert company.hear(
            STORE, body.encode(), {**signed, "webhook-signature": Webhook(SECRET).sign(name, now, body)}
        )
    assert company.payment(row["id"])["said"] == "applied"


def test_guests_pay_and_order_by_themselves_and_leave_a_table_alone_that_just_did(
    comptoir: Comptoir, company: Company
) -> None:
    comptoir.checks = [{**CHECK, "id": f"chk_{number}", "table_number": str(number)} for number in range(1, 31)]
    guests = PhoneGuests(company, speed=lambda: 0.0, seed=7)
    for _ in range(12):
        guests.visit()
    paid = [row["check_id"] for row in company.payments(STORE)]
    ordered = company.orders(STORE)
    assert len(paid) == len(set(paid)) >= 4
    assert len(paid) + len(ordered) == 12
    assert {row["said"] for row in company.payments(STORE)} == {"applied"}
    assert {row["state"] for row in ordered} == {"queued"}
    assert {bool(row["table_number"]) for row in ordered} == {True, False}


def page(sandbox: Sandbox, path: str) -> Answer:
    return send("GET", sandbox.control_url + path, body=b"", headers={})


def test_a_guest_chooses_a_bill_pays_an_amount_and_reads_what_became_of_it(
    comptoir: Comptoir, sandbox: Sandbox
) -> None:
    sandbox.provider.books.keep_setting("address", comptoir.server.url)
    assert ask(sandbox, "POST", "/api/provider", {"key": "cpt_live_made_up", "ask": [STORE]})[1]["stores"] == {
        STORE: "linked"
    }
    assert "Le Zinc" in page(sandbox, "/phones").body.decode()
    french = send("GET", f"{sandbox.control_url}/phones", body=b"", headers={"accept-language": "fr"}).body.decode()
    assert "Tables de Le Zinc" in french
    assert "lang=en" in french, "and back"
    table = f"/phones/{STORE}/tables/4"
    comptoir.checks = [CHECK, {**CHECK, "id": "chk_2"}]
    assert "Which bill is yours?" in page(sandbox, table).body.decode()
    shown = page(sandbox, f"{table}?check=chk_1").body.decode()
    assert "€24.00" in shown
    assert "Entrecôte" in shown
    refused = submit(sandbox, table, {"check": "chk_1", "how": "amount", "amount": "12,005"})
    assert "This amount cannot be paid" in refused.body.decode()
    chosen = submit(sandbox, table, {"check": "chk_1", "how": "amount", "amount": "12,50", "tip": "10"})
    assert chosen.status == 303
    paying = chosen.headers["location"]
    assert "Pay €13.50" in page(sandbox, paying).body.decode()
    comptoir.state = "needs_attention"
    assert submit(sandbox, paying, {"act": "pay"}).status == 303
    assert "please do not pay again. Reference" in page(sandbox, paying).body.decode()
    comptoir.state, comptoir.checks = "applied", []
    comptoir.refuses["chk_1"] = Told(404)
    assert "Nothing left to pay" in page(sandbox, paying).body.decode()
    assert "No open bill" in page(sandbox, table).body.decode()


def test_an_order_goes_to_the_bill_that_its_guest_was_shown(comptoir: Comptoir, sandbox: Sandbox) -> None:
    """Of two on a table the older one may be that of guests who left: nobody orders before he chose."""
    sandbox.provider.books.keep_setting("address", comptoir.server.url)
    comptoir.checks = [CHECK, {**CHECK, "id": "chk_2"}]
    table = f"/phones/{STORE}/tables/4"
    assert f"{table}/order" not in page(sandbox, table).body.decode()
    assert submit(sandbox, f"{table}/order?check=chk_2", {"n-CAFE": "1"}).status == 303
    assert submit(sandbox, f"{table}/order", {"n-CAFE": "1"}).status == 303
    comptoir.checks = [CHECK]
    assert submit(sandbox, f"{table}/order", {"n-CAFE": "1"}).status == 303
    sent = [json.loads(each.body) for each in comptoir.server.asked if each.path.endswith("/orders")]
    assert [each.get("check_id") for each in sent] == ["chk_2", None, "chk_1"]


def test_a_phone_looks_again_by_itself_until_nothing_more_can_come(comptoir: Comptoir, sandbox: Sandbox) -> None:
    """A bill may be opened, paid by others or closed while a phone lies there."""
    sandbox.provider.books.keep_setting("address", comptoir.server.url)
    table = f"/phones/{STORE}/tables/4"

    def looks_again(answer: Answer | None = None) -> bool:
        return "data-look-again" in (answer or page(sandbox, table)).body.decode()

    comptoir.checks = []
    assert looks_again()
    comptoir.checks = [CHECK]
    assert looks_again()
    refused = submit(sandbox, table, {"check": "chk_1", "how": "amount", "amount": "nothing"})
    assert not looks_again(refused), "what was refused stays to be read"
    comptoir.refuses["checks"] = Told(503, json.dumps({"code": "pos_unreachable"}).encode())
    assert looks_again()
    comptoir.refuses["checks"] = Told(404, json.dumps({"code": "integration_not_found"}).encode())
    assert not looks_again()


def test_what_comptoir_refuses_is_said_to_the_guest(comptoir: Comptoir, sandbox: Sandbox) -> None:
    sandbox.provider.books.keep_setting("address", comptoir.server.url)
    comptoir.refuses["checks"] = Told(503, json.dumps({"code": "pos_unreachable"}).encode())
    answer = page(sandbox, f"/phones/{STORE}/tables/4")
    assert answer.status == 503
    assert "till does not answer" in answer.body.decode()
    comptoir.refuses = {
        "payment-intents": Told(409, json.dumps({"code": "amount_exceeds_payable"}).encode()),
    }
    refused = submit(sandbox, f"/phones/{STORE}/tables/4", {"check": "chk_1", "how": "all"})
    assert "Somebody else is paying part of this" in refused.body.decode()
    assert page(sandbox, "/phones/payments/pm-none").status == 404
    assert send("POST", f"{sandbox.control_url}/phones/webhooks/{STORE}", body=b"{}", headers={}).status == 400


def test_a_phone_speaks_french_to_whoever_prefers_it_or_chose_it(comptoir: Comptoir, sandbox: Sandbox) -> None:
    sandbox.provider.books.keep_setting("address", comptoir.server.url)
    table = f"/phones/{STORE}/tables/4"

    def shown(path: str, **headers: str) -> str:
        return send("GET", sandbox.control_url + path, body=b"", headers=headers).body.decode()

    french = shown(table, **{"accept-language": "fr-FR,fr;q=0.9"})
    for words in ('<html lang="fr">', "Que payez-vous", "24,00\xa0€", "Titre-restaurant"):
        assert words in french
    assert "What do you pay" in shown(table)
    chosen = page(sandbox, f"{table}?lang=fr&check=chk_1")
    assert (chosen.status, chosen.headers["location"]) == (303, f"{table}?check=chk_1")
    assert "Que payez-vous" in shown(table, cookie=chosen.headers["set-cookie"].partition(";")[0])
    comptoir.refuses["checks"] = Told(503, json.dumps({"code": "pos_unreachable"}).encode())
    assert "La caisse du restaurant ne répond pas" in shown(table, **{"accept-language": "fr"})


def test_every_refusal_and_state_is_said_in_french() -> None:
    assert FR.refusals.keys() == EN.refusals.keys()
    assert FR.orders.keys() == EN.orders.keys()
    english, french = DESKS["en"], DESKS["fr"]
    for name in ("kinds", "links", "payments", "order_states"):
        assert getattr(english, name).keys() == getattr(french, name).keys()
