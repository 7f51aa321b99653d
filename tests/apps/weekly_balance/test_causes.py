"""When nothing arrives the page says why: each cause of 3.9 in its turn, in words and with its next step."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from comptoir.apps.weekly_balance import importing
from comptoir.apps.weekly_balance.causes import of
from comptoir.apps.weekly_balance.models import Client, Department, Field, PosImport, Register
from comptoir.apps.weekly_balance.reads import week
from comptoir.apps.weekly_balance.rules.days import week_of
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.kernel.ids import public_id
from tests.apps.weekly_balance.bills import DAY, bill, line, local
from tests.apps.weekly_balance.house import House, add_department, link, other_store
from tests.apps.weekly_balance.test_pages import scoped, text

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 12, 10, tzinfo=UTC)


def said(house: House, now: datetime = NOW) -> tuple[str, str]:
    """The words over the week, and where the button beside them leads."""
    client, department = Client.objects.get(pk=house.client.pk), Department.objects.get(pk=house.department.pk)
    found = of(client, department, week(department, week_of(DAY)), now=now)
    assert found is not None
    return str(found.words), found.action.url if found.action else ""


def begin(house: House) -> PosImport:
    return house.imports(DAY - timedelta(days=2), DAY + timedelta(days=2), now=NOW)


def ended(now: datetime) -> None:
    """Every window was read, and there was nothing in any."""
    ImportWindow.objects.update(state="done", finished_at=now)
    ImportRun.objects.update(state="done", finished_at=now)
    importing.finish_due(now=now)


def test_every_cause_is_said_in_its_turn(house: House) -> None:
    place = f"/balance/departments/{house.department.public_id}"
    Client.objects.update(pos_import=False)
    assert said(house) == ("POS import is off.", "/balance/settings")
    Client.objects.update(pos_import=True)
    assert said(house) == ("The store is not connected to a point of sale.", "/connections")
    link(house.store)
    Connection.objects.update(status="broken", status_reason="The permission financial-api is missing.")
    assert said(house) == ("The permission financial-api is missing.", "/connections")
    Connection.objects.update(status="connected", status_reason="")
    Department.objects.update(client_number="99")
    assert said(house) == ("The point of sale does not know this POS client number.", place)
    Department.objects.update(client_number="")
    mapped = Field.objects.values_list("id", "field_type")
    before = dict(mapped)
    Field.objects.update(field_type="manual")
    assert said(house) == ("No field is fed by the point of sale yet.", "/balance/fields")
    for field_id, kind in before.items():
        Field.objects.filter(id=field_id).update(field_type=kind)
    assert said(house) == ("Nothing was imported yet.", "/balance/import")

    house.takes("7")
    house.record(bill("1", local(11), line("1", "125"), register="8"))
    assert said(house) == ("A register sold and belongs to no department.", place)
    Register.objects.update(register_id="")
    assert said(house)[0] == "Nothing was imported yet."


def test_what_the_till_makes_an_import_wait_for_is_said_until_when(house: House) -> None:
    link(house.store)
    begin(house)
    assert said(house) == ("An import is running: 0 %.", "/balance/import")
    later = NOW + timedelta(minutes=20)
    ImportWindow.objects.update(state="waiting", fault="The till is busy.", due_at=later, attempts=1)
    words, _href = said(house)
    assert words == "The till is busy. It goes on at 12:20.", "on the department's own clock"
    ImportWindow.objects.update(state="failed", fault="The till does not answer.")
    ImportRun.objects.update(state="failed", fault="The till does not answer.", finished_at=NOW)
    importing.finish_due(now=NOW)
    assert said(house) == ("The till does not answer.", "/balance/import")
    kept = "K-Series does not answer at the moment; Comptoir tries again by itself."
    ImportWindow.objects.update(fault=kept)
    PosImport.objects.update(fault=kept)
    with override("fr"):
        assert said(house)[0].startswith("K-Series ne répond pas"), (
            "kept in English, said to a French reader in his language"
        )
    page = (
        house.people.client(house.people.alice)
        .get("/balance/import", headers={"Accept-Language": "fr"})
        .content.decode()
    )
    assert ("K-Series ne répond pas" in page, kept in page) == (True, False), "the import, and days that were not read"


def test_only_a_week_that_was_read_sold_nothing(house: House) -> None:
    link(house.store)
    house.record(bill("1", local(11) + timedelta(days=90), line("1", "125")))  # the store opened in September
    row = begin(house)
    ended(NOW)
    PosImport.objects.filter(pk=row.pk).update(finished_at=NOW)
    assert said(house, NOW + timedelta(days=2)) == (
        "Days of this week were not read from the till yet.",
        "/balance/import",
    )
    house.covers(DAY + timedelta(days=3))
    assert said(house, NOW - timedelta(days=20)) == ("This week has not begun.", "")
    not_open = ("The store was not open yet: its first sale was on 8 Sept 2026.", "")
    assert said(house, NOW + timedelta(days=2)) == not_open
    house.record(bill("0", local(11) - timedelta(days=90), line("1", "125")))  # it was open long before, it turns out
    house.compute(*(DAY + timedelta(days=number) for number in range(-2, 5)))
    assert said(house, NOW + timedelta(days=2))[0].startswith("The store sold nothing in this week. Zero is")


def test_a_manager_reads_the_log_and_the_counts_of_his_own_store_alone(house: House) -> None:
    cellar = Store.objects.get(id=other_store(house.people, "Cellar"))
    for number, store in enumerate((house.store, cellar)):
        link(store, str(number))
    house.imports(DAY, DAY, add_department(cellar, "Cellar"), now=NOW)
    ended(NOW)
    shown = text(scoped(house, "Max", Role.MANAGER, house.store.id), f"/balance?week={DAY}")
    own, others = (ImportRun.objects.get(store_id=each.id) for each in (house.store, cellar))
    assert "Log of the latest import" in shown
    assert f"{public_id('imp', own.id)} 2026-06-12 10:00Z" in shown
    assert "done 100% sales=0 changed=0" in shown
    assert public_id("imp", others.id) not in shown
