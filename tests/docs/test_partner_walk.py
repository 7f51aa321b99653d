"""The published walk-through of the partner API works as it stands: nothing but the document and curl."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comptoir.apps.loyalty.models import Entry, Member
from comptoir.apps.loyalty.rewards import catalogue
from tests.apps.loyalty.partner.pos import open_brand
from tests.people import People
from tests.servers import WebServer, web_server

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "connect-a-partner.md"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environ(people: People) -> dict[str, str]:
    pos = open_brand(people.le_zinc, people.bar)
    catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=10,
        store_ids=(),
        is_active=True,
        products={"sixpos": "12"},
        actor="user:1",
        now=datetime.now(UTC),
    )
    return {"TOKEN": pos.token, "STORE": people.bar.slug}


@pytest.fixture
def server(people: People) -> Iterator[WebServer]:
    with web_server() as serving:
        yield serving


def script(language: str, mark: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    [found] = [each for each in blocks if mark in each]
    return str(found)


def run(command: list[str], environ: dict[str, str], server: WebServer) -> str:
    known = {**os.environ, **environ, "BASE": server.url}
    done = subprocess.run(command, env=known, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_the_script_enrols_sells_rewards_and_refunds(environ: dict[str, str], server: WebServer) -> None:
    said = run(["bash", "-eu", "-o", "pipefail", "-c", script("sh", "# walk-through")], environ, server)
    assert "le-zinc" in said or environ["STORE"] in said
    member = Member.objects.get(phone="+33612345642")
    entries = Entry.objects.filter(member_id=member.id)
    kinds = sorted(entries.values_list("kind", flat=True))
    assert kinds[:1] == ["earn"]
    assert "spend" in kinds
    assert "reversal" in kinds


def test_the_python_example_lists_the_stores(environ: dict[str, str], server: WebServer) -> None:
    said = run([sys.executable, "-c", script("python", "urllib")], environ, server)
    assert said.splitlines() == ["Le Zinc", f"Le Zinc {environ['STORE']}"]
