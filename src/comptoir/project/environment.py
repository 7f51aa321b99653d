"""What the environment says: read once, checked loudly, nothing else in the product looks at it."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from comptoir.core.mail.server import MailServer, mail_server
from comptoir.kernel import postgres, seal
from comptoir.kernel.egress_rules import Rules
from comptoir.kernel.errors import ComptoirError

POOL_SIZE: Final = 32
OLDEST_POSTGRESQL: Final = 15
# Without these a database that falls silent holds up whoever asked it, or listens to it, until the system gives up.
KEEPALIVE: Final = {
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
CONNECT_SECONDS: Final = 5
ENGINE: Final = "comptoir.project.postgresql"


def setting(environ: Mapping[str, str], name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points at."""
    if path := setting_file(environ, name):
        try:
            return path.read_text().strip()
        except OSError as error:
            raise ComptoirError(f"{name}_FILE points at {path}, which cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise ComptoirError(f"{name}_FILE points at {path}, which is no text.") from error
    return environ.get(name, "").strip() or default


def partner_aliases(environ: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """More names for fields of the partner API: JSON of kind, field, other names. Raises ComptoirError."""
    text = setting(environ, "COMPTOIR_PARTNER_ALIASES")
    try:
        return msgspec.json.decode(text, type=dict[str, dict[str, list[str]]]) if text else {}
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ComptoirError(
            'COMPTOIR_PARTNER_ALIASES is not of the form {"orders": {"amount": ["total_ttc"]}}.', for_log=str(error)
        ) from error


def privacy_url(environ: Mapping[str, str]) -> str:
    """Where the privacy notice of this installation stands; "" for nowhere. Raises ComptoirError for no web address."""
    found = setting(environ, "COMPTOIR_PRIVACY_URL")
    if found and not (found.startswith(("https://", "http://")) and urlsplit(found).hostname):
        raise ComptoirError("COMPTOIR_PRIVACY_URL is no web address; it looks like https://example.com/privacy.")
    return found


def setting_file(environ: Mapping[str, str], name: str) -> Path | None:
    """The file that NAME_FILE points at, if it does."""
    path = environ.get(f"{name}_FILE")
    return Path(path) if path else None


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where Comptoir keeps what it keeps outside a database of yours."""
    return Path(environ.get("COMPTOIR_DATA") or "var").absolute()


SIGN_UP_POLICIES: Final = ("first", "open", "closed")


def sign_up(environ: Mapping[str, str]) -> str:
    """Who may sign up: the first person of an installation, anybody, nobody. Raises ComptoirError."""
    found = setting(environ, "COMPTOIR_SIGN_UP", "first")
    if found not in SIGN_UP_POLICIES:
        raise ComptoirError(f"COMPTOIR_SIGN_UP is {found}; it should be first, open or closed.")
    return found


def egress_allow(environ: Mapping[str, str]) -> str:
    """Private addresses that webhooks may call all the same. Raises ComptoirError when they are no host:port."""
    found = setting(environ, "COMPTOIR_EGRESS_ALLOW")
    Rules.parse(found)
    return found


def is_embedded(environ: Mapping[str, str]) -> bool:
    """Whether Comptoir runs its own PostgreSQL."""
    return not setting(environ, "DATABASE_URL")


def keys(environ: Mapping[str, str]) -> str:
    """The keys secrets are sealed with: COMPTOIR_KEYS, or those of an embedded data folder, made at first need.

    Raises ComptoirError when they are no keys, or when there are none and the database is yours: losing keys would
    lose every connection.
    """
    given = setting(environ, "COMPTOIR_KEYS")
    if not given and not is_embedded(environ):
        raise ComptoirError("Comptoir has no key to seal secrets with: set COMPTOIR_KEYS or COMPTOIR_KEYS_FILE.")
    found = given or _own_keys(data_folder(environ) / "keys")
    seal.Sealer(found)
    return found


def key_file(environ: Mapping[str, str]) -> Path | None:
    """The file the keys stand in; None when the environment itself holds them."""
    if file := setting_file(environ, "COMPTOIR_KEYS"):
        return file
    return None if setting(environ, "COMPTOIR_KEYS") or not is_embedded(environ) else data_folder(environ) / "keys"


def _own_keys(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, seal.new_key())
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ComptoirError(f"The key file {path} cannot be made or read.", for_log=str(error)) from error


def _write_once(path: Path, content: str) -> None:
    """Write the file whole or not at all, for its owner alone; the first writer wins, and it survives a power cut."""
    if path.exists():
        return
    # A name of its own: processes of two containers that share the folder may share their number too.
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        os.unlink(draft)


def smtp(environ: Mapping[str, str]) -> MailServer | None:
    """The mail server of COMPTOIR_SMTP_URL; without one, mails wait. Raises ComptoirError."""
    return mail_server(setting(environ, "COMPTOIR_SMTP_URL"))


def mail_from(environ: Mapping[str, str], host: str) -> str:
    """Whom our mails are from. Raises ComptoirError for what no mail can be from."""
    given = setting(environ, "COMPTOIR_MAIL_FROM", f"Comptoir <comptoir@{host}>")
    name, address = parseaddr(given)
    try:
        Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError):
        address = ""
    if "@" not in address:
        raise ComptoirError("COMPTOIR_MAIL_FROM is no address; it looks like Comptoir <comptoir@mail.example>.")
    return given


ONE_CORE: Final = "-c max_parallel_workers_per_gather=0"
"""For each question: a page's takes some milliseconds, and two helpers that are started for it take twenty more. Once
tables are large PostgreSQL starts them. Who brings a database sets it for its role: poolers let no option through."""


def database(environ: Mapping[str, str]) -> dict[str, Any]:
    """Django's description of the database: yours when DATABASE_URL is set, the embedded one otherwise."""
    pool = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 10}
    url = setting(environ, "DATABASE_URL")
    if not url:
        cluster = postgres.cluster(data_folder(environ))
        options = {"passfile": str(cluster.passfile), "pool": pool, "options": ONE_CORE}
        return {
            "ENGINE": ENGINE,
            "HOST": str(cluster.socket_folder),
            "PORT": str(cluster.port),
            "USER": "comptoir",
            "NAME": environ.get("COMPTOIR_DATABASE", "comptoir"),
            "OPTIONS": options,
        }
    parts = _parts(url)
    known = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    described: dict[str, Any] = {name: str(parts.pop(key)) for name, key in known.items() if parts.get(key)}
    return {"ENGINE": ENGINE, **described, "OPTIONS": {**parts, "pool": pool}}


def conninfo(environ: Mapping[str, str]) -> str:
    """The same database for connections that are not Django's."""
    if url := setting(environ, "DATABASE_URL"):
        return make_conninfo(**_parts(url))
    return postgres.cluster(data_folder(environ)).dsn(environ.get("COMPTOIR_DATABASE", "comptoir"))


def prove_database(environ: Mapping[str, str]) -> None:
    """Reach the database once. Raises ComptoirError with one sentence when it does not answer or is too old."""
    try:
        with psycopg.connect(conninfo(environ), connect_timeout=CONNECT_SECONDS) as connection:
            version = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        cause = " ".join(str(error).split())
        raise ComptoirError("The database of DATABASE_URL cannot be reached.", for_log=cause) from error
    if version < OLDEST_POSTGRESQL:
        raise ComptoirError(f"PostgreSQL {version} is too old: Comptoir needs {OLDEST_POSTGRESQL} or newer.")


def _parts(url: str) -> dict[str, Any]:
    """What a DATABASE_URL says. Raises ComptoirError; the URL is not quoted, since it may hold a password."""
    try:
        return {**KEEPALIVE, **conninfo_to_dict(url)}
    except psycopg.ProgrammingError:
        words = "DATABASE_URL cannot be read; it looks like postgresql://user:password@host/name."
        raise ComptoirError(words) from None
