"""`/v1/traffic`: counts come in, hours go out (traffic-analytics.md 3.3, 6.2)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from ninja.security import APIKeyHeader
from pydantic import ConfigDict

from comptoir.apps.traffic import catching_up, chains, location_ids
from comptoir.apps.traffic.counting import doors, receiving
from comptoir.apps.traffic.counting.receiving import Reading
from comptoir.apps.traffic.deliveries import content, plans
from comptoir.apps.traffic.door_tables import CountDoor
from comptoir.apps.traffic.export_tables import ExportRun
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import exporting, reading
from comptoir.apps.traffic.reports.tables import TYPES
from comptoir.core.installations import modules
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.api import Bearer, Problem, one_organisation

router = Router(tags=["Traffic"])
READ, WRITE = Bearer("traffic.read"), Bearer("traffic.write")
FAULTS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
MOST: int = 1000
LONGEST: int = 400
Number = Annotated[Decimal, Field(max_digits=12, decimal_places=2, ge=0)]


class CountIn(Schema):
    """What a counter says. Name it by `counter`, by its maker's `serial`, or by the location's id.

    `kind` `delta`: so many within `minutes` from `start`; `running_total`: where a counter that only counts up stands
    at `start`. `start` needs an offset.
    """

    model_config = ConfigDict(extra="forbid")  # counts only: no picture, nothing of a person, even unread (3.3)

    start: datetime
    minutes: Literal[1, 5, 15, 30, 60] = 60
    went_in: Number
    went_out: Number | None = None
    kind: Literal["delta", "running_total"] = "delta"
    counter: Annotated[str, Field(max_length=64)] = ""
    serial: Annotated[str, Field(max_length=64)] = ""
    location: Annotated[str, Field(max_length=64)] = ""


class CountsIn(Schema):
    """Up to 1,000 counts. The same count told again is one; a later telling of the same minutes replaces it."""

    counts: Annotated[list[CountIn], Field(min_length=1, max_length=MOST)]


class RefusedOut(Schema):
    """A count that was not taken: its place in the message (from 0), and why."""

    place: int
    code: str
    detail: str


class ReceivedOut(Schema):
    """How many counts were taken, how often a running total had begun anew, and what was refused."""

    taken: int
    resets: int
    refused: list[RefusedOut]


class HoursOut(Schema):
    """Hours in the columns of the data export; figures are decimal text, null where nothing is known.

    `next` goes on behind them and is null on the last page.
    """

    data: list[dict[str, Any]]
    next: str | None


@router.post("/traffic/counts", auth=WRITE, response={202: ReceivedOut, **FAULTS})
def take_counts(request: HttpRequest, said: CountsIn, organisation: str | None = None) -> Status[ReceivedOut]:
    """Take counts of people. No image, no face and no telephone is ever accepted: counts only."""
    mine = one_organisation(request, organisation)
    return Status(202, _received(mine.id, [_reading(each) for each in said.counts], "api", timezone.now()))


class Signed(APIKeyHeader):
    """A signature after Standard Webhooks over the raw body, by the secret of the address."""

    param_name = "webhook-signature"

    def authenticate(self, request: HttpRequest, key: str | None) -> tuple[CountDoor, str]:  # noqa: ARG002
        """The door and the message's id, where the signature says so. Raises RuleBroken (401, 403, 404)."""
        address = request.resolver_match.kwargs["door"] if request.resolver_match else ""
        headers = {name: request.headers.get(name, "") for name in doors.HEADERS}
        found = doors.open_with(parse_id("tdr", address), headers, request.body, now=timezone.now())
        if modules.is_off_everywhere(found[0].organisation_id, catching_up.APP):
            raise modules.inactive()
        return found


@router.post("/traffic/webhooks/{door}", auth=Signed(), response={202: ReceivedOut, 400: Problem, **FAULTS})
def take_signed_counts(request: HttpRequest, door: str, said: CountsIn) -> Status[dict[str, Any]]:  # noqa: ARG001
    """Take counts that are signed after Standard Webhooks with the secret of this address, instead of a token.

    A message told again (the same `webhook-id`) gets the answer it got first, and counts nothing twice.
    """
    opened, message_id = request.auth  # type: ignore[attr-defined]
    now, readings = timezone.now(), [_reading(each) for each in said.counts]

    def take() -> dict[str, Any]:
        return _received(opened.organisation_id, readings, "webhook", now).model_dump()

    answer, _is_new = doors.once(opened, message_id, take, now=now)
    return Status(202, answer)


