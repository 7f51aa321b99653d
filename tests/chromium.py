"""Pages are tested in both languages, so their words are compiled first; and in a real Chromium."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60_000
"""Milliseconds until what a worker does must be seen: two test processes and a whole demo share two cores."""


@pytest.fixture(scope="session", autouse=True)
def compiled_words() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "catalogues.py", "compile"], check=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium or Playwright's own; skipped by name where there is neither, which CI takes for a failure."""
    expect.set_options(timeout=PATIENCE)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    # Playwright's loop runs in this thread and makes Django take every query for an asynchronous one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Chromium on this machine: {error.message.splitlines()[0]}")
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
