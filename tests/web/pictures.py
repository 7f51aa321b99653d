"""Takes the pictures that `scripts/pictures.py` asks for: pages of a filled house, wide and on a phone, light and dark,
in English and French, and on paper. Not a test: nobody but a person can say whether a page is good.
"""

import os
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.pay_at_table import retry_links
from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.traffic.kpis import KPIS
from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.roles import Role
from tests.apps.traffic import chain
from tests.people import People
from tests.tenants import World, build
from tests.web import hundred_stores, pictured_mails, twelve_stores
from tests.web.more_shots import more
from tests.web.shot import Shot
from tests.web.tenant_rows import PAGES
from tests.web.test_every_page import LOOKED_AT
from tests.web.test_tenants import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(0)]
NO_PAGES = re.compile("(?<!traffic)_export|download|_check$|mail_delete|traffic_chart")
"""Files, and parts of pages."""
OUT = Path(os.environ.get("PICTURES_OUT", "pictures"))
ONLY = re.compile(os.environ.get("PICTURES_ONLY", ""))
WAYS = [tuple(each.split("-")) for each in os.environ.get("PICTURES_WAYS", "1280-light-en").split(",")]
AXE = os.environ.get("PICTURES_AXE", "")
"""Any word; `alone` keeps no picture."""
STORES = int(os.environ.get("PICTURES_STORES", "12"))
HEIGHTS = {"1280": 800, "390": 844}
DRAWN = "[...document.images].every(each => each.complete || !each.checkVisibility())"
"""Nothing is waited for that nobody sees."""
OPERATOR, NOBODY, DORA = "olga", "nobody", "dora"
DAY = chain.DAY.isoformat()
SHARED = (
    "help",
    "overview",
    "users",
    "connections",
    "imports",
    "import_schedules",
    "late_changes",
    "activity",
    "sales",
)
FEEDS = ("sftp", "mail", "axis")
CHOSEN = "period=28&days=weekend&title=Weekends+of+spring&columns=visitors&columns=sales"
EVERY_COLUMN = "&".join(f"columns={each.slug}" for each in KPIS)


@pytest.fixture
def world(people: People, monkeypatch: pytest.MonkeyPatch) -> World:
    for vendor in ("K", "R", "X"):
        monkeypatch.setenv(f"LIGHTSPEED_{vendor}_CLIENT_ID", "client")
        monkeypatch.setenv(f"LIGHTSPEED_{vendor}_CLIENT_SECRET", "secret")
    world = build(people, of_the_store="Harbour", of_the_organisation="Zincgroup")
    twelve_stores.fill(world, now=datetime.now(UTC), number=STORES)
    return world


def test_pictures(chromium: Browser, live_server: LiveServer, world: World) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    shots = [each for each in shots_of(world) if ONLY.search(each.name)]
    if any(each.who == DORA for each in shots):
        hundred_stores.fill(now=datetime.now(UTC))
    for width, language in dict.fromkeys((width, language) for width, _theme, language in WAYS):
        themes = [theme for theme in ("light", "dark") if (width, theme, language) in WAYS]
        looking = {"alice", *(each.who for each in shots)}
        for who in (each for each in ("alice", "charlie", "hr", "manager", DORA, OPERATOR, NOBODY) if each in looking):
            for page in opened(chromium, live_server, world, who, width, language):
                for shot in shots:
                    if shot.who == who:
                        tried(page, shot, width, language, themes)
                for theme in themes if who == "alice" and ONLY.search("mails") else ():
                    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                    take_mails(page, world, f"{width}-{theme}-{language}", language, is_paper=width == "paper")


def opened(
    chromium: Browser, live_server: LiveServer, world: World, who: str, width: str, language: str
) -> Iterator[Page]:
    """A page of a browser that is set so, signed in."""
    context: BrowserContext = chromium.new_context(
        base_url=live_server.url,
        locale={"en": "en-GB", "fr": "fr-FR"}[language],
        reduced_motion="reduce",
        bypass_csp=True,
        viewport={"width": 1280 if width == "paper" else int(width), "height": HEIGHTS.get(width, 800)},
    )
    Membership.objects.filter(pk=world.membership.pk).update(all_stores=True)
    cookies = client_of(world, who).cookies.items()
    context.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    context.add_init_script("window.EventSource = class extends EventTarget { close() {} }")
    yield context.new_page()
    context.close()


def client_of(world: World, who: str) -> Client:
    """Signed in as whoever it is, in Bob's case with a role; nobody is not."""
    if who == NOBODY:
        return Client()
    return world.colleague(Role(who)) if who in ("hr", "manager") else world.client(person(world, who))


