"""Counts that arrive by themselves: by folder, SFTP and mail, as CSV, XLS and XLSX (traffic-analytics.md 3.3)."""

import io
import os
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import asyncssh
import openpyxl
import pytest

from comptoir.apps.traffic import chains, tasks
from comptoir.apps.traffic.alert_tables import Alert
from comptoir.apps.traffic.alerts import mailing
from comptoir.apps.traffic.arrivals import feeds, folder, running, taking
from comptoir.apps.traffic.count_tables import Count, SetAside
from comptoir.apps.traffic.counting import files
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile
from comptoir.core.connections.sealing import sealer
from comptoir.core.jobs import engine
from comptoir.kernel.errors import RuleBroken
from tests.apps.traffic.chain import DAY, NOW, hour, utc_store
from tests.apps.traffic.mailboxes import MAIL_PASSWORD, MAIL_USER, deliver, flags, mail_server
from tests.apps.traffic.sftp_host import PASSWORD, sftp_host
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "location id,date,hour,traffic in,traffic out\n"
XLS = Path(__file__).parent / "data" / "counts.xls"


@pytest.fixture
def chain(people: People, settings: Any, tmp_path: Path) -> People:
    settings.DATA = tmp_path / "data"
    utc_store(people)
    said = {"store": people.bar, "values": {"location_id": "1"}, "node_id": None, "actor": "user:1"}
    chains.save_location(**said, now=NOW, today=DAY)  # type: ignore[arg-type]
    return people


def feed(people: People, kind: str = "folder", place: Mapping[str, Any] | None = None, **secrets: str) -> CountFeed:
    said = {"organisation_id": people.le_zinc.id, "name": kind, "actor": "user:1", "now": NOW}
    return feeds.add(kind=kind, place=place or {}, **said, **secrets)  # type: ignore[arg-type]


def again(made: CountFeed) -> CountFeed:
    return CountFeed.objects.get(organisation_id=made.organisation_id, id=made.id)


def csv(*rows: str) -> bytes:
    return (HEAD + "".join(f"{each}\n" for each in rows)).encode()


def drop(path: Path, content: bytes, *, seconds_ago: int = 60) -> None:
    path.write_bytes(content)
    moment = NOW.timestamp() - seconds_ago
    os.utime(path, (moment, moment))


def states(made: CountFeed) -> list[tuple[str, str]]:
    return sorted((each.name, each.state) for each in feeds.latest(made))


def test_a_file_in_the_folder_is_taken_once_by_its_content_and_moved_aside(chain: People) -> None:
    made = feed(chain)
    root = folder.folder_of(made)
    assert root.stat().st_mode & 0o777 == 0o700
    drop(root / "may.csv", csv(f"0001,{DAY},10,42,40"))
    drop(root / "may-again.csv", csv(f"0001,{DAY},10,42,40"))
    drop(root / "growing.csv", csv(f"0001,{DAY},11,5,5"), seconds_ago=3)
    drop(root / "notes.pdf", b"not ours")
    (root / "link.csv").symlink_to("/etc/hostname")
    assert running.look(made, now=NOW) == running.Looked(taken=1)
    assert hour(chain, 10).visitors == 42
    assert Count.objects.count() == 1
    assert states(made) == [("may-again.csv", "taken"), ("may.csv", "again")]
    assert sorted(each.name for each in (root / "taken").iterdir()) == ["may-again.csv", "may.csv"]
    assert (root / "growing.csv").exists()
    assert (root / "link.csv").is_symlink()


def test_a_file_that_cannot_be_read_is_parked_and_one_row_at_fault_is_named_with_its_line(chain: People) -> None:
    made = feed(chain)
    root = folder.folder_of(made)
    drop(root / "1-heads.csv", b"when,how many\n2026-05-20,4\n")
    drop(root / "2-all-wrong.csv", csv(f"0001,{DAY},10,many,0"))
    drop(root / "3-half.csv", csv(f"0001,{DAY},10,42,40", f"0001,{DAY},11,1,234.50", f"0077,{DAY},10,3,3"))
    assert running.look(made, now=NOW) == running.Looked(taken=1, parked=2)
    assert states(made) == [("1-heads.csv", "parked"), ("2-all-wrong.csv", "parked"), ("3-half.csv", "taken")]
    assert sorted(each.name for each in (root / "parked").iterdir()) == ["1-heads.csv", "2-all-wrong.csv"]
    half = CountFile.objects.get(name="3-half.csv")
    assert [half.taken, half.rows, half.aside] == [2, 3, 1]
    assert SetAside.objects.count() == 1
    page = chain.client(chain.alice).get(f"/traffic/feeds/{made.public_id}").content.decode()
    assert "The first line names the columns; there is none for: location, date, traffic in." in page
    assert "Line 2: this is no number: many" in page
    french = chain.client(chain.alice).get(f"/traffic/feeds/{made.public_id}", headers={"Accept-Language": "fr"})
    shown = french.content.decode()
    assert "The first line names" not in shown
    assert "this is no number" not in shown
    assert "ce n’est pas un nombre\u202f: many" in shown
    # Mended and dropped again, what was parked is another file.
    drop(root / "2-all-wrong.csv", csv(f"0001,{DAY},12,7,7"))
    assert running.look(made, now=NOW).taken == 1


