"""A running demo, and somebody who looks at it: what journeys in a browser begin with."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.servers import free_port, until

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
PATIENCE = 15_000
PORTS_AFTER_THE_FIRST = (1, 2, 9)


@dataclass(frozen=True)
class Demo:
    """A running demo and what it says of itself."""

    facts: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def till(self) -> str:
        return str(self.facts["sandbox_url"])

    def password(self, email: str) -> str:
        return next(str(user["password"]) for user in self.facts["users"] if user["email"] == email)


def first_free_port() -> int:
    """The first of the ports a demo takes; nobody uses any of them now."""
    while True:
        first = free_port()
        try:
            for port in (first + each for each in PORTS_AFTER_THE_FIRST):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data = tmp_path_factory.mktemp("demo")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COMPTOIR_")}
    environ.pop("DATABASE_URL", None)
    environ |= {"COMPTOIR_DATA": str(data), "PORT": str(first_free_port())}
    process = subprocess.Popen([sys.executable, "-m", "comptoir", "demo"], env=environ)
    facts = data / "demo.json"

    def is_ready() -> bool:
        assert process.poll() is None, "the demo ended by itself"
        return facts.exists()

    try:
        until(is_ready, seconds=90)
        yield Demo(json.loads(facts.read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


class Visitor:
    """Somebody at a browser, who takes a picture of each step."""

    def __init__(self, page: Page, journey: str) -> None:
        self.page = page
        self.steps = 0
        self.folder = ARTEFACTS / journey
        self.folder.mkdir(parents=True, exist_ok=True)

    def picture(self, name: str) -> None:
        self.steps += 1
        self.page.screenshot(path=self.folder / f"{self.steps:02}-{name}.png")

    def expect_accessible(self) -> None:
        violations = Axe().run(self.page).response["violations"]
        assert not violations, [(each["id"], each["nodes"][0]["html"]) for each in violations]


def sign_in(visitor: Visitor, demo: Demo, email: str) -> None:
    page = visitor.page
    page.goto(demo.url)
    visitor.picture("sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(demo.password(email))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    visitor.picture("overview-empty")
    visitor.expect_accessible()
