"""Stored bodies read again: what can be read now is recorded, and repeating changes nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from typer.testing import CliRunner

from comptoir.cli import house
from comptoir.cli.main import app
from comptoir.core.intake import fates, process, reads, replay, tasks
from comptoir.core.intake.models import Notification, ReplayRun
from comptoir.core.intake.replay import Selection
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import HourlyFigure, Sale
from comptoir.kernel.errors import RuleBroken, VendorUnreadable
from comptoir.pos import registry
from comptoir.pos.model import Observed
from tests.notifications import body
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def arrive(people: People, content: bytes, *, to_shop: bool = False, at: datetime = NOW) -> Notification:
    organisation, store = (people.chez_charlie, people.shop) if to_shop else (people.le_zinc, people.bar)
    return Notification.objects.create(
        organisation_id=organisation.id,
        store_id=store.id,
        provider="lightspeed_k",
        door="hooks/lightspeed_k/x",
        verified=True,
        body=content,
        body_hash=Notification.objects.count().to_bytes(4, "big"),
        received_at=at,
        received_minute=at,
    )


@contextmanager
def a_mapping_that_reads_nothing() -> Iterator[None]:
    """As before a mapping was mended."""
    connector = registry.connector("lightspeed_k")
    with mock.patch.object(type(connector), "read", side_effect=VendorUnreadable("Not yet.", path="$.account")):
        yield


@pytest.fixture
def parked(people: People) -> list[Notification]:
    """Three of Le Zinc and one of Charlie that could not be read, and one that never can."""
    rows = [arrive(people, body(number=f"A1.{number}")) for number in range(3)]
    rows += [arrive(people, body(number="A2.1"), to_shop=True), arrive(people, b"{}")]
    with a_mapping_that_reads_nothing():
        process.drain(clock=clock)
    assert set(Notification.objects.values_list("outcome", flat=True)) == {"parked"}
    return rows


def outcomes() -> list[str]:
    return list(Notification.objects.order_by("id").values_list("outcome", flat=True))


def ledger() -> list[object]:
    return [
        *Sale.objects.order_by("id").values_list("external_id", "revision", "updated_at"),
        *HourlyFigure.objects.order_by("hour", "measure").values_list("measure", "value"),
    ]


def test_what_can_be_read_now_is_recorded_and_repeating_changes_nothing(
    people: People, parked: list[Notification]
) -> None:
    mine = Selection(people.le_zinc.id)
    done = replay.replay(mine, clock=clock)
    assert (done.total, done.done, done.changed) == (4, 4, 4)
    assert outcomes() == ["recorded", "recorded", "recorded", "parked", "parked"]
    assert Notification.objects.order_by("-id")[0].fault_path == "$.notificationType"

    before = (ledger(), list(Notification.objects.order_by("id").values()))
    again = replay.replay(mine, clock=lambda: NOW + timedelta(hours=1))
    assert (again.done, again.changed) == (4, 0)
    assert (ledger(), list(Notification.objects.order_by("id").values())) == before


def test_what_was_counted_stays_so_when_it_cannot_be_read_any_more(people: People) -> None:
    arrive(people, body())
    process.drain(clock=clock)
    before = ledger()
    with a_mapping_that_reads_nothing():
        assert replay.replay(Selection(people.le_zinc.id), clock=clock).changed == 0

    assert (outcomes(), ledger()) == (["recorded"], before)


def test_one_that_stumbles_holds_up_no_other(people: People, parked: list[Notification]) -> None:
    check = fates.limits.check

    def failing(observed: Observed) -> None:
        if observed.sale.external_id == "A1.1":
            raise ZeroDivisionError("a bug")
        check(observed)

    with mock.patch.object(fates.limits, "check", failing):
        assert replay.replay(Selection(people.le_zinc.id), clock=clock).changed == 3
    assert outcomes()[:3] == ["recorded", "parked", "recorded"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"outcome": "recorded"}, 0),
        ({"outcome": "parked"}, 4),
        ({"since": NOW + timedelta(minutes=1)}, 0),
        ({"until": NOW}, 0),
        ({"since": NOW, "until": NOW + timedelta(minutes=1)}, 4),
        ({"search": "nothing like it"}, 0),
    ],
)
def test_a_selection_finds_its_own(
    people: People, parked: list[Notification], chosen: dict[str, object], found: int
) -> None:
    assert replay.count(Selection(people.le_zinc.id, **chosen)) == found  # type: ignore[arg-type]


def test_nothing_to_read_again_is_said(people: People) -> None:
    with pytest.raises(RuleBroken) as caught:
        replay.begin(Selection(people.le_zinc.id), now=NOW)
    assert caught.value.code == "nothing_to_replay"


def test_a_range_goes_on_where_it_was_cut(
    people: People, parked: list[Notification], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "BATCH", 1)
    run_id = replay.begin(Selection(people.le_zinc.id, outcome="parked"), now=NOW)
    original, seen = process.read_again, [0]

    class Cut(BaseException):
        """As the end of the process."""

    def cut(rows: list[Notification], now: datetime) -> int:
        seen[0] += 1
        if seen[0] == 3:
            raise Cut
        return original(rows, now)

    with mock.patch.object(process, "read_again", cut), pytest.raises(Cut):
        replay.run(organisation_id=people.le_zinc.id, run_id=run_id, clock=clock)
    assert (ReplayRun.objects.get().done, outcomes()[:3]) == (2, ["recorded", "recorded", "parked"])
    arrive(people, body(number="A1.9"))  # what comes later is not its business

    assert replay.unfinished() == [(people.le_zinc.id, run_id)]
    replay.run(organisation_id=people.le_zinc.id, run_id=run_id, clock=clock)
    found = reads.latest_replay(people.le_zinc.id)
    assert found
    assert (found.total, found.done, found.changed, found.finished_at) == (4, 4, 4, NOW)
    assert reads.latest_replay(people.chez_charlie.id) is None


@pytest.mark.django_db(transaction=True)
def test_an_owner_has_a_range_read_again_from_the_page(people: People, parked: list[Notification]) -> None:
    client = people.client(people.alice)
    assert "/inbox/replay?outcome=parked" in client.get("/inbox?outcome=parked").content.decode()
    asked = client.get("/inbox/replay?outcome=parked").content.decode()
    assert "4 notifications would be read again." in asked
    assert client.post("/inbox/replay", {"outcome": "parked"})["Location"] == "/inbox"
    assert "0 of 4 read" in client.get("/inbox").content.decode()
    tasks.sweep.task(timestamp=0)  # finds the range too, and makes no second job
    engine.drain()

    assert outcomes() == ["recorded", "recorded", "recorded", "parked", "parked"]
    assert "4 notifications, 4 changed." in client.get("/inbox").content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_is_read_again_from_its_page_and_nobody_else_s_is(people: People, parked: list[Notification]) -> None:
    mine, theirs = parked[0], parked[3]
    client = people.client(people.alice)
    assert client.post(f"/inbox/{theirs.id}/replay").status_code == 404
    assert client.post(f"/inbox/{mine.id}/replay")["Location"] == f"/inbox/{mine.id}"

    assert outcomes() == ["recorded", "parked", "parked", "parked", "parked"]


@contextmanager
def this_database() -> Iterator[None]:
    """The command's own set-up is for a process of its own."""
    yield


def command(*words: str) -> dict[str, int]:
    with mock.patch.object(house, "ready", this_database):
        result = CliRunner().invoke(app, ["replay", *words, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, int] = json.loads(result.stdout)
    return found


def test_the_command_counts_and_reads_again(people: People, parked: list[Notification]) -> None:
    bar = people.bar.public_id
    assert command("--outcome", "parked", "--dry-run") == {"notifications": 5, "read": 0, "changed": 0}
    assert set(outcomes()) == {"parked"}
    assert command("--store", bar, "--until", "2026-03-07T21:00:00")["notifications"] == 0, "the store's own clock"
    assert command(str(parked[3].id)) == {"notifications": 1, "read": 1, "changed": 1}
    assert command("--store", bar, "--since", "2026-03-07") == {"notifications": 4, "read": 4, "changed": 4}
    assert command("--store", bar) == {"notifications": 4, "read": 4, "changed": 0}
    assert outcomes() == ["recorded", "recorded", "recorded", "recorded", "parked"]
