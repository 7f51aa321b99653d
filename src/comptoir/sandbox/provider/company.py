"""What the provider does: be let in, let guests pay and order, report what it took until Comptoir has it."""

import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from ulid import ULID

from comptoir.sandbox.provider.api import ProviderApi, Refused
from comptoir.sandbox.provider.books import Books, Row

_log = logging.getLogger(__name__)

NAME: Final = "Petite Monnaie"
STARTING: Final = 12
CHOOSING, CHARGED, REPORTED, DONE, GIVEN_UP = "choosing", "charged", "reported", "done", "given_up"
ENDS: Final = frozenset({"applied", "settled_manually", "refunded"})
ORDER_ENDS: Final = frozenset({"closed", "rejected", "cancelled", "abandoned"})
SHOWN: Final = 20
WATCHED: Final = 4
MENU_KEPT: Final = 3600.0
"""Providers read a menu now and then, and go on offering what was taken off it since."""


class Company:
    """The provider; safe to call from several threads. What Comptoir refuses is raised as Refused."""

    def __init__(self, books: Books, *, base_url: str) -> None:
        self.books = books
        self._base_url = base_url
        self._menus: dict[str, tuple[float, dict[str, Any]]] = {}
        self._reporting = threading.Lock()

    @property
    def api(self) -> ProviderApi:
        """With the key as it is now."""
        return ProviderApi(self.books.setting("address") or self._base_url, self.books.setting("key"))

    def set_key(self, key: str) -> None:
        """Type the app key in."""
        self.books.keep_setting("key", key.strip())

    @property
    def key_start(self) -> str:
        """As much of the key as may be shown."""
        return self.books.setting("key")[:STARTING]

    def ask(self, integration: str, *, hook: str) -> str:
        """Post an integration id that a restaurant gave us; once linked, listen for its webhooks."""
        integration = integration.strip()
        state = self.api.link(integration)
        self.books.write(
            "INSERT INTO store (integration, state) VALUES (?, ?) ON CONFLICT (integration) DO UPDATE SET state = ?",
            integration,
            state,
            state,
        )
        if state == "linked":
            try:
                self._settle_in(integration, hook)
            except Refused as refused:  # it can wait until the next look
                _log.info("%s is not settled yet: %s", integration, refused.code)
        return state

    def let_go(self, integration: str) -> None:
        """Have nothing to do with a store any more."""
        self.api.unlink(integration)
        self.books.write("DELETE FROM store WHERE integration = ?", integration)

    def stores(self, *, hook: str = "") -> list[Row]:
        """Every store asked for, with how that stands; what is not settled yet is looked at again."""
        found = []
        for each in self.books.rows("SELECT * FROM store ORDER BY integration"):
            trouble = ""
            if each["state"] != "linked" or not each["name"] or (hook and not each["secret"]):
                try:
                    self.ask(each["integration"], hook=hook)
                except Refused as refused:
                    trouble = refused.words
            row = self.books.one("SELECT * FROM store WHERE integration = ?", each["integration"])
            found.append({**(row or each), "trouble": trouble})
        return found

    def hold(
        self,
        store: str,
        check: Mapping[str, Any],
        guest: str,
        *,
        amount: int,
        tip: int,
        kind: str,
        claims: Any = None,
        together: str = "",
    ) -> Row:
        """Hold what a guest is about to pay; parts that are paid `together` are held side by side."""
        body: dict[str, Any] = {
            "tip": tip,
            "tip_confirmed": True,
            "method_kind": kind,
            "provider_session_id": f"{guest}-{kind}" if together else guest,
        }
        body |= {"claims": claims} if claims else {"amount": amount}
        held = self.api.hold(store, check["id"], body, key=str(ULID()))
        row = {
            "id": f"pm-{ULID()}",
            "integration": store,
            "check_id": check["id"],
            "table_number": check["table_number"],
            "session": guest,
            "intent": held["id"],
            "amount": held["amount"],
            "tip": held["tip"],
            "currency": check["total"]["currency"],
            "kind": kind,
            "state": CHOOSING,
            "at": time.time(),
            "together": together,
        }
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self.books.write(f"INSERT INTO payment ({names}) VALUES ({marks})", *row.values())  # noqa: S608  (our names)
        return row

    def give_up(self, payment: str) -> None:
        """The guest goes back: let the held parts go."""
        for row in self.parts(self.payment(payment)):
            if row["state"] == CHOOSING:
                self.books.write("UPDATE payment SET state = ? WHERE id = ?", GIVEN_UP, row["id"])
                self.api.cancel(row["integration"], row["intent"], key=f"{row['id']}-cancel")

    def charge(self, payment: str) -> Row:
        """Take the money, which is made up, write that down, then report it: the voucher first, then the card."""
        query = "UPDATE payment SET state = ?, at = ? WHERE id = ? AND state = ?"
        for row in self.parts(self.payment(payment)):
            self.books.write(query, CHARGED, time.time(), row["id"], CHOOSING)
            self.report(self.payment(row["id"]))
        return self.payment(payment)

    def parts(self, row: Row) -> list[Row]:
        """A payment and what is paid together with it, vouchers first."""
        if not row["together"]:
            return [row]
        return self.books.rows("SELECT * FROM payment WHERE together = ? ORDER BY kind DESC", row["together"])

    def report(self, row: Row) -> None:
        """Tell of money that was taken; harmless to repeat, and repeated until it is heard."""
        if row["state"] != CHARGED:
            return
        with self._reporting:
            body = {"provider_payment_id": row["id"]} | ({"group_id": row["together"]} if row["together"] else {})
            try:
                told = self.api.confirm(row["integration"], row["intent"], body, key=row["id"])
            except Refused as refused:
                said = f"{refused.code}: {refused.words}"
                self.books.write("UPDATE payment SET said = ? WHERE id = ?", said, row["id"])
                return
        self._note(row["id"], told)

    def look(self, row: Row) -> Row:
        """How a payment stands now."""
        self.report(row)
        row = self.payment(row["id"])
        if row["state"] == REPORTED:
            try:
                told = self.api.payment(row["integration"], row["remote"])
                self._note(row["id"], told)
                self._give_back(row, told)
            except Refused:
                return row
        return self.payment(row["id"])

    def _give_back(self, row: Row, told: Mapping[str, Any]) -> None:
        """What the restaurant asks for; the same asking is one refund, however often it is seen."""
        if not told.get("refund_asked"):
            return
        name = f"{row['id']}-of-{told['due']['amount']}"
        body = {"provider_refund_id": name, "amount": told["refund_asked"]["amount"], "reason": "The restaurant asked."}
        self.api.refund(row["integration"], row["remote"], body, key=name)

    def payment(self, payment: str) -> Row:
        """A payment. Raises KeyError."""
        row = self.books.one("SELECT * FROM payment WHERE id = ?", payment)
        if row is None:
            raise KeyError(payment)
        return row

    def payments(self, store: str) -> list[Row]:
        """The latest payments of a store."""
        query = "SELECT * FROM payment WHERE integration = ? AND state NOT IN (?, ?) ORDER BY at DESC LIMIT ?"
        return self.books.rows(query, store, CHOOSING, GIVEN_UP, SHOWN)

    def menu(self, store: str) -> dict[str, Any]:
        """The menu as it was read within the hour."""
        read_at, menu = self._menus.get(store, (0.0, {}))
        if not menu or time.monotonic() - read_at > MENU_KEPT:
            menu = self.api.menu(store)
            self._menus[store] = (time.monotonic(), menu)
        return menu

    def order(self, store: str, body: Mapping[str, Any], *, what: str) -> Row:
        """Send an order; it is written down first and sent until it is heard."""
        id_ = f"po-{ULID()}"
        said = {**body, "provider_order_id": id_}
        self.books.write(
            "INSERT INTO ordered (id, integration, table_number, what, body, state, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            id_,
            store,
            str(body.get("table_number") or ""),
            what,
            json.dumps(said),
            CHARGED,
            time.time(),
        )
        self.send_order(self.ordered(id_))
        return self.ordered(id_)

    def send_order(self, row: Row) -> None:
        """Send what was not heard yet."""
        if row["state"] != CHARGED:
            return
        try:
            told = self.api.order(row["integration"], json.loads(row["body"]), key=row["id"])
        except Refused as refused:
            state = CHARGED if refused.may_pass else "rejected"
            query = "UPDATE ordered SET said = ?, state = ? WHERE id = ?"
            self.books.write(query, f"{refused.code}: {refused.words}", state, row["id"])
            return
        query = "UPDATE ordered SET state = ?, remote = ?, said = '' WHERE id = ?"
        self.books.write(query, str(told["state"]), str(told["id"]), row["id"])

    def look_at_order(self, row: Row) -> Row:
        """How an order stands now."""
        self.send_order(row)
        row = self.ordered(row["id"])
        if row["remote"] and row["state"] not in ORDER_ENDS:
            try:
                told = self.api.order_of(row["integration"], row["remote"])
            except Refused:
                return row
            said = str(told.get("pos_raw") or "")
            self.books.write("UPDATE ordered SET state = ?, said = ? WHERE id = ?", str(told["state"]), said, row["id"])
        return self.ordered(row["id"])

    def ordered(self, order: str) -> Row:
        """An order. Raises KeyError."""
        row = self.books.one("SELECT * FROM ordered WHERE id = ?", order)
        if row is None:
            raise KeyError(order)
        return row

    def orders(self, store: str) -> list[Row]:
        """The latest orders of a store."""
        return self.books.rows("SELECT * FROM ordered WHERE integration = ? ORDER BY at DESC LIMIT ?", store, SHOWN)

    def hear(self, integration: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """A webhook came: verified with the secret of its endpoint, or refused; kept once however often it comes."""
        store = self.books.one("SELECT * FROM store WHERE integration = ?", integration)
        if store is None or not store["secret"]:
            return False
        try:
            Webhook(store["secret"]).verify(body, dict(headers))
            said = json.loads(body)
        except (WebhookVerificationError, ValueError):
            return False
        with self.books.lock():
            self._believe(integration, said.get("data") or {})
            self._write_down(integration, headers["webhook-id"], str(said.get("type", "")), body)
        return True

    def _write_down(self, integration: str, identifier: str, kind: str, body: bytes) -> None:
        self.books.write(
            "INSERT INTO heard (id, integration, kind, body, verified, at) VALUES (?, ?, ?, ?, 1, ?)"
            " ON CONFLICT (id) DO UPDATE SET times = times + 1",
            identifier,
            integration,
            kind,
            body.decode("utf-8", "replace"),
            time.time(),
        )
        self.books.forget_old()

    def _believe(self, integration: str, data: Mapping[str, Any]) -> None:
        """Messages come late and in any order: of a payment, the one with the greatest `sequence` stands."""
        remote, state = str(data.get("payment_id") or ""), str(data.get("state") or "")
        row = self.books.one("SELECT id FROM payment WHERE remote = ?", remote) if remote and state else None
        if row is None:
            return
        query = "SELECT body FROM heard WHERE integration = ? AND body LIKE ?"
        said = [json.loads(each["body"])["data"] for each in self.books.rows(query, integration, f"%{remote}%")]
        if data.get("sequence", 0) > max((each.get("sequence", 0) for each in said), default=0):
            self._note(row["id"], {"id": remote, "state": state})

    def heard(self, store: str) -> list[Row]:
        """The latest webhooks."""
        return self.books.rows("SELECT * FROM heard WHERE integration = ? ORDER BY at DESC LIMIT ?", store, SHOWN)

    def catch_up(self) -> None:
        """Report and send what Comptoir has not heard of, and see how the latest payments fare."""
        for row in self.books.rows("SELECT * FROM payment WHERE state = ?", CHARGED):
            self.report(row)
        for row in self.books.rows("SELECT * FROM ordered WHERE state = ?", CHARGED):
            self.send_order(row)
        for row in self.books.rows("SELECT * FROM payment WHERE state = ? ORDER BY at DESC LIMIT ?", REPORTED, WATCHED):
            self.look(row)

    def _settle_in(self, integration: str, hook: str) -> None:
        """Learn the store's name, and have its webhooks sent. Both can wait until the next look."""
        store = self.books.one("SELECT * FROM store WHERE integration = ?", integration) or {}
        if not store.get("name"):
            name = str(self.api.integration(integration).get("store") or integration)
            self.books.write("UPDATE store SET name = ? WHERE integration = ?", name, integration)
        if hook and not store.get("secret"):
            endpoint = self.api.listen(integration, f"{hook}/{integration}", key=f"hook-{integration}")
            self.books.write("UPDATE store SET secret = ? WHERE integration = ?", str(endpoint["secret"]), integration)

    def _note(self, payment: str, told: Mapping[str, Any]) -> None:
        state = DONE if told["state"] in ENDS else REPORTED
        query = "UPDATE payment SET state = ?, remote = ?, said = ? WHERE id = ?"
        self.books.write(query, state, str(told["id"]), str(told["state"]), payment)