@router.get("/traffic/hours", auth=READ, response={200: HoursOut, **FAULTS})
def hours(
    request: HttpRequest,
    since: date,
    until: date,
    organisation: str | None = None,
    location: str = "",
    updated_since: datetime | None = None,
    after: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> HoursOut:
    """Hours of business dates `since` to `until`, at most 400 days; `updated_since` gives only what changed since.

    `after` is `next` of the page before.
    """
    mine = one_organisation(request, organisation)
    if since > until or (until - since).days >= LONGEST:
        raise RuleBroken("`since` lies at most 400 days before `until`.", code="period_invalid", status=422)
    now = timezone.now()
    places = chains.places(mine.id, store_ids=None, now=now)
    if location:
        named = location_ids.by_names(each.location for each in places).get(location_ids.shown(location))
        places = [each for each in places if named is not None and each.store.id == named.store_id]
    catching_up.fresh(mine.id, {each.store.id for each in places}, since=since, until=until, now=now)
    changed = None if updated_since is None else _aware(updated_since)
    scope = reading.Scope(mine.id, [each.store.id for each in places])
    period, key = Period(since, until), _key(after) if after else None
    end = exporting.end_of_page(scope, period, updated_since=changed, after=key, limit=limit)
    found = exporting.rows(scope, mine.name, places, period, updated_since=changed, after=key, limit=limit)
    return HoursOut(data=[_as_json(each) for each in found], next=None if end is None else _cursor(end))


FILES: dict[str, Any] = {
    "responses": {200: {"description": "The file.", "content": {kind: {} for kind in TYPES.values()}}}
}


@router.get(
    "/traffic/exports/{export_run_id}/file",
    auth=READ,
    response={200: Any, **FAULTS},
    openapi_extra=FILES,
    url_name="export_file",
)
def export_file(request: HttpRequest, export_run_id: str, organisation: str | None = None) -> HttpResponse:
    """The file that a message `traffic.export_ready` tells of: the hours of its days as they are now."""
    mine = one_organisation(request, organisation)
    found = ExportRun.objects.filter(organisation_id=mine.id, id=parse_id("exr", export_run_id)).first()
    if found is None:
        raise RuleBroken("There is no such file.", code="not_found", status=404)
    plan = plans.find(mine.id, found.plan_id)
    answer = HttpResponse(content.made(plan, found, now=timezone.now()), content_type=TYPES[plan.kind])
    answer["Content-Disposition"] = f'attachment; filename="{content.name_of(plan, found)}"'
    return answer


def _received(organisation_id: UUID, readings: list[Reading], source: str, now: datetime) -> ReceivedOut:
    found = receiving.receive(
        organisation_id=organisation_id, readings=readings, source=source, now=now, store_ids=None
    )
    refused = [RefusedOut(place=each.place, code=each.code, detail=each.words) for each in found.refused]
    return ReceivedOut(taken=found.taken, resets=found.resets, refused=refused)


def _reading(said: CountIn) -> Reading:
    if said.start.tzinfo is None:
        raise RuleBroken("`start` needs an offset, such as +01:00 or Z.", code="offset_missing", status=422)
    return Reading(
        start=said.start.astimezone(UTC),
        minutes=said.minutes,
        went_in=said.went_in,
        went_out=said.went_out,
        counter=parse_id("cnt", said.counter) if said.counter else None,
        serial=said.serial,
        location=said.location,
        is_total=said.kind == "running_total",
    )


def _cursor(key: exporting.Key) -> str:
    """`2026-05-20_sto_…_1779271200`"""
    day, store_id, hour = key
    return f"{day}_{public_id('sto', store_id)}_{int(hour.timestamp())}"


def _key(said: str) -> exporting.Key:
    """Raises RuleBroken (422)."""
    try:
        day, prefix, store, hour = said.split("_")
        at = datetime.fromtimestamp(int(hour), tz=UTC)
        return date.fromisoformat(day), parse_id("sto", f"{prefix}_{store}"), at
    except (ValueError, OverflowError, OSError, RuleBroken):
        raise RuleBroken("`after` is `next` of the page before, unchanged.", code="after_invalid", status=422) from None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: exporting.plain(row[name]) for name in exporting.COLUMNS}
