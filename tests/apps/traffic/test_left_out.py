"""Real closures stay empty, and imported data go by a second action of their own (traffic-analytics.md 2.6)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.apps.traffic import catching_up, left_out, projection
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.models import Change, Day, Hour, Location
from comptoir.apps.traffic.tailoring import Typed, tailor
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.models import Note
from comptoir.core.ledger.models import Sale
from tests.apps.traffic.chain import DAY, NOW, at, come, hour, make, sell, utc_store, works
from tests.people import People, create_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chain(people: People) -> People:
    """Sales at 10 and 14, a shift from 9 to 15, visitors at 10 and 14."""
    utc_store(people)
    status(people, "operational", at(0))
    for number in (10, 14):
        sell(people, number, "50")
    works(people, ("1", 9, 15))
    come(people, {10: 10, 14: 20})
    make(people)
    return people


def status(people: People, word: str, moment: object, *, is_closure: bool = False) -> None:
    values = {"location_id": "1", "status": word, "is_closure": is_closure}
    save_location(store=people.bar, values=values, node_id=None, actor="user:1", now=moment, today=DAY)  # type: ignore[arg-type]


def left(people: People) -> None:
    catching_up.leave_out(organisation_id=people.le_zinc.id, now=NOW)


def test_a_real_closure_is_not_filled_on_return_and_can_be_after_all(chain: People) -> None:
    status(chain, "works", at(12), is_closure=True)
    status(chain, "paused", at(13), is_closure=True)
    status(chain, "operational", at(18), is_closure=True)
    left(chain)
    assert hour(chain, 10).sales == 50, "before it nothing changes"
    assert not Hour.objects.filter(hour=at(14)).exists(), "neither till nor clock nor counter, since it began as works"
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert not Hour.objects.filter(hour=at(14)).exists(), "and no later run fills it"
    (row,) = left_out.of_store(chain.bar)
    left_out.bring_back(store=chain.bar, left_out_id=row.id, actor="user:1", now=NOW)
    left(chain)
    assert (hour(chain, 14).sales, hour(chain, 14).visitors) == (50, 20)
    assert not Change.objects.filter(hour=at(12)).exists()


def test_a_pause_that_is_no_closure_is_filled_on_return(chain: People) -> None:
    status(chain, "works", at(12))
    status(chain, "operational", at(18))
    left(chain)
    assert hour(chain, 14).sales == 50
    assert left_out.of_store(chain.bar) == []


def test_a_second_action_removes_what_the_till_brought_and_nothing_else(chain: People) -> None:
    typed = Typed(chain.bar.id, at(10), "sales", Decimal(55))
    tailor(organisation_id=chain.le_zinc.id, typed=[typed], reason="", actor="user:1", now=NOW)
    alice = chain.client(chain.alice)
    page = alice.get(f"/traffic/locations/{chain.bar.public_id}").content.decode()
    assert "1 day has sales or staff hours of the till" in page
    assert "Sales, transactions, items and staff hours of 1 day" in page, "the dialog names what and how much"
    assert alice.post(f"/traffic/locations/{chain.bar.public_id}/imported/remove").status_code == 302
    left(chain)
    assert (hour(chain, 14).sales, hour(chain, 14).staff_hours, hour(chain, 14).visitors) == (0, None, 20)
    assert hour(chain, 10).sales == 55, "what somebody typed stays"
    assert not Change.objects.exists(), "that was no late change"
    assert Sale.objects.filter(store_id=chain.bar.id).count() == 2, (
        "the house keeps its sales: other apps work with them"
    )
    assert Note.objects.filter(what="traffic.imported_removed", organisation_id=chain.le_zinc.id).count() == 1
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert hour(chain, 14).sales == 0, "nothing brings them back by itself"
    (row,) = left_out.of_store(chain.bar)
    left_out.bring_back(store=chain.bar, left_out_id=row.id, actor="user:1", now=NOW)
    left(chain)
    assert (hour(chain, 14).sales, hour(chain, 14).staff_hours) == (50, 1)


def test_a_removal_that_dies_half_way_goes_on_where_it_was(chain: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        day = DAY - timedelta(days=number)
        sell(chain, 10, "20", day=day)
        make(chain, day)
    Location.objects.update(status="closed")
    left_out.remove(store=chain.bar, actor="user:1", now=NOW)
    monkeypatch.setattr(projection, "AT_ONCE", 2)
    restate, calls = projection.restate, []

    def dies(*args: object, **kwargs: object) -> int:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return restate(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(projection, "restate", dies)
    with pytest.raises(KeyboardInterrupt):
        left(chain)
    assert left_out.progress(chain.bar) == left_out.Progress(2, 4)
    assert left_out.unfinished() == {chain.le_zinc.id}, "the hourly sweep starts it again"
    left(chain)
    assert left_out.progress(chain.bar) is None
    assert sum(Day.objects.values_list("sales", flat=True)) == 0
    assert left_out.unfinished() == set()


def test_whoever_is_no_owner_neither_removes_nor_brings_back_what_an_owner_removed(chain: People) -> None:
    supervisor: Client = chain.client(create_member(chain.le_zinc, "Sue", Role.SUPERVISOR))
    path = f"/traffic/locations/{chain.bar.public_id}"
    assert supervisor.post(f"{path}/imported/remove").status_code == 403
    left_out.remove(store=chain.bar, actor="user:1", now=NOW)
    (row,) = left_out.of_store(chain.bar)
    from comptoir.kernel.ids import public_id

    assert supervisor.post(f"{path}/left-out/{public_id('tlo', row.id)}/back").status_code == 403
    assert left_out.of_store(chain.bar)
