"""A real PostgreSQL for every run: one migrated template, cloned for each worker.

Loaded as a plugin before Django reads its settings, since those come from the environment.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from comptoir.kernel import postgres

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".cache" / "tests"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
NAME = f"test_{WORKER}_{os.getpid()}"
YOURS = os.environ.get("COMPTOIR_TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")

os.environ["COMPTOIR_DATA"] = str(DATA)
os.environ["COMPTOIR_KEYS"] = "dGVzdGtleXRlc3RrZXl0ZXN0a2V5dGVzdGtleTEyMzQ="
os.environ["COMPTOIR_URL"] = "http://testserver"
os.environ["COMPTOIR_DATABASE"] = NAME
if YOURS:
    os.environ["DATABASE_URL"] = make_conninfo(YOURS, dbname=NAME)


def conninfo(name: str) -> str:
    """How to reach a database of the cluster the tests use."""
    return make_conninfo(YOURS, dbname=name) if YOURS else postgres.cluster(DATA).dsn(name)


def maintenance() -> str:
    """A database that is always there."""
    return conninfo(str(conninfo_to_dict(YOURS).get("dbname", "postgres")) if YOURS else "comptoir")


def template_name() -> str:
    """Named after everything that shapes the schema, so a changed migration makes a new template."""
    sources = sorted((ROOT / "src").rglob("migrations/*.py"))
    content = b"".join(path.read_bytes() for path in [*sources, ROOT / "requirements.lock"])
    return f"comptoir_template_{hashlib.sha256(content).hexdigest()[:16]}"


@contextmanager
def locked() -> Iterator[None]:
    """One worker at a time makes the template."""
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / "template.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_template(name: str) -> None:
    """Migrate into a draft and rename it: a template is whole or absent."""
    from django.core.management import call_command
    from django.db import connections

    from comptoir.project.migrating import quickly

    draft = sql.Identifier(f"{name}_draft")
    with psycopg.connect(maintenance(), autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(draft))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(draft))
        connection = connections["default"]
        connection.settings_dict["NAME"] = f"{name}_draft"
        try:
            with quickly():
                call_command("migrate", verbosity=0)
        finally:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = NAME
        admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(draft, sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[None]:
    """The embedded server (without fsync: nothing here outlives the run), or yours."""
    if YOURS:
        yield
        return
    with postgres.attach(postgres.cluster(DATA), durable=False):
        yield


@pytest.fixture(scope="session")
def django_db_setup(postgres_server: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A database of this worker's own, cloned from the template."""
    from django.db import connections

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        name = template_name()
        with locked():
            make_template(name)
            with psycopg.connect(maintenance(), autocommit=True) as admin:
                admin.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(NAME), sql.Identifier(name))
                )
        yield
        connections.close_all()
        connections["default"].close_pool()
        with psycopg.connect(maintenance(), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
