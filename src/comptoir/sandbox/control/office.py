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
from comptoir.pos.world import WorldRegister, WorldStaff
from comptoir.sandbox.catalogue import TERMINAL
from comptoir.sandbox.control.office_words import OFFICES, OfficeWords
from comptoir.sandbox.control.pages import choose_language, language_of
from comptoir.sandbox.control.shops import HEADERS
from comptoir.sandbox.faults import Fault
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.office import TYPES, Office

SHOWN_CLOSED: Final = 6


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
        if "lang" in request.query:
            return choose_language(request)
        t, refused, status = OFFICES[language_of(request)], "", 200
        if request.method == "POST":
            said = dict(parse_qsl(request.body.decode("utf-8", "replace")))
            try:
                self.office.act(location_id, said.get("act", ""), said, now=now)
            except RuleBroken as broken:
                refused, status = t.refusals.get(broken.code, broken.for_owner), broken.status
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
            "t": t,
            **self._settings(location_id, t),
            **self._service(location_id, now, t),
        }
        drawn = self._engine.get_template("office.html").render(Context(values, use_l10n=False, use_tz=False))
        return Response(status, drawn.encode(), HEADERS)

    def _settings(self, location_id: str, t: OfficeWords) -> dict[str, Any]:
        world, setting = self.office.world, self.office.of(location_id)
        offline = self.office.is_on(location_id, Fault.TILL_OFFLINE)
        methods = self.office.methods(location_id)
        people = world.staff(location_id)
        return {
            "at": location_id,
            "title": t.title.format(place=world.place(location_id).location.name),
            "methods": [
                {
                    "code": each.id,
                    "name": each.name,
                    "native": each.id == TERMINAL.id,
                    "new_code_words": t.new_code_of.format(name=each.name),
                }
                for each in methods
            ],
            "plain": [each for each in methods if each.id != TERMINAL.id],
            "api": {
                "on": not self.office.is_on(location_id, Fault.API_DISABLED),
                "method": setting.default_method,
                "staff": setting.api_staff,
                "people": [{"id": each.id, "name": f"{each.first_name} {each.last_name}"} for each in people],
            },
            "people": [_person(each, t, on=each.id not in setting.inactive_staff) for each in people],
            "devices": [
                _device(each, t, on=not offline and each.id not in setting.devices_off)
                for each in world.registers(location_id)
            ],
            "period": not self.office.is_on(location_id, Fault.SALES_PERIOD_CLOSED),
            "printer": not setting.printer_off,
            "types": [{"name": each, "id": each.lower(), "on": each in setting.told} for each in TYPES],
            "refuse_next": setting.refuse_next,
            "refused_next_words": t.refused_next.format(kind=setting.refuse_next),
            "errors": [{"kind": kind, "words": words} for kind, words in sorted(REASONS.items())],
            "dishes": [
                {
                    "sku": each.sku,
                    "name": each.name,
                    "on": each.sku not in setting.off_menu,
                    "sold_out": each.sku in self.office.simulator.sold_out(location_id),
                    "is_back_words": t.is_back.format(name=each.name),
                    "is_sold_out_words": t.is_sold_out.format(name=each.name),
                }
                for each in world.menu(location_id)
            ],
        }

    def _service(self, location_id: str, now: datetime, t: OfficeWords) -> dict[str, Any]:
        """What is going on: bills, what came from outside, what the till shows."""
        world, simulator = self.office.world, self.office.simulator
        closed = self._journal.latest_closed(location_id, limit=SHOWN_CLOSED)
        return {
            "open": [_bill(each, t) for each in world.open_sales(location_id)],
            "closed": [_bill(each, t) for each in closed if each.kind.value == "sale" and each.state.value == "closed"],
            "tables": [f"Table {each}" for each in range(1, world.place(location_id).tables + 1)],
            "sent": [_sent(each, t) for each in simulator.sent_from_outside(location_id)],
            "announced": [{"status": status, "words": words} for status, words in t.announced.items()],
            "messages": [
                {"text": each.text, "at": f"{each.at:%H:%M} UTC"}
                for each in simulator.offices.messages(location_id, now=now)
            ],
        }


def _person(person: WorldStaff, t: OfficeWords, *, on: bool) -> dict[str, Any]:
    name, is_on = f"{person.first_name} {person.last_name}", person.active and on
    turn = (t.deactivate if is_on else t.activate).format(name=name)
    return {"id": person.id, "name": name, "on": is_on, "left": not person.active, "turn_words": turn}


def _device(device: WorldRegister, t: OfficeWords, *, on: bool) -> dict[str, Any]:
    turn = (t.switch_off if on else t.switch_on).format(name=device.name)
    return {"id": device.id, "name": device.name, "on": on, "turn_words": turn}


def _bill(sale: Sale, t: OfficeWords) -> dict[str, Any]:
    table, number = sale.table or t.to_go, sale.external_id
    return {
        "number": number,
        "table": table,
        "total": f"{sale.total:.2f}",
        "paid_words": t.paid_of.format(paid=f"{sale.paid or 0:.2f}", total=f"{sale.total:.2f}"),
        "has_paid": bool(sale.payments),
        "from_outside": any(each.external_reference for each in sale.payments),
        "payments": ", ".join(
            f"{each.method.name if each.method else '?'} {each.amount:.2f}"
            + (f" + {t.tip.format(amount=f'{each.tip:.2f}')}" if each.tip else "")
            for each in sale.payments
        ),
        "lines": [
            {"position": index, "name": line.name, "total": f"{line.total:.2f}"}
            for index, line in enumerate(sale.lines)
            if line.parent is None
        ],
        "line_words": t.line_of.format(name=table),
        "table_words": t.table_for.format(name=table),
        "bill_words": t.bill_for.format(name=table),
        "open_words": t.open_again_of.format(number=number),
        "take_back_words": t.take_back_of.format(number=number),
    }


def _sent(task: SentTask, t: OfficeWords) -> dict[str, Any]:
    body = task.body
    items = ", ".join(f"{each['quantity']} × {each['sku']}" for each in body.get("items") or ())
    table = f"Table {body['tableNumber']}" if body.get("tableNumber") else body.get("accountIdentifier") or t.to_go
    method, bill = body.get("paymentMethod") or t.own_method, body.get("iKaccountIdentifier")
    paid = t.by.format(amount=body.get("paymentAmount"), method=method, bill=bill)
    return {
        "is_payment": task.is_payment,
        "reference": task.reference,
        "what": paid if task.is_payment else f"{table}: {items}",
        "status": task.status or t.waiting,
        "light": {"": "off", "FAILURE": "bad"}.get(task.status, "ok"),
        "reason": task.reason,
    }


def as_json(office: Office, location_id: str) -> bytes:
    """How a location is set up, for programs."""
    return msgspec.json.encode(office.of(location_id))