def person(world: World, who: str) -> User:
    """Whoever works in a house of the test, owns a hundred stores, or the operator who asks to come in."""
    if who == OPERATOR:
        return User.objects.filter(is_operator=True).earliest("id")
    if who == DORA:
        return User.objects.get(email="dora@example.com")
    found: User = getattr(world.people, who)
    return found


def tried(page: Page, shot: Shot, width: str, language: str, themes: list[str]) -> None:
    """One page that does not come must not cost the pictures of the others."""
    try:
        take(page, shot, width, language, themes)
    except Error as error:
        with (OUT / "missing.txt").open("a") as report:
            report.write(f"{shot.name}.{width}-{language}: {error}\n")


def take(page: Page, shot: Shot, width: str, language: str, themes: list[str]) -> None:
    """Asked for once, and pictured in each theme."""
    is_paper = width == "paper"
    page.emulate_media(color_scheme=themes[0])  # type: ignore[arg-type]
    page.goto(shot.path)
    page.wait_for_load_state("networkidle")
    shot.act(page)
    for theme in themes:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        name = f"{shot.name}.{width}-{theme}-{language}"
        if AXE and not is_paper:
            check(page, name)
        if AXE != "alone":
            keep(page, name, is_paper=is_paper)
    shot.after(page)


def check(page: Page, name: str) -> None:
    """Write down what axe finds, and a page that is too wide."""
    found = Axe().run(page)
    if found.violations_count or page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        with (OUT / "axe.txt").open("a") as report:
            report.write(f"{name}: {found.generate_report()}\n")


def keep(page: Page, name: str, *, is_paper: bool) -> None:
    if is_paper:
        # Whoever prints in a browser waits for what is only fetched when it is scrolled to; this does not.
        page.evaluate("[...document.images].forEach(each => { each.loading = 'eager' })")
        page.wait_for_function(DRAWN)
        page.pdf(path=OUT / f"{name}.pdf", format="A4", prefer_css_page_size=True)
    else:
        page.add_style_tag(content=".bottom, .help-button { position: static !important; }")
        # As tall as the page: a screenshot beyond the window asks for charts again, and does not wait for them.
        seen = page.viewport_size
        assert seen
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": seen["width"], "height": height})
        page.wait_for_load_state("networkidle")
        page.wait_for_function(DRAWN)
        page.screenshot(path=OUT / f"{name}.png")
        page.set_viewport_size(seen)


def shots_of(world: World) -> list[Shot]:
    """Every page by its route's name, and of those of traffic what else there is to see on it."""
    named = [Shot(name, address(name, PAGES[name], world)) for name in LOOKED_AT if not NO_PAGES.search(name)]
    return [*named, *traffic(world), *more(world), *helps(named), *empty(world), *office(world), *outside(world)]


def helps(named: list[Shot]) -> list[Shot]:
    """What help says to somebody who is in front of a page of traffic."""
    return [
        Shot(f"help_{each.name}", f"/help?from={quote(each.path)}")
        for each in named
        if each.name.startswith("traffic") and "<" not in each.path
    ]


