"""Members from a file: read as it was written, looked at, brought in once, taken back (loyalty.md 1.3, 1.9, E47)."""

import os
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import example, given
from hypothesis import strategies as st

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.importing import reading, running
from comptoir.apps.loyalty.members import consents, leaving, profile
from comptoir.apps.loyalty.models import Entry, Member
from comptoir.apps.loyalty.persons import Change, Consent, ImportState, MemberImport
from comptoir.core.jobs import engine
from comptoir.kernel.errors import RuleBroken
from tests.apps.loyalty.test_members import edit, member_of
from tests.apps.loyalty.test_pages import see, text
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill
from tests.people import People

LIST = (
    "Prénom;Nom;Téléphone;E-mail;Date de naissance;Civilité;Solde points;Optin SMS;Date optin\n"
    "Alice;Martin;06 12 34 56 42;ALICE@example.com;31/12/1990;Mme;120;oui;2025-05-01\n"
    "Bob;Lefèvre;+33 6 87 65 43 21;bob@;1990-01-01;M;7,9;oui;\n"
    "Zoé;;01 42 68 53 00;;;;;non;\n"
    "Alice;Bis;0612345642;;;;5;;\n"
    "Personne;;12;;;;;;\n"
)


def rows(content: str, country: str = "FR") -> list[reading.Row]:
    read = reading.sheet(content.encode())
    return list(reading.rows(read, reading.guessed(read.header), country=country, today=date(2026, 3, 14)))


def draft(till: Till, content: str = LIST) -> MemberImport:
    return running.draft(
        organisation_id=till.organisation.id,
        store_id=till.store.id,
        name="list.csv",
        content=content.encode(),
        actor="user:1",
        now=NOON,
    )


def brought(till: Till, content: str = LIST) -> MemberImport:
    held = draft(till, content)
    named: dict[str, Any] = {"organisation_id": till.organisation.id, "import_id": held.id}
    assert running.start(**named, columns=held.columns, now=NOON)
    running.run(**named, clock=lambda: NOON)
    held.refresh_from_db()
    return held


def taken_back(held: MemberImport) -> None:
    named: dict[str, Any] = {"organisation_id": held.organisation_id, "import_id": held.id}
    assert running.undo(**named, actor="user:1", now=NOON)
    running.run(**named, clock=lambda: NOON)
    held.refresh_from_db()
    assert held.state == ImportState.UNDONE


