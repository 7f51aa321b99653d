"""Fixtures every test can use."""

import tests.emptying
import tests.examples
import tests.hashing  # noqa: F401  (before the first property, the first password)
from tests.chromium import chromium, compiled_words
from tests.database import django_db_setup, postgres_server
from tests.people import people
from tests.postbox import postbox

__all__ = ["chromium", "compiled_words", "django_db_setup", "people", "postbox", "postgres_server"]
