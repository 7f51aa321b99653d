"""The interface for programs, and the guard in front of it and of the page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.control.mailbox import Mailbox
from comptoir.sandbox.control.office import OfficePage, as_json
from comptoir.sandbox.control.orders import (
    AddItems,
    AnnounceOrder,
    CloseBill,
    MintTokens,
    MoveBill,
    OneBusiness,
    OpenBill,
    Orders,
    RefundBill,
    SetCount,
    SetDoors,
    SetNotifications,
    SetProvider,
    SetSpeed,
    SplitBill,
    SwitchFaults,
    VoidBill,
)
from comptoir.sandbox.control.pages import Pages
from comptoir.sandbox.control.phones import PhonesPage
from comptoir.sandbox.control.shops import ShopsPage
from comptoir.sandbox.control.sixpos import SixposPage
from comptoir.sandbox.control.views import Viewer
from comptoir.sandbox.doors import Doors
from comptoir.sandbox.faults import EVERYWHERE
from comptoir.sandbox.postbox import Postbox
from comptoir.sandbox.provider.api import Refused
from comptoir.sandbox.shops import Shops
from comptoir.sandbox.sixpos import Counter

READING: Final = frozenset({"GET", "HEAD"})

Order = TypeVar("Order")


@dataclass(frozen=True)
class Call:
    """A request to the interface; `parts` are what its path names."""

    request: Request
    parts: Mapping[str, str]
    now: datetime


class Control:
    """Answers the page and the interface; safe to call from several threads."""

    def __init__(
        self,
        orders: Orders,
        viewer: Viewer,
        postbox: Postbox,
        shops: Shops,
        counter: Counter,
        office: OfficePage,
        phones: PhonesPage,
        doors: Mapping[str, Doors],
    ) -> None:
        self._orders = orders
        self._viewer = viewer
        self._pages = Pages(orders, viewer)
        self._mailbox = Mailbox(postbox)
        self._shops = ShopsPage(shops)
        self._mint_at_the_shops = shops.mint
        self._sixpos = SixposPage(counter)
        self._office = office
        self._phones = phones
        self._doors = doors

    def answer(self, request: Request, now: datetime) -> Response:
        """Answer one request; what another site's page asks to change is refused."""
        if request.method not in READING and _from_elsewhere(request):
            return problem(403, "cross_origin", "This page takes orders from itself only.")
        if request.path.startswith("/mailbox"):
            return self._mailbox.answer(request)
        if request.path == "/shops":
            return self._shops.answer(request, now)
        if request.path == "/sixpos":
            return self._sixpos.answer(request)
        if request.path == "/phones" or request.path.startswith("/phones/"):
            return self._phones.answer(request)
        if request.path == "/office":
            return self._office.answer(request, now)
        if not request.path.startswith("/api/"):
            return self._pages.answer(request, now)
        try:
            return self._interface(request, now)
        except RuleBroken as broken:
            return problem(broken.status, broken.code, broken.for_owner)
        except msgspec.ValidationError as fault:
            return problem(422, "body_invalid", str(fault))
        except msgspec.DecodeError as fault:
            return problem(400, "body_unreadable", str(fault))

    def _interface(self, request: Request, now: datetime) -> Response:
        for method, path, handle in ROUTES:
            match = path.fullmatch(request.path)
            if match and method == request.method:
                return handle(self, Call(request, match.groupdict(), now))
        return problem(404, "not_found", "There is nothing at this address.")

    def _state(self, _: Call) -> Response:
        return _json(self._viewer.state())

    def _provider(self, call: Call) -> Response:
        """The provider's key and its restaurants; a program types a key in, and has it ask for an integration."""
        company, hook = self._phones.company, self._phones.hook
        if call.request.method == "POST":
            order = _order(call, SetProvider)
            if order.key:
                company.set_key(order.key)
            for each in order.ask:
                try:
                    company.ask(each, hook=hook)
                except Refused as refused:
                    raise RuleBroken(refused.words, code=refused.code or "refused", status=409) from refused
        stores = {each["integration"]: each["state"] for each in company.stores(hook=hook)}
        return _json({"key_start": company.key_start, "stores": stores})

    def _back_office(self, call: Call) -> Response:
        if call.request.method == "POST":
            said = msgspec.json.decode(call.request.body, type=dict[str, str])
            self._office.office.act(call.parts["location"], said.pop("act", ""), said, now=call.now)
        return Response(200, as_json(self._office.office, call.parts["location"]), {"content-type": "application/json"})

    def _set_doors(self, call: Call) -> Response:
        order = _order(call, SetDoors)
        self._doors[call.parts["vendor"]].set_up(order.token, order.places)
        return _json({"places": sorted(order.places)})

    def _speed(self, call: Call) -> Response:
        self._orders.set_speed(_order(call, SetSpeed))
        return _json({"speed": self._viewer.state().speed, "paused": self._viewer.state().paused})

    def _tokens(self, call: Call) -> Response:
        return _json(self._orders.mint(_order(call, MintTokens), now=call.now))

    def _tokens_of_shops(self, call: Call) -> Response:
        return _json(self._mint_at_the_shops(now=call.now))

    def _notifications(self, call: Call) -> Response:
        if call.request.method == "PUT":
            self._orders.set_notifications(call.parts["location"], _order(call, SetNotifications))
        return _json(self._viewer.notifications(call.parts["location"]))

    def _open(self, call: Call) -> Response:
        sale = self._orders.open(call.parts["location"], _order(call, OpenBill), now=call.now)
        return _json(self._viewer.bill(sale), status=201)

    def _act(self, call: Call) -> Response:
        place = (call.parts["location"], call.parts["number"])
        match call.parts["act"]:
            case "add":
                sale = self._orders.add(*place, _order(call, AddItems), now=call.now)
            case "close":
                sale = self._orders.close(*place, _order(call, CloseBill), now=call.now)
            case "move":
                sale = self._orders.move(*place, _order(call, MoveBill), now=call.now)
            case "split":
                sale = self._orders.split(*place, _order(call, SplitBill), now=call.now)
            case "hand_over":
                sale = self._orders.hand_over(*place, now=call.now)
            case "cancel":
                sale = self._orders.cancel(*place, now=call.now)
            case "void":
                sale = self._orders.void(*place, _order(call, VoidBill), now=call.now)
            case "amend":
                sale = self._orders.amend(*place, now=call.now)
            case _:
                sale = self._orders.refund(*place, _order(call, RefundBill), now=call.now)
        return _json(self._viewer.bill(sale))

    def _faults(self, call: Call) -> Response:
        location_id = call.parts.get("location") or EVERYWHERE
        if call.request.method == "PUT":
            self._orders.set_faults(location_id, _order(call, SwitchFaults))
        return _json(self._viewer.faults(location_id))

    def _faults_of_shops(self, call: Call) -> Response:
        if call.request.method == "PUT":
            self._orders.set_faults_of_shops(_order(call, SwitchFaults))
        return _json(self._viewer.faults_of_shops())

    def _expire(self, call: Call) -> Response:
        self._orders.expire_tokens(_order(call, OneBusiness))
        return _json({})

    def _revoke(self, call: Call) -> Response:
        self._orders.revoke_consent(_order(call, OneBusiness))
        return _json({})

    def _announce(self, call: Call) -> Response:
        order = _order(call, AnnounceOrder)
        self._orders.announce(call.parts["location"], call.parts["reference"], order, now=call.now)
        return _json({"reference": call.parts["reference"], "status": order.status})

    def _count(self, call: Call) -> Response:
        order = _order(call, SetCount)
        self._orders.set_count(call.parts["location"], call.parts["sku"], order, now=call.now)
        return _json({"sku": call.parts["sku"], "count": order.count})


