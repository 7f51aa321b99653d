"""Every command: its help, its facts as JSON, and one sentence where it cannot do its work."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.test import Client
from psycopg import sql

from comptoir.cli import data
from comptoir.core.accounts.models import ApiToken
from comptoir.core.ledger import reads
from comptoir.kernel.errors import ComptoirError, RuleBroken
from tests.bills import bill, record, told
from tests.cli.commands import comptoir, expect_one_sentence, inside
from tests.database import NAME, YOURS, conninfo, maintenance
from tests.people import People

COMMANDS = (
    "demo",
    "serve",
    "work",
    "migrate",
    "import",
    "export",
    "tokens",
    "doctor",
    "sandbox",
    "keys",
    "connect",
    "rollup",
    "records",
)
EVERY_HELP = """
import json
from typer.testing import CliRunner
from typer.main import get_command
from comptoir.cli.main import app
commands = {(): app, **{(name,): None for name in get_command(app).commands}, ("sandbox", "run"): None,
    ("sandbox", "tokens"): None, **{("keys", each): None for each in ("add", "reseal", "drop")}}
answers = {" ".join(path): CliRunner().invoke(app, [*path, "--help"]) for path in commands}
print(json.dumps({name: [answer.exit_code, answer.output] for name, answer in answers.items()}))
"""


def test_every_command_explains_itself() -> None:
    done = subprocess.run([sys.executable, "-c", EVERY_HELP], capture_output=True, text=True, timeout=60, check=True)
    answers = json.loads(done.stdout)

    assert {*COMMANDS, "", "sandbox run", "sandbox tokens"} <= set(answers)
    for name, (code, output) in answers.items():
        assert code == 0, name
        assert "Usage:" in output, name
        assert len(output.split("\n\n")) > 1, f"{name} says nothing of itself"


@pytest.mark.django_db(transaction=True)
class TestFacts:
    """Commands that print facts."""

    def test_a_token_opens_the_api_and_is_stored_as_a_hash(self, people: People) -> None:
        names = ["--organisation", people.le_zinc.public_id, "--scope", "sales.read", "--scope", "stores.read"]
        made = json.loads(inside("tokens", "Till", *names, "--json").stdout)

        assert made["name"] == "Till"
        header = {"Authorization": f"Bearer {made['token']}"}
        assert Client().get("/v1/sales", headers=header).status_code == 200
        assert Client().get("/v1/integrations", headers=header).status_code == 403
        assert made["token"].encode() not in bytes(ApiToken.objects.get().token_hash)

    def test_a_token_for_nobody_or_for_anything_is_refused(self, people: People) -> None:
        names = ["--organisation", "org_01JZZZZZZZZZZZZZZZZZZZZZZZ", "--scope", "sales.read"]
        expect_one_sentence(inside("tokens", "x", *names), "no organisation")
        with pytest.raises(RuleBroken, match=r"sales\.read"):
            data.create_token("x", [people.le_zinc.public_id], ["everything"], now=datetime.now(UTC))
        assert not ApiToken.objects.exists()

    def test_an_export_is_the_same_bytes_on_a_pipe_and_in_a_file(self, people: People, tmp_path: Path) -> None:
        record(people.bar, [told(bill("A1.1", table="Table d’été 12"))])
        window = [people.bar.public_id, "--since", "2026-03-07", "--until", "2026-03-07"]
        piped = comptoir("export", *window, LC_ALL="C")
        file = tmp_path / "sales.jsonl"
        facts = json.loads(inside("export", *window, "--output", str(file), "--json").stdout)

        assert piped.stdout == file.read_text(encoding="utf-8")
        sale = json.loads(piped.stdout.splitlines()[0])["sale"]
        assert (sale["external_id"], sale["table"]) == ("A1.1", "Table d’été 12")
        assert facts == {"output": str(file), "lines": len(piped.stdout.splitlines())}
        assert len(reads.sales(people.le_zinc.id)) == 1

    def test_a_file_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ComptoirError, match="cannot be written"):
            data.write(tmp_path, b"")

    def test_doctor_tells_facts_and_no_secret(self, people: People) -> None:
        facts = json.loads(comptoir("doctor", "--json").stdout)

        assert facts["organisations"] == 2
        assert facts["database"] == ("yours" if YOURS else "embedded")
        assert {"connections", "connections_to_mend", "notifications_waiting", "events_failing"} <= set(facts)
        looked_at = {each["name"]: each["state"] for each in facts["checks"]}
        assert set(looked_at) == {"database", "clock", "keys", "records", "workers", "doors", "mail", "disk"}
        assert (looked_at["database"], looked_at["clock"], looked_at["keys"]) == ("ok", "ok", "ok")
        assert (looked_at["workers"], looked_at["doors"]) == ("bad", "bad"), "nothing of it runs"
        assert all(word not in json.dumps(facts) for word in ("Le Zinc", "example.com", "password"))

    def test_a_store_that_is_not_there_or_not_linked_cannot_be_imported(self, people: People) -> None:
        expect_one_sentence(inside("import", people.bar.public_id, "--since", "2026-03-07", "--json"), "not linked")
        for unknown in ("sto_01JZZZZZZZZZZZZZZZZZZZZZZZ", "nonsense", people.le_zinc.public_id):
            with pytest.raises(RuleBroken):
                data.find_store(unknown)


@pytest.fixture
def empty_database(django_db_setup: None) -> Iterator[str]:
    """A database beside the test database, without a table."""
    name = f"{NAME}_empty"
    with psycopg.connect(maintenance(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.skipif(not os.environ.get("DEEP"), reason="takes long; set DEEP=1")
@pytest.mark.skipif(bool(YOURS), reason="the name of a database of yours stands in its URL")
def test_two_who_migrate_at_once_take_turns(empty_database: str) -> None:
    expect_one_sentence(comptoir("doctor", COMPTOIR_DATABASE=empty_database), "run `comptoir migrate` first")
    code = "from comptoir.cli.main import app; app(['migrate'])"
    environ = {"COMPTOIR_DATABASE": empty_database}
    started = [spawn(code, **environ) for _ in range(2)]

    assert [process.wait(timeout=60) for process in started] == [0, 0]
    with psycopg.connect(conninfo(empty_database)) as found:
        assert found.execute("SELECT count(*) FROM ledger_sale").fetchone() == (0,)
        assert found.execute("SELECT count(*), count(DISTINCT (app, name)) FROM django_migrations").fetchone() == (
            found.execute("SELECT count(*), count(*) FROM django_migrations").fetchone()
        )


def spawn(code: str, **environ: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **environ})
