"""The vendor's HTTP as one object: routes, who may call them, and what becomes of it."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from comptoir.connectors.lightspeed_k.simulator import finance, oauth, orders, scanning, staff
from comptoir.connectors.lightspeed_k.simulator.answers import Refusal, spring, unauthorised
from comptoir.connectors.lightspeed_k.simulator.desk import Call, Desk, Route
from comptoir.connectors.lightspeed_k.simulator.oauth.consent import Business
from comptoir.connectors.lightspeed_k.simulator.oauth.tokens import Grant, Tokens
from comptoir.connectors.lightspeed_k.simulator.office import Offices
from comptoir.connectors.lightspeed_k.simulator.orders import endpoints, items, readiness
from comptoir.connectors.lightspeed_k.simulator.orders.tills import SentTask, Tills
from comptoir.connectors.lightspeed_k.simulator.post import PREFIX, Address, Post
from comptoir.connectors.lightspeed_k.simulator.rtn.deliveries import Deliveries, Delivery
from comptoir.connectors.lightspeed_k.simulator.settings import (
    Behaviour,
    Conditions,
    NotificationSetting,
    OAuthClient,
)
from comptoir.connectors.lightspeed_k.simulator.staff import hooks
from comptoir.connectors.lightspeed_k.simulator.store import Store
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Outgoing, Request, Response
from comptoir.pos.world import World

__all__ = ["Delivery", "KSeriesSimulator"]

ROUTES: Final[tuple[Route, ...]] = (*finance.ROUTES, *orders.ROUTES, *staff.ROUTES)


class KSeriesSimulator:
    """Satisfies `pos.hosting.Simulator`; safe to call from several threads.

    Tokens, registrations, tasks and notifications under way live in `path`, or in memory without one. `conditions`
    says how things stand at a location now (see `Condition`).
    """

    def __init__(
        self,
        world: World,
        *,
        client: OAuthClient,
        behaviour: Behaviour | None = None,
        path: Path | None = None,
        conditions: Conditions = lambda _: frozenset(),
    ) -> None:
        self._world = world
        self._client = client
        self._behaviour = behaviour or Behaviour()
        self._store = Store(path)
        self._tokens = Tokens(self._store, self._behaviour.lifetimes, self._behaviour.withheld)
        self._v1_tokens = Tokens(self._store, self._behaviour.v1_lifetimes)
        self.offices = Offices(self._store)
        self._deliveries = Deliveries(self._store, world, self._behaviour, self.offices)
        self._desk = Desk(world, self._behaviour, self._store, self._deliveries, conditions, self.offices)
        self._post = Post(self._store, self._behaviour, _address)
        self._tills = Tills(self._desk, self._post)

    def answer(self, request: Request, *, now: datetime) -> Response:
        """Answer one request as the vendor would."""
        try:
            return self._answer(request, now)
        except Refusal as refusal:
            return refusal.response

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        """What to send now: real-time notifications, and webhooks of what tills have done since."""
        self._tills.work(now=now)
        readiness.tell_changes(self._desk, self._post, now=now)
        hooks.tell_changes(self._desk, self._post, now=now)
        return [*self._deliveries.due(now=now), *self._post.due(now=now)]

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Note how a delivery went."""
        if key.startswith(PREFIX):
            self._post.sent(key, status=status, now=now)
            return
        self._deliveries.sent(key, status=status, now=now)

    def take_note(self, *, now: datetime) -> None:
        """Read what happened in the world so far; before a URL is set, this lets the past rest."""
        self._deliveries.take_note(now=now)
        self._tills.work(now=now)
        hooks.tell_changes(self._desk, self._post, now=now)

    def mint(self, business_id: str, *, now: datetime) -> dict[str, Any]:
        """A fresh pair of tokens with all scopes, as after a consent. Raises RuleBroken."""
        if business_id not in {location.business_id for location in self._world.locations()}:
            raise RuleBroken(
                "There is no business with this id.",
                code="business_unknown",
                status=404,
            )
        return self._tokens.issue(Grant(business_id, self._client.scopes), now=now)

    def expire_tokens(self, business_id: str) -> None:
        """End the access tokens of a business now."""
        self._tokens.expire(business_id)

    def revoke_consent(self, business_id: str) -> None:
        """Refuse the refresh tokens of a business from now on."""
        self._tokens.revoke(business_id)

    def set_item_count(self, location_id: str, sku: str, count: int | None, *, now: datetime) -> None:
        """Limit how many of an item can be sold, or no longer (None)."""
        items.set_count(self._desk, self._post, location_id, sku, count, now=now)

    def sold_out(self, location_id: str) -> frozenset[str]:
        """The items of which none is left."""
        return items.sold_out(self._desk, location_id)

    def scan(self, location_id: str, number: str, code: str, *, url: str, now: datetime) -> Mapping[str, Any]:
        """A guest's code is read at the till for an open bill; returns what the till was told."""
        return scanning.scan(self._world, location_id, number, code, url=url, now=now)

    def announce_order(self, location_id: str, reference: str, status: str, *, now: datetime) -> None:
        """Tell how an order from outside fares, such as READY_FOR_PICKUP. Raises RuleBroken."""
        self._tills.announce(location_id, reference, status, now=now)

    def sent_from_outside(self, location_id: str, *, limit: int = 12) -> list[SentTask]:
        """The latest payments and orders that came over the API, newest first."""
        return self._tills.sent(location_id, limit=limit)

    def configure_notifications(self, location_id: str, setting: NotificationSetting | None) -> None:
        """Set or remove (None) the notification URL of a location, as its back office would. Raises RuleBroken."""
        if location_id not in {location.id for location in self._world.locations()}:
            raise RuleBroken(
                "There is no location with this id.",
                code="location_unknown",
                status=404,
            )
        self._deliveries.configure(location_id, setting)

    def notification_setting(self, location_id: str) -> NotificationSetting | None:
        """What the back office says about notifications of a location."""
        return self._deliveries.setting(location_id)

    def deliveries(self, location_id: str, *, limit: int = 10) -> list[Delivery]:
        """The latest notifications of a location, newest first."""
        return self._deliveries.latest(location_id, limit=limit)

    def waiting(self, location_id: str) -> int:
        """How many notifications of a location have not arrived yet."""
        return self._deliveries.waiting(location_id)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _answer(self, request: Request, now: datetime) -> Response:
        if request.path in (f"{oauth.REALM}/auth", oauth.V1_AUTHORISE) and request.method in ("GET", "POST"):
            return oauth.authorise(
                request, client=self._client, tokens=self._tokens, businesses=self._businesses(), now=now
            )
        if request.path == f"{oauth.REALM}/token" and request.method == "POST":
            return oauth.token(request, client=self._client, tokens=self._tokens, now=now)
        if request.path == oauth.V1_TOKEN and request.method == "POST":
            return oauth.token(request, client=self._client, tokens=self._v1_tokens, now=now)
        for route in ROUTES:
            match = route.path.fullmatch(request.path)
            if match and route.method == request.method:
                grant = self._granted(request, route.scope, now)
                return route.handle(Call(request, grant, match.groupdict(), now, self._desk))
        return spring(404, "No message available", path=request.path, now=now)

    def _granted(self, request: Request, scope: str, now: datetime) -> Grant:
        """What the caller's token opens. Raises Refusal: 401 without a valid token, 403 without the scope (A13)."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self._tokens.grant(token, now=now) if kind.lower() == "bearer" else None
        if grant is None:
            raise Refusal(unauthorised())
        if scope not in grant.scopes:
            raise Refusal(
                spring(
                    403,
                    "Insufficient scope for this resource",
                    path=request.path,
                    now=now,
                )
            )
        return grant

    def _businesses(self) -> list[Business]:
        found: dict[str, Business] = {}
        for location in self._world.locations():
            manager = self._behaviour.managers.get(location.business_id, "")
            business = found.get(
                location.business_id,
                Business(location.business_id, location.business_name, manager),
            )
            found[location.business_id] = business.with_location(location.name)
        return list(found.values())


def _address(database: sqlite3.Connection, sender: str) -> Address | None:
    """Who a message is for: a registration of the staff API, or an endpoint of Order and Pay."""
    if sender.startswith(hooks.SENDER):
        return hooks.address(database, sender)
    registration = endpoints.find(database, sender)
    return None if registration is None else endpoints.address(registration)
