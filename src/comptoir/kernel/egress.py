"""Calls to addresses that customers named: https alone, to public addresses alone, redirects followed nowhere.

What is checked is the address that is connected to, not a name that may mean something else a moment later.
"""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult, urlsplit

from comptoir.kernel import computing
from comptoir.kernel.egress_rules import Rules as Rules
from comptoir.kernel.errors import ComptoirError, VendorBusy
from comptoir.kernel.http import Answer, ask_pinned, post_pinned
from comptoir.kernel.own_thread import run_apart
from comptoir.kernel.seal import Secret

TOTAL_SECONDS: Final = 15.0
LONGEST_ANSWER: Final = 1024
LONGEST_URL: Final = 2000
DEFAULT_PORTS: Final = {"https": 443, "http": 80}
WORDS: Final = {
    "unreadable": "This is no address that can be called.",
    "parts": "Leave user, password and fragment out of the address.",
    "https": "The address must begin with https://.",
    "private": "The address is in a private network; Comptoir calls public addresses only.",
}
GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")


class EgressRefused(ComptoirError):
    """The address is none that Comptoir calls; only changing it helps. `reason` says why, in one of four words."""

    def __init__(self, reason: Literal["unreadable", "parts", "https", "private"], *, where: str = "") -> None:
        super().__init__(WORDS[reason], for_log=f"{WORDS[reason]} ({where})" if where else "")
        self.reason = reason


@dataclass(frozen=True)
class Call:
    """One message to one address."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of a call: an answer, or why there is none."""

    answer: Answer | None
    fault: str
    duration_ms: int


def check(url: str, rules: Rules) -> None:
    """Raises EgressRefused for an address that is refused whatever its name stands for at the moment."""
    host, port, is_exception = _target(url, rules)
    if is_exception:
        return
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            raise EgressRefused("private", where=f"{host}:{port}") from None
        return
    if not is_public(host):
        raise EgressRefused("private", where=f"{host}:{port}")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's, also behind the forms that carry another one in them."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    inner = ip.sixtofour
    return ip in GLOBAL_UNICAST and ip.is_global and (inner is None or is_public(str(inner)))


def resolved(host: str, port: int, rules: Rules) -> str:
    """The address to connect to for what speaks no HTTP. Raises EgressRefused; OSError where a name leads nowhere."""
    name = host.lower().rstrip(".")
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise EgressRefused("unreadable") from None
    permitted = [str(each[4][0]) for each in found if (name, port) in rules.allowed or is_public(str(each[4][0]))]
    if not permitted:
        raise EgressRefused("private", where=f"{name}:{port}")
    return permitted[0]


def ask(
    method: str,
    url: str,
    rules: Rules,
    *,
    login: tuple[str, Secret],
    body: bytes,
    longest: int,
    basic: bool = False,
) -> Answer:
    """Ask a device once, as a user by HTTP Digest or Basic. Raises EgressRefused, VendorBusy, OSError."""
    host, port, _is_exception = _target(url, rules)
    address = resolved(host, port, rules)
    with computing.outside():
        return ask_pinned(method, url, address, login=login, body=body, longest=longest, basic=basic)


def post_all(calls: Sequence[Call], rules: Rules) -> list[Outcome]:
    """POST them side by side, each once and within TOTAL_SECONDS; answers are read up to LONGEST_ANSWER."""

    async def together() -> list[Outcome]:
        return await asyncio.gather(*(_post(call, rules) for call in calls))

    return run_apart(together)


async def _post(call: Call, rules: Rules) -> Outcome:
    started = time.monotonic()
    answer, fault = None, ""
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            answer = await _reach(call, rules)
    except TimeoutError:
        fault = f"No answer within {TOTAL_SECONDS:.0f} seconds."
    except ComptoirError as error:
        fault = error.for_log
    return Outcome(answer, fault, round((time.monotonic() - started) * 1000))


async def _reach(call: Call, rules: Rules) -> Answer:
    """Try each address of the host that may be called. Raises EgressRefused, VendorBusy."""
    host, port, is_exception = _target(call.url, rules)
    found = await _addresses(host, port)
    permitted = [address for address in found if is_exception or is_public(address)]
    if not permitted:
        raise EgressRefused("private", where=f"{host}:{port}")
    fault = VendorBusy("No answer.")
    for address in permitted:
        try:
            return await post_pinned(call.url, address, body=call.body, headers=call.headers, longest=LONGEST_ANSWER)
        except VendorBusy as error:
            fault = error
    raise fault


async def _addresses(host: str, port: int) -> Collection[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise VendorBusy("No answer.", for_log=f"The name {host} leads nowhere: {error}") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _target(url: str, rules: Rules) -> tuple[str, int, bool]:
    """Host and port of a URL, and whether it is an exception. Raises EgressRefused."""
    parts, port = _parts(url)
    host = (parts.hostname or "").lower().rstrip(".")
    if not host or len(url) > LONGEST_URL or any(character <= " " for character in url):
        raise EgressRefused("unreadable")
    if parts.username is not None or parts.fragment:
        raise EgressRefused("parts")
    if (host, port) in rules.allowed:
        return host, port, True
    if parts.scheme != "https":
        raise EgressRefused("https")
    return host, port, False


def _parts(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise EgressRefused("https") from None
    return parts, port
