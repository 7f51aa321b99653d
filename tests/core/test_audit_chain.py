"""What was done is a chain: sealed, never changed, and whoever goes around the database's guard is found."""

import json
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from structlog.testing import capture_logs
from typer.testing import CliRunner

from comptoir.cli import house
from comptoir.cli.diagnosis import _records
from comptoir.cli.main import app
from comptoir.core.audit import chain
from comptoir.core.audit.models import Head, Note
from comptoir.core.audit.notes import note
from tests.people import People

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
def written(people: People) -> People:
    for number in range(5):
        for each in (people.le_zinc, people.chez_charlie):
            note(organisation_id=each.id, actor="user:1", what="test.done", subject=f"#{number}", now=NOW)
    return people


def test_each_note_is_sealed_once_in_the_chain_of_its_organisation(written: People) -> None:
    assert chain.read() == chain.Chain(0, 10, ())
    assert chain.seal_all() == 10
    assert chain.seal_all() == 0
    note(organisation_id=written.le_zinc.id, actor="user:1", what="test.done", now=NOW)
    assert chain.seal_all() == 1
    rows = Note.objects.filter(organisation=written.le_zinc).order_by("position")
    assert list(rows.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert chain.read() == chain.Chain(11, 0, ())


@pytest.mark.parametrize("is_sealed", [False, True])
def test_the_database_refuses_to_change_or_remove_a_note(written: People, is_sealed: bool) -> None:
    if is_sealed:
        chain.seal_all()
    mine = Note.objects.filter(organisation=written.le_zinc)
    for change in (lambda: mine.update(subject="nothing"), lambda: mine.update(hash=None, actor="x"), mine.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit_note SET subject = 'nothing' WHERE subject = '#2'",
        "DELETE FROM audit_note WHERE subject = '#2'",
        "UPDATE audit_note SET position = position + 100 WHERE subject = '#4'",
        "DELETE FROM audit_note WHERE subject = '#4'",
        "DELETE FROM audit_note",
        "UPDATE audit_note SET position = NULL, hash = NULL WHERE subject = '#4'",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET position = 3, hash = (SELECT hash FROM audit_note"
        " WHERE organisation_id = audit_head.organisation_id AND position = 3)",
    ],
)
def test_whoever_goes_around_the_guard_is_found(written: People, deed: str) -> None:
    chain.seal_all()
    assert [each.state for each in _records({})] == ["ok"]
    around_the_guard(deed)
    assert set(chain.read().broken) == {written.le_zinc.id, written.chez_charlie.id}
    [found] = _records({})
    assert found.state == "bad"
    assert written.le_zinc.public_id in found.words


def around_the_guard(*deeds: str) -> None:
    """As whoever owns the tables may."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("note_stays", "head_follows"):
            cursor.execute(f"ALTER TABLE audit_{table.partition('_')[0]} DISABLE TRIGGER audit_{table}")
        for deed in deeds:
            cursor.execute(deed)
        for table in ("note_stays", "head_follows"):
            cursor.execute(f"ALTER TABLE audit_{table.partition('_')[0]} ENABLE TRIGGER audit_{table}")


@pytest.mark.parametrize("deed", ["DELETE FROM audit_note WHERE subject = '#4'", "DELETE FROM audit_head"])
def test_notes_that_follow_do_not_cover_up_what_is_missing(written: People, deed: str) -> None:
    chain.seal_all()
    around_the_guard(deed)
    note(organisation_id=written.le_zinc.id, actor="user:1", what="test.done", now=NOW)
    chain.seal_all()
    assert written.le_zinc.id in chain.read().broken


def test_the_head_only_goes_forward_to_a_note_that_stands_there(written: People) -> None:
    chain.seal_all()
    mine = Head.objects.filter(organisation=written.le_zinc)
    third = Note.objects.get(organisation=written.le_zinc, position=3)
    for change in (
        lambda: mine.update(position=3, hash=third.hash),
        lambda: mine.update(position=6, hash=b"x"),
        lambda: mine.update(organisation=written.chez_charlie),
        mine.delete,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def records(*arguments: str) -> tuple[int, str]:
    with mock.patch.object(house, "ready", house.sentences):
        said = CliRunner().invoke(app, ["records", *arguments])
    return said.exit_code, said.output


def test_anchors_kept_elsewhere_find_a_chain_that_was_made_anew(written: People, tmp_path: Path) -> None:
    chain.seal_all()
    code, anchors = records()
    assert (code, len(anchors.splitlines())) == (0, 2)
    kept = tmp_path / "anchors"
    kept.write_text(anchors)
    note(organisation_id=written.le_zinc.id, actor="user:1", what="test.done", now=NOW)
    chain.seal_all()
    assert records("--compare", str(kept)) == (0, "2 anchors hold: nothing before them was changed or removed.\n")

    around_the_guard(
        "DELETE FROM audit_head",
        "UPDATE audit_note SET position = NULL, hash = NULL",
        "UPDATE audit_note SET subject = 'nothing' WHERE subject = '#2'",
    )
    chain.seal_all()
    assert chain.read().broken == (), "to itself it is whole: nothing inside can tell"
    code, said = records("--compare", str(kept))
    assert (code, said.count("Not as it was")) == (1, 2)
    assert json.loads(records("--compare", str(kept), "--json")[1])["differing"] == anchors.splitlines()
    kept.write_text("nonsense")
    assert records("--compare", str(kept))[0] == 1


def test_each_seal_leaves_its_anchor_in_the_log(written: People) -> None:
    with capture_logs() as logged:
        chain.seal_all()
    said = [each["anchor"] for each in logged if each["event"] == "audit.sealed"]
    assert sorted(said) == sorted(str(each) for each in chain.anchors())