def test_killed_half_way_nothing_is_lost_and_nothing_counts_twice(
    chain: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = feed(chain)
    root = folder.folder_of(made)
    drop(root / "may.csv", csv(f"0001,{DAY},10,42,40"))
    (arrival,) = folder.arrivals(made, now=NOW)

    class Killed(BaseException):
        pass

    def killed(*_said: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:  # before what it says was written for good
        patch.setattr(CountFile, "save", killed)
        with pytest.raises(Killed):
            taking.take(made, arrival, now=NOW)
    assert not Count.objects.exists()
    assert (root / "may.csv").exists()
    with monkeypatch.context() as patch:  # after it, before the file was moved
        patch.setattr(folder, "_move", killed)
        with pytest.raises(Killed):
            running.look(made, now=NOW)
    assert hour(chain, 10).visitors == 42
    assert (root / "may.csv").exists()
    running.look(made, now=NOW)
    assert not (root / "may.csv").exists()
    assert [state for _name, state in states(made)] == ["again", "taken"]
    assert Count.objects.count() == 1


def test_workbooks_xls_and_xlsx_are_read_by_the_same_rules(chain: People) -> None:
    made = feed(chain)
    root = folder.folder_of(made)
    drop(root / "old.xls", XLS.read_bytes())
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Location", "Date", "Hour", "In"], ["0001", DAY, 13, 8], ["", None, None, None], [1, DAY, 14.0, 9.5]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    drop(root / "new.xlsx", content.getvalue())
    drop(root / "torn.xlsx", content.getvalue()[:200])
    assert running.look(made, now=NOW) == running.Looked(taken=2, parked=1)
    assert [str(hour(chain, each).visitors.normalize()) for each in (11, 13, 14)] == ["17", "8", "9.5"]  # type: ignore[union-attr]
    assert CountFile.objects.get(name="old.xls").faults == [[4, "this is no number: many"]]
    assert CountFile.objects.get(name="torn.xlsx").words.startswith("The workbook cannot be read")


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked() -> None:
    content = io.BytesIO()
    import zipfile

    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 101_000_000)
    with pytest.raises(RuleBroken) as refused:
        files.read(content.getvalue())
    assert refused.value.code == "file_too_large"


def test_files_on_an_sftp_server_are_read_once_and_left_there(chain: People, settings: Any, tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    with sftp_host(tmp_path) as host:
        host.public_key, lying = key.convert_to_public(), host.root / "in" / "may.csv"
        drop(lying, csv(f"0001,{DAY},10,42,40"))
        refused = feed(chain, "sftp", host.place, secret=PASSWORD)
        assert "private network" in running.look(refused, now=NOW).fault
        settings.COMPTOIR_EGRESS_ALLOW = f"127.0.0.1:{host.port}"
        assert running.look(again(refused), now=NOW) == running.Looked(taken=1)
        assert hour(chain, 10).visitors == 42
        assert running.look(again(refused), now=NOW) == running.Looked()  # not fetched again
        drop(lying, csv(f"0001,{DAY},10,43,40"), seconds_ago=30)
        assert running.look(again(refused), now=NOW) == running.Looked(taken=1)  # it has grown
        assert hour(chain, 10).visitors == 43
        assert lying.exists()
        feeds.delete(again(refused), actor="user:1", now=NOW)
        by_key = feed(chain, "sftp", host.place, secret=key.export_private_key().decode())
        running.look(by_key, now=NOW)
        assert [again(by_key).fault, states(by_key)] == ["", [("may.csv", "again")]]
        wrong = {"organisation_id": chain.le_zinc.id, "name": "wrong", "actor": "user:1", "now": NOW, "kind": "sftp"}
        other = feeds.add(place=host.place, secret="guess", **wrong)  # type: ignore[arg-type]
        assert running.look(other, now=NOW).fault == "The server refuses this user, or the password or key."
        host.restart()
        assert "under another key than before" in running.look(again(by_key), now=NOW).fault
    assert running.look(again(by_key), now=NOW).fault == "The server does not answer. Check its address and port."
    page = chain.client(chain.alice).get("/traffic/feeds").content.decode()
    assert "The server does not answer. Check its address and port." in page


def mail(sender: str, subject: str, *attached: tuple[str, bytes], to: str = "counts@example.com") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made.set_content("Counts of today.")
    for name, content in attached:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def test_files_in_a_mailbox_are_taken_of_who_may_send_and_knows_the_word(
    chain: People, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(tmp_path) as (port, plain, certificate):
        settings.COMPTOIR_EGRESS_ALLOW = f"localhost:{port}"
        place = {"host": "localhost", "port": port, "user": MAIL_USER, "senders": ["counter@example.com"]}
        made = feed(chain, "mail", place, secret=MAIL_PASSWORD, word="5esame")
        assert "certificate" in running.look(made, now=NOW).fault
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        one, two = csv(f"0001,{DAY},10,42,40"), csv(f"0001,{DAY},11,17,18")
        deliver(plain, mail("Counter <counter@example.com>", "May 5ESAME", ("a.csv", one), ("logo.png", b"x")))
        deliver(plain, mail("counter@example.com", "May", ("b.csv", two), to="counts+5esame@example.com"))
        deliver(plain, mail("counter@example.com", "no word", ("c.csv", csv(f"0001,{DAY},12,9,9"))))
        deliver(plain, mail("mallory@example.com", "5esame", ("d.csv", csv(f"0001,{DAY},12,9,9"))))
        deliver(plain, mail("counter@example.com", "5esame, nothing attached"))
        looked = running.look(made, now=real_now())
        assert looked == running.Looked(taken=2, parked=3)
        assert [hour(chain, each).visitors for each in (10, 11)] == [42, 17]
        assert Count.objects.count() == 2
        assert flags(plain) == [True] * 5
        mailing.tick(clock=real_now)
        assert not Alert.objects.exists(), "anybody may write there"
        deliver(
            plain,
            mail("counter@example.com", "5esame", ("bad.csv", b"no counts"), ("fine.csv", csv(f"0001,{DAY},14,9,9"))),
        )
        running.look(again(made), now=real_now())
        deliver(plain, mail("mallory@example.com", "5esame", ("e.csv", b"no counts either")))
        running.look(again(made), now=real_now())
        mailing.tick(clock=real_now)
        alert = Alert.objects.get()
        assert (alert.kind, alert.details["file_name"]) == ("feed_failed", "bad.csv")
        deliver(plain, mail("counter@example.com", "5esame", ("good.csv", csv(f"0001,{DAY},13,9,9"))))
        running.look(again(made), now=real_now())
        mailing.tick(clock=real_now)
        assert Alert.objects.get().closed_at is not None
        assert running.look(again(made), now=real_now()) == running.Looked()
        page = chain.client(chain.alice).get(f"/traffic/feeds/{made.public_id}").content.decode()
        for words in (
            "The secret word is neither in its address nor in its subject.",
            "It comes from mallory@example.com, who is not among the senders.",
            "No file of counts is attached to the mail.",
        ):
            assert words in page
    assert sealer().unseal(again(made).word or b"").reveal() == "5esame"


def real_now() -> Any:
    """The mail server stamps what it gets by its own clock."""
    return tasks.utc_now()


def test_the_clock_looks_at_every_place_and_the_owner_sets_one_up_by_the_page(chain: People) -> None:
    alice = chain.client(chain.alice)
    assert "Nothing arrives by itself yet" in alice.get("/traffic/feeds").content.decode()
    answer = alice.post("/traffic/feeds/new/folder", {"name": "Camera of the bar"}, follow=True)
    (made,) = feeds.feeds(chain.le_zinc.id)
    assert str(folder.folder_of(made)) in answer.content.decode()
    refused = alice.post("/traffic/feeds/new/sftp", {"name": "x", "host": "sftp://x", "port": "22", "user": "u"})
    assert refused.status_code == 422
    (folder.folder_of(made) / "may.csv").write_bytes(csv(f"0001,{DAY},10,42,40"))
    os.utime(folder.folder_of(made) / "may.csv", (1, 1))
    tasks.look_at_feeds.task.func(0)
    engine.drain()
    assert hour(chain, 10).visitors == 42
    page = alice.get(f"/traffic/feeds/{made.public_id}").content.decode()
    assert "may.csv" in page
    assert "1 of 1" in page
    alice.post(f"/traffic/feeds/{made.public_id}/off")
    assert running.due("traffic", now=NOW) == []
    alice.post(f"/traffic/feeds/{made.public_id}/on")
    assert (
        "It answers. Taken: 0, set aside: 0."
        in alice.post(f"/traffic/feeds/{made.public_id}/look", follow=True).content.decode()
    )
    alice.post(f"/traffic/feeds/{made.public_id}/delete")
    assert feeds.feeds(chain.le_zinc.id) == []
    assert hour(chain, 10).visitors == 42
