"""The server's data directory: where it is, and how it is made so that it is there completely or not at all."""

import os
import pwd
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from comptoir.kernel.postgres.account import Account, system_home
from comptoir.kernel.postgres.cluster import ROLE, Cluster
from comptoir.kernel.postgres.unavailable import PostgresUnavailable, from_log
from comptoir.kernel.postgres.wheel import MAJOR_VERSION

_STAGING: Final = "postgres.new-"
_ROOM_BYTES: Final = 200 * 1024 * 1024

# Compares by code point and knows all letters, on machines without a single locale installed.
_INITDB_OPTIONS: Final = (
    *("--username", ROLE, "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
    *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    # In postgresql.conf, and not on the command line: an owner may change them there.
    *("-c", "shared_buffers=128MB", "-c", "max_connections=100"),
)


def path(cluster: Cluster) -> Path:
    """Where the data directory is, or will be made unless the server's account cannot get there."""
    try:
        return Path(cluster.location_file.read_text().strip())
    except FileNotFoundError:
        return cluster.folder / "postgres"


def exists(cluster: Cluster) -> bool:
    """Whether there is a data directory; if so, it is complete."""
    return (path(cluster) / "PG_VERSION").is_file()


def check_owner(cluster: Cluster, account: Account) -> None:
    """Make sure that the database belongs to the account we would run it as. Raises PostgresUnavailable."""
    with suppress(FileNotFoundError):
        uid = path(cluster).stat().st_uid
        if uid != account.uid and any(path(cluster).iterdir()):
            raise PostgresUnavailable(
                f"The database in {cluster.folder} belongs to {_user_name(uid)}; run Comptoir as the user it was "
                "made by, or set COMPTOIR_DATA to another folder.",
                for_log=f"{path(cluster)} belongs to user id {uid}, expected {account.uid}",
            )


def prepare(cluster: Cluster, account: Account, programs: Path, *, durable: bool) -> Path:
    """The data directory with a password that opens it, made when there is none.

    Call with the server stopped and the start lock held. Raises PostgresUnavailable, OSError.
    """
    for leftover in path(cluster).parent.glob(f"{_STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if not exists(cluster):
        _make(cluster, account, programs, durable=durable)
    elif not cluster.passfile.exists():
        _renew_password(cluster, account, programs)
    # Ours, and libpq ignores it when a copy or a restore has made it readable to others.
    cluster.passfile.chmod(0o600)
    version = (path(cluster) / "PG_VERSION").read_text().strip()
    if version != str(MAJOR_VERSION):
        raise PostgresUnavailable(
            f"The database in {cluster.folder} was made by PostgreSQL {version}, and Comptoir brings {MAJOR_VERSION}: "
            "export it with the version that made it, then import it into a new folder."
        )
    return path(cluster)


def _make(cluster: Cluster, account: Account, programs: Path, *, durable: bool) -> None:
    found = path(cluster)
    if found.is_dir() and any(found.iterdir()):
        raise PostgresUnavailable(
            f"{found} holds files but no complete database; restore it from a backup, or move it away to start afresh."
        )
    home = _home(cluster, account)
    if shutil.disk_usage(home).free < _ROOM_BYTES:
        raise PostgresUnavailable(
            f"The disk that holds {home} has less than {_ROOM_BYTES // 1024**2} MB left, too little for a database; "
            "make room and start again."
        )
    _initialise(home, account, programs, password=_password(cluster), durable=durable)


def _home(cluster: Cluster, account: Account) -> Path:
    """The folder that gets the data directory: ours, or one that the server's account can get into."""
    if cluster.location_file.exists():
        home = path(cluster).parent
        if not home.is_dir():
            raise PostgresUnavailable(
                f"The database of {cluster.folder} was kept in {home}, which is gone; bring it back from a backup, or "
                f"delete {cluster.location_file} to start afresh."
            )
        return home
    if not account.is_other or account.can_enter(cluster.folder):
        return cluster.folder
    home = _make_home_elsewhere(cluster, account)
    # Before anything big is put there: a start that is cut short continues in the same place.
    _write(cluster.location_file, str(home / "postgres"))
    return home


def _make_home_elsewhere(cluster: Cluster, account: Account) -> Path:
    """A folder for the data directory among our own of the machine."""
    # A random name: a data folder that was deleted and made anew must not meet its former database.
    home = system_home() / f"data-{secrets.token_hex(8)}"
    home.mkdir()
    home.chmod(0o755)
    if not account.can_enter(home):
        home.rmdir()
        raise PostgresUnavailable(
            f"The database server's account can enter neither {cluster.folder} nor {home.parent}; let it through one "
            "of them, or run Comptoir as a user other than root."
        )
    return home


def _initialise(home: Path, account: Account, programs: Path, *, password: str, durable: bool) -> None:
    """Run initdb beside the final place and rename: a `postgres` that is there at all is complete."""
    # A name of its own: an initdb whose starter was killed may still be writing into a former one.
    staging = home / f"{_STAGING}{secrets.token_hex(4)}"
    staging.mkdir(mode=0o700)
    try:
        account.own(staging)
        _write(staging / "password", password)
        account.own(staging / "password")
        places = ("--pgdata", str(staging / "data"), "--pwfile", str(staging / "password"))
        made = account.run([programs / "initdb", *_INITDB_OPTIONS, *([] if durable else ["--no-sync"]), *places])
        if made.returncode != 0:
            raise from_log(made.stdout, folder=home)
        (staging / "data").rename(home / "postgres")
        _sync(home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _password(cluster: Cluster) -> str:
    """The password of the password file, which is made when absent."""
    with suppress(FileNotFoundError):
        return cluster.passfile.read_text().strip().rpartition(":")[2]
    password = secrets.token_urlsafe(32)
    _write(cluster.passfile, _passfile_line(password))
    return password


def _renew_password(cluster: Cluster, account: Account, programs: Path) -> None:
    """Set a new password for a database whose password file is lost; the file comes last, so this can be repeated."""
    password = secrets.token_urlsafe(32)
    single = ("--single", "-D", str(path(cluster)), "-c", "logging_collector=off", "postgres")
    done = account.run([programs / "postgres", *single], text=f"ALTER ROLE {ROLE} PASSWORD '{password}'\n")
    if done.returncode != 0 or "ERROR:" in done.stdout:
        raise from_log(done.stdout.replace(password, "…"), folder=cluster.folder)
    _write(cluster.passfile, _passfile_line(password))


def _passfile_line(password: str) -> str:
    return f"*:*:*:{ROLE}:{password}\n"


def _write(target: Path, text: str) -> None:
    """Write a file of mode 0600 that is there completely or not at all, even after a power cut."""
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    draft.replace(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _user_name(uid: int) -> str:
    try:
        return f"the user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"the user with id {uid}"
