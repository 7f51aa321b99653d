"""Users, groups and shifts of the staff API (sheet 14); its pages count from 1."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from comptoir.connectors.lightspeed_k.simulator.answers import json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.figures import text
from comptoir.connectors.lightspeed_k.simulator.numbers import reference
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.pos.hosting import Response
from comptoir.pos.world import Clocking, WorldLocation, WorldShift, WorldStaff

DEFAULT_PAGE_SIZE: Final = 10
FIRST_DAY: Final = datetime(2020, 1, 1, tzinfo=UTC)
FLOOR_GROUP: Final = {"id": 1, "name": "Salle"}
OFFICE_GROUP: Final = {"id": 2, "name": "Direction"}
CREATED: Final = "2025-01-01T08:00:00Z"


def users(call: Call) -> Response:
    """Those of one type: POS are all, BACK_OFFICE those who manage."""
    location, type_ = call.location(), call.parts["type"]
    if type_ not in ("POS", "BACK_OFFICE"):
        raise call.refuse(400, f"unknown user type {type_}")
    found = [_user(call, location, each, type_) for each in _staff(call, location) if type_ == "POS" or each.manager]
    if call.query.get("isActive"):
        found = [each for each in found if each["active"] == (call.query["isActive"] == "true")]
    return _page(call, "staff", found)


def user(call: Call) -> Response:
    """One user by id."""
    location = call.location()
    for each in _staff(call, location):
        if each.id == call.parts["staff"]:
            return json_answer({"data": {"staff": _user(call, location, each, "POS")}})
    raise call.refuse(404, f"staff not found for id {call.parts['staff']}")


def groups(call: Call) -> Response:
    """The groups of a place."""
    call.location()
    return json_answer({"data": {"staffGroupList": [FLOOR_GROUP, OFFICE_GROUP]}})


def group(call: Call) -> Response:
    """One group by id."""
    call.location()
    for each in (FLOOR_GROUP, OFFICE_GROUP):
        if str(each["id"]) == call.parts["group"]:
            return json_answer({"data": {"staffGroup": each}})
    raise call.refuse(404, f"group not found for id {call.parts['group']}")


def shifts(call: Call) -> Response:
    """Shifts that began between two instants, newest first unless asked otherwise."""
    location = call.location()
    start = _instant(call, "startTime") or FIRST_DAY
    end = _instant(call, "endTime") or call.now
    found = list(call.desk.world.shifts(location.id, start, end))
    if call.query.get("staffId"):
        found = [each for each in found if each.staff_id == call.query["staffId"]]
    if call.query.get("sort", "date,desc").endswith(",asc"):
        found.reverse()
    return _page(call, "shifts", [shift(each, location) for each in found])


def shift(each: WorldShift, location: WorldLocation) -> dict[str, Any]:
    """A shift with all its notes, corrections included; `dateInUTC` is when it was written to latest."""
    return {
        "uuid": reference("shift", each.id),
        "businessId": int(location.business_id),
        "businessLocationId": int(location.id),
        "deviceId": int(each.register_id),
        "staffId": int(each.staff_id),
        "declaredCashTips": text(each.cash_tips),
        "dateInUTC": _seconds(each.noted_at),
        "events": [_event(each, index, clocking) for index, clocking in enumerate(each.clockings)],
    }


def _event(each: WorldShift, index: int, clocking: Clocking) -> dict[str, Any]:
    return {
        "uuid": reference("clocking", each.id, str(index)),
        "timestamp": _seconds(clocking.at),
        "createdOn": _seconds(clocking.noted_at),
        "eventType": "CLOCK_IN" if clocking.coming else "CLOCK_OUT",
    }


def _staff(call: Call, location: WorldLocation) -> Sequence[WorldStaff]:
    return call.desk.staff(location.id)


def _user(call: Call, location: WorldLocation, staff: WorldStaff, type_: str) -> dict[str, Any]:
    inactive = call.desk.holds(Condition.STAFF_INACTIVE, location.id)
    body = {
        "staffId": int(staff.id),
        "username": staff.first_name.lower(),
        "userTypes": ["POS", "BACK_OFFICE"] if staff.manager else ["POS"],
        "firstName": staff.first_name,
        "lastName": staff.last_name,
        "active": staff.active and not inactive,
        "pinCodeSet": True,
        "pinLength": 4,
        "createdOn": CREATED,
        "modifiedOn": CREATED,
        "businessId": int(location.business_id),
        "businessLocationId": int(location.id),
        "groups": [FLOOR_GROUP, OFFICE_GROUP] if staff.manager else [FLOOR_GROUP],
        "reportAccess": [],
        "roles": [],
    }
    return {**body, "email": staff.email} if type_ == "BACK_OFFICE" else body


def _page(call: Call, name: str, found: Sequence[dict[str, Any]]) -> Response:
    page = call.whole_number("page", default=1, least=1)
    size = call.whole_number("size", default=DEFAULT_PAGE_SIZE, least=1)
    last = max(1, -(-len(found) // size))
    numbers = {"first": 1, "self": page, "next": min(page + 1, last), "last": last}
    links = {
        rel: {"href": f"{call.request.path}?{urlencode({**call.query, 'page': number})}"}
        for rel, number in numbers.items()
        if rel != "next" or page < last
    }
    return json_answer(
        {
            "data": {name: list(found[(page - 1) * size : page * size])},
            "links": links,
            "page": {"page": page, "size": size, "totalElements": len(found), "totalPages": last},
        }
    )


def _instant(call: Call, name: str) -> datetime | None:
    """Times come without a zone, and from some clients with a Z; UTC is assumed. Raises Refusal."""
    given = call.query.get(name)
    if not given:
        return None
    try:
        return datetime.fromisoformat(given.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise call.refuse(400, f"Invalid value for parameter '{name}': {given}") from None


def _seconds(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
