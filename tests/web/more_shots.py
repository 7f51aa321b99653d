"""What else there is to see on the pages of traffic: forms that refuse, what can be taken back, levels of the tree,
what a manager sees, and a chain of a hundred stores.
"""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.apps.traffic import chain
from tests.tenants import World
from tests.web.shot import Shot

Act = Callable[[Page], None]
DAY = chain.DAY.isoformat()
OF_A_LEVEL = ("", "/reports/totals", "/reports/hours", "/reports/staffing", "/reports/week", "/budgets", "/locations")
OF_A_MANAGER = ("", "/locations", "/settings", "/integrations", "/alerts", "/reports/exports", "/reports/mails")
OF_A_HUNDRED = (
    *("/traffic", "/traffic?period=28", "/traffic/long", "/traffic/alerts", "/traffic/locations", "/traffic/settings"),
    *("/traffic/integrations", "/traffic/budgets", "/traffic/webhooks", "/settings/users", "/settings/modules"),
    *(f"/traffic/reports/{each}" for each in ("mails", "exports", "data", "changes", "week", "equation")),
    *(f"/traffic/reports/{each}?period=7" for each in ("totals", "time", "comparison", "hours", "staffing", "quality")),
)


def more(world: World) -> list[Shot]:
    """All of it."""
    return [*refused(world), *taken_back(world), *levels(world), *manager(world), *hundred(), *helped()]


def refused(world: World) -> list[Shot]:
    """Forms whose answer is no."""
    store = f"/traffic/locations/{world.ids['paris']}"
    wrong = {
        "settings": ("/traffic/settings", {"day_parts": "Lunch"}),
        "wage": ("/traffic/settings", {"per_hour": "-1"}),
        "limit": ("/traffic/alerts", {"hours": "0"}),
        "level": ("/traffic/locations", {"name": " "}),
        "counter": (store, {"name": " "}),
        "exception": (f"{store}/hours", {"on": ""}),
        "pattern": (f"{store}/staff", {"day_0": "nine to five", "pattern_since": ""}),
        "export_sftp": ("/traffic/reports/exports", {"name": "Night", "way": "sftp"}),
        "export_hook": ("/traffic/reports/exports", {"name": "Night", "way": "webhook", "url": "http://localhost/"}),
        "door": ("/traffic/webhooks", {"name": " "}),
        "feed_sftp": ("/traffic/feeds/new/sftp", {"name": "", "host": "sftp://here"}),
        "feed_folder": ("/traffic/feeds/new/folder", {"name": ""}),
        "feed_axis": ("/traffic/feeds/new/axis", {"url": "192.168.1.20"}),
        "feed_change": (f"/traffic/feeds/{world.ids['sftp_feed']}/change", {"host": "sftp2.example.com"}),
        "budget": ("/traffic/budgets", {"amount": "many"}),
        "schedule": (f"/traffic/integrations/{world.ids['matching_job']}", {"start": ""}),
        "job": ("/traffic/integrations", {"label": " "}),
    }
    return [
        *(Shot(f"traffic_no_{name}", path, act=filled(fields)) for name, (path, fields) in wrong.items()),
        Shot("traffic_no_budget_file", "/traffic/budgets", act=lambda page: send_file(page, "a,b\n1,2\n")),
        Shot("traffic_no_upload", "/traffic/locations/upload", act=lambda page: send_file(page, "a,b\n1,2\n")),
        Shot("traffic_no_days", "/traffic/reports/totals?since=2026-05-20&until=2026-05-01"),
        Shot("traffic_no_feed", "/traffic/feeds/new/carrier-pigeon"),
        Shot("traffic_no_beside", "/traffic/reports/totals?period=7&beside=chosen"),
    ]


def taken_back(world: World) -> list[Shot]:
    """A change with the button that takes it back, and what is said once it is."""
    feed = f"/traffic/feeds/{world.ids['sftp_feed']}"
    return [
        Shot("traffic_undo_editor", "/traffic/settings", act=press("Take the right away", "Retirer"), after=undo),
        Shot("traffic_undone_editor", "/traffic/settings", act=both(press("Take the right away", "Retirer"), undo)),
        Shot("traffic_undo_feed", f"{feed}/change", act=filled({"name": "Counters of all"}), after=undo),
        Shot("traffic_undone_feed", f"{feed}/change", act=both(filled({"name": "Counters of all"}), undo)),
        Shot("traffic_level_dialog", "/traffic/locations", act=open_a_dialog),
        Shot("traffic_feed_delete", feed, act=open_a_dialog),
        Shot("traffic_location_remove", f"/traffic/locations/{world.people.bar.public_id}", act=open_a_dialog),
        Shot("traffic_hours_open", "/traffic/reports/totals?period=28", act=open_folds),
        Shot("traffic_formulas", "/traffic?period=28", act=open_formulas),
    ]


