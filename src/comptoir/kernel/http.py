"""Calls to vendors as one onion: authorise, budget, retry, answer. The only file that knows the HTTP library."""

import asyncio
import atexit
import contextlib
import email.utils
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Protocol

import httpx
import stamina
import structlog

from comptoir.kernel import computing, metrics
from comptoir.kernel.budget import Priority, Turns
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.seal import Secret
from comptoir.kernel.words import gettext_noop as _

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS: Final = 20.0
AWAY: Final = _("%(vendor)s does not answer at the moment.")
BODY_SECONDS: Final = 2.0
KEPT_SECONDS: Final = 3.0
"""How long a connection is kept that nobody uses: the shortest that servers do is five seconds."""
MOST_CONNECTIONS: Final = 200
DEVICE_SECONDS: Final = 10.0
ATTEMPTS: Final = 5
LONGEST_WAIT: Final = timedelta(seconds=30)
LONGEST_TURN: Final = timedelta(seconds=30)
"""How long a call waits for its turn within the account's budget before it gives up."""
LONGEST_RETRY_AFTER: Final = timedelta(days=1)
RETRIED_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_OUTCOMES: Final = {401: "unauthorised", 403: "forbidden", 404: "not_found", 429: "too_often"}
NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Credentials(Protocol):
    """Where a bearer token comes from, and how a stale one is replaced."""

    def access_token(self) -> Secret:
        """A token that is valid now. Raises VendorRefused, VendorBusy."""

    def renewed(self, stale: Secret) -> Secret:
        """A newer token than `stale`, which the vendor refused. Raises VendorRefused, VendorBusy."""


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Retried(Exception):
    """An answer or a network fault worth another attempt."""

    def __init__(self, cause: str, retry_after: timedelta | None) -> None:
        super().__init__(cause)
        self.retry_after = retry_after


Pace = Callable[[Mapping[str, str]], float]
"""Reads in the headers of an answer for how many seconds imports should leave the account alone."""


