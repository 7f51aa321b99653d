"""Dor's cloud as its documents show it, for whoever asks: hours of foot traffic by location, by when they were updated.

Written from docs.getdor.com/dtm-docs/dtm-api; what its pages leave open (how hours are asked for, what a row's fields
are called) is told as `comptoir.apps.traffic.arrivals.dor` assumes it.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from comptoir.pos.hosting import Request, Response

HOURS: Final = "/dtm-api/v1/foot-traffic/locations"
MOST: Final = 500


@dataclass(frozen=True)
class DorHour:
    """An hour of a location by its own clock, last updated at `updated_at` (UTC)."""

    location: str
    start: datetime
    went_in: int | None
    went_out: int | None
    updated_at: datetime
    validity: str = "valid"
    completeness: str = "complete"


class DorCloud:
    """One account. `hours` may change while it is asked; `asked` is what it was asked for, page by page."""

    def __init__(self, organisation: str, key: str, hours: list[DorHour]) -> None:
        self.let_in(organisation, key)
        self.hours = hours
        self.asked: list[dict[str, str]] = []
        self.page = 100
        self.elsewhere = ""

    def let_in(self, organisation: str, key: str) -> None:
        """From now on this account, and no other."""
        self._login = base64.b64encode(f"{organisation}:{key}".encode()).decode()

    def answer(self, request: Request, now: datetime) -> Response:  # noqa: ARG002 (the host's)
        """What it answers."""
        if request.headers.get("authorization") != f"Basic {self._login}":
            return _refused(403, "FORBIDDEN", "The request was refused.")
        if request.path != HOURS or request.method != "GET":
            return _refused(404, "NOT_FOUND", "There is no such resource.")
        if not 0 < int(request.query.get("limit", self.page)) < MOST:
            return _refused(400, "INVALID_REQUEST_ERROR", "Limit must be less than 500.")
        self.asked.append(dict(request.query))
        return self._hours(request)

    def _hours(self, request: Request) -> Response:
        since = datetime.fromisoformat(request.query["updated_at_start"])
        found = [each for each in self.hours if each.updated_at >= since]
        at = int(request.query.get("next", "0"))
        behind = at + min(self.page, int(request.query.get("limit", self.page)))
        house = self.elsewhere or f"http://{request.headers['host']}"
        link = f"{house}{HOURS}?{urlencode({**request.query, 'next': behind})}" if behind < len(found) else None
        rows = [
            {
                "location_id": each.location,
                "datetime": each.start.isoformat(timespec="seconds"),
                "in_count": each.went_in,
                "out_count": each.went_out,
                "validity": each.validity,
                "completeness": each.completeness,
            }
            for each in found[at:behind]
        ]
        return _json(200, {"data": rows, "meta": {"limit": self.page, "next": link}})


def _refused(status: int, kind: str, message: str) -> Response:
    return _json(status, {"code": str(status), "type": kind, "message": message})


def _json(status: int, said: object) -> Response:
    return Response(status, json.dumps(said).encode(), {"content-type": "application/json"})
