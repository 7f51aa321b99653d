"""Guests' phones and the provider's own desk: pages of Petite Monnaie, on the provider API alone."""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl, quote
from uuid import uuid4

from babel.numbers import format_currency
from django.template import Context, Engine

from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.control import desk
from comptoir.sandbox.control.desk_words import DESKS
from comptoir.sandbox.control.pages import HEADERS, choose_language, language_of
from comptoir.sandbox.control.phone_words import PHONES, PhoneWords
from comptoir.sandbox.provider import ordering, paying
from comptoir.sandbox.provider.api import Refused
from comptoir.sandbox.provider.books import Row
from comptoir.sandbox.provider.company import CHARGED, CHOOSING, DONE, GIVEN_UP, NAME, ORDER_ENDS, Company

GUEST_COOKIE: Final = "guest"
BILL_SECONDS: Final = 3
"""How often a phone looks again at a table: Comptoir reads its bills every two seconds at most."""
PROGRESS_SECONDS: Final = 2
"""How often it looks at what becomes of a payment or an order."""
HOOK_PATH: Final = "/phones/webhooks"
HOOK: Final = re.compile(f"{HOOK_PATH}/(?P<store>int_\\w+)")
TABLE: Final = re.compile(r"/phones/(?P<store>int_\w+)/tables/(?P<table>[^/]{1,16})")
ORDER: Final = re.compile(r"/phones/(?P<store>int_\w+)/(?:tables/(?P<table>[^/]{1,16})/)?order")
PAYMENT: Final = re.compile(r"/phones/payments/(?P<id>pm-\w+)")
ORDERED: Final = re.compile(r"/phones/orders/(?P<id>po-\w+)")


