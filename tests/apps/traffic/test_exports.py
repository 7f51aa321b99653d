"""CSV in one's own form, and exports that go out by themselves: mail, SFTP, webhook (traffic-analytics.md 6.2)."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncssh
import pytest
from django.test import Client
from standardwebhooks.webhooks import Webhook

from comptoir.apps.traffic import subscriptions
from comptoir.apps.traffic.deliveries import plans, sending
from comptoir.apps.traffic.deliveries.plans import Wanted
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun, FileForm
from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import create_token
from comptoir.core.mail import deliver as mail_room
from comptoir.core.mail.models import OutgoingMail
from comptoir.core.outbox import endpoints
from comptoir.core.outbox import sending as outbox
from comptoir.core.outbox.models import Endpoint
from comptoir.kernel.errors import RuleBroken
from comptoir.sandbox.postbox import Postbox
from comptoir.web.spreadsheets import Form
from tests.apps.traffic.chain import DAY, come, make, sell, utc_store, works
from tests.apps.traffic.sftp_host import PASSWORD, Host, sftp_host
from tests.people import People, create_member, create_store
from tests.postbox import postbox as postbox
from tests.receivers import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime.combine(DAY + timedelta(days=1), datetime.min.time(), UTC).replace(hour=7)
"""The day after, at seven: when a daily export is due."""
NIGHT = MORNING - timedelta(hours=5)
SPANISH = Form(";", ",")


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    sell(people, 10, "50.25")
    works(people, ("1", 9.5, 12))
    come(people, {10: 10}, location="")
    make(people)
    return people


@pytest.fixture
def host(tmp_path: Path, settings: Any) -> Iterator[Host]:
    with sftp_host(tmp_path) as made:
        settings.COMPTOIR_EGRESS_ALLOW = f"127.0.0.1:{made.port}"
        yield made


@pytest.fixture
def program(settings: Any) -> Iterator[Receiver]:
    with receiver() as made:
        settings.COMPTOIR_EGRESS_ALLOW = made.place
        yield made


def plan_of(chain: People, way: str, **wanted: Any) -> ExportPlan:
    wish = {"name": "Head office", "kind": "csv", "rhythm": "daily", "hour": 7, "days": 1, "form": SPANISH, **wanted}
    made, _secret = plans.add(
        organisation_id=chain.le_zinc.id,
        user=chain.alice,
        wanted=Wanted(way=way, **wish),
        language="en",
        store_ids=None,
        zone=ZoneInfo("UTC"),
        now=NIGHT,
    )
    return made


def to_sftp(chain: People, host: Host, **wanted: Any) -> ExportPlan:
    return plan_of(chain, "sftp", **{"place": host.place, "secret": PASSWORD, **wanted})


def send(now: datetime) -> None:
    """What a minute of the worker does."""
    plans.come_due(now=now)
    for organisation_id, run_id in sending.due(now=now):
        sending.deliver(organisation_id, run_id, clock=lambda: now)


def hours(content: bytes, form: Form = SPANISH) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=form.separator))


def csv_of(client: Client, query: str = "") -> str:
    content = client.get(f"/traffic/reports/data/csv?since={DAY}&until={DAY}{query}").getvalue()
    return str(content.decode("utf-8-sig"))


def test_6_2_csv_has_the_separator_and_decimal_mark_that_somebody_chose_and_remembers_them(chain: People) -> None:
    alice = chain.client(chain.alice)
    assert "staff_hours,staff_status" in csv_of(alice)
    answer = alice.post("/traffic/reports/form", {"separator": "semicolon", "decimal": "comma"})
    assert answer.status_code == 302
    rows = hours(csv_of(alice).encode())
    assert [row["staff_hours"] for row in rows] == ["0,5", "1", "1"]
    assert rows[1]["sales_net"] == "50,25"
    assert rows[1]["start_local"] == f"{DAY}T10:00", "what is no figure is left as it is"
    for path in ("totals/export", "time/export", "week/csv", "staffing/csv"):
        content = b"".join(alice.get(f"/traffic/reports/{path}?since={DAY}&until={DAY}"))
        assert ";" in content.decode().splitlines()[0], path
    assert ";" in alice.get(f"/traffic/charts/course.csv?since={DAY}&until={DAY}").getvalue().decode()
    bob = chain.client(create_member(chain.le_zinc, "Bobby", Role.SUPERVISOR))
    assert "staff_hours,staff_status" in csv_of(bob), "another person has another form"


def test_6_2_one_download_may_have_a_form_of_its_own(chain: People) -> None:
    alice = chain.client(chain.alice)
    assert "staff_hours\tstaff_status" in csv_of(alice, "&separator=tab&decimal=comma")
    assert not FileForm.objects.exists()
    refused = alice.get(f"/traffic/reports/data/csv?since={DAY}&until={DAY}&separator=comma&decimal=comma")
    assert refused.status_code == 422
    assert alice.post("/traffic/reports/form", {"separator": "comma", "decimal": "comma"}).status_code == 422


def test_6_2_a_file_goes_to_an_sftp_server_whole_or_not_at_all_and_once(chain: People, host: Host) -> None:
    plan = to_sftp(chain, host)
    send(MORNING - timedelta(minutes=1))
    assert host.names() == set(), "it is not time yet"
    send(MORNING)
    name = f"traffic-{DAY}-{DAY}.csv"
    assert host.names() == {name}
    assert hours((host.root / "in" / name).read_bytes())[0]["staff_hours"] == "0,5"
    assert {frozenset({f".{name}.part"})} == set(host.seen), "while it was written, nobody found it under its name"
    written = len(host.seen)
    send(MORNING + timedelta(minutes=1))
    assert len(host.seen) == written, "once"
    run = ExportRun.objects.get()
    assert (run.state, run.attempts, run.slot) == ("delivered", 1, MORNING)
    plan.refresh_from_db()
    assert plan.due_at == MORNING + timedelta(days=1)


def test_6_2_a_server_that_cannot_rename_over_a_file_gets_the_next_one_too(chain: People, host: Host) -> None:
    plan = to_sftp(chain, host)
    host.has_posix_rename = False
    send(MORNING)
    plans.run(plan, slot=MORNING + timedelta(hours=1), now=MORNING + timedelta(hours=1))
    send(MORNING + timedelta(hours=1))
    assert host.names() == {f"traffic-{DAY}-{DAY}.csv"}
    assert [each.state for each in ExportRun.objects.all()] == ["delivered"] * 2


def test_6_2_with_a_private_key_and_in_another_kind(chain: People, host: Host) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    host.public_key = key.convert_to_public()
    to_sftp(chain, host, kind="parquet", secret=key.export_private_key().decode())
    send(MORNING)
    assert (host.root / "in" / f"traffic-{DAY}-{DAY}.parquet").read_bytes()[:4] == b"PAR1"


def test_6_2_what_does_not_arrive_is_tried_again_shown_and_mailed_once(chain: People, host: Host) -> None:
    to_sftp(chain, host, secret="wrong")
    now = MORNING
    for _ in range(4):
        send(now)
        now = ExportRun.objects.get().due_at
    run = ExportRun.objects.get()
    assert (run.state, run.attempts) == ("waiting", 4)
    assert run.fault == "The server refuses this user, or the password or key."
    mails = OutgoingMail.objects.filter(template="traffic/mails/export_failing")
    assert [each.to for each in mails] == [chain.alice.email]
    assert "Head office does not arrive" in mails[0].subject
    assert run.fault in mails[0].text
    page = chain.client(chain.alice).get("/traffic/reports/exports").content.decode()
    assert "Does not arrive; tried again" in page
    assert run.fault in page
    host.password = "wrong"
    send(now)
    assert ExportRun.objects.get().state == "delivered"


def test_6_2_after_three_days_it_is_given_up_and_said_so(chain: People, host: Host) -> None:
    to_sftp(chain, host, place={**host.place, "folder": "nowhere"})
    now = MORNING
    while ExportRun.objects.filter(state="waiting").exists() or not ExportRun.objects.exists():
        ExportPlan.objects.filter(due_at__gt=MORNING).update(due_at=MORNING + timedelta(days=30))
        send(now)
        now = ExportRun.objects.get().due_at
    run = ExportRun.objects.get()
    assert run.state == "given_up"
    assert timedelta(days=3) < now - MORNING < timedelta(days=4)
    assert "does not take the file into this folder" in run.fault
    assert OutgoingMail.objects.filter(subject__contains="was not delivered").count() == 1


def test_6_2_a_full_disk_leaves_no_half_file_under_its_name(chain: People, host: Host) -> None:
    to_sftp(chain, host)
    host.is_full = True
    send(MORNING)
    assert f"traffic-{DAY}-{DAY}.csv" not in host.names()
    host.is_full = False
    send(ExportRun.objects.get().due_at)
    assert host.names() == {f"traffic-{DAY}-{DAY}.csv"}


def test_6_2_a_server_with_another_key_than_before_gets_nothing(chain: People, host: Host) -> None:
    plan = to_sftp(chain, host)
    send(MORNING)
    plan.refresh_from_db()
    assert plan.trusted.startswith("ssh-ed25519 ")
    host.restart()
    written = len(host.seen)
    later = MORNING + timedelta(hours=1)
    plans.run(plan, slot=later, now=later)
    send(later)
    assert len(host.seen) == written
    assert "answers under another key" in ExportRun.objects.get(slot=later).fault


def test_a_file_whose_reader_has_left_goes_to_nobody_and_says_so(chain: People, host: Host) -> None:
    to_sftp(chain, host)
    plan_of(chain, "mail", name="To me")
    plans.come_due(now=MORNING)
    User.objects.filter(id=chain.alice.id).update(is_active=False)
    for organisation_id, run_id in sending.due(now=MORNING):
        sending.deliver(organisation_id, run_id, clock=lambda: MORNING)
    assert {(row.state, row.fault) for row in ExportRun.objects.all()} == {
        ("given_up", "Whoever asked for it is no longer here.")
    }
    assert host.names() == set()
    assert not OutgoingMail.objects.exists()


def test_a_worker_that_died_leaves_the_run_to_the_next(chain: People, host: Host) -> None:
    to_sftp(chain, host)
    plans.come_due(now=MORNING)
    ExportRun.objects.update(attempts=1, due_at=MORNING + sending.LEASE)
    send(MORNING)
    assert host.names() == set(), "somebody has it"
    send(MORNING + sending.LEASE)
    assert ExportRun.objects.get().state == "delivered"


def test_a_server_in_a_private_network_is_refused(chain: People) -> None:
    with pytest.raises(RuleBroken, match="private network"):
        plan_of(chain, "sftp", place={"host": "10.0.0.1", "port": 22, "user": "a", "folder": ""}, secret="x")
    assert not ExportPlan.objects.exists()


def test_6_2_a_file_goes_by_mail_attached_and_once(chain: People, postbox: Postbox) -> None:
    plan_of(chain, "mail", kind="csv")
    for _ in range(2):
        send(MORNING)
    mail_room.deliver(OutgoingMail.objects.get(template="traffic/mails/export").id, clock=lambda: MORNING)
    (mail,) = postbox.messages()
    assert list(mail.files) == [f"traffic-{DAY}-{DAY}.csv"]
    assert [row["staff_hours"] for row in hours(mail.files[f"traffic-{DAY}-{DAY}.csv"])] == ["0,5", "1", "1"]
    assert OutgoingMail.objects.get(template="traffic/mails/export").images == [], "forgotten with the body"


def test_6_2_a_webhook_hears_once_of_each_file_signed_and_a_token_fetches_it(chain: People, program: Receiver) -> None:
    alice = chain.client(chain.alice)
    page = alice.post("/traffic/reports/exports", {**typed("webhook"), "url": program.url}).content.decode()
    secret = page.partition("whsec_")[2].partition("<")[0].partition('"')[0]
    plan = ExportPlan.objects.get()
    ExportPlan.objects.update(due_at=MORNING)
    program.status = 500
    plans.come_due(now=MORNING)
    turn(MORNING)
    program.status = 200
    turn(MORNING + timedelta(minutes=1))
    turn(MORNING + timedelta(minutes=10))
    headers, body = program.messages[1]
    assert len(program.messages) == 2, "one that failed, one that arrived"
    assert len(set(program.ids())) == 1
    told = json.loads(body)
    assert told["type"] == "traffic.export_ready"
    assert told["data"]["export"] == plan.public_id
    assert headers["webhook-signature"] == Webhook("whsec_" + secret).sign(
        headers["webhook-id"], datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC), body.decode()
    )
    assert "Sent" in alice.get("/traffic/reports/exports").content.decode()
    path = told["data"]["link"].partition("/v1/")[2]
    _row, token = create_token(name="t", scopes=["traffic.read"], organisations=[chain.le_zinc], now=MORNING)
    fetched = Client().get(f"/v1/{path}", headers={"authorization": f"Bearer {token.reveal()}"})
    assert fetched.status_code == 200
    assert hours(fetched.content, Form())[0]["business_date"] == str(DAY)
    assert Client().get(f"/v1/{path}").status_code == 401


def turn(at: datetime) -> None:
    endpoint = Endpoint.objects.get(stream="traffic.exports")
    outbox.send_due(endpoint.id, clock=lambda: at, rules=endpoints.rules())


def typed(way: str, **more: str) -> dict[str, str]:
    said = {"name": "To us", "kind": "csv", "separator": "comma", "decimal": "point", "rhythm": "daily"}
    return {**said, "days": "1", "hour": "7", "way": way, **more}


def test_a_webhook_that_is_paused_is_mailed_to_whoever_made_it(chain: People, program: Receiver) -> None:
    plan_of(chain, "webhook", url=program.url)
    program.status = 410
    plans.come_due(now=MORNING)
    turn(MORNING)
    mail = OutgoingMail.objects.get(template="traffic/mails/export_failing")
    assert (mail.to, "was not delivered" in mail.subject) == (chain.alice.email, True)


def test_an_export_is_added_sent_at_once_and_deleted_on_its_page(chain: People, host: Host) -> None:
    alice = chain.client(chain.alice)
    said = {"host": "127.0.0.1", "port": str(host.port), "user": "alice", "secret": PASSWORD, "folder": "in"}
    assert alice.post("/traffic/reports/exports", typed("sftp")).status_code == 422, "it needs its place"
    assert alice.post("/traffic/reports/exports", {**typed("sftp"), **said}).status_code == 302
    plan = ExportPlan.objects.get()
    assert PASSWORD.encode() not in bytes(plan.secret)
    page = alice.get("/traffic/reports/exports").content.decode()
    assert f"alice@127.0.0.1:{host.port}/in" in page
    assert PASSWORD not in page
    assert alice.post(f"/traffic/reports/exports/{plan.public_id}/send").status_code == 302
    run = ExportRun.objects.get()
    sending.deliver(chain.le_zinc.id, run.id, clock=lambda: run.due_at)
    assert len(host.names()) == 1
    assert alice.post("/traffic/reports/exports", {**typed("sftp"), **said}).status_code == 422, "the name is taken"
    alice.post(f"/traffic/reports/exports/{plan.public_id}/delete")
    assert not ExportPlan.objects.exists()
    assert not ExportRun.objects.exists()


def test_1_1_a_viewer_sends_to_oneself_alone_and_sees_one_s_own(chain: People, host: Host) -> None:
    plan = to_sftp(chain, host)
    viewer = chain.client(create_member(chain.le_zinc, "Vera", Role.VIEWER))
    assert "Head office" not in viewer.get("/traffic/reports/exports").content.decode()
    assert viewer.post(f"/traffic/reports/exports/{plan.public_id}/delete").status_code == 404
    charlie = chain.client(chain.charlie)
    assert charlie.post(f"/traffic/reports/exports/{plan.public_id}/send").status_code == 404
    assert "Head office" not in charlie.get("/traffic/reports/exports").content.decode()
    place = {"host": "127.0.0.1", "user": "a", "secret": "b"}
    assert viewer.post("/traffic/reports/exports", {**typed("sftp"), **place}).status_code == 422
    assert viewer.post("/traffic/reports/exports", typed("mail")).status_code == 302


def test_whoever_left_has_nothing_sent_any_more(chain: People, postbox: Postbox) -> None:
    plan_of(chain, "mail")
    chain.alice.is_active = False
    chain.alice.save()
    send(MORNING)
    assert not ExportPlan.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_store_that_came_later_is_in_a_file_of_every_store(chain: People, host: Host) -> None:
    to_sftp(chain, host)
    store = create_store(chain.le_zinc, "Terrace")
    assert {each.store.id for each in subscriptions.places_of(ExportPlan.objects.get(), now=MORNING)} >= {store.id}


def test_weekly_files_are_of_the_week_before(chain: People, host: Host) -> None:
    plan = to_sftp(chain, host, rhythm="weekly", days=1)
    assert plan.due_at == datetime(2026, 5, 25, 7, tzinfo=UTC), "Monday"
    send(plan.due_at)
    run = ExportRun.objects.get()
    assert (run.since, run.until) == (date(2026, 5, 18), date(2026, 5, 24))


def test_6_2_the_api_gives_hours_a_page_at_a_time_none_twice_and_none_left_out(chain: People) -> None:
    _row, token = create_token(name="t", scopes=["traffic.read"], organisations=[chain.le_zinc], now=MORNING)
    headers = {"authorization": f"Bearer {token.reveal()}"}
    path = f"/v1/traffic/hours?since={DAY}&until={DAY}"
    every = Client().get(path, headers=headers).json()
    assert every["next"] is None
    found, after = [], ""
    while after is not None:
        page = Client().get(f"{path}&limit=1&after={after}", headers=headers).json()
        found += page["data"]
        after = page["next"]
    assert found == every["data"]
    assert [row["start_local"][-5:] for row in found] == ["09:00", "10:00", "11:00"]
    for wrong in ("x", "2026-05-20_sto_x_1", "2026-05-20_sto_x_99999999999999999999"):
        refused = Client().get(f"{path}&after={wrong}", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "after_invalid")
