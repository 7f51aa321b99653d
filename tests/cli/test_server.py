"""How the web server serves."""

from comptoir.cli import server

CADDY_HOLDS_IDLE_CONNECTIONS_FOR = 120
"""Seconds; the longest of the proxies that docs/how-to/go-to-production.md speaks of."""


def test_an_idle_connection_is_the_proxys_to_close() -> None:
    assert server.configured(server.APPLICATION).timeout_keep_alive > CADDY_HOLDS_IDLE_CONNECTIONS_FOR
