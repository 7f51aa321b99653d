"""The server behind the tills: calls over HTTP, each with a key so that it may be repeated."""

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

TIMEOUT_SECONDS: Final = 10.0


class Refused(Exception):
    """The partner API said no: `status`, its stable `code`, and its words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class PartnerServer:
    """Speaks for one brand: with the token of that brand, or with one that it signed in for."""

    base_url: str
    token: str

    def sign_in(self, *, client_id: str, client_secret: str, username: str, password: str) -> None:
        """Get an access token for the technical user of the brand (X7). Raises Refused."""
        said = {"client_id": client_id, "client_secret": client_secret, "username": username, "password": password}
        self.token = str(self.post("oauth/token", said | {"grant_type": "password"}).body["access_token"])

    def get(self, path: str) -> Any:
        """Ask. Raises Refused."""
        return self.call("GET", path).body

    def post(self, path: str, body: Any, *, key: str = "") -> Answer:
        """Write. Raises Refused."""
        return self.call("POST", path, body, key=key or uuid.uuid4().hex)

    def patch(self, path: str, body: Any) -> Answer:
        """Change. Raises Refused."""
        return self.call("PATCH", path, body, key=uuid.uuid4().hex)

    def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> Answer:
        """One call. Raises Refused, and OSError where nobody answers."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if not self.token:
            del headers["Authorization"]
        if key:
            headers["Idempotency-Key"] = key
        request = urllib.request.Request(  # noqa: S310  (the address is the operator's own)
            f"{self.base_url.rstrip('/')}/partner/v1/{quote(path, safe='/?&=%')}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                content = answer.read()
                said = json.loads(content) if content else None
                return Answer(answer.status, said, {name.lower(): value for name, value in answer.headers.items()})
        except urllib.error.HTTPError as error:
            said = json.loads(error.read() or b"{}")
            raise Refused(error.code, said.get("code", ""), said.get("message", "")) from None
