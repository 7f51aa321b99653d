"""When it cannot run, it says why in one sentence."""

import importlib.util
import os
import shutil
from collections import namedtuple
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import psycopg
import pytest

from comptoir.kernel.postgres import (
    Cluster,
    PostgresUnavailable,
    attach,
    cluster,
    datadirectory,
    discard,
    processes,
    server,
)
from comptoir.kernel.postgres.account import Account, server_account
from comptoir.kernel.postgres.unavailable import from_log

Usage = namedtuple("Usage", "total used free")


def refusal(place: Cluster) -> str:
    with pytest.raises(PostgresUnavailable) as caught:
        attach(place)
    assert caught.value.for_owner.count(". ") == 0
    return caught.value.for_owner


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    sentence = f"{tmp_path / 'data'} is a file where Comptoir needs a folder; move it away, or set COMPTOIR_DATA."
    assert refusal(cluster(tmp_path / "data")) == sentence
    assert refusal(cluster(tmp_path / "data" / "below")) == sentence


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
def test_a_folder_that_cannot_be_made() -> None:
    assert "/proc/comptoir cannot be used" in refusal(cluster(Path("/proc/comptoir")))


def test_a_socket_folder_open_to_others(fresh_place: Cluster) -> None:
    fresh_place.socket_folder.mkdir(parents=True)
    fresh_place.socket_folder.chmod(0o755)
    assert f"{fresh_place.socket_folder} is needed for the database's socket" in refusal(fresh_place)
    assert fresh_place.socket_folder.stat().st_mode & 0o777 == 0o755


def test_a_link_in_place_of_the_socket_folder(fresh_place: Cluster, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    fresh_place.socket_folder.parent.mkdir(exist_ok=True)
    fresh_place.socket_folder.symlink_to(tmp_path / "elsewhere")
    try:
        assert "belongs to someone else" in refusal(fresh_place)
    finally:
        fresh_place.socket_folder.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_socket_folder_of_someone_else(fresh_place: Cluster) -> None:
    fresh_place.socket_folder.mkdir(mode=0o700)
    os.chown(fresh_place.socket_folder, 65534, 65534)
    assert "belongs to someone else" in refusal(fresh_place)
    assert fresh_place.socket_folder.stat().st_uid == 65534


def test_a_full_disk(fresh_place: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 9 * 10**8, 10**8))
    assert "less than 200 MB left" in refusal(fresh_place)
    assert not datadirectory.exists(fresh_place)


def test_no_wheel_for_this_platform(fresh_place: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert "set DATABASE_URL to a PostgreSQL of your own, version 15 or newer" in refusal(fresh_place)


def test_files_without_a_database(fresh_place: Cluster) -> None:
    (fresh_place.folder / "postgres" / "pg_wal").mkdir(parents=True)
    server_account().own(fresh_place.folder / "postgres")
    assert "holds files but no complete database" in refusal(fresh_place)
    assert (fresh_place.folder / "postgres" / "pg_wal").exists()


def test_what_an_existing_database_refuses(place: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(place, durable=False).close()
    data = datadirectory.path(place)

    configuration = (data / "postgresql.conf").read_text()
    (data / "postgresql.conf").write_text(f"{configuration}\nshared_buffers = plenty\n")
    with pytest.raises(PostgresUnavailable, match="holds a setting that PostgreSQL refuses") as caught:
        attach(place)
    assert 'invalid value for parameter "shared_buffers": "plenty"' in caught.value.for_log
    (data / "postgresql.conf").write_text(configuration)

    (data / "PG_VERSION").write_text("17\n")
    assert "was made by PostgreSQL 17, and Comptoir brings 18" in refusal(place)
    (data / "PG_VERSION").write_text("18\n")

    monkeypatch.setenv("PGPASSWORD", "another")
    assert "PGPASSWORD is set in the environment" in refusal(place)
    monkeypatch.delenv("PGPASSWORD")
    server.stop(place)

    kept = place.passfile.read_text()
    place.passfile.write_text("*:*:*:comptoir:wrong\n")
    assert "does not open the database" in refusal(place)
    place.passfile.write_text(kept)
    attach(place, durable=False).close()


def test_a_file_system_without_locks(place: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    launch = Account.launch

    def launch_without_lock(account: Account, command: Sequence[str | Path], *, log: IO[bytes], inherited: int) -> None:
        launch(account, command, log=log, inherited=log.fileno())

    monkeypatch.setattr(Account, "launch", launch_without_lock)
    assert "does not keep locks; set COMPTOIR_DATA to a folder on a local disk" in refusal(place)
    assert not processes.serving(place.name)


def test_all_places_taken_is_no_reason(place: Cluster) -> None:
    with attach(place, durable=False):
        with ExitStack() as taken:
            for _ in range(100):
                taken.enter_context(psycopg.connect(place.dsn()))
            with pytest.raises(psycopg.OperationalError, match="too many clients"):
                psycopg.connect(place.dsn())
            attach(place, durable=False).close()


def test_discard_refuses_while_somebody_is_attached(place: Cluster) -> None:
    with attach(place, durable=False), pytest.raises(PostgresUnavailable, match="in use"):
        discard(place)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('PANIC:  could not write to file "pg_wal/xlogtemp.9": No space left on device', "is full"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "too little free memory"),
        ('FATAL:  lock file "postmaster.pid" already exists', "Another PostgreSQL server"),
        ("FATAL:  database files are incompatible with server", "another PostgreSQL version"),
        ('FATAL:  data directory "/srv/postgres" has wrong ownership', "who owns them"),
        ("initdb: error: could not look up effective user ID 4711: user does not exist", "knows by name"),
        ("FATAL:  something new", "did not start; its log"),
    ],
)
def test_what_the_log_says(line: str, sentence: str) -> None:
    error = from_log(line, folder=Path("/srv"))
    assert sentence in error.for_owner
    assert error.for_log == line