class PhonesPage:
    """Draws the desk and the phones, and does what their buttons say."""

    def __init__(self, company: Company, *, hook: Callable[[], str]) -> None:
        self.company = company
        self._hook = hook
        self._engine = Engine(dirs=[str(files(__package__).joinpath("templates"))])

    @property
    def hook(self) -> str:
        """Where Comptoir's webhooks go."""
        return self._hook() + HOOK_PATH

    def answer(self, request: Request) -> Response:
        """A page, or what a form did. What Comptoir refuses is said on the page."""
        said = dict(parse_qsl(request.body.decode("utf-8", "replace"))) if request.method == "POST" else {}
        if "lang" in request.query:
            return choose_language(request)
        for pattern, page in PAGES:
            if match := pattern.fullmatch(request.path):
                try:
                    return page(self, request, match.groupdict(), said)
                except KeyError:
                    break
                except Refused as refused:
                    return self._trouble(refused, _words(request))
        return Response(404, b"There is nothing at this address.", {"content-type": "text/plain"})

    def desk(self, request: Request, _: Mapping[str, str | None], said: Mapping[str, str]) -> Response:
        """The provider's own page: its key, its restaurants with their tables, what it took and what it heard."""
        trouble, t = "", DESKS[language_of(request)]
        if request.method == "POST":
            try:
                self._at_the_desk(said)
            except Refused as refused:
                trouble = refused.words or refused.code
            else:
                return _back("/phones")
        values = desk.shown(self.company, request, t, hook=self.hook)
        return self._draw("phones.html", {**values, "trouble": trouble})

    def table(self, request: Request, parts: Mapping[str, str | None], said: Mapping[str, str]) -> Response:
        """A guest has scanned the code on a table: its bills, and how to pay."""
        store, table = str(parts["store"]), str(parts["table"])
        t, guest = _words(request), _cookies(request).get(GUEST_COOKIE, "")
        checks = self.company.api.checks(store, table)
        wanted = said.get("check") or request.query.get("check", "")
        check = next((each for each in checks if each["id"] == wanted), checks[0] if len(checks) == 1 else None)
        trouble = ""
        if request.method == "POST" and check:
            try:
                row = paying.begin(self.company, store, self.company.api.check(store, check["id"]), guest, said)
                return _back(f"/phones/payments/{row['id']}")
            except Refused as refused:
                trouble = _in_words(refused, t)
                check = self.company.api.check(store, check["id"])
        shown = paying.shown(check, t.locale) if check else None
        values = {
            "t": t,
            "name": NAME,
            "table_words": t.table.format(number=table),
            "restaurant": self._store_name(store),
            "table": table,
            "here": f"/phones/{store}/tables/{quote(table)}",
            "checks": [_choice(paying.shown(each, t.locale), place, t) for place, each in enumerate(checks, 1)],
            "check": shown,
            "again": 0 if trouble else BILL_SECONDS,
            "trouble": trouble,
            "said": said,
        }
        response = self._draw("phone.html", values)
        if guest:
            return response
        cookie = f"{GUEST_COOKIE}={uuid4().hex}; Path=/phones; SameSite=Lax; HttpOnly"
        return Response(response.status, response.body, {**response.headers, "set-cookie": cookie})

    def payment(self, request: Request, parts: Mapping[str, str | None], said: Mapping[str, str]) -> Response:
        """A held part waits for the guest's yes; afterwards, what became of it."""
        row = self.company.payment(str(parts["id"]))
        here = f"/phones/{row['integration']}/tables/{quote(row['table_number'])}"
        if request.method == "POST":
            if said.get("act") == "pay":
                self.company.charge(row["id"])
                return _back(request.path)
            self.company.give_up(row["id"])
            return _back(here)
        if row["state"] == GIVEN_UP:
            return _back(here)
        together = [self.company.look(each) for each in self.company.parts(row)]
        t = _words(request)
        states, said_of = {each["state"] for each in together}, {each["said"] for each in together}
        total = _money(sum(each["amount"] + each["tip"] for each in together), row["currency"], t)
        applied = said_of == {"applied"}
        values: dict[str, Any] = {
            "t": t,
            "name": NAME,
            "table_words": t.table.format(number=row["table_number"]),
            "restaurant": self._store_name(row["integration"]),
            "here": here,
            "row": row,
            "parts": [
                {"kind": each["kind"], "amount": _money(each["amount"], each["currency"], t)} for each in together
            ],
            "tip": _money(row["tip"], row["currency"], t) if row["tip"] else "",
            "total": total,
            "pay_words": t.pay.format(amount=total),
            "choosing": CHOOSING in states,
            "applied": applied,
            "again": 0 if states <= {CHOOSING, DONE} else PROGRESS_SECONDS,
        }
        values["state_words"] = self._became(row, states, said_of, t)
        return self._draw("paying.html", values)

    def _became(self, row: Row, states: set[str], said: set[str], t: PhoneWords) -> str:
        """What became of a payment, and of what was paid together with it."""
        if said == {"applied"}:
            remaining = self._remaining(row, t)
            return t.done_left.format(amount=remaining) if remaining else t.done
        if said <= {"applied", "settled_manually", "refunded"}:
            return t.settled
        if "needs_attention" in said:
            return t.stuck.format(reference=row["id"][-4:])
        return t.unheard.format(reference=row["id"][-4:]) if CHARGED in states else t.sending

    def order(self, request: Request, parts: Mapping[str, str | None], said: Mapping[str, str]) -> Response:
        """The menu: to the table, or to go."""
        store, table = str(parts["store"]), parts["table"] or ""
        t, trouble = _words(request), ""
        menu = ordering.dishes(self.company.menu(store), t.locale)
        if request.method == "POST":
            wanted = ordering.chosen(said, menu)
            if wanted:
                checks = self.company.api.checks(store, table) if table else []
                chosen = {"check": request.query.get("check", ""), **said}  # the bill that was on the phone before
                body = ordering.body(wanted, table=table, checks=checks, said=chosen)
                row = self.company.order(store, body, what=ordering.words(wanted, menu))
                return _back(f"/phones/orders/{row['id']}")
            trouble = t.choose_first
        values = {
            "t": t,
            "name": NAME,
            "table_words": t.to_table.format(number=table) if table else t.to_go,
            "restaurant": self._store_name(store),
            "table": table,
            "here": f"/phones/{store}/tables/{quote(table)}" if table else f"/phones?store={store}",
            "groups": ordering.grouped(menu),
            "trouble": trouble,
        }
        return self._draw("ordering.html", values)

    def ordered(self, request: Request, parts: Mapping[str, str | None], said: Mapping[str, str]) -> Response:
        """What became of an order."""
        del said
        t = _words(request)
        row = self.company.look_at_order(self.company.ordered(str(parts["id"])))
        table = row["table_number"]
        values = {
            "t": t,
            "name": NAME,
            "table_words": t.table.format(number=table) if table else t.to_go,
            "restaurant": self._store_name(row["integration"]),
            "row": row,
            "words": t.orders.get(row["state"], row["state"]),
            "failed": row["state"] in ("failed", "rejected", "cancelled"),
            "again": 0 if row["state"] in ORDER_ENDS else PROGRESS_SECONDS,
            "here": f"/phones/{row['integration']}/tables/{quote(table)}" if table else "/phones",
        }
        return self._draw("ordered.html", values)

    def webhook(self, request: Request, parts: Mapping[str, str | None], _: Mapping[str, str]) -> Response:
        """Comptoir tells us something, signed."""
        heard = request.method == "POST" and self.company.hear(str(parts["store"]), request.body, request.headers)
        return Response(204 if heard else 400)

    def _at_the_desk(self, said: Mapping[str, str]) -> None:
        match said.get("act"):
            case "key":
                self.company.set_key(said.get("key", ""))
            case "ask":
                self.company.ask(said.get("integration", ""), hook=self.hook)
            case "let_go":
                self.company.let_go(said.get("integration", ""))
            case _:
                raise Refused(404, "act_unknown", "There is no such button.")

    def _remaining(self, row: Row, t: PhoneWords) -> str:
        """What is left of the bill after a payment; empty when nothing is."""
        try:
            left = self.company.api.check(row["integration"], row["check_id"])["remaining"]
        except Refused:
            return ""
        return _money(left["amount"], left["currency"], t) if left["amount"] else ""

    def _store_name(self, store: str) -> str:
        row = self.company.books.one("SELECT name FROM store WHERE integration = ?", store)
        return str(row["name"]) if row else ""

    def _trouble(self, refused: Refused, t: PhoneWords) -> Response:
        again = BILL_SECONDS if refused.may_pass else 0
        values = {"t": t, "name": NAME, "words": _in_words(refused, t), "again": again}
        return self._draw("phone_trouble.html", values, status=503 if refused.may_pass else 404)

    def _draw(self, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        drawn = self._engine.get_template(template).render(Context(values, use_l10n=False, use_tz=False))
        return Response(status, drawn.encode(), HEADERS)


def _money(minor: int, currency: str, t: PhoneWords) -> str:
    return format_currency(paying.major(minor, currency), currency, locale=t.locale)


def _words(request: Request) -> PhoneWords:
    return PHONES[language_of(request)]


def _in_words(refused: Refused, t: PhoneWords) -> str:
    return t.refusals.get(refused.code, refused.words or t.failed)


def _choice(shown: dict[str, Any], place: int, t: PhoneWords) -> dict[str, Any]:
    """One of several bills of a table, as a guest knows it again."""
    since = t.since.format(time=shown["opened_at"]) if shown["opened_at"] else t.bill.format(number=place)
    people = [t.people.format(number=shown["covers"])] if shown["covers"] else []
    return {**shown, "words": ", ".join([since, *people])}


def _back(path: str) -> Response:
    return Response(303, b"", {"location": path})


def _cookies(request: Request) -> dict[str, str]:
    pairs = (each.strip().partition("=") for each in request.headers.get("cookie", "").split(";"))
    return {name: value for name, _, value in pairs}


Page = Callable[[PhonesPage, Request, Mapping[str, str | None], Mapping[str, str]], Response]
PAGES: Final[tuple[tuple[re.Pattern[str], Page], ...]] = (
    (re.compile("/phones"), PhonesPage.desk),
    (HOOK, PhonesPage.webhook),
    (ORDER, PhonesPage.order),
    (TABLE, PhonesPage.table),
    (PAYMENT, PhonesPage.payment),
    (ORDERED, PhonesPage.ordered),
)
