"""The page of the shops: their latest sales and times at work, to sell, void, give back and correct by hand."""

from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from babel.dates import format_date
from babel.numbers import format_currency
from django.template import Context, Engine

from comptoir.connectors.lightspeed_r.simulator.wire import Row
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.control.pages import choose_language, language_of
from comptoir.sandbox.control.shops_words import SHOPS, ShopsWords
from comptoir.sandbox.shops import Shops

MOST: Final = 30
BABEL: Final = {"en": "en_GB", "fr": "fr"}
"""Where dates and amounts are written as each language is spoken in Europe."""
MOST_OF_A_DAY: Final = 500
HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'"
    ),
}


class ShopsPage:
    """Draws the page, and does what its buttons say."""

    def __init__(self, shops: Shops) -> None:
        self._shops = shops
        self._engine = Engine(dirs=[str(files(__package__).joinpath("templates"))])

    def answer(self, request: Request, now: datetime) -> Response:
        """The page; after an act, the same page again."""
        if "lang" in request.query:
            return choose_language(request)
        t, refused, status = SHOPS[language_of(request)], "", 200
        asked = request.query.get("day", "")
        if request.method == "POST":
            said = dict(parse_qsl(request.body.decode("utf-8", "replace")))
            try:
                self._shops.act(said.get("act", ""), said, now=now)
            except RuleBroken as broken:
                asked = said.get("day", "")
                refused, status = t.refusals.get(broken.code, broken.for_owner), broken.status
            else:
                back = f"?{urlencode({'day': said['day']})}" if said.get("day") else ""
                return Response(303, b"", {"location": f"/shops{back}"})
        self._shops.trade.advance(now)
        day = _day(asked)
        with self._shops.books.lock:
            values = {
                "t": t,
                "refused": refused,
                "name": self._shops.books.name,
                "lead": t.lead.format(number=len(list(self._shops.books.all("Shop")))),
                "day": day.isoformat() if day else "",
                "sales": [self._sale(row, t) for row in self._rows("Sale", "createTime", day)],
                "entries": [self._entry(row, t) for row in self._rows("EmployeeHours", "checkIn", day)],
            }
        drawn = self._engine.get_template("shops.html").render(Context(values, use_l10n=False, use_tz=False))
        return Response(status, drawn.encode(), HEADERS)

    def _rows(self, entity: str, stamp: str, day: date | None) -> list[Row]:
        rows = [row for row in self._shops.books.all(entity) if day is None or row[stamp].date() == day]
        return sorted(rows, key=lambda row: row[stamp], reverse=True)[: MOST_OF_A_DAY if day else MOST]

    def _sale(self, row: Row, t: ShopsWords) -> dict[str, Any]:
        shop = self._shops.books.get("Shop", int(row["shopID"])) or {}
        state = (
            "voided" if row["voided"] else "closed" if row["completed"] else "abandoned" if row["archived"] else "open"
        )
        return {
            "number": row["saleID"],
            "at": _moment(row["createTime"], t),
            "shop": shop.get("name", ""),
            "total": format_currency(row["calcTotal"], "USD", locale=BABEL[t.locale]),
            "state": t.states[state],
            "void_words": t.void.format(number=row["saleID"]),
            "give_back_words": t.give_back.format(number=row["saleID"]),
            "can_go_back": state == "closed" and row["calcTotal"] > 0,
        }

    def _entry(self, row: Row, t: ShopsWords) -> dict[str, Any]:
        employee = self._shops.books.get("Employee", int(row["employeeID"])) or {}
        shop = self._shops.books.get("Shop", int(row["shopID"])) or {}
        name, came = employee.get("firstName", ""), _moment(row["checkIn"], t)
        return {
            "number": row["employeeHoursID"],
            "shop": shop.get("name", ""),
            "who": name,
            "came": came,
            "shorten_words": t.shorten.format(name=name),
            "delete_words": t.delete_of.format(name=name, came=came),
            "went": f"{row['checkOut']:%H:%M}" if row["checkOut"] else "",
        }


def _moment(at: datetime, t: ShopsWords) -> str:
    """In the time of the books, which name no zone of a shop's."""
    return f"{format_date(at, locale=BABEL[t.locale])} {at:%H:%M} UTC"


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