def levels(world: World) -> list[Shot]:
    """Of one level of the tree, and of today's tree."""
    north, owned = world.ids["north"], world.ids["owned"]
    return [
        *(
            Shot(f"traffic_level{path.replace('/', '_')}", f"/traffic{path}?period=28&at={at}")
            for path, at in zip(OF_A_LEVEL, [north, owned] * 4, strict=False)
        ),
        Shot("traffic_tree_today", "/traffic/reports/totals?period=28&tree=today"),
        Shot("traffic_mails_of_level", f"/traffic/reports/mails?report=totals&at={owned}"),
        Shot("traffic_hours_many", "/traffic/reports/hours?period=91&cells=sales&cells=conversion&cells=star"),
        Shot("traffic_equation_store", f"/traffic/reports/equation?period=28&at={world.ids['paris']}&atv=20"),
    ]


def manager(world: World) -> list[Shot]:
    """Pages that a manager may look at and not change."""
    paris = world.ids["paris"]
    paths = [*OF_A_MANAGER, f"/locations/{paris}", f"/locations/{paris}/hours", f"/locations/{paris}/staff"]
    paths += [f"/days/{world.people.bar.public_id}/{DAY}", f"/integrations/{world.ids['reading_job']}", "/feeds"]
    return [Shot(f"traffic_manager_{number}", f"/traffic{path}", who="manager") for number, path in enumerate(paths)]


def hundred() -> list[Shot]:
    """Whatever lists stores, with a hundred of them."""
    names = {path: path.strip("/").partition("?")[0].replace("/", "_") for path in OF_A_HUNDRED}
    named = [(f"traffic_hundred_{name}{'_28' * path.endswith('28')}", path) for path, name in names.items()]
    return [Shot(name, path, who="dora") for name, path in named]


def helped() -> list[Shot]:
    """Help, on the page it is about."""
    of = ("traffic", "traffic/reports/totals", "traffic/feeds", "traffic/integrations", "traffic/alerts")
    return [
        *(Shot(f"traffic_help_{each.rpartition('/')[2]}", f"/help?from=/{each}") for each in of),
        Shot("traffic_help_panel", "/traffic/alerts", act=open_help),
    ]


def filled(fields: dict[str, str]) -> Act:
    """Whoever types this into the form that has these fields, and presses its button."""

    def act(page: Page) -> None:
        page.evaluate("document.querySelectorAll('main form').forEach(each => { each.noValidate = true })")
        first = page.locator(f"[name={next(iter(fields))}]")
        form = page.locator("main form[method=post]:not(dialog *)").filter(has=first).first
        for name, value in fields.items():
            field = form.locator(f"[name={name}]").first
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.evaluate("(each, value) => { each.value = value }", value)
        form.locator("button").last.click()

    return act


def press(*names: str) -> Act:
    """Whoever presses the first button that is called so, in one language or the other."""

    def act(page: Page) -> None:
        found = page.locator("main button")
        for name in names:
            if found.filter(has_text=name).count():
                found.filter(has_text=name).first.click()
                return

    return act


def both(first: Act, second: Act) -> Act:
    """One after the other."""

    def act(page: Page) -> None:
        first(page)
        page.wait_for_load_state("networkidle")
        second(page)

    return act


def undo(page: Page) -> None:
    """The button of the toast."""
    page.locator(".toast form button").first.click()
    page.wait_for_load_state("networkidle")


def send_file(page: Page, text: str) -> None:
    """A file nobody can read."""
    file = {"name": "counts.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    page.locator("main form[enctype] button.primary").click()


def open_a_dialog(page: Page) -> None:
    page.locator("main [data-dialog]").first.click()


def open_folds(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.filters details').forEach(each => { each.open = true })")


def open_formulas(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main .content details').forEach(each => { each.open = true })")


def open_help(page: Page) -> None:
    page.locator("#help-button").click()
