"""One server for many processes: started, found, kept alive, stopped by the last one."""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from comptoir.kernel.postgres import Cluster, attach, cluster, datadirectory, discard, locks, processes

Query = Callable[..., Any]
Eventually = Callable[[Callable[[], bool]], None]

deep = pytest.mark.skipif(not os.environ.get("DEEP"), reason="takes long; set DEEP=1")

SERVER_PID = "SELECT (regexp_match(pg_read_file('postmaster.pid'), '^[0-9]+'))[1]::int"


def runs(place: Cluster) -> bool:
    return locks.is_held(place.server_lock)


def postmaster(place: Cluster) -> int:
    return int((datadirectory.path(place) / "postmaster.pid").read_text().splitlines()[0])


def test_data_is_kept(place: Cluster, query: Query) -> None:
    with attach(place, durable=False):
        query(place, "CREATE TABLE kept AS SELECT 42 AS total")
    assert not runs(place)
    with attach(place, durable=False):
        assert query(place, "SELECT total FROM kept") == 42


def test_the_settings_we_rely_on(place: Cluster, query: Query) -> None:
    with attach(place):
        shown = {
            name: query(place, f"SHOW {name}") for name in ("listen_addresses", "timezone", "fsync", "max_connections")
        }
        assert shown == {"listen_addresses": "", "timezone": "UTC", "fsync": "on", "max_connections": "100"}
        assert query(place, "SELECT lower('ÉTÉ') || pg_encoding_to_char(encoding) FROM pg_database") == "étéUTF8"
        assert query(place, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
        assert place.passfile.stat().st_mode & 0o777 == 0o600
        assert place.socket_folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(place.dsn(), password="guessed")


def test_the_last_one_out_stops_it(place: Cluster, query: Query, hold: Callable[[Path], Any]) -> None:
    first = attach(place, durable=False)
    pid = query(place, SERVER_PID)
    other = hold(place.folder)
    other.wait_until_attached()
    second = attach(place, durable=False)
    first.close()
    first.close()
    other.leave()
    assert query(place, SERVER_PID) == pid
    second.close()
    assert not runs(place)


def test_two_processes_start_at_the_same_moment(
    fresh_place: Cluster, query: Query, hold: Callable[[Path], Any]
) -> None:
    place = fresh_place
    holders = [hold(place.folder), hold(place.folder)]
    for holder in holders:
        holder.wait_until_attached()
    starts = [process for process in processes.serving(place.name) if not process.is_child_of(place.name)]
    assert [process.pid for process in starts] == [postmaster(place)]
    holders[0].leave()
    assert query(place, "SELECT 1") == 1
    holders[1].leave()
    assert not runs(place)


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="needs ps")
def test_processes_are_found_without_proc(place: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with attach(place, durable=False):
        monkeypatch.setattr(processes, "_all", processes._from_ps)
        found = processes.serving(place.name)
        assert [process.pid for process in found if not process.is_child_of(place.name)] == [postmaster(place)]
        assert any("checkpointer" in process.command for process in found)


def test_it_outlives_the_kill_of_its_starter(place: Cluster, query: Query, hold: Callable[[Path], Any]) -> None:
    starter = hold(place.folder)
    starter.wait_until_attached()
    pid = postmaster(place)
    assert os.getsid(pid) != os.getsid(0)
    starter.kill()
    assert query(place, SERVER_PID) == pid
    with attach(place, durable=False):
        assert query(place, SERVER_PID) == pid
    assert not runs(place)


def test_a_supervisor_restarts_a_killed_server(place: Cluster, query: Query, eventually: Eventually) -> None:
    with attach(place) as attachment:
        attachment.supervise()
        attachment.supervise()
        query(place, "CREATE TABLE kept_by_supervisor AS SELECT 42 AS total")
        killed = postmaster(place)
        os.kill(killed, signal.SIGKILL)

        def answers_again() -> bool:
            try:
                return bool(query(place, SERVER_PID) != killed)
            except psycopg.OperationalError:
                return False

        eventually(answers_again)
        assert query(place, "SELECT total FROM kept_by_supervisor") == 42
    assert not runs(place)


def test_a_killed_server_is_started_by_the_next_one(place: Cluster, query: Query) -> None:
    with attach(place):
        query(place, "CREATE TABLE kept_by_next AS SELECT 42 AS total")
        for process in processes.serving(place.name):
            with contextlib.suppress(ProcessLookupError):  # it went with the one that was killed before it
                os.kill(process.pid, signal.SIGKILL)
        with attach(place):
            assert query(place, "SELECT total FROM kept_by_next") == 42


def test_a_forked_child_leaves_its_parents_hold_alone(place: Cluster, query: Query) -> None:
    with attach(place, durable=False) as attachment:
        child = os.fork()
        if not child:
            attachment.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert query(place, "SELECT 1") == 1
        with attach(place, durable=False):
            pass
        assert query(place, "SELECT 1") == 1
    assert not runs(place)


def test_stale_files_do_not_stand_in_the_way(place: Cluster, query: Query) -> None:
    with attach(place, durable=False):
        query(place, "CREATE TABLE kept_by_stale AS SELECT 42 AS total")
    # As after a reboot: the ids in the files now belong to a process that has nothing to do with it.
    lines = [str(os.getpid()), str(datadirectory.path(place)), "1", "5432", str(place.socket_folder)]
    (datadirectory.path(place) / "postmaster.pid").write_text("\n".join(lines) + "\n")
    (place.socket_folder / ".s.PGSQL.5432.lock").write_text("\n".join(lines) + "\n")
    (place.socket_folder / ".s.PGSQL.5432").touch()
    with attach(place, durable=False):
        assert query(place, "SELECT total FROM kept_by_stale") == 42


def test_killed_during_initdb(open_place: Cluster, query: Query) -> None:
    half_made = open_place.folder / "postgres.new-0badcafe" / "data"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    with attach(open_place, durable=False):
        assert query(open_place, "SELECT 1") == 1
    assert not half_made.parent.exists()


def test_killed_before_the_database_was_made(place: Cluster, query: Query) -> None:
    with attach(place, durable=False):
        with psycopg.connect(place.dsn("postgres"), autocommit=True) as connection:
            connection.execute("DROP DATABASE comptoir")
        with attach(place, durable=False):
            assert query(place, "SELECT current_database()") == "comptoir"


def test_a_lost_password_file_is_renewed(place: Cluster, query: Query) -> None:
    with attach(place, durable=False):
        query(place, "CREATE TABLE kept_by_password AS SELECT 42 AS total")
    place.passfile.unlink()
    with attach(place, durable=False):
        assert query(place, "SELECT total FROM kept_by_password") == 42


@pytest.mark.parametrize("closed_late", [True, pytest.param(False, marks=deep)])
def test_a_deleted_data_folder_means_a_fresh_start(open_place: Cluster, query: Query, closed_late: bool) -> None:
    former = attach(open_place, durable=False)
    query(open_place, "CREATE TABLE sale AS SELECT 42 AS total")
    pid = postmaster(open_place)
    shutil.rmtree(open_place.folder)
    if not closed_late:
        former.close()
        assert not processes.serving(open_place.name)
    with attach(open_place, durable=False):
        former.close()
        assert query(open_place, SERVER_PID) != pid
        assert query(open_place, "SELECT to_regclass('sale')") is None


def test_nobody_attaches_to_a_server_without_data(open_place: Cluster, query: Query) -> None:
    with attach(open_place, durable=False):
        pid = postmaster(open_place)
        shutil.rmtree(open_place.folder / "postgres")
        with attach(open_place, durable=False):
            assert query(open_place, SERVER_PID) != pid


def test_a_supervisor_makes_no_empty_database(
    open_place: Cluster, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    with attach(open_place, durable=False) as attachment:
        pid = postmaster(open_place)
        shutil.rmtree(open_place.folder / "postgres")
        os.kill(pid, signal.SIGKILL)
        attachment.supervise()
        eventually(lambda: "was deleted while Comptoir was running" in caplog.text)
    assert not (open_place.folder / "postgres").exists()


def test_old_logs_are_deleted(place: Cluster) -> None:
    with attach(place, durable=False):
        pass
    logs = datadirectory.path(place) / "log"
    (latest,) = logs.iterdir()
    os.utime(latest, (0, 0))
    with attach(place, durable=False):
        assert latest.stat().st_mtime > 0
        assert "fast shutdown" not in latest.read_text()


@deep
def test_killed_at_any_moment_of_the_first_start(open_folder: Path, query: Query, hold: Callable[[Path], Any]) -> None:
    for tenths in range(1, 16, 2):
        place = cluster(open_folder / str(tenths))
        hold(place.folder).kill_after(tenths / 10)
        with attach(place, durable=False):
            assert query(place, "SELECT 1") == 1
        attach(place, durable=False).close()
        discard(place)
        assert not list(place.folder.iterdir())


@deep
def test_an_orphaned_session_is_ended(place: Cluster, query: Query) -> None:
    with attach(place), closing(psycopg.connect(place.dsn())) as busy:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000)")
        os.kill(postmaster(place), signal.SIGKILL)
        with attach(place):
            assert query(place, "SELECT 1") == 1


@deep
def test_a_deleted_socket_is_made_anew(place: Cluster, query: Query) -> None:
    with attach(place, durable=False):
        shutil.rmtree(place.socket_folder)
        with attach(place, durable=False):
            assert query(place, "SELECT 1") == 1


@deep
def test_coming_and_going_never_meets_a_stopped_server(place: Cluster, query: Query) -> None:
    with attach(place, durable=False):
        query(place, "CREATE TABLE visit (visitor int)")
    children = []
    for visitor in range(4):
        child = os.fork()
        if not child:
            try:
                for _ in range(25):
                    with attach(place, durable=False):
                        query(place, f"INSERT INTO visit VALUES ({visitor})")
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0, 0]
    with attach(place, durable=False):
        assert query(place, "SELECT count(*) FROM visit") == 100
