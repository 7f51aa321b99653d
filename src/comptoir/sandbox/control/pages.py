"""The control page: drawn from views, worked with plain forms."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from babel import negotiate_locale
from django.template import Context, Engine

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.catalogue import CARD
from comptoir.sandbox.control.orders import (
    AddItems,
    CloseBill,
    MoveBill,
    OneBusiness,
    OpenBill,
    Orders,
    RefundBill,
    SetNotifications,
    SetSpeed,
    SplitBill,
    VoidBill,
)
from comptoir.sandbox.control.sheet import Sheet
from comptoir.sandbox.control.trouble_words import TROUBLE
from comptoir.sandbox.control.views import Viewer
from comptoir.sandbox.control.words import LANGUAGES
from comptoir.sandbox.till import Item

LANGUAGE_COOKIE: Final = "sandbox_language"
HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}
STATIC: Final = {
    "/sandbox.js": (("comptoir.sandbox.control", "static/sandbox.js"),),
    "/phone.js": (("comptoir.sandbox.control", "static/phone.js"),),
    "/sandbox.css": (
        ("comptoir.web", "static/comptoir/tokens.css"),
        ("comptoir.sandbox.control", "static/sandbox.css"),
    ),
}
TYPES: Final = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
FORMS: Final = re.compile(
    "/locations/(?P<location>[^/]+)/(?:bills(?:/(?P<number>[^/]+)/(?P<act>[a-z_]+))?|notifications|faults|access)"
)

Fields = Mapping[str, str]


class Pages:
    """Draws the page and takes its forms."""

    def __init__(self, orders: Orders, viewer: Viewer) -> None:
        self._orders = orders
        self._viewer = viewer
        self._engine = Engine(dirs=[str(files(__package__).joinpath("templates"))])

    def answer(self, request: Request, now: datetime) -> Response:
        """Draw the page, or do what a form asks and lead back to it."""
        if request.method in ("GET", "HEAD"):
            if request.path in STATIC:
                return _static(request.path)
            if request.path != "/":
                return Response(404, b"There is nothing at this address.", {"content-type": "text/plain"})
            return choose_language(request) if "lang" in request.query else self._page(request, now)
        try:
            location_id = self._do(request, now)
        except RuleBroken as broken:
            return self._page(request, now, refused=broken)
        saved = {"saved": "1"} if request.path.endswith("/notifications") else {}
        return Response(303, headers={"location": "/?" + urlencode({"at": location_id, **saved})})

    def _do(self, request: Request, now: datetime) -> str:
        """Do what the form asks; the location to go back to. Raises RuleBroken."""
        fields = _fields(request)
        if request.path == "/speed":
            self._orders.set_speed(SetSpeed(float(_number(fields.get("factor", "")))))
            return request.query.get("at", "")
        match = FORMS.fullmatch(request.path)
        if match is None:
            raise RuleBroken("There is no such form.", code="not_found", status=404)
        location_id, number, act = match["location"], match["number"], match["act"]
        if number:
            ACTS.get(act, _unknown)(self._orders, location_id, number, fields, now)
        elif request.path.endswith("/bills"):
            takeaway = fields.get("takeaway") == "yes"
            order = OpenBill(takeaway=takeaway, covers=0 if takeaway else 2, items=_items(fields))
            self._orders.open(location_id, order, now=now)
        elif request.path.endswith("/faults"):
            _switch(self._orders, location_id, fields)
        elif request.path.endswith("/access"):
            self._access(location_id, fields)
        else:
            wanted = {name: fields.get(name, "").strip() for name in ("url", "code", "username", "password")}
            self._orders.set_notifications(location_id, SetNotifications(**wanted))
        return location_id

    def _access(self, location_id: str, fields: Fields) -> None:
        business = OneBusiness(self._viewer.business_of(location_id))
        if fields.get("act") == "expire":
            self._orders.expire_tokens(business)
        elif fields.get("act") == "revoke":
            self._orders.revoke_consent(business)
        else:
            raise RuleBroken("There is no such form.", code="not_found", status=404)

    def _page(self, request: Request, now: datetime, *, refused: RuleBroken | None = None) -> Response:
        state = self._viewer.state()
        match = FORMS.fullmatch(request.path)
        wanted = match["location"] if match else request.query.get("at", "")
        location = next((each for each in state.locations if each.id == wanted), state.locations[0])
        language = language_of(request)
        sheet = Sheet(LANGUAGES[language], TROUBLE[language], now=now)
        content = {
            **sheet.page(state, location),
            "language": language,
            "error": refused.for_owner if refused else "",
            "saved": "saved" in request.query,
        }
        if refused and request.path.endswith("/notifications"):
            content["setting"] = _fields(request)  # what was typed stays
        status = refused.status if refused else 200
        # Everything is text by now: Django's own formatting, which would ask for settings, stays out of it.
        context = Context(content, use_l10n=False, use_tz=False)
        return Response(status, self._engine.get_template("page.html").render(context).encode(), HEADERS)


def _add(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:
    orders.add(location_id, number, AddItems(_items(fields)), now=now)


def _close(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:
    orders.close(location_id, number, CloseBill((fields.get("method") or CARD.id,)), now=now)


def _move(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:  # noqa: ARG001
    orders.move(location_id, number, MoveBill(), now=now)


def _refund(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:
    line = fields.get("line")
    orders.refund(location_id, number, RefundBill(int(_number(line)) if line else None), now=now)


def _split(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:  # noqa: ARG001
    orders.split(location_id, number, SplitBill(), now=now)


def _hand_over(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:  # noqa: ARG001
    orders.hand_over(location_id, number, now=now)


def _cancel(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:  # noqa: ARG001
    orders.cancel(location_id, number, now=now)


def _void(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:  # noqa: ARG001
    orders.void(location_id, number, VoidBill(), now=now)


def _amend(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:  # noqa: ARG001
    orders.amend(location_id, number, now=now)


def _switch(orders: Orders, location_id: str, fields: Fields) -> None:
    if "repair" in fields:
        orders.repair(location_id)
    else:
        orders.switch_fault(location_id, fields.get("fault", ""), on=fields.get("on") == "yes")


def _unknown(orders: Orders, location_id: str, number: str, fields: Fields, now: datetime) -> None:  # noqa: ARG001
    raise RuleBroken("There is no such form.", code="not_found", status=404)


ACTS: Final[Mapping[str, Callable[[Orders, str, str, Fields, datetime], None]]] = {
    "add": _add,
    "close": _close,
    "move": _move,
    "split": _split,
    "hand_over": _hand_over,
    "cancel": _cancel,
    "refund": _refund,
    "void": _void,
    "amend": _amend,
}


def _items(fields: Fields) -> tuple[Item, ...]:
    return (Item(fields["sku"]),) if fields.get("sku") else ()


def _fields(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _number(text: str) -> Decimal:
    """Raises RuleBroken."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise RuleBroken(f"{text} is no number.", code="number_invalid", status=422) from None


def choose_language(request: Request) -> Response:
    """For a year, on every page of the sandbox; back to the same page."""
    chosen = request.query["lang"] if request.query["lang"] in LANGUAGES else "en"
    rest = urlencode({name: value for name, value in request.query.items() if name != "lang"})
    cookie = f"{LANGUAGE_COOKIE}={chosen}; Path=/; Max-Age=31536000; SameSite=Lax"
    return Response(303, b"", {"location": f"{quote(request.path)}?{rest}", "set-cookie": cookie})


def language_of(request: Request) -> str:
    """What somebody chose, or what his browser prefers."""
    for cookie in request.headers.get("cookie", "").split(";"):
        name, _, value = cookie.strip().partition("=")
        if name == LANGUAGE_COOKIE and value in LANGUAGES:
            return value
    preferred = [word.partition(";")[0].strip() for word in request.headers.get("accept-language", "").split(",")]
    return negotiate_locale([word for word in preferred if word], list(LANGUAGES), sep="-") or "en"


@cache
def _static(path: str) -> Response:
    content = b"\n".join(files(package).joinpath(name).read_bytes() for package, name in STATIC[path])
    return Response(200, content, {"content-type": TYPES[path.rpartition(".")[2]], "cache-control": "no-cache"})
