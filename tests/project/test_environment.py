"""What the environment says: keys that are made once, a database that may be restarted."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.seal import Sealer, Secret
from comptoir.project import environment
from tests.servers import WebServer, web_server

KEY = "dGVzdGtleXRlc3RrZXl0ZXN0a2V5dGVzdGtleTEyMzQ="
MADE_TOGETHER = """
import sys
from pathlib import Path
from comptoir.project import environment
sys.stdin.readline()
print(environment.keys({"COMPTOIR_DATA": sys.argv[1]}))
"""


def test_the_key_is_made_once_however_many_start_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-c", MADE_TOGETHER, str(data)]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    found = {process.communicate(timeout=60)[0].strip() for process in started}

    assert found == {(data / "keys").read_text()}
    assert stat.S_IMODE((data / "keys").stat().st_mode) == 0o600
    assert [each.name for each in data.iterdir()] == ["keys"], "no draft is left"


def test_the_key_is_made_once_in_threads_too_and_found_again(tmp_path: Path) -> None:
    environ = {"COMPTOIR_DATA": str(tmp_path)}
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: environment.keys(environ), range(16)))

    assert found == {environment.keys(environ)}
    sealer = Sealer(found.pop())
    assert sealer.unseal(sealer.seal(Secret("x"))) == Secret("x")


def test_a_key_file_of_one_s_own_is_taken_and_never_overwritten(tmp_path: Path) -> None:
    key = environment.keys({"COMPTOIR_DATA": str(tmp_path / "other")})
    (tmp_path / "keys").write_text(f"  {key}\n")

    assert environment.keys({"COMPTOIR_DATA": str(tmp_path)}) == key
    (tmp_path / "keys").write_text("broken")
    with pytest.raises(ComptoirError):
        environment.keys({"COMPTOIR_DATA": str(tmp_path)})
    assert (tmp_path / "keys").read_text() == "broken"


@pytest.mark.parametrize("keys", ["hunter2", f"{KEY},hunter2", ",", KEY[:-4]])
def test_what_is_no_key_is_refused_and_not_quoted(keys: str) -> None:
    with pytest.raises(ComptoirError) as caught:
        environment.keys({"COMPTOIR_KEYS": keys})
    assert "hunter2" not in str(caught.value)


def test_a_database_of_yours_has_no_keys_made_for_it(tmp_path: Path) -> None:
    with pytest.raises(ComptoirError, match="COMPTOIR_KEYS_FILE"):
        environment.keys({"DATABASE_URL": "postgresql://u@h/n", "COMPTOIR_DATA": str(tmp_path)})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["missing", "folder", "bytes"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "keys"
    if kind == "folder":
        path.mkdir()
    if kind == "bytes":
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ComptoirError, match=f"COMPTOIR_KEYS_FILE points at {path}"):
        environment.keys({"COMPTOIR_KEYS_FILE": str(path)})


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://root:hunter2@localhost/x", "postgresql://u:hunter2@localhost/x?no_such=1", "host=x hunter2"],
)
def test_a_database_url_that_cannot_be_read_is_not_quoted(url: str) -> None:
    for read in (environment.database, environment.conninfo, environment.prove_database):
        with pytest.raises(ComptoirError, match="DATABASE_URL cannot be read") as caught:
            read({"DATABASE_URL": url})
        assert "hunter2" not in f"{caught.value} {caught.value.for_log} {caught.value.__cause__!r}"


def test_a_setting_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:p@host/name\n")
    environ = {"DATABASE_URL_FILE": str(tmp_path / "url")}

    assert not environment.is_embedded(environ)
    described = environment.database(environ)
    assert (described["HOST"], described["NAME"], described["USER"]) == ("host", "name", "u")


def test_a_blank_database_url_means_the_embedded_one() -> None:
    assert environment.is_embedded({"DATABASE_URL": "  "})


@pytest.mark.parametrize("url", ["postgresql://u:p@h:5433/n?sslmode=require", "host=h port=5433 user=u dbname=n"])
def test_a_database_of_yours_keeps_its_options(url: str) -> None:
    described = environment.database({"DATABASE_URL": url})
    assert (described["HOST"], described["PORT"], described["USER"], described["NAME"]) == ("h", "5433", "u", "n")
    assert described["OPTIONS"].get("sslmode") == ("require" if "ssl" in url else None)
    assert described["OPTIONS"]["pool"]["max_size"] == environment.POOL_SIZE


def test_a_database_that_falls_silent_is_given_up_and_your_own_patience_wins() -> None:
    """On every session, Django's or not: one that is cut off would be waited for until the system gives up."""
    environ = {"DATABASE_URL": "postgresql://u@h/n?keepalives_idle=5"}
    wanted = {**environment.KEEPALIVE, "keepalives_idle": "5"}
    django, other = environment.database(environ)["OPTIONS"], conninfo_to_dict(environment.conninfo(environ))
    assert wanted == {name: django[name] for name in wanted} == {name: other[name] for name in wanted}


def test_a_question_to_the_embedded_database_starts_no_helpers_and_yours_is_asked_as_you_say(tmp_path: Path) -> None:
    ours = environment.database({"COMPTOIR_DATA": str(tmp_path)})["OPTIONS"]
    assert ours["options"] == "-c max_parallel_workers_per_gather=0"
    assert "options" not in environment.database({"DATABASE_URL": "postgresql://u@h/n"})["OPTIONS"]


def test_requests_go_on_when_every_session_was_ended(django_db_setup: None) -> None:
    """As after a restart of the database: nobody waits, and nobody sees an error."""
    with web_server() as server:
        fill_the_pool(server)
        for _ in range(2):
            assert end_sessions() > 2
            assert [asked_for_a_token(server) for _ in range(12)] == [401] * 12


def asked_for_a_token(server: WebServer) -> int:
    """An answer that needs the database."""
    return server.request("GET", "/v1/stores", headers={"Authorization": "Bearer cmp_unknown"})[0]


def fill_the_pool(server: WebServer) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: asked_for_a_token(server), range(200))) == {401}


def end_sessions() -> int:
    with psycopg.connect(environment.conninfo(os.environ), autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return len(ended.fetchall())


@pytest.mark.parametrize("said", ["example.com/privacy", "javascript:alert(1)", "https://"])
def test_a_privacy_notice_has_a_web_address(said: str) -> None:
    with pytest.raises(ComptoirError, match="no web address"):
        environment.privacy_url({"COMPTOIR_PRIVACY_URL": said})
    assert environment.privacy_url({"COMPTOIR_PRIVACY_URL": "https://example.com/privacy"})
    assert environment.privacy_url({}) == ""
