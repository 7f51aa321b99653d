"""The page of a till's back office in small: a card for each of the vendor's menus, with what can go wrong in it."""

from datetime import datetime
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from django.template import Context, Engine

from comptoir.connectors.lightspeed_k.simulator import REASONS, SentTask
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from comptoir.pos.model import Sale
from comptoir.sandbox.catalogue import TERMINAL
from comptoir.sandbox.control.shops import HEADERS
from comptoir.sandbox.faults import Fault
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.office import TYPES, Office

SHOWN_CLOSED: Final = 6
ANNOUNCED: Final = (
    ("READY_FOR_PICKUP", "Ready"),
    ("IN_DELIVERY", "On its way"),
    ("DELIVERED", "Delivered"),
    ("CANCELLED", "Cancelled"),
    ("ABANDONED", "Never fetched"),
)


class OfficePage:
    """Draws the page, and does what its buttons say."""

    def __init__(self, office: Office, journal: Journal) -> None:
        self.office = office
        self._journal = journal
        self._engine = Engine(dirs=[str(files(__package__).joinpath("templates"))])

    def answer(self, request: Request, now: datetime) -> Response:
        """The page of one location; after an act, the same page again."""
        places = {each.location.id: each for each in self.office.world.places()}
        location_id = request.query.get("at", "")
        if location_id not in places:
            location_id = next(iter(places))
        refused, status = "", 200
        if request.method == "POST":
            said = dict(parse_qsl(request.body.decode("utf-8", "replace")))
            try:
                self.office.act(location_id, said.get("act", ""), said, now=now)
            except RuleBroken as broken:
                refused, status = broken.for_owner, broken.status
            else:
                return Response(
                    303, b"", {"location": f"/office?{urlencode({'at': location_id})}#{said.get('back', '')}"}
                )
        values = {
            "refused": refused,
            "tabs": [
                {"id": each, "name": place.location.name, "current": each == location_id}
                for each, place in places.items()
            ],
            **self._settings(location_id),
            **self._service(location_id, now),
        }
        drawn = self._engine.get_template("office.html").render(Context(values, use_l10n=False, use_tz=False))
        return Response(status, drawn.encode(), HEADERS)

    def _settings(self, location_id: str) -> dict[str, Any]:
        world, setting = self.office.world, self.office.of(location_id)
        offline = self.office.is_on(location_id, Fault.TILL_OFFLINE)
        methods = self.office.methods(location_id)
        people = world.staff(location_id)
        return {
            "at": location_id,
            "place": world.place(location_id).location.name,
            "methods": [{"code": each.id, "name": each.name, "native": each.id == TERMINAL.id} for each in methods],
            "plain": [each for each in methods if each.id != TERMINAL.id],
            "api": {
                "on": not self.office.is_on(location_id, Fault.API_DISABLED),
                "method": setting.default_method,
                "staff": setting.api_staff,
                "people": [{"id": each.id, "name": f"{each.first_name} {each.last_name}"} for each in people],
            },
            "people": [
                {
                    "id": each.id,
                    "name": f"{each.first_name} {each.last_name}",
                    "on": each.active and each.id not in setting.inactive_staff,
                    "left": not each.active,
                }
                for each in people
            ],
            "devices": [
                {"id": each.id, "name": each.name, "on": not offline and each.id not in setting.devices_off}
                for each in world.registers(location_id)
            ],
            "period": not self.office.is_on(location_id, Fault.SALES_PERIOD_CLOSED),
            "printer": not setting.printer_off,
            "types": [{"name": each, "id": each.lower(), "on": each in setting.told} for each in TYPES],
            "refuse_next": setting.refuse_next,
            "errors": [{"kind": kind, "words": words} for kind, words in sorted(REASONS.items())],
            "dishes": [
                {
                    "sku": each.sku,
                    "name": each.name,
                    "on": each.sku not in setting.off_menu,
                    "sold_out": each.sku in self.office.simulator.sold_out(location_id),
                }
                for each in world.menu(location_id)
            ],
        }

    def _service(self, location_id: str, now: datetime) -> dict[str, Any]:
        """What is going on: bills, what came from outside, what the till shows."""
        world, simulator = self.office.world, self.office.simulator
        closed = self._journal.latest_closed(location_id, limit=SHOWN_CLOSED)
        return {
            "open": [_bill(each) for each in world.open_sales(location_id)],
            "closed": [_bill(each) for each in closed if each.kind.value == "sale" and each.state.value == "closed"],
            "tables": [f"Table {each}" for each in range(1, world.place(location_id).tables + 1)],
            "sent": [_sent(each) for each in simulator.sent_from_outside(location_id)],
            "announced": [{"status": status, "words": words} for status, words in ANNOUNCED],
            "messages": [
                {"text": each.text, "at": f"{each.at:%H:%M} UTC"}
                for each in simulator.offices.messages(location_id, now=now)
            ],
        }


def _bill(sale: Sale) -> dict[str, Any]:
    return {
        "number": sale.external_id,
        "table": sale.table or "To go",
        "total": f"{sale.total:.2f}",
        "paid": f"{sale.paid or 0:.2f}",
        "has_paid": bool(sale.payments),
        "from_outside": any(each.external_reference for each in sale.payments),
        "payments": ", ".join(
            f"{each.method.name if each.method else '?'} {each.amount:.2f}"
            + (f" + {each.tip:.2f} tip" if each.tip else "")
            for each in sale.payments
        ),
        "lines": [
            {"position": index, "name": line.name, "total": f"{line.total:.2f}"}
            for index, line in enumerate(sale.lines)
            if line.parent is None
        ],
    }


def _sent(task: SentTask) -> dict[str, Any]:
    body = task.body
    items = ", ".join(f"{each['quantity']} × {each['sku']}" for each in body.get("items") or ())
    table = f"Table {body['tableNumber']}" if body.get("tableNumber") else body.get("accountIdentifier") or "To go"
    paid = f"{body.get('paymentAmount')} by {body.get('paymentMethod') or 'the API’s own method'}"
    return {
        "is_payment": task.is_payment,
        "reference": task.reference,
        "what": f"{paid} on {body.get('iKaccountIdentifier')}" if task.is_payment else f"{table}: {items}",
        "status": task.status or "waiting for a till",
        "light": {"": "off", "FAILURE": "bad"}.get(task.status, "ok"),
        "reason": task.reason,
    }


def as_json(office: Office, location_id: str) -> bytes:
    """How a location is set up, for programs."""
    return msgspec.json.encode(office.of(location_id))
