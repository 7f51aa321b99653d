"""A sandbox that runs and in which nobody orders, for all tests of a module."""

from collections.abc import Iterator

import pytest

from comptoir.sandbox.server import Sandbox
from tests.sandbox.restaurants import quiet_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    sandbox = quiet_sandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()
