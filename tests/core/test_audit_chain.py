"""What was done is a chain: sealed, never changed, and whoever goes around the database's guard is found."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from comptoir.cli.diagnosis import _records
from comptoir.core.audit import chain
from comptoir.core.audit.models import Note
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
    ],
)
def test_whoever_goes_around_the_guard_is_found(written: People, deed: str) -> None:
    chain.seal_all()
    assert [each.state for each in _records({})] == ["ok"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_note DISABLE TRIGGER audit_note_stays")
        cursor.execute(deed)
        cursor.execute("ALTER TABLE audit_note ENABLE TRIGGER audit_note_stays")
    assert set(chain.read().broken) == {written.le_zinc.id, written.chez_charlie.id}
    [found] = _records({})
    assert found.state == "bad"
    assert written.le_zinc.public_id in found.words
