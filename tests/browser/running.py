"""A running demo, and somebody who looks at it: what journeys in a browser begin with."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.servers import free_port

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
PORTS_AFTER_THE_FIRST = (1, 2, 3, 9)


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