class Api:
    """One vendor API for one account; safe to use from several threads. Every attempt is paid from the budget.

    `pace` is for vendors that tell how much of their own limit is left.
    """

    def __init__(
        self,
        base_url: str,
        *,
        vendor: str,
        credentials: Credentials,
        budget: Turns | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._pace = pace
        self._vendor, self._names = vendor, {"vendor": vendor}
        self._credentials = credentials
        self._budget = budget
        self._base = httpx.URL(base_url.rstrip("/"))

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        read_also: Collection[int] = frozenset(),
        priority: Priority = Priority.LIVE,
    ) -> Answer:
        """GET with the account's token; repeated on faults, since reading is harmless.

        Raises VendorBusy after the last attempt, VendorRefused on 401 with a fresh token and on 403, VendorUnreadable
        on any other status from 300 on that is not in `read_also`.
        """
        request = self._request("GET", path, params)
        answer = self._authorised(lambda token: self._with_retries(request, token, priority))
        return self._accepted(answer, request, read_also)

    def write(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        params: Mapping[str, str] | None = None,
        *,
        read_also: Collection[int] = frozenset(),
    ) -> Answer:
        """Ask the vendor to do something, once, with JSON in `body`. A refused token is renewed: nothing was done then.

        Raises VendorBusy when it was surely not done, OutcomeUnknown when it may have been (no answer, or a fault of
        the server's), VendorRefused and VendorUnreadable as `get`.
        """
        headers = {"content-type": "application/json"} if body else {}
        request = self._request(method, path, params, content=body, headers=headers)
        answer = self._authorised(lambda token: self._written(request, token))
        return self._accepted(answer, request, read_also)

    def close(self) -> None:
        """Nothing is asked any more; the connections are everybody's, and stay."""

    def _request(self, method: str, path: str, params: Mapping[str, str] | None, **more: Any) -> httpx.Request:
        url = f"{self._base}{path}"
        return _connections().build_request(method, url, params=dict(params or {}), timeout=TIMEOUT_SECONDS, **more)

    def _authorised(self, ask: Callable[[Secret], Answer]) -> Answer:
        # Turns, answers and pauses are waited for, and a token of another's renewal: none of it in a place.
        with computing.outside():
            token = self._credentials.access_token()
            answer = ask(token)
            return ask(self._credentials.renewed(token)) if answer.status == 401 else answer

    def _with_retries(self, request: httpx.Request, token: Secret, priority: Priority) -> Answer:
        try:
            for attempt in stamina.retry_context(on=_wait, attempts=ATTEMPTS, timeout=LONGEST_WAIT * 2):
                with attempt:
                    return self._read(request, token, priority)
        except _Retried as fault:
            raise self._busy(request, str(fault), fault.retry_after) from fault
        raise AssertionError("unreachable: a retry context returns or raises")

    def _read(self, request: httpx.Request, token: Secret, priority: Priority) -> Answer:
        try:
            answer = self._sent(request, token, priority)
        except httpx.RequestError as error:
            raise _Retried(f"{type(error).__name__}: {error}", None) from error
        if answer.status in RETRIED_STATUSES:
            raise _Retried(f"status {answer.status}", _told_to_wait(answer))
        return answer

    def _written(self, request: httpx.Request, token: Secret) -> Answer:
        try:
            answer = self._sent(request, token, Priority.LIVE)
        except NEVER_SENT as error:
            raise self._busy(request, repr(error), None) from error
        except httpx.RequestError as error:
            raise self._unknown(request, repr(error)) from error
        if answer.status == 429:
            raise self._busy(request, "status 429", _told_to_wait(answer))
        if answer.status >= 500:
            raise self._unknown(request, f"status {answer.status}: {answer.body[:300]!r}")
        return answer

    def _sent(self, request: httpx.Request, token: Secret, priority: Priority) -> Answer:
        self._take_turn(request, priority)
        request.headers["authorization"] = f"Bearer {token.reveal()}"
        began, outcome = time.monotonic(), "no_answer"
        try:
            response = _connections().send(request)
            outcome = _OUTCOMES.get(response.status_code, f"{response.status_code // 100}xx")
        finally:
            took = time.monotonic() - began
            metrics.CALLS.labels(self._vendor, outcome).inc()
            metrics.CALL_SECONDS.labels(self._vendor).observe(took)
            # The correlation id of whoever asked is bound around this, in a request or in a job.
            log.info("vendor.called", call=self._named(request), outcome=outcome, milliseconds=round(took * 1000))
        answer = Answer(response.status_code, response.headers, response.content)
        self._heed(answer)
        return answer

    def _heed(self, answer: Answer) -> None:
        """A vendor that says "too often" says it to everybody who asks this account; better to hear it coming."""
        if self._budget is None:
            return
        if self._pace is not None and (seconds := self._pace(answer.headers)) > 0:
            self._budget.hold_imports(now=time.monotonic(), seconds=seconds)
        if answer.status == 429:
            told = _told_to_wait(answer)
            self._budget.slow_down(now=time.monotonic(), seconds=told.total_seconds() if told is not None else None)

    def _take_turn(self, request: httpx.Request, priority: Priority) -> None:
        """Wait until the budget allows a call. Raises VendorBusy when others have gone first for too long."""
        if self._budget is None:
            return
        started = now = time.monotonic()
        while wait := self._budget.take(now=now, priority=priority):
            if now + wait - started > LONGEST_TURN.total_seconds():
                raise self._busy(request, "the account's own budget is spent", timedelta(seconds=wait))
            time.sleep(wait)
            now = time.monotonic()

    def _accepted(self, answer: Answer, request: httpx.Request, read_also: Collection[int]) -> Answer:
        if answer.status < 300 or answer.status in read_also:
            return answer
        log = f"{self._named(request)}: status {answer.status}: {answer.body[:300]!r}"
        if answer.status in (401, 403):
            raise VendorRefused(
                _("%(vendor)s asks you to sign in again."), for_log=log, status=answer.status, names=self._names
            )
        raise VendorUnreadable(_("%(vendor)s refused a question of ours."), path="$", for_log=log, names=self._names)

    def _busy(self, request: httpx.Request, cause: str, wait: timedelta | None) -> VendorBusy:
        return VendorBusy(
            _("%(vendor)s does not answer at the moment; Comptoir tries again by itself."),
            for_log=f"{self._named(request)}: {cause}",
            names=self._names,
            retry_at=datetime.now(UTC) + wait if wait else None,
        )

    def _unknown(self, request: httpx.Request, cause: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            _("%(vendor)s did not say whether it was done; Comptoir looks before it tries again."),
            for_log=f"{self._named(request)}: {cause}",
            names=self._names,
        )

    def _named(self, request: httpx.Request) -> str:
        """Method and path: neither holds a secret."""
        path = request.url.path.removeprefix(self._base.path).removeprefix("/")
        return f"{request.method} /{path}"


def post_form(
    url: str, fields: Mapping[str, str], *, client: tuple[str, Secret], vendor: str, client_in_form: bool = False
) -> Answer:
    """POST a form once, as an OAuth client; the caller reads the status. Never repeated: a code or token works once.

    The client names itself by HTTP Basic, or in the form where the vendor wants that (RFC 6749, 2.3.1).

    Raises VendorBusy when the server surely did nothing, OutcomeUnknown when the answer did not come.
    """
    name, secret = client[0], client[1].reveal()
    data = {**fields, "client_id": name, "client_secret": secret} if client_in_form else dict(fields)
    auth = None if client_in_form else (name, secret)
    try:
        response = httpx.post(url, data=data, auth=auth, timeout=TIMEOUT_SECONDS, verify=_certificates(trust_env=True))
    except NEVER_SENT as error:
        raise VendorBusy(AWAY, for_log=f"POST {url}: {error!r}", names={"vendor": vendor}) from error
    except httpx.RequestError as error:
        raise OutcomeUnknown(AWAY, for_log=f"POST {url}: {error!r}", names={"vendor": vendor}) from error
    return Answer(response.status_code, response.headers, response.content)