def phones() -> list[str]:
    return sorted(Member.objects.values_list("phone", flat=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found(encoding: str, separator: str) -> None:
    content = separator.join(["Prénom", "Mobile"]) + "\r\n" + separator.join(["Zoé", "0612345642"]) + "\r\n"
    read = reading.sheet(content.encode(encoding))
    assert (read.separator, read.header, read.rows) == (separator, ["Prénom", "Mobile"], [["Zoé", "0612345642"]])
    assert reading.guessed(read.header) == {"first_name": 0, "phone": 1}


@pytest.mark.parametrize("content", [b"", b"phone\n", b"\xff\xfe\x00", b"a\0b\n1\n", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(RuleBroken) as refused:
        reading.sheet(content)
    assert refused.value.code == "file_unreadable"


@example("Çœ")
@example("Nguyễn")
@given(st.text(alphabet="abcdeéèêëàâäçïîôöùûüœñßÉÈÀÇ -'’", max_size=20))
def test_e47_accents_decoded_wrongly_come_back_and_right_ones_stay(name: str) -> None:
    wrong = name.encode().decode("cp1252", errors="ignore")
    if wrong.encode("cp1252") == name.encode():
        assert reading.repaired(wrong) == name
    assert reading.repaired(name) == name


def test_a_row_is_read_as_people_write() -> None:
    alice, bob, zoe, again, nobody = rows(LIST)
    assert (alice.phone, alice.fields["birthday"], alice.fields["gender"]) == (
        ALICES_PHONE,
        date(1990, 12, 31),
        "woman",
    )
    assert (alice.points, alice.fields["email"]) == (120, "alice@example.com")
    assert alice.consents == [reading.Said("sms", True, datetime(2025, 5, 1, tzinfo=UTC))]
    assert bob.remarks == ["email_left_out", "points_rounded", "sms_consent_without_time"]
    assert (bob.points, bob.consents) == (7, [])
    assert (zoe.receives_sms, zoe.remarks, zoe.refusal) == (False, ["landline"], "")
    assert (again.refusal, nobody.refusal) == ("twice", "phone_invalid")


def test_a_preview_changes_nothing(till: Till) -> None:
    member_of(till, BOBS_PHONE)
    found = running.preview(draft(till), now=NOON)
    assert (found.new, found.known, found.refused, found.landlines, found.points) == (2, 1, 2, 1, 127)
    assert {"row": 5, "reason": "twice", "refused": True} in found.report
    assert phones() == [BOBS_PHONE]


def test_members_come_with_points_consents_and_a_reason(till: Till) -> None:
    held = brought(till)
    assert (held.state, held.created, held.updated, held.refused) == ("done", 3, 0, 2)
    assert bytes(held.content) == b"", "the file is not kept"
    assert phones() == ["+33142685300", ALICES_PHONE, BOBS_PHONE]
    alice = Member.objects.get(phone=ALICES_PHONE)
    assert entries.balance(alice.organisation_id, alice.id) == 120
    entry = Entry.objects.get(member_id=alice.id)
    assert (entry.kind, entry.inputs) == ("opening", {"import": held.public_id})
    assert (alice.sms_consent, alice.email_consent) == (True, False)
    consent = Consent.objects.get(member_id=alice.id)
    assert (consent.source, consent.at) == ("import", datetime(2025, 5, 1, tzinfo=UTC))
    assert not Member.objects.get(phone=BOBS_PHONE).sms_consent
    assert not Member.objects.get(phone="+33142685300").receives_sms
    assert set(Change.objects.values_list("what", flat=True)) == {"imported"}


def test_the_same_list_again_makes_nobody_and_no_points(till: Till) -> None:
    brought(till)
    again = brought(till)
    assert (again.created, again.updated) == (0, 3)
    assert Member.objects.count() == 3
    assert sum(Entry.objects.values_list("points", flat=True)) == 127
    assert {"row": 2, "reason": "points_brought_before", "refused": False} in again.report
    running.run(organisation_id=till.organisation.id, import_id=again.id, clock=lambda: NOON)
    assert sum(Entry.objects.values_list("points", flat=True)) == 127


def test_a_known_member_keeps_what_is_known(till: Till) -> None:
    member_of(till, first_name="Alicia")
    brought(till)
    alice = Member.objects.get(phone=ALICES_PHONE)
    assert (alice.first_name, alice.last_name) == ("Alicia", "Martin")


def test_it_goes_on_where_it_stopped(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    held = draft(till)
    named: dict[str, Any] = {"organisation_id": till.organisation.id, "import_id": held.id}
    running.start(**named, columns=held.columns, now=NOON)
    ticks = iter([NOON, NOON, NOON])

    with pytest.raises(RuntimeError):
        running.run(**named, clock=lambda: next(ticks, None) or _stop())
    assert 0 < Member.objects.count() < 3
    running.run(**named, clock=lambda: NOON)
    assert Member.objects.count() == 3
    assert sum(Entry.objects.values_list("points", flat=True)) == 127


def _stop() -> datetime:
    raise RuntimeError


def test_the_whole_of_it_is_taken_back(till: Till) -> None:
    known = member_of(till, BOBS_PHONE)
    held = brought(till)
    till.sends(bill("A1", "10.00"))
    till.claim("A1")
    taken_back(held)
    alice = Member.objects.get(phone=ALICES_PHONE)
    assert phones() == [ALICES_PHONE, BOBS_PHONE], "whoever did something since stays"
    assert entries.balance(alice.organisation_id, alice.id) == 10
    assert not alice.sms_consent
    known.refresh_from_db()
    assert (known.first_name, known.last_name) == ("", "")
    assert entries.balance(known.organisation_id, known.id) == 0
    brought(till)
    assert entries.balance(alice.organisation_id, alice.id) == 130


def test_what_was_changed_since_stays_when_it_is_taken_back(till: Till) -> None:
    known = member_of(till, BOBS_PHONE)
    held = brought(till)
    edit(Member.objects.get(id=known.id), first_name="Robert")
    taken_back(held)
    known.refresh_from_db()
    assert (known.first_name, known.last_name) == ("Robert", "")


def test_e45_a_list_never_brings_back_who_was_erased(till: Till) -> None:
    member = member_of(till)
    leaving.anonymise(organisation_id=member.organisation_id, member_id=member.id, actor="", now=NOON)
    held = brought(till)
    assert ALICES_PHONE not in phones()
    assert {"row": 2, "reason": "erased", "refused": True} in held.report


def test_e44_a_list_never_ends_a_stop(till: Till) -> None:
    member = member_of(till)
    from_page: dict[str, Any] = {"organisation_id": member.organisation_id, "phone": ALICES_PHONE, "actor": ""}
    consents.stop(**from_page, now=datetime(2024, 1, 1, tzinfo=UTC))
    brought(till)
    member.refresh_from_db()
    assert not member.sms_consent


def test_a_long_list(till: Till) -> None:
    """Ten thousand rows; a thousand unless DEEP=1."""
    length = 10_000 if os.environ.get("DEEP") else 1_000
    lines = [f"06{number:08d};{number % 50}" for number in range(10_000_000, 10_000_000 + length)]
    held = brought(till, "mobile;points\n" + "\n".join(lines))
    assert held.created + held.refused == length
    assert Member.objects.count() == held.created
    assert held.created > length * 0.9
    assert profile.changes(till.organisation.id, Member.objects.all()[0].id)


@pytest.mark.django_db(transaction=True)
def test_on_the_page_from_the_file_to_the_way_back(people: People, till: Till) -> None:
    client = people.client(people.alice)
    sent = SimpleUploadedFile("list.csv", LIST.encode("cp1252"), content_type="text/csv")
    answer = client.post("/loyalty/members/imports", {"file": sent, "store": people.bar.public_id}, follow=True)
    shown = text(answer.content)
    assert "3 new members, 0 known, 2 rows left out, 127 points. Nothing has happened yet." in shown
    assert "Windows-1252" in shown
    assert "the same number as an earlier row" in shown
    held = MemberImport.objects.get()
    address = f"/loyalty/members/imports/{held.public_id}"
    columns = {name: str(place) for name, place in held.columns.items()}
    without = {name: place for name, place in columns.items() if name != "phone"}
    assert "Choose the column" in text(client.post(address, {**without, "start": "yes"}).content)
    assert "Running" in text(client.post(address, {**columns, "start": "yes"}, follow=True).content)
    engine.drain()
    assert "Done" in see(people, people.alice, address)
    assert "Brought along" in see(
        people, people.alice, f"/loyalty/members/{Member.objects.get(phone=BOBS_PHONE).public_id}"
    )
    client.post(f"{address}/undo")
    engine.drain()
    assert "Taken back" in see(people, people.alice, address)
    assert not Member.objects.exists()
    nonsense = SimpleUploadedFile("x.csv", b"\0\0", content_type="text/csv")
    wrong = client.post("/loyalty/members/imports", {"file": nonsense, "store": people.bar.public_id})
    assert wrong.status_code == 422
