"""What a provider reads of a store: the integration, its readiness, floor and bills."""

from typing import Annotated, Any, Literal, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Status

from comptoir.apps.pay_at_table import checks, floor, linking, plans
from comptoir.apps.pay_at_table.models import Bill, Integration
from comptoir.apps.pay_at_table.provider import bills, showing
from comptoir.apps.pay_at_table.provider.door import BASE, FAULTS, KEY, key_of, mine, operation, router
from comptoir.apps.pay_at_table.schemas import (
    CapabilitiesOut,
    CheckOut,
    FloorPlanOut,
    FloorPlansOut,
    LinkedIntegrationOut,
    LinkOut,
    MethodsOut,
    ReadinessOut,
    Short,
    TableOut,
)
from comptoir.core.accounts.models import Store
from comptoir.core.connections.models import Connection
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorUnreadable
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.pos.capabilities import Capability, ReadsReadiness

Seconds = Annotated[int, Query(ge=2, le=60)]
Tag = Annotated[str, Query(max_length=64)]


@router.post(BASE + "/link", response={200: LinkOut, **FAULTS}, auth=KEY, operation_id="ask_for_link")
def ask_for_link(request: HttpRequest, integration: str) -> LinkOut:
    """Ask the merchant to be let in. Asking again says what was decided."""
    link = linking.ask(key=key_of(request), integration_id=parse_id("int", integration), now=timezone.now())
    return LinkOut(integration=integration, state=link.state)


@router.delete(BASE + "/link", response={200: LinkOut, **FAULTS}, auth=KEY, operation_id="let_go")
def let_go(request: HttpRequest, integration: str) -> LinkOut:
    """Have nothing more to do with this integration; payments that are on their way go on. Harmless to repeat."""
    linking.unlink(key=key_of(request), integration_id=parse_id("int", integration), now=timezone.now())
    return LinkOut(integration=integration, state="unlinked")


@operation("GET", "", {200: LinkedIntegrationOut})
def one_integration(request: HttpRequest, response: HttpResponse, integration: str) -> LinkedIntegrationOut:
    """The store, what may be done there, and how it stands."""
    found = mine(request, integration, response)
    store = Store.objects.get(organisation_id=found.organisation_id, id=found.store_id)
    has = _capabilities(found)
    return LinkedIntegrationOut(
        id=found.public_id,
        name=found.name,
        store=store.name,
        timezone=store.timezone,
        currency=store.currency,
        status=status_of(found),
        degraded_because=found.degraded,
        is_test=found.is_test,
        min_partial=found.least_part,
        capabilities=CapabilitiesOut(
            intents=Capability.PAYMENTS in has,
            split_by_item=Capability.CHECKS in has,
            orders=Capability.ORDERS in has,
            tips=found.tip_to_pos,
            pos_message=Capability.MESSAGES in has,
        ),
        methods=MethodsOut(
            card=found.card_method,
            voucher=found.voucher_method,
            card_label=found.card_label,
            voucher_label=found.voucher_label,
        ),
    )


@operation("GET", "/readiness", {200: ReadinessOut})
def readiness(request: HttpRequest, response: HttpResponse, integration: str) -> ReadinessOut:
    """Whether the till takes payments and orders, asked now."""
    found, now = mine(request, integration, response, by_plan=True), timezone.now()
    heard = max((at for at in (found.heard_result_at, found.heard_event_at) if at), default=None)
    try:
        with checks.at_the_till(found) as (vendor, location):
            said = cast(ReadsReadiness, vendor).readiness(location)
    except (VendorBusy, VendorUnreadable, OutcomeUnknown):
        return ReadinessOut(
            ready=False,
            pos_reachable=False,
            enabled=None,
            sales_period_open=None,
            till_online=None,
            last_notification_at=heard,
            checked_at=now,
        )
    return ReadinessOut(
        ready=said.ready,
        pos_reachable=True,
        enabled=said.enabled,
        sales_period_open=said.sales_period_open,
        till_online=said.till_available,
        last_notification_at=heard,
        checked_at=now,
    )


@operation("GET", "/floor-plans", {200: FloorPlansOut, 304: None})
def floor_plans(request: HttpRequest, response: HttpResponse, integration: str) -> Any:
    """Rooms and tables, at most ten minutes old. None is a normal state, and `reason` says so."""
    found, now = mine(request, integration, response, by_plan=True), timezone.now()
    kept = floor.plans(found, now=now)
    named = {each["id"]: each for each in floor.tables(found, now=now)}
    plans = [
        FloorPlanOut(id=plan["id"], name=plan["name"], tables=[_table(named[each["id"]]) for each in plan["tables"]])
        for plan in kept.said
    ]
    if not_modified(request, response, floor.etag_of([each.model_dump() for each in plans])):
        return Status(304, None)
    return FloorPlansOut(data=plans, reason="" if plans else floor.NONE, fetched_at=kept.fetched_at)