def send(method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout: float = TIMEOUT_SECONDS) -> Answer:
    """One plain request without redirects, as a simulator's webhooks need it. Raises VendorBusy without an answer."""
    try:
        response = httpx.request(
            method,
            url,
            content=body,
            headers=dict(headers),
            timeout=timeout,
            verify=_certificates(trust_env=True),
        )
    except httpx.RequestError as error:
        raise VendorBusy("No answer.", for_log=f"{method} {url}: {error!r}") from error
    return Answer(response.status_code, response.headers, response.content)


async def post_pinned(url: str, address: str, *, body: bytes, headers: Mapping[str, str], longest: int) -> Answer:
    """POST once to the host of `url` at exactly this IP address: no redirect, no proxy, no more than `longest` read.

    The certificate must be the host's. Raises VendorBusy without an answer; how long it may take is the caller's say.
    """
    asked = httpx.URL(url)
    told = {"accept-encoding": "identity", **headers, "host": asked.netloc.decode("ascii")}
    pinned, sni = asked.copy_with(host=address), {"sni_hostname": asked.raw_host.decode("ascii")}
    try:
        async with httpx.AsyncClient(
            trust_env=False, timeout=TIMEOUT_SECONDS, verify=_certificates(trust_env=False)
        ) as client:
            async with client.stream("POST", pinned, content=body, headers=told, extensions=sni) as response:
                return Answer(response.status_code, response.headers, await _beginning(response, longest))
    except (httpx.RequestError, httpx.InvalidURL) as error:
        raise VendorBusy("No answer.", for_log=f"{type(error).__name__}: {error}") from error


def ask_pinned(
    method: str, url: str, address: str, *, login: tuple[str, Secret], body: bytes, longest: int, basic: bool = False
) -> Answer:
    """Ask the host of `url` at exactly this IP address, as a user by HTTP Digest or Basic: no redirect, no proxy.

    Raises VendorBusy without an answer, or with one longer than `longest`.
    """
    asked = httpx.URL(url)
    pinned, sni = asked.copy_with(host=address), {"sni_hostname": asked.raw_host.decode("ascii")}
    auth = (httpx.BasicAuth if basic else httpx.DigestAuth)(login[0], login[1].reveal())
    headers = {"host": asked.netloc.decode("ascii"), "accept-encoding": "identity"}
    if body:
        headers["content-type"] = "application/xml"
    found = b""
    try:
        with (
            httpx.Client(
                trust_env=False, timeout=DEVICE_SECONDS, verify=_certificates(trust_env=False), auth=auth
            ) as client,
            client.stream(method, pinned, content=body or None, headers=headers, extensions=sni) as response,
        ):
            for chunk in response.iter_raw():
                if len(found := found + chunk) > longest:
                    raise VendorBusy("The answer is too long.", for_log=f"{method}: more than {longest} bytes")
            return Answer(response.status_code, response.headers, found)
    except (httpx.RequestError, httpx.InvalidURL) as error:
        raise VendorBusy("No answer.", for_log=f"{type(error).__name__}: {error}") from error


async def _beginning(response: httpx.Response, longest: int) -> bytes:
    """The first bytes of the body; the status was said already, so what is missing of it changes nothing."""
    found = b""
    with contextlib.suppress(httpx.RequestError, TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in response.aiter_raw():
                if len(found := found + chunk) >= longest:
                    break
    return found[:longest]


@cache
def _connections() -> httpx.Client:
    """To all vendors, for all accounts and threads: a client of its own for each call would cost as much as the call,
    and shake hands anew each time. It is let go of before the servers do so themselves, and keeps no cookies, which
    would be one account's with another's calls."""
    client = httpx.Client(
        headers={"accept": "application/json"},
        verify=_certificates(trust_env=True),
        limits=httpx.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=KEPT_SECONDS),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )
    atexit.register(client.close)
    return client


@cache
def _certificates(*, trust_env: bool) -> ssl.SSLContext:
    """Whom we trust; read from disk once, since that costs more than a call (50 ms of CPU against 2)."""
    return httpx.create_ssl_context(trust_env=trust_env)


def retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """Read `Retry-After` as seconds or as an HTTP date; None when absent or unreadable (RFC 9110, 10.2.3).

    Never more than a day, whatever was said.
    """
    if value is None:
        return None
    longest = int(LONGEST_RETRY_AFTER.total_seconds())
    if value.strip().isdecimal():
        digits = value.strip().lstrip("0")
        return timedelta(seconds=min(int(digits or 0), longest) if len(digits) <= len(str(longest)) else longest)
    try:
        wait = email.utils.parsedate_to_datetime(value) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_RETRY_AFTER)


def _told_to_wait(answer: Answer) -> timedelta | None:
    return retry_after(answer.headers.get("retry-after"), now=datetime.now(UTC))


def _wait(error: Exception) -> bool | timedelta:
    """Whether to try again, and after how long if the vendor said so."""
    if not isinstance(error, _Retried):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False
