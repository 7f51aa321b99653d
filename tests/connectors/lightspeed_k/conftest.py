"""An account, and a server that answers it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina

from comptoir.connectors.lightspeed_k.account import KSeriesAccount
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints
from tests.answering import Answering, answering

RECORDED = Path(os.environ.get("COMPTOIR_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data") / "k-series"


class Tokens:
    number = 1

    def access_token(self) -> Secret:
        return Secret(f"token-{self.number}")

    def renewed(self, stale: Secret) -> Secret:
        self.number += 1
        return self.access_token()


@pytest.fixture
def till() -> Iterator[Answering]:
    """The vendor's side, over real HTTP, without waiting between attempts."""
    with stamina.set_testing(True, attempts=5), answering() as started:
        yield started


@pytest.fixture
def account(till: Answering) -> Iterator[KSeriesAccount]:
    opened = CONNECTOR.open(Endpoints("", "", till.url, "id", Secret("hush")), Tokens())
    yield opened
    opened.close()


@pytest.fixture
def recorded() -> Callable[[str], bytes]:
    """A recorded or published body by its name; the test is skipped by name where it is not at hand."""

    def body(name: str) -> bytes:
        path = RECORDED / f"{name}.json"
        if not path.exists():
            pytest.skip(f"recorded body {name}.json is not here (COMPTOIR_TEST_DATA)")
        return path.read_bytes()

    return body
