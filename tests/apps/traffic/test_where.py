"""Location options: top left on every page of the app, for any node of the tree, and kept in the address."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from comptoir.apps.traffic import chains, jobs, report_mails, urls
from comptoir.apps.traffic.count_tables import Count, SetAside
from comptoir.apps.traffic.counting.aside import take_up
from comptoir.apps.traffic.models import ImportJob, ReportMail
from comptoir.core.accounts.models import Membership, MembershipStore, Store, User
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import public_id
from tests.apps.traffic.chain import DAY, NOW, make, sell, utc_store
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = re.compile(r'<option value="([^"]+)" selected>[^<]*</option>')
NO_PAGE = ("export", "download", "check", "undo")
"""Parts and files."""


@pytest.fixture
def chain(people: People) -> People:
    """Le Zinc lies in the region West of the district North; Quai Bob lies nowhere."""
    utc_store(people)
    region = node(people, "West", "region", node(people, "North", "district", None))
    chains.save_location(
        store=people.bar, values={"location_id": "1"}, node_id=region, actor="u", now=NOW, today=NOW.date()
    )
    create_store(people.le_zinc, "Quai Bob")
    sell(people, 10, "12")
    make(people)
    jobs.begin(organisation_id=people.le_zinc.id, label="Shops", actor="u", now=NOW)
    return people


def node(people: People, name: str, kind: str, parent: UUID | None) -> UUID:
    made = chains.add_node(
        organisation_id=people.le_zinc.id, name=name, kind=kind, parent_id=parent, actor="u", now=NOW
    )
    return made.id


def at(name: str) -> str:
    return public_id("nod", next(each.id for each in chains.Node.objects.all() if each.name == name))


def pages(people: People) -> dict[str, str]:
    """Every page that is looked at, by its route: nobody has to add a new one here."""
    known = {"store_id": people.bar.public_id, "on": DAY.isoformat(), "job_id": jobs.public(ImportJob.objects.get())}
    client, found = people.client(people.alice), {}
    for each in urls.urlpatterns:
        route = "/" + str(each.pattern)
        path = re.sub(r"<\w+:(\w+)>", lambda part: known.get(part[1], ""), route)
        if "//" in path or path.endswith("/") or any(part in str(each.name) for part in NO_PAGE):
            continue
        if client.get(path).status_code == 200:
            found[str(each.name)] = path
    return found


def test_every_page_has_them_first_and_what_was_chosen_goes_from_page_to_page(chain: People) -> None:
    client, found, north = chain.client(chain.alice), pages(chain), at("North")
    looked_at = {"", "_totals", "_day", "_locations", "_location", "_jobs", "_job", "_settings", "_mails", "_upload"}
    assert {f"traffic{each}" for each in looked_at} <= set(found)
    for name, path in found.items():
        page = client.get(f"{path}?at={north}").content.decode()
        options = page[page.index('<select id="at" name="at">') :].split("</select>")[0]
        filters = page[page.index('<div class="filters') :]
        assert filters.index("<select") == filters.index('<select id="at"'), name
        assert [each.strip("\u2003") for each in re.findall(r">([^<]+)</option>", options)[1:]] == [
            "North",
            "West",
            "Le Zinc",
            "Quai Bob",
        ], name
        own = name in ("traffic_day", "traffic_location", "traffic_hours", "traffic_staff_pattern")
        assert CHOSEN.findall(options) == [chain.bar.public_id if own else north], name
        navigation = page[page.index("<nav") :].split("</nav>")[0]
        for each in ("/traffic", "/traffic/reports/totals", "/traffic/locations", "/traffic/integrations"):
            assert f'href="{each}?at={north}"' in navigation, (name, each)
        assert f"?at={north}" not in re.sub(r'href="/traffic[^"]*"', "", navigation), "to nobody else’s pages"


def test_a_node_of_nobody_here_is_not_found(chain: People) -> None:
    client = chain.client(chain.charlie)
    for path in ("/traffic/locations", "/traffic/integrations", "/traffic/settings", "/traffic/reports/mails"):
        assert client.get(f"{path}?at={at('North')}").status_code == 404


def test_lists_are_about_what_was_chosen(chain: People) -> None:
    client = chain.client(chain.alice)
    assert "Quai Bob</a>" in client.get("/traffic/locations").content.decode()
    listed = client.get(f"/traffic/locations?at={at('North')}").content.decode()
    assert ("Le Zinc</a>" in listed, "Quai Bob</a>" in listed) == (True, False)
    troubles = client.get(f"/traffic/integrations?at={at('West')}").content.decode()
    assert ("Le Zinc</th>" in troubles, "Quai Bob</th>" in troubles) == (True, False)


def test_a_report_mail_is_about_what_was_chosen(chain: People) -> None:
    client = chain.client(chain.alice)
    with time_machine.travel(NOW, tick=False):
        here = f"/traffic/reports/mails?at={at('North')}"
        assert client.post(here, {"rhythm": "daily", "hour": "13"})["Location"] == here, "the choice stays"
    assert public_id("nod", ReportMail.objects.get().node_id) == at("North")
    assert report_mails.send_due(now=NOW + timedelta(hours=1)) == 1
    text = OutgoingMail.objects.get(template="traffic/mails/report").text
    assert ("Le Zinc:" in text, "Quai Bob:" in text) == (True, False)
    with time_machine.travel(NOW, tick=False):
        assert '<td data-label="Stores">North</td>' in client.get("/traffic/reports/mails").content.decode()


def test_a_period_by_name_stands_before_days_that_the_form_sent_along(chain: People) -> None:
    client = chain.client(chain.alice)
    with time_machine.travel(NOW, tick=False):
        page = client.get("/traffic/reports/totals?period=yesterday&since=2026-01-01&until=2026-01-31").content.decode()
    assert "20 May 2026 to 20 May 2026" in page


def test_what_was_chosen_is_kept_after_saving_on_every_page(chain: People) -> None:
    west, client = at("West"), chain.client(chain.alice)
    job = f"/traffic/integrations/{jobs.public(ImportJob.objects.get())}"
    place = f"/traffic/locations/{chain.bar.public_id}"
    count = {"week_starts_on": "6", "transactions": "sales", "day_parts": ""}
    posts: list[tuple[str, dict[str, str], str]] = [
        ("/traffic/settings/save", count, "/traffic/settings"),
        ("/traffic/locations/nodes", {"name": "East", "kind": "district", "parent": ""}, "/traffic/locations"),
        (f"{place}/save", {"location_id": "1", "status": "operational"}, place),
        (f"{place}/counters", {"name": "Door", "kind": "entrance"}, place),
        (f"{place}/hours", {}, f"{place}/hours"),
        (f"{job}/off", {}, job),
        ("/traffic/integrations/read-now", {}, "/traffic/integrations"),
        (f"{job}/delete", {}, "/traffic/integrations"),
    ]
    for path, said, back in posts:
        answer = client.post(path, {**said, "at": west})
        assert (path, answer.get("Location")) == (path, f"{back}?at={west}")
        again = client.get(answer["Location"]).content.decode()
        assert again, path


def test_forms_and_links_of_these_pages_carry_what_was_chosen(chain: People) -> None:
    west, client = at("West"), chain.client(chain.alice)
    carried = f'<input type="hidden" name="at" value="{west}">'
    job = f"/traffic/integrations/{jobs.public(ImportJob.objects.get())}"
    for path in ("/traffic/settings", "/traffic/locations", "/traffic/integrations", "/traffic/alerts"):
        assert carried in client.get(path, {"at": west}).content.decode(), path
    place = f"/traffic/locations/{chain.bar.public_id}"
    assert f'href="{place}?at={west}"' in client.get("/traffic/locations", {"at": west}).content.decode()
    for path in (place, f"{place}/hours"):
        page = client.get(path, {"at": west}).content.decode()
        assert carried in page, path
    assert f'href="/traffic/locations?at={west}"' in client.get(place, {"at": west}).content.decode()
    assert f'href="/traffic/integrations?at={west}"' in client.get(job, {"at": west}).content.decode()


def upload(people: People, user: User, text: str, at_: str = "") -> str:
    file = SimpleUploadedFile("counts.csv", f"location id,date,hour,traffic in\n{text}".encode())
    path = f"/traffic/locations/upload?at={at_}" if at_ else "/traffic/locations/upload"
    return people.client(user).post(path, {"file": file}).content.decode()


def test_a_file_is_limited_to_what_was_chosen_and_nothing_of_it_comes_later(chain: People) -> None:
    rows = f"0001,{DAY},10,5\n0002,{DAY},10,7\n"
    page = upload(chain, chain.alice, rows, at("West"))
    assert "1 of 2 rows was taken." in page
    assert "it is of none of the locations that were chosen" in page
    assert "Only rows of West are taken" in page
    assert not SetAside.objects.exists()
    assert "2 of 2" not in page
    page = upload(chain, chain.alice, rows)
    assert (SetAside.objects.count(), "Rows of every location are taken." in page) == (1, True)


def test_a_file_of_somebody_with_chosen_stores_says_nothing_of_other_stores_now_or_later(chain: People) -> None:
    quai = Store.objects.get(name="Quai Bob")
    chains.save_location(store=quai, values={"location_id": "2"}, node_id=None, actor="u", now=NOW, today=NOW.date())
    denise = create_member(chain.le_zinc, "Denise", Role.SUPERVISOR)
    membership = Membership.objects.get(user=denise)
    Membership.objects.filter(pk=membership.pk).update(all_stores=False)
    MembershipStore.objects.create(organisation=chain.le_zinc, membership=membership, store=chain.bar)
    page = upload(chain, denise, f"0001,{DAY},10,5\n0002,{DAY},10,7\n0003,{DAY},10,9\n")
    assert "1 of 3 rows was taken." in page
    assert not SetAside.objects.exists()
    take_up(organisation_id=chain.le_zinc.id, now=NOW)
    assert not Count.objects.exclude(went_in=5).exists()
