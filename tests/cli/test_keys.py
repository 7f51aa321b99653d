"""A change of keys: every sealed column comes along, nothing is lost, nobody is signed out."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.test import override_settings

from comptoir.core.connections.models import Connection, WebhookAddress
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import SealBroken, Sealer, Secret, new_key, split_keys
from comptoir.project import environment
from tests.cli.commands import comptoir, expect_one_sentence, inside
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The key file of this installation, to be changed."""
    path = tmp_path / "keys"
    path.write_text(settings.COMPTOIR_KEYS + "\n")
    path.chmod(0o600)
    return path


@contextmanager
def restarted(file: Path) -> Iterator[None]:
    """This process as one that has just read the key file."""
    with (
        mock.patch.dict(os.environ, COMPTOIR_KEYS_FILE=str(file)),
        override_settings(COMPTOIR_KEYS=",".join(split_keys(file.read_text()))),
    ):
        del os.environ["COMPTOIR_KEYS"]
        sealer.cache_clear()
        yield
    sealer.cache_clear()


def run(step: str, file: Path) -> dict[str, object]:
    with restarted(file):
        done = inside("keys", step, "--json")
    assert done.returncode == 0, done.stderr
    facts: dict[str, object] = json.loads(done.stdout)
    return facts


def refused(step: str, file: Path, *words: str) -> None:
    with restarted(file):
        expect_one_sentence(inside("keys", step), *words)


def sealed(people: People, sealer: Sealer) -> None:
    Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        status_since=NOW,
        access_token=sealer.seal(Secret("access")),
        refresh_token=sealer.seal(Secret("refresh")),
        access_expires_at=NOW + timedelta(hours=1),
        created_at=NOW,
    )
    WebhookAddress.objects.create(
        organisation=people.le_zinc,
        store=people.bar,
        provider="lightspeed_k",
        token=sealer.seal(Secret("door")),
        token_hash=new_id().bytes,
        created_at=NOW,
    )


@pytest.mark.django_db(transaction=True)
def test_keys_change_without_losing_a_secret(people: People, file: Path) -> None:
    [old] = split_keys(file.read_text())
    sealed(people, Sealer(old))

    assert run("add", file) == {"file": str(file), "keys": 2}
    new, behind = split_keys(file.read_text())
    assert behind == old
    refused("drop", file, "3 secrets", "comptoir keys reseal")

    done = comptoir("keys", "reseal", "--json", COMPTOIR_KEYS=None, COMPTOIR_KEYS_FILE=str(file))
    assert json.loads(done.stdout) == {"current": 0, "changed": 3, "lost": 0}, "a process of its own"
    assert run("reseal", file) == {"current": 3, "changed": 0, "lost": 0}
    assert run("drop", file) == {"file": str(file), "keys": 1}

    assert split_keys(file.read_text()) == [new]
    assert file.stat().st_mode & 0o777 == 0o600
    connection, address = Connection.objects.get(), WebhookAddress.objects.get()
    opened = [Sealer(new).unseal(each) for each in (connection.access_token, connection.refresh_token, address.token)]
    assert opened == [Secret("access"), Secret("refresh"), Secret("door")]
    with pytest.raises(SealBroken):
        Sealer(old).unseal(address.token)


@pytest.mark.django_db(transaction=True)
def test_a_secret_that_no_key_opens_is_told_and_keeps_the_old_keys(people: People, file: Path) -> None:
    sealed(people, Sealer(new_key()))

    assert run("reseal", file) == {"current": 0, "changed": 0, "lost": 3}
    refused("drop", file, "3 secrets")


def test_keys_in_the_environment_are_changed_there() -> None:
    expect_one_sentence(comptoir("keys", "add", COMPTOIR_KEYS=new_key()), "COMPTOIR_KEYS_FILE")


def test_what_an_older_key_signed_still_holds_after_the_change() -> None:
    old, new = new_key(), new_key()
    link = Sealer(old).sign({"org": "le-zinc"}, expires_at=NOW + timedelta(minutes=5))

    assert Sealer(f"{new},{old}").verify(link, now=NOW) == {"org": "le-zinc"}
    with pytest.raises(SealBroken):
        Sealer(new).verify(link, now=NOW)


def test_the_key_file_is_found_where_the_keys_are_read(tmp_path: Path) -> None:
    assert environment.key_file({"COMPTOIR_DATA": str(tmp_path)}) == tmp_path / "keys"
    assert environment.key_file({"COMPTOIR_KEYS": "x"}) is None
    assert environment.key_file({"DATABASE_URL": "postgres://x", "COMPTOIR_KEYS_FILE": "/k"}) == Path("/k")
