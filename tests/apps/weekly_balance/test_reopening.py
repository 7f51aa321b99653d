"""A confirmed day is asked to be reopened inside the product: the request, who grants, the answer, the history."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client as Browser

from comptoir.apps.weekly_balance import confirming, reopening
from comptoir.apps.weekly_balance.models import Day, ReopenRequest
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.errors import RuleBroken
from tests.apps.weekly_balance.bills import DAY
from tests.apps.weekly_balance.house import House, other_store
from tests.apps.weekly_balance.test_pages import WEEK, day_path, member, ready, scoped, text

pytestmark = pytest.mark.django_db
WHY = "Two bills were rung twice."
MAX = "user:max"


@pytest.fixture
def confirmed(house: House) -> House:
    ready(house)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor="system", now=house.now)
    return house


def asked(house: House, *days: date) -> list[ReopenRequest]:
    return reopening.ask(department=house.department, days=days or [DAY], reason=WHY, actor=MAX, now=house.now)


def mails(template: str) -> list[str]:
    found = OutgoingMail.objects.filter(template=f"weekly_balance/mails/{template}").order_by("id")
    return [each.to for each in found]


def answer_path(shown: str, decision: str) -> str:
    found = re.search(rf'"(/balance/reopening/rop_\w+/{decision})"', shown)
    assert found, decision
    return found[1]


def test_a_manager_asks_a_supervisor_grants_and_the_manager_sees_it(confirmed: House) -> None:
    manager, supervisor = member(confirmed, "Max", Role.MANAGER), member(confirmed, "Sue", Role.SUPERVISOR)
    scoped(confirmed, "Otto", Role.REGIONAL_SUPERVISOR, other_store(confirmed.people, "Cellar"))
    shown = text(manager, day_path(confirmed))
    assert "Ask for it" in shown
    assert "mailto:" not in shown
    assert manager.post(f"{day_path(confirmed)}/ask", {"reason": WHY}).status_code == 302
    assert mails("reopen_asked") == ["alice@example.com", "sue@example.com"], "not Otto, whose store is another"
    assert "Ask for it" not in text(manager, day_path(confirmed)), "it waits"

    for path in (f"/balance{WEEK}", day_path(confirmed)):
        shown = text(supervisor, path)
        assert "Max asks to reopen the day" in shown
        assert WHY in shown
    assert supervisor.post(answer_path(shown, "grant"), {"words": "Mind the tips."}).status_code == 302
    row = Day.objects.get(department_id=confirmed.department.id, business_date=DAY)
    assert (row.state, row.reason) == ("reopened", WHY)
    assert mails("reopen_granted") == ["max@example.com"]

    shown = text(manager, f"/balance{WEEK}")
    assert "Sue reopened the day for you" in shown
    assert "Mind the tips." in shown
    assert manager.post(answer_path(shown, "asker/seen")).status_code == 302
    assert "reopened the day for you" not in text(manager, f"/balance{WEEK}")
    history = text(manager, day_path(confirmed)).split("History")[1]
    assert "Day: asked to be reopened" in history
    assert "Confirmed → Reopened" in history


def test_a_refusal_leaves_the_day_and_says_why(confirmed: House) -> None:
    manager, supervisor = member(confirmed, "Max", Role.MANAGER), member(confirmed, "Sue", Role.SUPERVISOR)
    manager.post(f"{day_path(confirmed)}/ask", {"reason": WHY})
    path = answer_path(text(supervisor, day_path(confirmed)), "refuse")
    assert supervisor.post(path, {"words": "They are two guests."}).status_code == 302
    assert confirmed.day(DAY).state == "confirmed"
    shown = text(manager, day_path(confirmed))
    assert "Sue keeps the day confirmed" in shown
    assert "They are two guests." in shown
    assert "Day: reopening refused" in shown
    assert "Ask for it" in shown, "she may ask again"
    assert mails("reopen_refused") == ["max@example.com"]
    assert supervisor.post(path).status_code == 409, "it is answered"


def test_a_week_is_asked_for_at_once_its_confirmed_days_alone(confirmed: House) -> None:
    before = DAY - timedelta(days=1)
    confirmed.covers(before)
    confirmed.compute(before)
    Day.objects.filter(business_date=before).update(
        state="confirmed", confirmed_at=confirmed.now, confirmed_by="system"
    )
    manager = member(confirmed, "Max", Role.MANAGER)
    assert manager.post(f"/balance/of/{confirmed.department.public_id}/all/ask", {"reason": WHY, "week": str(DAY)})
    assert list(ReopenRequest.objects.order_by("business_date").values_list("business_date", flat=True)) == [
        before,
        DAY,
    ]
    assert mails("reopen_asked") == ["alice@example.com"], "one mail for all of it"


def test_of_one_day_one_request_waits(confirmed: House) -> None:
    (first,) = asked(confirmed)
    with pytest.raises(RuleBroken) as refused:
        asked(confirmed)
    assert refused.value.code == "nothing_to_reopen"
    with pytest.raises(RuleBroken, match="Say why"):
        reopening.ask(department=confirmed.department, days=[DAY], reason=" ", actor=MAX, now=confirmed.now)
    reopening.withdraw(organisation_id=first.organisation_id, request_id=first.id, actor=MAX, now=confirmed.now)
    assert [each.state for each in asked(confirmed)] == ["waiting"], "it may be asked again"


def test_a_day_that_somebody_reopens_anyway_grants_what_waits(confirmed: House) -> None:
    (row,) = asked(confirmed)
    confirming.reopen(department=confirmed.department, day=DAY, reason="Cash.", actor="user:sue", now=confirmed.now)
    row = ReopenRequest.objects.get(id=row.id)
    assert (row.state, row.answered_by) == ("granted", "user:sue")
    assert reopening.waiting([confirmed.department]) == []
    assert [each for _of, each in reopening.unseen([confirmed.department], MAX)] == [row]


def test_nobody_answers_for_another_store_and_nobody_takes_back_what_somebody_else_asked(confirmed: House) -> None:
    (row,) = asked(confirmed)
    otto: Browser = scoped(confirmed, "Otto", Role.REGIONAL_SUPERVISOR, other_store(confirmed.people, "Cellar"))
    assert otto.post(f"/balance/reopening/{row.public_id}/grant").status_code == 404
    sue = member(confirmed, "Sue", Role.SUPERVISOR)
    assert sue.post(f"/balance/reopening/{row.public_id}/asker/withdraw").status_code == 404
    charlie = confirmed.people.client(confirmed.people.charlie)
    assert charlie.post(f"/balance/reopening/{row.public_id}/grant").status_code == 404
    assert ReopenRequest.objects.get().state == "waiting"


def test_a_day_that_is_not_confirmed_needs_no_asking(house: House) -> None:
    ready(house)
    with pytest.raises(RuleBroken) as refused:
        asked(house)
    assert refused.value.code == "nothing_to_reopen"
