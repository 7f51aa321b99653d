"""The provider's Python client in clients/python, made from our own OpenAPI document (docs/decisions/0014).

python scripts/client.py          makes it anew: needs a package index once, for the generator
python scripts/client.py check    says whether it is what today's document makes; needs nothing
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
CLIENT: Final = ROOT / "clients" / "python"
PACKAGE: Final = CLIENT / "comptoir_provider"
DOCUMENT: Final = CLIENT / "openapi.json"
MADE: Final = CLIENT / "made.sha256"
GENERATOR: Final = "openapi-python-client==0.29.1"
CONFIG: Final = "package_name_override: comptoir_provider\npost_hooks: []\n"
WRITTEN_BY_HAND: Final = frozenset({"refusals.py", "py.typed"})
OF_PROVIDERS: Final = [{"ProviderBearer": []}]


def document() -> dict[str, Any]:
    """What the OpenAPI document says of operations that are asked for with a provider app key."""
    from comptoir.web.api import api

    # Routes first: an API that was asked before its apps hung their routers into it takes none any more.
    __import__("comptoir.project.urls")
    whole: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/v1/")))
    paths: dict[str, Any] = {}
    for path, operations in whole["paths"].items():
        if found := {method: each for method, each in operations.items() if each["security"] == OF_PROVIDERS}:
            paths[path] = found
    schemas = whole["components"]["schemas"]
    needed: set[str] = set()
    waiting = list(_references(paths))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += _references(schemas[name])
    return {
        "openapi": whole["openapi"],
        "info": whole["info"],
        "paths": paths,
        "components": {
            "schemas": {name: schemas[name] for name in needed},
            "securitySchemes": {"ProviderBearer": whole["components"]["securitySchemes"]["ProviderBearer"]},
        },
    }


def as_text(made_of: dict[str, Any]) -> str:
    """The document as it is kept, so that a change to the API is read in a diff."""
    return json.dumps(made_of, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def fingerprint() -> str:
    """Of the document and every file that was made of it: who edits one by hand is found."""
    found = hashlib.sha256()
    for path in [DOCUMENT, *sorted(PACKAGE.rglob("*.py"))]:
        if path.name not in WRITTEN_BY_HAND:
            found.update(str(path.relative_to(CLIENT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def trouble() -> str:
    """Why the client is not what today's document makes; empty when it is."""
    if not DOCUMENT.exists() or as_text(document()) != DOCUMENT.read_text(encoding="utf-8"):
        return "the provider API is another one than clients/python was made of: make client"
    if fingerprint() != MADE.read_text(encoding="utf-8").strip():
        return "a file of clients/python is not as it was made: make client"
    return ""


def make() -> None:
    """Make it anew. Raises CalledProcessError, with the generator's words on the terminal."""
    DOCUMENT.write_text(as_text(document()), encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        config, fresh = Path(place, "config.yml"), Path(place, "comptoir_provider")
        config.write_text(CONFIG, encoding="utf-8")
        venv.create(Path(place, "venv"), with_pip=True)
        tools = Path(place, "venv", "bin")
        subprocess.run([tools / "pip", "install", "--quiet", GENERATOR], check=True)
        command = [tools / "openapi-python-client", "generate", "--meta", "none", "--fail-on-warning"]
        subprocess.run(
            [*command, "--path", DOCUMENT, "--config", config, "--output-path", fresh], check=True, cwd=place
        )
        ours = [sys.executable, "-m", "ruff"]
        alone = ["--isolated", "--line-length", "120", "--target-version", "py311", "--quiet"]
        subprocess.run([*ours, "check", *alone, "--fix-only", "--select", "F401,I", fresh], check=True)
        subprocess.run([*ours, "format", *alone, fresh], check=True)
        for each in WRITTEN_BY_HAND:
            shutil.copy(PACKAGE / each, fresh / each)
        shutil.rmtree(PACKAGE)
        shutil.copytree(fresh, PACKAGE)
    MADE.write_text(fingerprint() + "\n", encoding="utf-8")


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _wake_django() -> None:
    """The document is drawn from the code; nothing is read from a database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptoir.project.settings")
    os.environ.setdefault("COMPTOIR_KEYS", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    os.environ.setdefault("COMPTOIR_DATA", tempfile.mkdtemp())
    django.setup()
    __import__("comptoir.project.urls")


if __name__ == "__main__":
    _wake_django()
    if sys.argv[1:] == ["check"]:
        sys.exit(trouble() or None)
    make()
