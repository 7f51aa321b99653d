"""`comptoir keys`: change the keys that secrets are sealed with, in three steps and without losing any."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from comptoir.cli import house
from comptoir.kernel.errors import ComptoirError

keys = typer.Typer(no_args_is_help=True, help="Change the keys that secrets are sealed with.")

AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


@keys.command()
def add(as_json: AsJson = False) -> None:
    """Put a new key in front of the others; then restart `serve` and `work`."""
    from comptoir.kernel.seal import new_key, split_keys

    with house.sentences():
        path = _change(lambda found: [new_key(), *found])
        facts: dict[str, str | int] = {"file": str(path), "keys": len(split_keys(path.read_text()))}
        _say(facts, "A new key stands first in {file}. Restart serve and work, then run: comptoir keys reseal", as_json)


@keys.command()
def reseal(as_json: AsJson = False) -> None:
    """Seal with the newest key what older ones sealed; repeating it changes nothing."""
    with house.ready():
        from comptoir.core.connections import sealing

        done = asdict(sealing.reseal())
        _say(done, "{changed} sealed anew, {current} were so already, {lost} cannot be opened with any key.", as_json)


@keys.command()
def drop(as_json: AsJson = False) -> None:
    """Remove every key but the newest, once nothing needs them; then restart `serve` and `work`."""
    with house.ready():
        from comptoir.core.connections import sealing

        if waiting := sealing.outdated():
            raise ComptoirError(f"{waiting} secrets still need an older key: run `comptoir keys reseal` first.")
        path = _change(lambda found: found[:1])
        _say({"file": str(path), "keys": 1}, "Only the newest key is left in {file}. Restart serve and work.", as_json)


def _change(change: Callable[[list[str]], list[str]]) -> Path:
    """Write the key file anew, whole or not at all, for the owner it had."""
    from comptoir.kernel.seal import split_keys
    from comptoir.project import environment

    path = environment.key_file(os.environ)
    if path is None:
        raise ComptoirError(
            "COMPTOIR_KEYS is set in the environment: change it there, or point COMPTOIR_KEYS_FILE at a file."
        )
    environment.keys(os.environ)
    before = path.stat()
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(",".join(change(split_keys(path.read_text()))) + "\n")
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ComptoirError(f"The key file {path} cannot be written: {error.strerror}.") from error
    return path


def _say(facts: dict[str, str | int], sentence: str, as_json: bool) -> None:
    typer.echo(json.dumps(facts) if as_json else sentence.format(**facts))
