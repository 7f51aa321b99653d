"""A region is given on a phone by keyboard; the page is accessible, and no wider than the phone."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.reach import stores_of
from comptoir.core.accounts.tree_tables import Node, Placement
from comptoir.kernel.ids import new_id
from tests.people import People, create_store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_1_a_region_is_given_on_a_phone_and_taken_back(
    chromium: Browser, live_server: LiveServer, people: People
) -> None:
    quai = create_store(people.le_zinc, "Quai")
    here = {"organisation_id": people.le_zinc.id}
    west = Node.objects.create(**here, id=new_id(), name="West", kind="district")
    coast = Node.objects.create(
        **here, id=new_id(), name="Coast", kind="region", parent_id=west.id, parent_kind="district"
    )
    Placement.objects.create(**here, store_id=quai.id, since=date(1970, 1, 1), node_id=coast.id)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    cookies = people.client(people.alice).cookies.items()
    context.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    page = context.new_page()
    page.goto(f"/settings/users/{Membership.objects.get(user=people.bob).pk}")
    page.get_by_label("Some: by level, or one by one").press("Space")
    page.get_by_label("District West (1 store)").press("Space")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_text("Saved.").wait_for()
    assert "District West (1 store)" in page.inner_text("main")
    assert stores_of(people.le_zinc.id, people.bob.pk) == {quai.id}
    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_text("Bob has what they had before.").wait_for()
    assert stores_of(people.le_zinc.id, people.bob.pk) is None
    context.close()