def traffic(world: World) -> list[Shot]:
    """Its pages in the states that a chain with figures sees."""
    paris, bar = world.ids["paris"], world.people.bar.public_id
    days = f"?since={DAY}&until={DAY}"
    return [
        *(
            Shot(f"traffic_{period}", f"/traffic?period={period}")
            for period in ("today", "yesterday", "7", "28", "364")
        ),
        Shot("traffic_one_store", f"/traffic?period=7&at={paris}"),
        Shot(
            "traffic_twenty_days",
            f"/traffic?since={(datetime.now(UTC) - timedelta(days=21)).date()}&until={datetime.now(UTC).date()}",
        ),
        Shot("traffic_long_store", f"/traffic/long?at={paris}"),
        Shot("traffic_one_day", f"/traffic{days}"),
        Shot("traffic_last_year", "/traffic?period=28&beside=same_weekdays"),
        Shot("traffic_day_real", f"/traffic/days/{bar}/{DAY}"),
        Shot("traffic_day_correct", f"/traffic/days/{bar}/{DAY}?edit=1"),
        Shot("traffic_day_wrong", f"/traffic/days/{bar}/{DAY}?edit=1", act=type_a_wrong_figure),
        Shot("traffic_day_long", f"/traffic/days/{world.terrace.public_id}/2026-10-24"),
        *(Shot(f"traffic_time_{by}", f"/traffic/reports/time?period=28&by={by}") for by in ("hour", "day", "week")),
        Shot("traffic_time_month", "/traffic/reports/time?period=91&by=month"),
        Shot("traffic_totals_28", "/traffic/reports/totals?period=28"),
        Shot("traffic_comparison_28", "/traffic/reports/comparison?period=28"),
        Shot("traffic_comparison_two", f"/traffic/reports/comparison?period=28&one={paris}&other={bar}"),
        Shot("traffic_equation_moved", "/traffic/reports/equation?period=28&visitors=10&conversion=-5"),
        Shot("traffic_quality_28", "/traffic/reports/quality?period=28"),
        Shot("traffic_locations_all", "/traffic/locations"),
        Shot("traffic_location_paris", f"/traffic/locations/{paris}"),
        Shot("traffic_location_taken", f"/traffic/locations/{paris}", act=take_anothers_id),
        Shot("traffic_hours_paris", f"/traffic/locations/{paris}/hours"),
        Shot("traffic_hours_wrong", f"/traffic/locations/{paris}/hours", act=open_and_never_close),
        Shot("traffic_upload_taken", "/traffic/locations/upload", act=upload),
        Shot("traffic_doors_delete", "/traffic/webhooks", act=press_a_dialog),
        Shot("traffic_doors_made", "/traffic/webhooks", act=make_a_door),
        Shot("traffic_job_reading", f"/traffic/integrations/{world.ids['reading_job']}"),
        Shot("traffic_job_matching", f"/traffic/integrations/{world.ids['matching_job']}"),
        Shot("traffic_job_refused", f"/traffic/integrations/{world.ids['refused_job']}"),
        Shot("traffic_job_delete", f"/traffic/integrations/{world.ids['reading_job']}", act=ask_to_delete),
        Shot("traffic_job_label_taken", "/traffic/integrations", act=begin_again),
        *typed(world),
        Shot("traffic_nothing_there", "/traffic?at=sto_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        Shot("traffic_forbidden", "/traffic/people"),
        Shot("traffic_columns_all", f"/traffic/reports/totals?period=28&{EVERY_COLUMN}", act=open_folds),
    ]


def typed(world: World) -> list[Shot]:
    """Pages of what is typed, sent and fetched, with something on them."""
    paris = world.ids["paris"]
    store = f"/traffic/locations/{paris}"
    return [
        Shot("traffic_weekly_chain", "/traffic/reports/week"),
        Shot("traffic_weekly_store", f"/traffic/reports/week?at={paris}&beside=budget"),
        Shot("traffic_totals_chosen", f"/traffic/reports/totals?{CHOSEN}", act=open_folds),
        Shot("traffic_hours_chosen", f"/traffic/reports/hours?{CHOSEN}"),
        Shot("traffic_mails_of_totals", f"/traffic/reports/mails?report=totals&{CHOSEN}", act=send_it),
        Shot("traffic_mails_again", f"/traffic/reports/mails?report=totals&{CHOSEN}"),
        Shot("traffic_quality_chosen", "/traffic/reports/quality?period=28&days=weekend", act=open_folds),
        Shot("traffic_staffing_chain", "/traffic/reports/staffing?period=28"),
        Shot("traffic_budgets_chain", "/traffic/budgets"),
        Shot("traffic_budgets_store", f"/traffic/budgets?at={paris}"),
        Shot("traffic_budgets_wrong", "/traffic/budgets", act=send_nothing),
        Shot("traffic_staff_pattern_paris", f"{store}/staff"),
        Shot("traffic_staff_pattern_open", f"{store}/staff?open={world.ids['paris_pattern']}"),
        *(Shot(f"traffic_feed_{kind}", f"/traffic/feeds/{world.ids[f'{kind}_feed']}") for kind in FEEDS),
        *(Shot(f"traffic_feed_add_{kind}", f"/traffic/feeds/new/{kind}") for kind in ("folder", "mail", "axis")),
        Shot("traffic_feed_wrong", "/traffic/feeds/new/mail", act=send_nothing),
        Shot("traffic_people_week", "/traffic/people?period=7", who="hr"),
        Shot("traffic_totals_hr", "/traffic/reports/totals?period=7", who="hr"),
        Shot("traffic_exports_delete", "/traffic/reports/exports", act=press_a_dialog),
        Shot("traffic_budget_beside", "/traffic?period=28&beside=budget"),
        Shot("traffic_hours_of_day", "/traffic?period=7&opens=12:00&closes=15:00"),
    ]


def empty(world: World) -> list[Shot]:
    """The same pages for whoever has nothing yet."""
    begun = ("traffic", "table_", "tables", "balance", *SHARED)
    names = [name for name in LOOKED_AT if name.startswith(begun) and not PAGES[name].ids]
    found = {name: address(name, PAGES[name], world) for name in names if not NO_PAGES.search(name)}
    return [Shot(f"{name}_empty", path, who="charlie") for name, path in found.items() if "<" not in path]


def office(world: World) -> list[Shot]:
    """The operator's pages."""
    organisation = world.people.le_zinc.public_id
    of_all = ("", "/activity", "/health", "/jobs", "/partners", "/configuration", "/inbox")
    of_one = ("activity", "stores", "plan")
    paths = [f"/backoffice{each}" for each in of_all]
    paths += [f"/backoffice/merchant/{organisation}/{each}" for each in of_one]
    return [Shot("office" + path.replace(f"/{organisation}", "").replace("/", "_"), path, OPERATOR) for path in paths]


def outside(world: World) -> list[Shot]:
    """What is open to whoever comes by: the entrance, the tablet that is not paired yet, the button in a mail."""
    payment = GuestPayment.objects.filter(organisation_id=world.people.le_zinc.id).earliest("id")
    integration = Integration.objects.get(organisation_id=payment.organisation_id, id=payment.integration_id)
    token = retry_links.make(integration=integration, now=datetime.now(UTC), payment_id=payment.id)
    paths = {
        "sign_in": "/sign-in",
        "sign_up": "/sign-up",
        "password_forgotten": "/password/forgotten",
        "password_forgotten_sent": "/password/forgotten/sent",
        "nothing_there": "/nothing-of-the-kind",
        "tablet_new": "/tablet",
        "retry_link": f"/pay-at-table/again/{token}",
        "retry_link_wrong": "/pay-at-table/again/xyz",
    }
    wrong = Shot("outside_sign_in_wrong", "/sign-in", NOBODY, act=sign_in_wrongly)
    return [*(Shot(f"outside_{name}", path, NOBODY) for name, path in paths.items()), wrong]


def sign_in_wrongly(page: Page) -> None:
    page.locator("[name=login]").fill("alice@example.com")
    page.locator("[name=password]").fill("not this one")
    page.locator("main form button.primary").first.click()


def type_a_wrong_figure(page: Page) -> None:
    page.locator("input.cell").first.fill("many")
    page.locator("main form button.primary").click()


def take_anothers_id(page: Page) -> None:
    page.locator("[name=location_id]").fill("1")
    page.locator("main form button.primary").first.click()


def open_and_never_close(page: Page) -> None:
    page.locator("main [type=time]").first.fill("09:00")
    page.locator("main form button.primary").click()


def upload(page: Page) -> None:
    text = "location id,date,hour,traffic in\n0001,2026-05-20,10,40\n0077,2026-05-20,11,3\n0002,2026-13-20,10,7\n"
    file = {"name": "counts.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    page.locator("main form button.primary").click()


def make_a_door(page: Page) -> None:
    page.locator("main form.form input:not([type=hidden])").first.fill(f"Counters {os.urandom(3).hex()}")
    page.locator("main form.form button.primary").click()


def ask_to_delete(page: Page) -> None:
    page.locator("[data-dialog=delete]").click()


def open_folds(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.filters details').forEach(each => { each.open = true })")


def press_a_dialog(page: Page) -> None:
    page.locator("[data-dialog]").first.click()


def send_it(page: Page) -> None:
    page.locator("main form.form button.primary").click()


def send_nothing(page: Page) -> None:
    """A form, past what the browser itself would say."""
    page.evaluate("document.querySelectorAll('main form').forEach(each => { each.noValidate = true })")
    page.locator("main form[method=post] button.primary").first.click()


def begin_again(page: Page) -> None:
    page.locator("[name=label]").fill("Corners")
    page.locator("main form button.primary").click()


def take_mails(page: Page, world: World, way: str, language: str, *, is_paper: bool) -> None:
    """Those of traffic, as they are written now."""
    for number, mail in enumerate(pictured_mails.write(world, language, now=datetime.now(UTC))):
        html = mail.html
        for image in mail.images:
            html = html.replace(f"cid:{image['cid']}", f"data:image/png;base64,{image['png']}")
        page.goto("about:blank")
        page.goto("data:text/html;charset=utf-8;base64," + b64encode(html.encode()).decode())
        keep(page, f"mail_{number}_{Path(mail.template).name}.{way}", is_paper=is_paper)
