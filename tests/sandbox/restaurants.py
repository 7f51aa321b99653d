"""Worlds and sandboxes for tests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from comptoir.connectors.lightspeed_k.simulator import account_number, receipt_number
from comptoir.kernel.seal import Secret
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.living import Living
from comptoir.sandbox.server import OAuthClient, Sandbox
from comptoir.sandbox.world import RestaurantWorld

CLIENT = OAuthClient("devp-v2-test", Secret("for tests only"), ("http://localhost:8000/",))
NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
ZINC, TERRASSE, ALICE = "90417000000011", "90417000000022", "9052300000000033"


class Numbering:
    """As K-Series numbers."""

    def account(self, device: str, counter: int) -> str:
        return account_number(device, counter)

    def receipt(self, device: str, counter: int) -> str:
        return receipt_number(device, counter)


class Restaurants:
    """A world, what makes it live, and its memory."""

    def __init__(self, *, seed: int = 1, path: Path | None = None) -> None:
        self.journal = Journal(path)
        self.world = RestaurantWorld(self.journal, Numbering())
        self.living = Living(self.world, self.journal, seed=seed)

    def everything(self) -> list[Any]:
        return [(change.at, change.sale) for change in self.world.changes(0)]


def quiet_sandbox(folder: Path | None = None) -> Sandbox:
    """Nothing happens in it but what a test does."""
    return Sandbox(folder=folder, client=CLIENT, history=timedelta(0), speed=0)
