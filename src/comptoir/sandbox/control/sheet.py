"""The page's content as text in one language: every figure, time and state as somebody reads it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal

from comptoir.connectors.lightspeed_k.simulator import Delivery
from comptoir.sandbox.catalogue import METHODS
from comptoir.sandbox.control.trouble_words import TroubleWords
from comptoir.sandbox.control.views import BillView, LocationView, NotificationsView, StateView
from comptoir.sandbox.control.words import Words
from comptoir.sandbox.faults import GROUPS, WHOLE_VENDOR, Fault

PACES: Final = (0.0, 1.0, 4.0, 20.0)

Content = dict[str, Any]


class Sheet:
    """Writes views out in one language, as of one instant."""

    def __init__(self, words: Words, trouble: TroubleWords, *, now: datetime) -> None:
        self._words = words
        self._trouble = trouble
        self._now = now

    def page(self, state: StateView, location: LocationView) -> Content:
        """Everything the template of the page asks for."""
        words = self._words
        notifications = location.notifications
        return {
            "t": words,
            "location": location,
            "open_count": words.count(words.open_count, sum(len(each.open) for each in state.locations)),
            "pace": words.pace_paused if state.paused else words.pace.format(n=self._number(state.speed)),
            "paces": [self._pace(factor, state) for factor in PACES],
            "tabs": [
                {
                    "id": each.id,
                    "name": each.name,
                    "current": each.id == location.id,
                    **self._status(each.notifications),
                }
                for each in state.locations
            ],
            "menu": [
                {"sku": dish.sku, "label": f"{dish.name} · {self._money(dish.price, location.currency)}"}
                for dish in state.menu
            ],
            "methods": list(METHODS.values()),
            "open": [self._ticket(bill, location) for bill in location.open],
            "closed": [self._receipt(bill, location) for bill in location.closed],
            "setting": notifications,
            "status": self._status(notifications),
            "trouble": self._switches(location),
            "deliveries": [self._delivery(each) for each in notifications.latest],
        }

    def _switches(self, location: LocationView) -> Content:
        """The card of switches; on for all restaurants counts as on here."""
        words, on = self._trouble, {*location.faults.on, *location.faults.on_everywhere}
        count = self._words.count(words.some, len(on)) if on else words.none
        return {
            "t": words,
            "lead": words.lead.format(place=location.name),
            "count": count,
            "light": "bad" if on else "ok",
            "any": bool(on),
            "groups": [
                {
                    "id": group,
                    "title": words.groups[group],
                    "switches": [self._switch(fault, location) for fault in faults],
                }
                for group, faults in GROUPS.items()
            ],
            "acts": [
                {"act": "expire", "name": words.expire[0], "does": words.expire[1]},
                {"act": "revoke", "name": words.revoke[0], "does": words.revoke[1]},
            ],
        }

    def _switch(self, fault: Fault, location: LocationView) -> Content:
        words, for_all = self._trouble, fault in location.faults.on_everywhere
        on = for_all or fault in location.faults.on
        state = (words.since_all if for_all and fault not in WHOLE_VENDOR else words.on) if on else words.off
        name, does = words.faults[fault]
        return {
            "fault": fault.value,
            "name": name,
            "does": does,
            "on": on,
            "state": state,
            "next": "no" if on else "yes",
        }

    def _pace(self, factor: float, state: StateView) -> Content:
        pressed = state.paused if factor == 0 else not state.paused and state.speed == factor
        label = f"{self._number(factor)}\u202f×" if factor else self._words.pause
        return {"factor": f"{factor:g}", "label": label, "pressed": "true" if pressed else "false"}

    def _bill(self, bill: BillView) -> Content:
        """What tickets and receipts have in common."""
        return {
            "number": bill.number,
            "place": bill.table or self._words.takeaway,
            "total": self._money(bill.total, bill.currency),
            "service": self._money(bill.service_charge, bill.currency) if bill.service_charge else "",
            "paid": self._money(bill.paid, bill.currency) if bill.state == "open" and bill.paid else "",
            "action": f"/locations/{bill.location_id}/bills/{bill.number}",
            "lines": [
                {
                    "position": line.position,
                    "words": line.name if line.quantity == 1 else f"{self._number(line.quantity)} × {line.name}",
                    "total": self._money(line.total, bill.currency),
                    "nested": line.parent is not None,
                    "refunded": line.refunded,
                }
                for line in bill.lines
            ],
        }

    def _ticket(self, bill: BillView, location: LocationView) -> Content:
        words = self._words
        return {
            **self._bill(bill),
            "staff": bill.staff,
            "at_table": bool(bill.table),
            "splittable": any(line.parent is None for line in bill.lines[1:]),
            "about": words.count(words.covers, bill.covers) if bill.table else "",
            "since": words.opened_at.format(time=self._time(bill.opened_at, location)),
            "item_label": words.item.format(table=bill.table or bill.number),
        }

    def _receipt(self, bill: BillView, location: LocationView) -> Content:
        words = self._words
        badges = {
            "refund": words.kind_refund,
            "correction": words.kind_moved,
            "split": words.kind_split,
            "transfer": words.kind_transfer,
            "void": words.kind_void,
        }
        notes = list(dict.fromkeys(bill.payments))
        if bill.tip:
            notes.append(words.tip.format(amount=self._money(bill.tip, bill.currency)))
        if bill.kind in badges:
            notes = [words.follows.format(number=bill.previous_number)]
        left = sum((line.total for line in bill.lines if not line.refunded), Decimal(0))
        return {
            **self._bill(bill),
            "kind": bill.kind,
            "badge": words.state_cancelled if bill.state == "cancelled" else badges.get(bill.kind, ""),
            "voidable": bill.refundable and not any(line.refunded for line in bill.lines),
            "note": ", ".join(notes),
            "closed": self._time(bill.closed_at or bill.opened_at, location),
            "refundable": bill.refundable,
            "left": self._money(left, bill.currency),
        }

    def _status(self, notifications: NotificationsView) -> Content:
        """Whether notifications arrive: a light and words for it."""
        words = self._words
        attempted = [each for each in notifications.latest if each.attempted_at is not None]
        failing = [each for each in attempted if each.next_at is not None and not each.delivered]
        if not notifications.url:
            return {"light": "off", "words": words.no_address}
        if failing and notifications.waiting:
            cause = self._cause(failing[0])
            return {"light": "bad", "words": words.count(words.failing, notifications.waiting, cause=cause)}
        if not attempted:
            return {"light": "off", "words": words.nothing_sent}
        return {"light": "ok", "words": words.arriving.format(ago=self._ago(attempted))}

    def _delivery(self, delivery: Delivery) -> Content:
        words = self._words
        if delivery.attempted_at is None:
            light, outcome = "off", "…"
        elif delivery.delivered:
            light, outcome = "ok", str(delivery.status) if delivery.status else ""
        else:
            light, outcome = "bad", self._cause(delivery)
        if delivery.attempts > 1:
            outcome = f"{outcome}, {words.attempts.format(n=delivery.attempts)}"
        return {"kind": delivery.kind, "number": delivery.account_number, "light": light, "outcome": outcome}

    def _cause(self, delivery: Delivery) -> str:
        if delivery.status is None:
            return self._words.no_answer
        return self._words.answered.format(status=delivery.status)

    def _ago(self, attempted: Sequence[Delivery]) -> str:
        latest = max(each.attempted_at for each in attempted if each.attempted_at)
        return format_timedelta(latest - self._now, add_direction=True, locale=self._words.locale)

    def _money(self, amount: Decimal, currency: str) -> str:
        return format_currency(amount, currency, locale=self._words.locale)

    def _number(self, value: float | Decimal) -> str:
        return format_decimal(value, locale=self._words.locale)

    def _time(self, instant: datetime, location: LocationView) -> str:
        """The hour where the restaurant is, with the weekday when it was not today."""
        zone = ZoneInfo(location.timezone)
        local = instant.astimezone(zone)
        time = format_time(local, "short", locale=self._words.locale)
        if local.date() == self._now.astimezone(zone).date():
            return time
        return f"{format_date(local, 'EEE', locale=self._words.locale)} {time}"
