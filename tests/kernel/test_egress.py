"""Only public addresses over https are called, whatever a name, a redirect or a notation makes of them."""

import asyncio
import socket
from typing import Any

import pytest

from comptoir.kernel import egress
from comptoir.kernel.errors import ComptoirError
from tests.receivers import receiver

NOBODY = egress.Rules()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    assert not egress.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "2002:5db8:d822::"])
def test_public_addresses(address: str) -> None:
    assert egress.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "example.com", "", "https://", "https://user:pw@example.com/",
        "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://a.localhost/", "https://localhost./",
        "https://example.com/#x", "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\n",
        "https://example.com/" + "x" * 2000, "//example.com/", "https://169.254.169.254/latest",
    ],
)  # fmt: skip
def test_addresses_refused_at_once(url: str) -> None:
    with pytest.raises(egress.EgressRefused):
        egress.check(url, NOBODY)


def test_exceptions_are_exact() -> None:
    rules = egress.Rules.parse("127.0.0.1:9000, hooks.lan:8443")
    egress.check("http://127.0.0.1:9000/x", rules)
    egress.check("https://hooks.lan:8443/", rules)
    for url in ("http://127.0.0.1:9001/", "http://127.0.0.2:9000/", "http://hooks.lan/"):
        with pytest.raises(egress.EgressRefused):
            egress.check(url, rules)
    for text in ("127.0.0.1", "x:y", ":1"):
        with pytest.raises(ComptoirError):
            egress.Rules.parse(text)


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names lead where a hostile name server says: another place each time it is asked."""
    asked: list[str] = []
    waiting = list(answers)

    async def lookup(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in waiting.pop(0)]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", lookup)
    return asked


def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as inside:
        resolves(monkeypatch, ["127.0.0.1"])
        [outcome] = egress.post_all([egress.Call(f"https://evil.example:{inside.port}/", b"{}", {})], NOBODY)
    assert outcome.answer is None
    assert "private network" in outcome.fault
    assert not inside.messages


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: what was checked is what is connected to."""
    with receiver() as inside:
        asked = resolves(monkeypatch, ["203.0.113.1", "192.0.2.1"], ["127.0.0.1"])
        monkeypatch.setattr(egress, "TOTAL_SECONDS", 0.5)
        [outcome] = egress.post_all([egress.Call(f"https://evil.example:{inside.port}/", b"{}", {})], NOBODY)
    assert outcome.answer is None
    assert len(asked) == 1
    assert not inside.messages


def test_the_host_is_told_as_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as program:
        rules = egress.Rules.parse(f"hooks.lan:{program.port}")
        resolves(monkeypatch, ["127.0.0.1"])
        [outcome] = egress.post_all([egress.Call(f"http://hooks.lan:{program.port}/x", b"{}", {})], rules)
        assert outcome.answer
        assert outcome.answer.status == 200
        [(headers, body)] = program.messages
    assert headers["host"] == f"hooks.lan:{program.port}"
    assert body == b"{}"