@operation("GET", "/tables", {200: list[TableOut]})
def tables(
    request: HttpRequest, response: HttpResponse, integration: str, floor_plan_id: Tag = "", code: Tag = ""
) -> list[TableOut]:
    """Tables, and whether somebody sits there with a bill; `code` finds the one a guest's page names."""
    found, now = mine(request, integration, response, by_plan=True), timezone.now()
    opened, _ = bills.every_open(found, now=now)
    numbers = {bill.table_number for bill in opened}
    return [
        _table(each, has_open_check=each["number"] in numbers)
        for each in floor.tables(found, now=now)
        if floor_plan_id in {"", each["floor_plan_id"]} and code in {"", each["code"]}
    ]


@operation("GET", "/checks", {200: list[CheckOut], 304: None})
def list_checks(
    request: HttpRequest,
    response: HttpResponse,
    integration: str,
    table_number: Short = "",
    public_table_code: Tag = "",
    status: Literal["open", "partially_paid", "paid", "closed", "all"] = "open",
    max_age: Seconds = 15,
) -> Any:
    """Bills, by default every one that is not closed; a table may hold several, and the guest says which is theirs.

    They are read at the till when the last read is older than two seconds, so `max_age` is always kept, unless a bill
    says that it is `stale`.
    """
    del max_age
    found, now = mine(request, integration, response, by_plan=True), timezone.now()
    if public_table_code:
        table_number = floor.table_behind(found, public_table_code, now=now)["number"]
    rows, stale = bills.every_open(found, now=now)
    if status in {"closed", "all"}:
        rows = [*rows, *bills.closed_lately(found, now=now)]
    shown = [
        showing.check(bill, now=now, stale=stale and not bill.closed)
        for bill in rows
        if table_number in {"", bill.table_number} and _is_wanted(bill, status)
    ]
    tag = floor.etag_of([(each.id, each.revision, each.held.amount, each.stale) for each in shown])
    return Status(304, None) if not_modified(request, response, tag) else shown


@operation("GET", "/checks/{check}", {200: CheckOut, 304: None})
def one_check(request: HttpRequest, response: HttpResponse, integration: str, check: Short, fresh: bool = False) -> Any:
    """One bill, read at the till at most fifteen seconds ago; `fresh=true` reads it now."""
    found, now = mine(request, integration, response, by_plan=True), timezone.now()
    bill, stale = bills.one(found, check, fresh=fresh, now=now)
    if not_modified(request, response, showing.etag(bill, now=now)) and not stale:
        return Status(304, None)
    return showing.check(bill, now=now, stale=stale)


def status_of(integration: Integration) -> str:
    """How an integration stands, in one word."""
    connection = Connection.objects.get(organisation_id=integration.organisation_id, id=integration.connection_id)
    if not integration.enabled:
        return "disabled"
    if connection.status == Connection.Status.RECONNECT:
        return "reauth_required"
    if plans.state_of(integration, now=timezone.now()) is not plans.PlanState.ACTIVE:
        return "plan_inactive"
    return "degraded" if integration.degraded else "active"


def not_modified(request: HttpRequest, response: HttpResponse, tag: str) -> bool:
    """Tell the tag; whether the caller has it already."""
    response["ETag"] = tag
    return tag in {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}


def _is_wanted(bill: Bill, status: str) -> bool:
    state = showing.state_of(bill)
    return status == "all" or state == status or (status == "open" and state != "closed")


def _table(table: dict[str, Any], *, has_open_check: bool | None = None) -> TableOut:
    return TableOut(
        id=table["id"],
        number=table["number"],
        label=table["label"],
        seats=table["seats"],
        active=table["active"],
        public_table_code=table["code"],
        floor_plan_id=table["floor_plan_id"],
        floor_plan=table["floor_plan"],
        has_open_check=has_open_check,
    )


def _capabilities(integration: Integration) -> frozenset[Capability]:
    connection = Connection.objects.get(organisation_id=integration.organisation_id, id=integration.connection_id)
    return frozenset(registry.connector(connection.provider).manifest.capabilities)
