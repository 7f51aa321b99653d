"""Fixtures every test can use."""

import gc
import os
from collections.abc import Iterator

import pytest
from django.utils import translation

import tests.budgets
import tests.emptying
import tests.examples
import tests.hashing
import tests.static_files
from comptoir.kernel import memory
from tests.chromium import chromium, compiled_words
from tests.database import django_db_setup, postgres_server
from tests.people import people
from tests.postbox import postbox

__all__ = ["chromium", "compiled_words", "django_db_setup", "english", "people", "postbox", "postgres_server"]


def pytest_collection(session: pytest.Session) -> None:
    """Thousands of tests are read, and all of them stay: looking for cycles among them took a third of that time."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.enable()
    memory.collect_by_batches()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tests.examples.leave_out_others(config, items)
    if os.environ.get("DEEP"):
        for item in items:
            item.add_marker(pytest.mark.timeout(0))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page asked for in French leaves its thread speaking French: no test hears of the one before."""
    with translation.override("en"):
        yield
