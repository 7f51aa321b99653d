"""What may stand in the way of a start, and the one sentence each command says about it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from comptoir.cli.sandbox import demo_facts
from comptoir.kernel.errors import ComptoirError
from comptoir.project import environment
from tests.cli.commands import comptoir, expect_one_sentence
from tests.servers import free_port

KEY = "dGVzdGtleXRlc3RrZXl0ZXN0a2V5dGVzdGtleTEyMzQ="


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield str(listening.getsockname()[1])


def test_the_demo_refuses_a_taken_port_of_its_three_before_it_touches_anything(taken_port: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = comptoir("demo", PORT=str(int(taken_port) - 2), COMPTOIR_DATA=str(data))

    expect_one_sentence(done, "is taken by another program")
    assert not data.exists()


def test_the_demo_refuses_a_port_that_is_none(tmp_path: Path) -> None:
    done = comptoir("demo", PORT="65533", COMPTOIR_DATA=str(tmp_path / "data"))
    expect_one_sentence(done, "PORT", "number from 1")


def test_the_server_refuses_a_taken_port(postgres_server: None, taken_port: str) -> None:
    expect_one_sentence(comptoir("serve", "--port", taken_port), taken_port, "taken")


def test_a_database_url_that_cannot_be_read() -> None:
    done = comptoir("migrate", DATABASE_URL="mysql://root:hunter2@localhost/x", COMPTOIR_KEYS=KEY)
    expect_one_sentence(done, "DATABASE_URL cannot be read", "postgresql://user:password@host/name")
    assert "hunter2" not in done.stderr


def test_a_database_that_does_not_answer() -> None:
    done = comptoir("work", DATABASE_URL=f"postgresql://u:hunter2@127.0.0.1:{free_port()}/x", COMPTOIR_KEYS=KEY)
    expect_one_sentence(done, "DATABASE_URL cannot be reached", "refused")
    assert "hunter2" not in done.stderr


@pytest.mark.django_db
def test_a_database_of_yours_without_keys() -> None:
    url = environment.conninfo(os.environ)
    expect_one_sentence(comptoir("migrate", DATABASE_URL=url, COMPTOIR_KEYS=None), "no key", "COMPTOIR_KEYS_FILE")


def test_a_key_file_that_cannot_be_read(postgres_server: None, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    expect_one_sentence(comptoir("migrate", COMPTOIR_KEYS_FILE=str(path)), "COMPTOIR_KEYS_FILE", str(path))


def test_keys_that_are_none_stop_the_start(postgres_server: None) -> None:
    done = comptoir("migrate", COMPTOIR_KEYS=f"{KEY},hunter2")
    expect_one_sentence(done, "COMPTOIR_KEYS")
    assert "hunter2" not in done.stderr


def test_minting_tokens_without_a_running_demo(tmp_path: Path) -> None:
    done = comptoir("sandbox", "tokens", "lightspeed_k", "--json", COMPTOIR_DATA=str(tmp_path))
    expect_one_sentence(done, "start the demo first")


@pytest.mark.parametrize("content", ["", "{", "[5]", "5"])
def test_a_demo_that_was_cut_short_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setenv("COMPTOIR_DATA", str(tmp_path))
    (tmp_path / "demo.json").write_text(content)
    with pytest.raises(ComptoirError, match="start the demo first"):
        demo_facts()
