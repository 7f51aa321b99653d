"""The manifest, and the settings this folder owns."""

from pathlib import Path

import pytest

from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.kernel.errors import ComptoirError
from comptoir.pos.connector import Connector

CLIENT = {"LIGHTSPEED_K_CLIENT_ID": "devp-v2-1", "LIGHTSPEED_K_CLIENT_SECRET": "hush"}


def test_it_is_a_connector() -> None:
    assert isinstance(CONNECTOR, Connector)
    manifest = CONNECTOR.manifest
    assert (manifest.slug, manifest.dispatch, manifest.webhook_name) == (
        "lightspeed_k",
        "lightspeed",
        "lightspeedKSeries",
    )
    assert manifest.scopes == ("financial-api", "orders-api", "offline_access")
    assert manifest.pkce


def test_production_unless_told_otherwise() -> None:
    endpoints = CONNECTOR.endpoints(CLIENT)
    realm = "https://auth.lsk-prod.app/realms/k-series/protocol/openid-connect"
    assert (endpoints.authorise_url, endpoints.token_url) == (f"{realm}/auth", f"{realm}/token")
    assert endpoints.api_url == "https://api.lsk.lightspeed.app"
    assert (endpoints.client_id, endpoints.client_secret.reveal()) == ("devp-v2-1", "hush")
    assert "hush" not in repr(endpoints)


def test_another_environment() -> None:
    names = ("AUTHORISE_URL", "TOKEN_URL", "API_URL")
    endpoints = CONNECTOR.endpoints({**CLIENT, **{f"LIGHTSPEED_K_{name}": f"http://here/{name}" for name in names}})
    found = (endpoints.authorise_url, endpoints.token_url, endpoints.api_url)
    assert found == tuple(f"http://here/{name}" for name in names)


def test_a_secret_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("hush\n")
    environ = {"LIGHTSPEED_K_CLIENT_ID": "devp-v2-1", "LIGHTSPEED_K_CLIENT_SECRET_FILE": str(path)}
    assert CONNECTOR.endpoints(environ).client_secret.reveal() == "hush"
    path.unlink()
    with pytest.raises(ComptoirError, match="LIGHTSPEED_K_CLIENT_SECRET_FILE points at"):
        CONNECTOR.endpoints(environ)


@pytest.mark.parametrize("missing", CLIENT)
def test_without_a_client_it_says_what_to_set(missing: str) -> None:
    with pytest.raises(ComptoirError) as caught:
        CONNECTOR.endpoints({**CLIENT, missing: " "})
    assert "set LIGHTSPEED_K_CLIENT_ID and LIGHTSPEED_K_CLIENT_SECRET" in caught.value.for_owner
    assert missing in caught.value.for_log
    assert "hush" not in str(caught.value)
