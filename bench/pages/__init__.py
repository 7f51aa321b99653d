"""Pages: what the overview of a restaurant costs whoever opens it in Chromium for the first time, and again.

Bytes are what travels, compressed; times are the browser's own, on a machine that also serves the page.
"""

from collections.abc import Sequence
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.table import Measurement, compare

PATHS: Final = ("/", "/sales", "/inbox", "/connections", "/loyalty/figures", "/tablets")
SIZE: Final = {"width": 1280, "height": 800}
MOST_BYTES: Final = 120_000
WATCHING: Final = """() => new Promise((tell) => {
  let paint = 0, shift = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) paint = each.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const each of list.getEntries()) shift += each.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => {
    const [page] = performance.getEntriesByType("navigation");
    const all = [page, ...performance.getEntriesByType("resource")];
    tell({
      paint, shift,
      bytes: all.reduce((sum, each) => sum + each.transferSize, 0),
      interactive: page.domInteractive,
      server: page.responseStart - page.requestStart,
    });
  }, 300);
})"""


def measure(console: Console) -> Sequence[Measurement]:
    """Open each page cold and warm, print what it took. Raises BenchFailure, ComptoirError."""
    with running.house("pages") as house:
        cookie = house.run("bench.pages.house")
        house.serve()
        found = _look(f"http://localhost:{house.port}", cookie)
    _show(console, found)
    dashboard = found["/"]
    return [
        compare("pages", "120 kB", dashboard["cold"]["bytes"] / 1000, MOST_BYTES / 1000, "kB"),
        compare("pages", "cold paint", dashboard["warm"]["paint"], dashboard["cold"]["paint"], "ms (LCP)"),
    ]


def _look(url: str, cookie: dict[str, str]) -> dict[str, dict[str, dict[str, float]]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium())
        try:
            # Once unmeasured, so that the server has compiled its templates.
            for path in PATHS:
                _open(browser, url, path, cookie)
            return {path: _open(browser, url, path, cookie) for path in PATHS}
        finally:
            browser.close()


def _chromium() -> str | None:
    """The machine's own browser where there is one."""
    from shutil import which

    return which("chromium") or which("chromium-browser")


def _open(browser: Browser, url: str, path: str, cookie: dict[str, str]) -> dict[str, dict[str, float]]:
    context = browser.new_context(base_url=url, viewport=SIZE)  # type: ignore[arg-type]
    try:
        context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": url}])
        page = context.new_page()
        seen: dict[str, dict[str, float]] = {}
        for way in ("cold", "warm"):
            answer = page.goto(path, wait_until="load")
            if answer is None or answer.status != 200:
                raise BenchFailure(f"{path} is answered with {answer and answer.status}.")
            seen[way] = page.evaluate(WATCHING)
        return seen
    finally:
        context.close()


def _show(console: Console, found: dict[str, dict[str, dict[str, Any]]]) -> None:
    table = Table("page", title="Pages in Chromium, first visit and second")
    for heading in ("kB", "kB again", "server ms", "interactive ms", "LCP ms", "layout shift"):
        table.add_column(heading, justify="right")
    for path, ways in found.items():
        cold, warm = ways["cold"], ways["warm"]
        kilobytes = (f"{cold['bytes'] / 1000:.1f}", f"{warm['bytes'] / 1000:.1f}")
        times = (f"{warm['server']:.0f}", f"{cold['interactive']:.0f}", f"{cold['paint']:.0f}")
        table.add_row(path, *kilobytes, *times, f"{max(cold['shift'], warm['shift']):.3f}")
    console.print(table)