def problem(status: int, code: str, sentence: str) -> Response:
    """An error for programs: a stable code and a sentence."""
    return _json({"code": code, "detail": sentence}, status=status)


def _json(value: object, *, status: int = 200) -> Response:
    return Response(
        status, msgspec.json.encode(value), {"content-type": "application/json", "cache-control": "no-store"}
    )


def _order(call: Call, kind: type[Order]) -> Order:
    return msgspec.json.decode(call.request.body or b"{}", type=kind)


def _from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site's page sent this; programs send no such headers."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return True
    return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


Handle = Callable[[Control, Call], Response]
_NOTIFICATIONS: Final = re.compile("/api/lightspeed_k/locations/(?P<location>[^/]+)/notifications")
_LOCATION: Final = "/api/lightspeed_k/locations/(?P<location>[^/]+)"
_FAULTS: Final = re.compile("/api/lightspeed_k/(?:locations/(?P<location>[^/]+)/)?faults")
_FAULTS_OF_SHOPS: Final = re.compile("/api/lightspeed_r/faults")
_BILLS: Final = "/api/locations/(?P<location>[^/]+)/bills"
_ACTS: Final = "add|close|move|split|hand_over|cancel|refund|void|amend"
ROUTES: Final[tuple[tuple[str, re.Pattern[str], Handle], ...]] = (
    ("GET", re.compile("/api/state"), Control._state),
    ("POST", re.compile("/api/speed"), Control._speed),
    ("POST", re.compile("/api/(?P<vendor>lightspeed_[kr])/doors"), Control._set_doors),
    ("POST", re.compile("/api/lightspeed_k/tokens"), Control._tokens),
    ("POST", re.compile("/api/lightspeed_r/tokens"), Control._tokens_of_shops),
    ("GET", _NOTIFICATIONS, Control._notifications),
    ("PUT", _NOTIFICATIONS, Control._notifications),
    ("GET", _FAULTS, Control._faults),
    ("PUT", _FAULTS, Control._faults),
    ("GET", _FAULTS_OF_SHOPS, Control._faults_of_shops),
    ("PUT", _FAULTS_OF_SHOPS, Control._faults_of_shops),
    ("POST", re.compile("/api/lightspeed_k/expire-tokens"), Control._expire),
    ("POST", re.compile("/api/lightspeed_k/revoke-consent"), Control._revoke),
    ("GET", re.compile("/api/provider"), Control._provider),
    ("POST", re.compile("/api/provider"), Control._provider),
    ("GET", re.compile(f"{_LOCATION}/office"), Control._back_office),
    ("POST", re.compile(f"{_LOCATION}/office"), Control._back_office),
    ("PUT", re.compile(f"{_LOCATION}/items/(?P<sku>[^/]+)"), Control._count),
    ("POST", re.compile(f"{_LOCATION}/orders/(?P<reference>[^/]+)"), Control._announce),
    ("POST", re.compile(_BILLS), Control._open),
    (
        "POST",
        re.compile(f"{_BILLS}/(?P<number>[^/]+)/(?P<act>{_ACTS})"),
        Control._act,
    ),
)
