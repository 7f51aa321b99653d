"""A till of 6xpos in the sandbox: its settings, its basket and its latest orders, which call the partner API alone."""

import threading
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from comptoir.connectors.sixpos.simulator.server import PartnerServer, Refused
from comptoir.connectors.sixpos.simulator.till import CONFIGURATION, Configuration, SwitchedOff, Till
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import to_minor

CARD: Final = (("12", "Menu", 2190), ("7", "Coffee", 250), ("31", "Cake", 490))
EURO: Final = "EUR"
KEPT: Final = 12
DIGITS: Final = 15


class Counter:
    """Safe to use from several threads; kept in memory, as the settings of a till in a browser are."""

    def __init__(self, *, base_url: str) -> None:
        self._lock = threading.Lock()
        self.till = Till(PartnerServer(base_url, ""), Configuration())
        self.orders: list[dict[str, Any]] = []
        self.rewards: list[dict[str, Any]] = []
        self.said = ""

    def act(self, name: str, said: Mapping[str, str]) -> None:
        """Do what a button says; what the partner API or the till refuses is shown on the page. Raises RuleBroken."""
        acts = {
            "settings": self._settings,
            "sign_in": self._sign_in,
            "add": self._add,
            "find": self._find,
            "enrol": self._enrol,
            "use": self._use,
            "close": self._close,
            "again": self._again,
            "refund": self._refund,
            "empty": self._empty,
        }
        if name not in acts:
            raise RuleBroken("This till has no such button.", code="act_unknown", status=404)
        with self._lock:
            try:
                self.said = acts[name](said) or ""
            except Refused as refused:
                self.said = f"{refused.status} {refused.code}: {refused.message}"
            except (SwitchedOff, LookupError, OSError, ValueError, InvalidOperation) as fault:
                self.said = str(fault)

    def _settings(self, said: Mapping[str, str]) -> str:
        configuration = self.till.configuration
        configuration.store = said.get("store", "").strip()
        configuration.is_active = said.get("active") == "on"
        if token := said.get("token", "").strip():
            self.till.server.token = token
        if address := said.get("address", "").strip():
            self.till.server.base_url = address
        if not configuration.is_active:
            return f"{CONFIGURATION} is off: nothing is sent."
        merchant = self.till.server.get("test-token")["merchant"]
        known = [each["slug"] for each in self.till.server.get("stores")]
        is_known = configuration.store in known
        return f"{merchant}: the store is {'known' if is_known else 'not known'} to this token."

    def _sign_in(self, said: Mapping[str, str]) -> str:
        names = ("client_id", "client_secret", "username", "password")
        self.till.server.sign_in(**{name: said.get(name, "").strip() for name in names})
        return "Signed in: the access token lasts a day."

    def _add(self, said: Mapping[str, str]) -> str:
        item = next((each for each in CARD if each[0] == said.get("sku")), CARD[0])
        self.till.add(*item)
        return ""

    def _find(self, said: Mapping[str, str]) -> str:
        found = self.till.find(_digits(said))
        self.rewards = self.till.rewards() if found else []
        return f"{found['first_name']} · {found['points']} pts" if found else "Nobody has this number."

    def _enrol(self, said: Mapping[str, str]) -> str:
        made = self.till.enrol(
            _digits(said), first_name=said.get("first_name", ""), has_optin=said.get("optin") == "on"
        )
        self.rewards = self.till.rewards()
        return f"{made['first_name']} · {made['points']} pts"

    def _use(self, said: Mapping[str, str]) -> str:
        reward = next((each for each in self.rewards if each["public_id"] == said.get("reward")), None)
        if reward is None:
            raise LookupError("There is no such reward.")
        self.till.use_reward(reward)
        return f"{reward['name']} is in the basket."

    def _close(self, _: Mapping[str, str]) -> str:
        if not self.till.basket:
            raise LookupError("The basket is empty.")
        answer = self.till.close()
        self.orders = [{"sent": self.till.last, "answer": answer.body}, *self.orders][:KEPT]
        self.rewards = []
        return f"{answer.status}: {answer.body['points_earned']} pts"

    def _again(self, said: Mapping[str, str]) -> str:
        answer = self.till.send_again(self._order(said)["sent"])
        return f"{answer.status}: {answer.body['message']}"

    def _refund(self, said: Mapping[str, str]) -> str:
        order = self._order(said)
        sent, left = order["sent"], order["answer"]["amount"] - order["answer"]["refunded_amount"]
        amount = min(left, to_minor(Decimal(said["amount"].replace(",", ".")), EURO)) if said.get("amount") else left
        answer = self.till.refund(sent["order_id"], amount, f"r{order['answer']['refunded_amount']}-{amount}")
        order["answer"] = answer.body
        return f"{answer.status}: {answer.body['status']}, {answer.body['points_earned']} pts"

    def _empty(self, _: Mapping[str, str]) -> str:
        self.till.basket, self.till.customer, self.till.held, self.rewards = [], None, [], []
        return ""

    def _order(self, said: Mapping[str, str]) -> dict[str, Any]:
        for each in self.orders:
            if each["sent"]["order_id"] == said.get("order"):
                return each
        raise LookupError("There is no such order.")


def _digits(said: Mapping[str, str]) -> str:
    return "".join(each for each in said.get("phone", "") if each.isdigit())[:DIGITS]
