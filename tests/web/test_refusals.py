"""Whatever a person is refused with, or told of a till that does not answer, is said in their language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from comptoir.kernel.errors import RuleBroken, VendorBusy
from comptoir.web.said import in_words
from tests.people import People

SOURCE = Path(__file__).resolve().parents[2] / "src" / "comptoir"
ERRORS = {"RuleBroken", "VendorBusy", "VendorRefused", "VendorUnreadable", "OutcomeUnknown"}
NO_PAGES = ("cli/", "connectors/", "kernel/", "pos/", "sandbox/")
"""A terminal, and what knows no languages: the sentences of `kernel/http.py` are in the catalogue all the same."""
MACHINES = frozenset(
    {
        *(f"apps/loyalty/{name}" for name in ("api.py", "members/api.py", "rewards/api.py", "tablets/door.py")),
        *(f"apps/loyalty/partner/{path.name}" for path in (SOURCE / "apps/loyalty/partner").glob("*.py")),
        # What guests' programs are answered by the provider API.
        *(f"apps/pay_at_table/{name}.py" for name in ("amounts", "floor", "holding", "idempotency", "ordering")),
        *(f"apps/pay_at_table/{name}.py" for name in ("recording", "refunding", "reserving", "splitting", "linking")),
        *(f"apps/pay_at_table/provider/{path.name}" for path in (SOURCE / "apps/pay_at_table/provider").glob("*.py")),
        "apps/traffic/api.py",
        "apps/traffic/counting/doors.py",
        "apps/weekly_balance/api.py",
        "web/api.py",
        "web/api_sales.py",
        "web/scans.py",
        # Clients of OAuth, names of the house's own parts, what is written to a log, and the operator's command line.
        *(f"core/accounts/{name}.py" for name in ("operators", "partners/grants")),
        *(f"core/connections/{name}.py" for name in ("consent", "credentials", "tokens")),
        *(f"core/{name}.py" for name in ("installations/manifest", "intake/fates", "intake/process")),
        *(f"core/{name}.py" for name in ("ledger/limits", "outbox/streams")),
    }
)
"""Answers that programs read: those stay English, whoever asks."""


def in_english_alone() -> Iterator[str]:
    """Sentences that an error is raised with and that no catalogue knows."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = str(path.relative_to(SOURCE))
        if name.startswith(NO_PAGES) or name in MACHINES:
            continue
        for function in (each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef)):
            bound = {
                each.targets[0].id: each.value
                for each in ast.walk(function)
                if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
            }
            for call in (each for each in ast.walk(function) if isinstance(each, ast.Call) and each.args):
                said = call.args[0]
                said = bound.get(said.id, said) if isinstance(said, ast.Name) else said
                if isinstance(call.func, ast.Name) and call.func.id in ERRORS and _is_bare(said):
                    yield f"{name}:{call.lineno}: {ast.unparse(said)}"


def _is_bare(said: ast.expr) -> bool:
    """A sentence written out; one that is put together of nothing but what was translated before is none."""
    if isinstance(said, ast.JoinedStr):
        return any(isinstance(each, ast.Constant) and str(each.value).strip() for each in said.values)
    return isinstance(said, ast.Constant) and bool(said.value)


def test_no_refusal_that_a_person_reads_is_english_alone() -> None:
    assert list(in_english_alone()) == []


def test_what_was_raised_without_a_language_is_said_in_that_of_the_reader() -> None:
    away = VendorBusy("%(vendor)s does not answer at the moment.", names={"vendor": "100 % Caisse"})
    with translation.override("fr"):
        assert in_words(away) == "100 % Caisse ne répond pas pour l’instant."
        assert in_words(RuleBroken("Nur so: 5 %.", code="x")) == "Nur so: 5 %."
        assert in_words(RuleBroken("", code="x")) == ""
    assert in_words(away) == away.for_owner == "100 % Caisse does not answer at the moment."


@pytest.mark.django_db
def test_an_id_that_names_nothing_is_said_in_french(people: People) -> None:
    people.alice.language = "fr"
    people.alice.save()
    client: Client = people.client(people.alice)
    page = client.get("/pay-at-table/payments/gpay_nothing")
    assert page.status_code == 404
    assert "Il n’y a rien ici sous cet identifiant." in page.content.decode()
