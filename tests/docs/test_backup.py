"""The commands of *Back up and restore*, as they stand there: sales, figures and sealed tokens come back."""

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comptoir.core.connections import consent
from comptoir.core.connections.tokens import TokenPair
from comptoir.kernel.postgres import cluster, discard, server
from comptoir.kernel.seal import Secret
from comptoir.project.environment import data_folder
from tests.bills import bill, record, told
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "back-up-and-restore.md").read_text()
LOOK = """
from comptoir.cli import house
with house.ready():
    from comptoir.core.connections.models import Connection
    from comptoir.core.connections.sealing import sealer
    print(sealer().unseal(Connection.objects.get().refresh_token).reveal())
"""


def block(language: str, word: str) -> str:
    """The block of this language that holds a word."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return next(each for each in blocks if word in each)


@pytest.fixture
def keys_file() -> Iterator[None]:
    """The tests' keys, where an embedded installation has them."""
    path = data_folder(os.environ) / "keys"
    path.write_text(os.environ["COMPTOIR_KEYS"])
    yield
    path.unlink()


def run(script: str, folder: Path, **environ: str) -> str:
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **environ}
    wanted = {name: value for name, value in surroundings.items() if value}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=folder, env=wanted, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("keys_file")
def test_what_was_backed_up_comes_back_in_a_new_place(people: People, tmp_path: Path) -> None:
    record(people.bar, [told(bill("A1.1", "28.50")), told(bill("A1.2", "10"))])
    pair = TokenPair(Secret("an access token"), Secret("a refresh token"), datetime.now(UTC))
    consent.keep(
        organisation_id=people.le_zinc.id, provider="lightspeed_k", pair=pair, user=people.alice, now=datetime.now(UTC)
    )
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    run(block("sh", "programs_of_wheel"), tmp_path)

    new = tmp_path / "new"
    (tmp_path / "restore.py").write_text(block("python", "pg_restore"))
    elsewhere = {"DATABASE_URL": "", "COMPTOIR_DATABASE": "", "COMPTOIR_KEYS": "", "COMPTOIR_DATA": str(new)}
    try:
        restore = block("sh", "restore.py").replace("/var/lib/comptoir/new", str(new))
        run(restore, tmp_path, **elsewhere)
        assert run(f".venv/bin/python -c '{LOOK}'", tmp_path, **elsewhere).strip() == "a refresh token"
        assert "2 sales" in run(".venv/bin/comptoir rollup", tmp_path, **elsewhere)
        export = f".venv/bin/comptoir export {people.bar.public_id} --since 2026-03-01 --until 2026-03-31"
        assert run(export, tmp_path, **elsewhere) == run(export, tmp_path)
    finally:
        made = cluster(new)
        discard(made)
        server.end_remains(made)
