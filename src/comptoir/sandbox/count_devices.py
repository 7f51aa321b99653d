"""Two people counters as their makers' documents show them, for whoever asks: Axis (JSON) and Hikvision (XML).

They keep counts by their own clock and want a user and a password, by HTTP Digest as such devices do (RFC 7616).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from comptoir.pos.hosting import Request, Response

REALM, NONCE = "counter", "5ccc069c403ebaf9f0171e9517f40e41"
PART: Final = re.compile(r'(\w+)="?([^",]+)"?')
HOUR: Final = timedelta(hours=1)
Counts = Mapping[datetime, tuple[int, int]]
"""In and out by the hour of the device's clock at which they began."""


class CountDevice:
    """One device. `counts` may change while it is asked."""

    def __init__(self, user: str, password: str, counts: Counts) -> None:
        self._user, self._password = user, password
        self.counts = counts
        self.asked: list[str] = []

    def answer(self, request: Request, now: datetime) -> Response:  # noqa: ARG002 (the host's)
        """What it answers."""
        if not self._is_let_in(request):
            challenge = f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm=MD5'
            return Response(401, headers={"www-authenticate": challenge})
        self.asked.append(request.path)
        if request.path == "/a3dpc/api/export/json" and request.query.get("resolution") == "hour":
            return self._axis(request)
        if request.path == "/ISAPI/System/Video/inputs/channels/1/counting/search":
            return self._hikvision(request)
        return Response(404)

    def _axis(self, request: Request) -> Response:
        since = datetime.strptime(request.query["start"], "%Y%m%d")  # noqa: DTZ007 (the device's clock)
        rows = [
            {"start": f"{at:%Y-%m-%d %H:%M:%S}", "end": f"{at + HOUR:%Y-%m-%d %H:%M:%S}", "in": came, "out": left}
            for at, (came, left) in sorted(self.counts.items())
            if at >= since
        ]
        return Response(200, json.dumps({"data": rows}).encode(), {"content-type": "application/json"})

    def _hikvision(self, request: Request) -> Response:
        day = re.search(rb"<startTime>(\d{4}-\d\d-\d\d)T", request.body)
        rows = "".join(
            f"<matchElement><timeSpan><startTime>{at.isoformat()}</startTime><endTime>{(at + HOUR).isoformat()}"
            f"</endTime></timeSpan><enterCount>{came}</enterCount><exitCount>{left}</exitCount></matchElement>"
            for at, (came, left) in sorted(self.counts.items())
            if day and at.date().isoformat() == day[1].decode()
        )
        name = 'CountingStatisticsResult version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"'
        body = f'<?xml version="1.0" encoding="UTF-8"?><{name}><matchList>{rows}</matchList></CountingStatisticsResult>'
        return Response(200, body.encode(), {"content-type": "application/xml"})

    def _is_let_in(self, request: Request) -> bool:
        said = dict(PART.findall(request.headers.get("authorization", "")))
        if said.get("username") != self._user or said.get("nonce") != NONCE:
            return False
        one = _md5(f"{self._user}:{REALM}:{self._password}")
        two = _md5(f"{request.method}:{said.get('uri', '')}")
        right = _md5(f"{one}:{NONCE}:{said.get('nc', '')}:{said.get('cnonce', '')}:auth:{two}")
        return said.get("response") == right


def _md5(text: str) -> str:
    """As the standard has it for devices of this age; nothing of ours is kept by it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
