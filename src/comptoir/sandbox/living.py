"""What makes the restaurants live: guests come as time passes, and came before the sandbox was first started."""

import math
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Sale
from comptoir.pos.world import BillFacts
from comptoir.sandbox import till
from comptoir.sandbox.catalogue import Place
from comptoir.sandbox.guests import MINUTE, Step, visits
from comptoir.sandbox.journal import Journal, milliseconds
from comptoir.sandbox.rota import Rota
from comptoir.sandbox.world import RestaurantWorld

DEFAULT_SPEED: Final = 4.0
FASTEST: Final = 60.0
LATE: Final = timedelta(seconds=2)
"""A step later than this (after a pause or a stop) is dated when it happens, not when it was meant to."""
LONGEST_GAP: Final = timedelta(minutes=2)
"""After a longer stop the guests who would have come meanwhile went elsewhere."""

SEPARATELY: Final = timedelta(seconds=20)

PLANNED_UNTIL: Final = "planned_until"
SPEED: Final = "speed_in_thousandths"
PAUSED: Final = "paused"

_decoder: Final = msgspec.json.Decoder(list[Step])


class Living:
    """Sends guests into the world: same seed and same minutes, same guests. One thread at a time may call `advance`.

    The speed multiplies how many come and how quick they are; it is kept, like everything else, in the journal.
    """

    def __init__(self, world: RestaurantWorld, journal: Journal, *, seed: int) -> None:
        self._world = world
        self._journal = journal
        self._seed = seed
        self._rota = Rota(seed)

    @property
    def speed(self) -> float:
        """The factor, from above 0 to FASTEST; kept through a pause."""
        kept = self._journal.counter(SPEED)
        return kept / 1000 if kept else DEFAULT_SPEED

    @property
    def paused(self) -> bool:
        """Whether guests stay where they are."""
        return bool(self._journal.counter(PAUSED))

    def set_speed(self, factor: float) -> None:
        """Set the factor for guests to come; 0 pauses, anything else ends a pause. Raises RuleBroken."""
        if not (math.isfinite(factor) and 0 <= factor <= FASTEST):
            raise RuleBroken(f"The speed is a factor from 0 to {FASTEST:.0f}.", code="speed_invalid", status=422)
        with self._journal.transaction():
            self._journal.set_counter(PAUSED, int(factor == 0))
            if factor:
                self._journal.set_counter(SPEED, max(1, round(factor * 1000)))

    def fabricate(self, start: datetime, end: datetime) -> None:
        """Let the services between two instants happen as if somebody had watched; bills open at the end stay open.

        Guests come from the first whole minute on, so no time brings no guests. Does nothing in a world that has a
        past already.
        """
        with self._journal.transaction():
            if self._journal.counter(PLANNED_UNTIL):
                return
            self._journal.set_counter(PLANNED_UNTIL, milliseconds(_minute(start) + MINUTE))
            self._plan(end, speed=1, only_when_open=True)
            self._perform(end, late=timedelta.max)

    def advance(self, now: datetime) -> None:
        """Let happen what is due by now."""
        with self._journal.transaction():
            if self.paused:
                self._journal.set_counter(PLANNED_UNTIL, milliseconds(_minute(now) + MINUTE))
                return
            if now - utc_from_milliseconds(self._journal.counter(PLANNED_UNTIL)) > LONGEST_GAP:
                self._journal.set_counter(PLANNED_UNTIL, milliseconds(_minute(now)))
            if self._plan(now, speed=self.speed, only_when_open=False):
                self._journal.forget_changes(now=now)
            self._perform(now, late=LATE)

    def _plan(self, until: datetime, *, speed: float, only_when_open: bool) -> bool:
        """Plan the visits of every minute that has begun by `until`; whether there was one."""
        first = minute = utc_from_milliseconds(self._journal.counter(PLANNED_UNTIL))
        while minute <= until:
            for place in self._world.places():
                coming = visits(place, minute, seed=self._seed, speed=speed, only_when_open=only_when_open)
                for steps in coming:
                    self._journal.plan(place.location.id, steps[0].at, msgspec.json.encode(steps))
                for shift in self._rota.noted_in(place, minute):
                    self._journal.staff_book.note(shift)
            minute += MINUTE
        self._journal.set_counter(PLANNED_UNTIL, milliseconds(minute))
        return minute > first

    def _perform(self, until: datetime, *, late: timedelta) -> None:
        while (visit := self._journal.next_visit(until)) is not None:
            step, *rest = _decoder.decode(visit["steps"])
            at = step.at if until - step.at <= late else until
            try:
                number = self._take(self._world.place(visit["location_id"]), visit["number"], step, at).external_id
            except RuleBroken:  # somebody at the control page closed, moved or refunded this bill first
                rest = []
            if rest:
                self._journal.go_on(visit["id"], number, rest[0].at, msgspec.json.encode(rest))
            else:
                self._journal.end_visit(visit["id"])

    def _take(self, place: Place, number: str, step: Step, at: datetime) -> Sale:
        location_id = place.location.id
        match step.act:
            case "open":
                return self._open(location_id, step, at)
            case "add":
                return self._world.add(location_id, number, step.items, now=at)
            case "move":
                table = self._world.free_table(location_id, step.table)
                return self._world.move(location_id, number, table, now=at)
            case "split":
                return self._split(location_id, number, step, at)
            case "hand_over":
                return self._world.hand_over(location_id, number, now=at)
            case "close":
                total = self._journal.sale(location_id, number).total
                tip = till.tip_for(total, step.tip_percent)
                return self._world.close(location_id, number, step.methods, tip=tip, now=at)
            case "cancel":
                return self._world.cancel(location_id, number, now=at)
            case "refund":
                return self._world.refund(location_id, number, step.line, now=at)
            case "void":
                return self._world.void(location_id, number, now=at)

    def _open(self, location_id: str, step: Step, at: datetime) -> Sale:
        table = self._world.free_table(location_id, step.table) if step.table else ""
        with self._journal.transaction():
            sale = self._world.open(location_id, step.opening(table), items=step.items, now=at)
            if step.guest:
                self._journal.note_facts(location_id, sale.external_id, BillFacts(guest=step.guest))
        return sale

    def _split(self, location_id: str, number: str, step: Step, at: datetime) -> Sale:
        """Some pay for themselves, a little after the others."""
        sale, apart = self._world.split(location_id, number, now=at)
        paying = Step((step.then or step.at) + SEPARATELY, "close", methods=step.methods)
        self._journal.plan(location_id, paying.at, msgspec.json.encode([paying]), number=apart.external_id)
        return sale


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
