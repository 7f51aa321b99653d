"""Fixtures every test can use."""

import os
from collections.abc import Iterator

import pytest
from django.utils import translation

import tests.emptying
import tests.examples
import tests.hashing
from tests.chromium import chromium, compiled_words
from tests.database import django_db_setup, postgres_server
from tests.people import people
from tests.postbox import postbox

__all__ = ["chromium", "compiled_words", "django_db_setup", "english", "people", "postbox", "postgres_server"]


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
