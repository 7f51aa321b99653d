"""Weeks over the API; Import POS over the API and from the command line, with one engine behind both and the page."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client as Browser
from typer.testing import CliRunner

from comptoir.apps.weekly_balance import importing
from comptoir.apps.weekly_balance.models import PosImport
from comptoir.cli import house as standing
from comptoir.cli.balance import balance
from comptoir.core.accounts.tokens import create_token
from comptoir.core.intake.models import ImportRun
from comptoir.kernel.ids import parse_id
from tests.apps.weekly_balance.bills import DAY, worked_day
from tests.apps.weekly_balance.house import House, link
from tests.apps.weekly_balance.test_pages import alice, text

__all__ = ["alice"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Caller:
    """Somebody with a token."""

    def __init__(self, house: House, *scopes: str) -> None:
        _, secret = create_token(name="test", scopes=scopes, organisations=[house.people.le_zinc], now=NOW)
        self.headers = {"Authorization": f"Bearer {secret.reveal()}"}

    def get(self, path: str, status: int = 200) -> Any:
        answer = Browser().get(path, headers=self.headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, path: str, data: dict[str, Any], status: int = 202) -> Any:
        answer = Browser().post(path, data, content_type="application/json", headers=self.headers)
        assert answer.status_code == status, answer.content
        return answer.json()


def test_a_week_as_decimal_text(house: House) -> None:
    house.sells(*worked_day())
    caller = Caller(house, "weekly_balance.read")
    [department] = caller.get("/v1/balance/departments")["data"]
    assert (department["id"], department["zone"]) == (house.department.public_id, "Europe/Copenhagen")
    week = caller.get(f"/v1/balance/departments/{department['id']}/week?day={DAY}")
    assert week["days"][0]["date"] == "2026-06-08"
    [net] = [each for each in week["fields"] if each["field_type"] == "net_sales"]
    assert net["days"][2] == {"date": str(DAY), "value": "390.96", "till": "390.96"}
    assert net["days"][3]["value"] is None, "not known is not zero"


def test_an_import_over_the_api_is_the_page_s(house: House, alice: Browser) -> None:
    link(house.store)
    caller = Caller(house, "weekly_balance.import")
    begun = caller.post("/v1/balance/imports", {"first": "2026-06-01", "last": "2026-06-10"})
    assert begun["departments"] == [house.department.public_id]
    row = PosImport.objects.get()
    assert row.public_id == begun["id"]
    assert row.actor.startswith("token:")
    assert begun["id"] in text(alice, "/balance/import")
    ImportRun.objects.update(state="done", finished_at=NOW)
    assert importing.finish(organisation_id=row.organisation_id, import_id=row.id, now=NOW)
    after = caller.get(f"/v1/balance/imports/{begun['id']}")
    assert (after["percent"], after["finished_at"] is not None) == (100, True)


def test_what_is_wrong_has_a_code(house: House) -> None:
    caller = Caller(house, "weekly_balance.import")
    turned = {"first": "2026-06-10", "last": "2026-06-01"}
    assert caller.post("/v1/balance/imports", turned, 422)["code"] == "window_empty"
    said = {"first": "2026-06-01", "last": "2026-06-10", "departments": ["dep_01JZZZZZZZZZZZZZZZZZZZZZZZ"]}
    assert caller.post("/v1/balance/imports", said, 404)["code"] == "not_found"
    reader = Caller(house, "weekly_balance.read")
    assert reader.post("/v1/balance/imports", turned, 403)["code"] == "scope_missing"
    assert not PosImport.objects.exists()


def test_an_import_from_the_command_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    @contextmanager
    def here() -> Any:
        with standing.sentences():
            yield

    monkeypatch.setattr(standing, "ready", here)
    link(house.store)
    days = ["--from", "2026-06-01", "--until", "2026-06-10"]
    organisation = house.people.le_zinc.public_id
    asked = ["import", organisation, *days, "--department", house.department.public_id, "--no-wait", "--json"]
    result = CliRunner().invoke(balance, asked)
    assert result.exit_code == 0, result.output
    facts = json.loads(result.output)
    row = PosImport.objects.get(id=parse_id("wbi", facts["id"]))
    assert (row.actor, row.department_ids, facts["percent"]) == ("cli", [house.department.id], 0)
    shown = CliRunner().invoke(balance, ["imports", organisation])
    assert facts["id"] in shown.output
    wrong = CliRunner().invoke(balance, [*asked[:2], *days, "--department", "dep_01JZZZZZZZZZZZZZZZZZZZZZZZ"])
    assert wrong.exit_code == 1


def test_an_import_is_paused_taken_up_and_cancelled(house: House, alice: Browser) -> None:
    link(house.store)
    Caller(house, "weekly_balance.import").post("/v1/balance/imports", {"first": "2026-06-01", "last": "2026-06-10"})
    row = PosImport.objects.get()

    def act(what: str) -> str:
        alice.post(f"/balance/imports/{row.public_id}/{what}")
        return ImportRun.objects.get(id=row.run_ids[0]).state

    assert act("pause") == "paused"
    assert "Go on" in text(alice, "/balance/import")
    assert act("go-on") not in ("paused", "cancelled")
    assert act("cancel") == "cancelled"
    PosImport.objects.update(finished_at=NOW, fault="The till does not answer.")
    assert "Try again" in text(alice, "/balance/import")
    act("again")
    assert PosImport.objects.count() == 2
    assert alice.post(f"/balance/imports/{row.public_id}/explode").status_code == 404
